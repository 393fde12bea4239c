"""Where directories knock: the whole of SCIM 2.0, as one route of the application.

So tenant, transaction, limits, correlation and headers are those of every other route.
"""

from typing import Any

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException

from parvis.core.http import Req
from parvis.features.provisioning import judging
from parvis.features.provisioning.scim import answers, serving
from parvis.features.provisioning.source import BASE_PATH


@route(
    [BASE_PATH, BASE_PATH + "/{rest:path}"],
    http_method=[
        HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE,
    ],
    # Public, for a directory is no member: its token is asked for, and its act judged, within.
    opt={"act": judging.ACT, "public": True, "csrf_exempt": True},
    exception_handlers={Exception: answers.render_error, HTTPException: answers.render_error},
    include_in_schema=False,
)  # fmt: skip
async def scim(request: Req) -> Response[Any]:
    """Answer a provider's directory."""
    return await serving.serve(request)


HANDLERS = (scim,)

"""Errors in the protocol's words: its own, ours, and those of the way to us."""

import json
import logging

from litestar import Response
from scim2_models import Error, SCIMException
from scim2_server.responses import SCIM_MEDIA_TYPE, ScimResponse

from parvis.core import http, i18n, problems
from parvis.core.errors import AppError, Invalid
from parvis.core.middleware import correlation_id
from parvis.features.provisioning.refusals import WordRefused
from parvis.features.provisioning.scim.models import SERVICE

log = logging.getLogger("parvis.errors")
# The language of the protocol: what an answer says is read in a provider's log.
LOCALE = "en"


def of(error: SCIMException | AppError) -> ScimResponse:
    """Return the protocol's answer to an error."""
    if isinstance(error, SCIMException):
        return SERVICE.error_response(error)
    response = SERVICE.error_response(SCIMException.from_error(_error(error)))
    if (seconds := error.data.get("retry_after")) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _error(error: AppError) -> Error:
    detail = i18n.translate(LOCALE, error.message, **error.data)
    if isinstance(error, WordRefused):
        return Error(status=400, scim_type="invalidValue", detail=f"{error.attribute}: {detail}")
    if isinstance(error, Invalid):
        return Error(status=400, scim_type="invalidValue", detail=detail)
    return Error(status=error.status, detail=detail)


def sent(response: ScimResponse) -> Response[bytes | None]:
    """Return the answer as the web framework sends it."""
    headers = {name: value for name, value in response.headers.items() if name != "Content-Type"}
    body = None if response.body is None else json.dumps(response.body).encode()
    return Response(
        body, status_code=int(response.status), media_type=SCIM_MEDIA_TYPE, headers=headers
    )


def render_error(request: http.Req, raised: Exception) -> Response[bytes | None]:
    """Answer what went wrong before the protocol was reached, or within it, as it says errors."""
    error = problems.as_app_error(raised)
    if error.status >= 500:
        log.error(
            "%s %s: %s", error.status, request.scope["path"], type(raised).__name__,
            exc_info=raised if error.status == 500 else None,
            extra={"correlation_id": correlation_id(request.scope)},
        )  # fmt: skip
    return sent(of(error))

"""Where a provider tells us that one of its sessions is over."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from parvis.core import http, rates
from parvis.core.http import Req, tenant_of
from parvis.core.middleware import correlation_id
from parvis.features.identity import backchannel
from parvis.features.identity.attempts import Visit
from parvis.features.identity.routes.door import OWN, site_of
from parvis.integrations.login import LoginError

# Providers call from few addresses, and a bank that closes for the evening calls often.
MOST_A_MINUTE = 600
MOST_TOKEN = 32 * 1024


@post(
    "/auth/oidc/{slug:str}/backchannel",
    opt={
        "open": "the provider's signature stands for it",
        "csrf_exempt": True,
    }
    | OWN,
    include_in_schema=False,
    status_code=200,
)
async def backchannel_logout(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Answer 200 when the sessions have ended, 400 whatever else it was: a provider retries."""
    tenant, address = tenant_of(request), http.client_address(request)
    await rates.spend("backchannel", address, limit=MOST_A_MINUTE, seconds=60, tenant_id=tenant.id)
    try:
        token = await _token_of(request)
        await backchannel.log_out(_visit(request, address), slug, token)
    except LoginError:
        return _answer(400)
    return _answer(200)


async def _token_of(request: Req) -> str:
    fields = await http.form_fields(request)
    token = fields.get("logout_token")
    return token if isinstance(token, str) and len(token) <= MOST_TOKEN else ""


def _visit(request: Req, address: str) -> Visit:
    return Visit(
        tenant=tenant_of(request),
        site=site_of(request),
        locale=http.actor_of(request).locale,
        correlation_id=correlation_id(request.scope),
        address=address,
    )


def _answer(status: int) -> Response[Any]:
    return Response(b"", status_code=status, headers={"cache-control": "no-store"})


HANDLERS = (backchannel_logout,)

"""One request of a directory: who sends it, what it asks, and what became of it."""

from urllib.parse import parse_qsl

from litestar import Response
from pydantic import ValidationError
from scim2_models import InvalidValueException, SCIMException, UnauthorizedException
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation

from parvis.core import bearer, http, rates
from parvis.core.errors import AppError
from parvis.core.http import Req
from parvis.core.middleware import correlation_id
from parvis.features.provisioning import refused, tokens
from parvis.features.provisioning.refusals import WordRefused
from parvis.features.provisioning.scim import answers, habits
from parvis.features.provisioning.scim.models import SERVICE
from parvis.features.provisioning.scim.storage import Storage
from parvis.features.provisioning.source import BASE_PATH, Source

# Tokens that are none, a minute and address: a provider with a forgotten token tries for hours.
MOST_FAILURES = 30


async def serve(request: Req) -> Response[bytes | None]:
    """Answer a request of the protocol. Needs: the tenant's open transaction.

    Who sends it is told by the token alone: no cookie counts here.
    """
    asked = await _read(request)
    source: Source | None = None
    try:
        if _is_open(asked):
            return answers.sent(SERVICE.service_provider_config(asked.url, asked.query))
        source = await _source(request)
        _refuse_unstorable(asked)
        return answers.sent(await AsyncScimHandler(SERVICE, Storage(source)).handle(asked))
    except (SCIMException, AppError) as error:
        response = answers.of(error)
        await refused.record(
            http.tenant_of(request).id,
            source.connection.id if source else None,
            refused.Refusal(
                method=asked.method,
                endpoint=_endpoint(asked),
                status=int(response.status),
                reason=_reason(error),
                attribute=_attribute(error),
                correlation_id=correlation_id(request.scope),
            ),
        )
        return answers.sent(response)


async def _read(request: Req) -> ScimRequest:
    settings, tenant = request.app.state.settings, http.tenant_of(request)
    query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if "filter" in query:
        query["filter"] = habits.plain_filter(query["filter"])
    asked = ScimRequest(
        method=request.method,
        base_url=settings.public_url(tenant.host) + BASE_PATH,
        path=request.scope["path"].removeprefix(BASE_PATH).removesuffix(".scim") or "/",
        query=query,
        headers=list(request.headers.items()),
    )
    asked.body = habits.plain_body(asked.method, _endpoint(asked), await request.body())
    return asked


def _endpoint(asked: ScimRequest) -> str:
    return asked.path.strip("/").partition("/")[0].lower()


def _is_open(asked: ScimRequest) -> bool:
    """Whether this needs no token: what the service can do is no secret (RFC 7643 §5)."""
    try:
        return SERVICE.match(asked).operation is Operation.service_provider_config
    except SCIMException:
        return False


async def _source(request: Req) -> Source:
    """Return whose word this is. Errors: UnauthorizedException; TooMany for who keeps guessing."""
    found = await tokens.source_of(http.tenant_of(request), bearer.token_of(request.scope))
    if found is None:
        await rates.spend("scim", http.client_address(request), limit=MOST_FAILURES, seconds=60)
        raise UnauthorizedException
    return found


def _refuse_unstorable(asked: ScimRequest) -> None:
    """PostgreSQL stores no NUL character, however it is written; say so rather than fail on it."""
    texts = [asked.path, *asked.query.values()]
    if any("\0" in text or "\\u0000" in text for text in texts) or b"\\u0000" in asked.body:
        raise InvalidValueException(detail="A character here cannot be stored.")


def _reason(error: SCIMException | AppError) -> str:
    """Return the code of what went wrong: the protocol's, or ours."""
    if isinstance(error, AppError):
        return error.code
    if isinstance(error, UnauthorizedException):
        return refused.TOKEN
    return error.scim_type or type(error).__name__.removesuffix("Exception")


def _attribute(error: SCIMException | AppError) -> str:
    """Return the name of the attribute at fault, where one is: never what was said in it."""
    if isinstance(error, WordRefused):
        return error.attribute
    if isinstance(error.__cause__, ValidationError):
        fault = error.__cause__.errors()[0]
        missing = fault.get("ctx", {}).get("field_name", "")
        return ".".join(map(str, fault["loc"])) or str(missing)
    return ""

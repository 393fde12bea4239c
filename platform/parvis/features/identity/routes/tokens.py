"""One's own API tokens, as a page and as JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http, i18n
from parvis.core.errors import AppError
from parvis.core.http import Req, actor_of, page, redirect
from parvis.core.step_up import StepUp
from parvis.features.identity.tokens import api_tokens, queries
from parvis.features.identity.tokens.api_tokens import NewToken
from parvis.features.identity.tokens.queries import NewTokenView, TokenView

# A token made or ended is a matter of its owner; what it then does, the charter judges.
MINE = "one's own tokens need no charter: their use does"
MAKING = {"open": MINE, "step_up": StepUp.TOKENS}
# A program that was stolen must neither hide itself nor lock its owner's others out.
ENDING = {"open": MINE, "session_only": True}


@get("/me/tokens", opt={"open": MINE}, include_in_schema=False)
async def tokens_page(request: Req) -> Response[Any]:
    view = await queries.tokens_page(actor_of(request))
    return page(request, "identity/tokens.html", view, **first_time())


@post("/me/tokens", opt=MAKING, include_in_schema=False, status_code=201)
async def create_token_page(request: Req) -> Response[Any]:
    """Make a token and show it this once, or the form again with what is wrong."""
    actor = actor_of(request)
    try:
        given = http.convert(await token_fields(request), NewToken)
        minted = await api_tokens.mint(actor, actor.require_member(), given)
    except AppError as error:
        view = await queries.tokens_page(actor)
        again = await typed_again(request, error)
        return page(request, "identity/tokens.html", view, status=error.status, **again)
    made = await queries.new_token(actor, minted)
    view = await queries.tokens_page(actor)
    return page(request, "identity/tokens.html", view, status=201, **first_time(made))


@post("/me/tokens/{token_id:uuid}/revoke", opt=ENDING, include_in_schema=False)
async def revoke_token_page(request: Req, token_id: FromPath[UUID]) -> Redirect:
    actor = actor_of(request)
    await api_tokens.revoke(actor, token_id, "revoked_by_member", member_id=actor.require_member())
    return redirect("/me/tokens")


def first_time(made: NewTokenView | None = None) -> dict[str, Any]:
    """Return what the pages of tokens need besides their view: an empty form."""
    return {"made": made, "errors": {}, "fields": {}, "problem": ""}


async def typed_again(request: Req, error: AppError) -> dict[str, Any]:
    """Return the form as it was filled in, and what was wrong with it."""
    locale = actor_of(request).locale
    errors = {k: i18n.translate(locale, v, **error.data) for k, v in error.fields.items()}
    problem = "" if errors else i18n.translate(locale, error.message, **error.data)
    fields = await token_fields(request)
    return {"made": None, "errors": errors, "fields": fields, "problem": problem}


async def token_fields(request: Req) -> dict[str, Any]:
    """Return the form's fields; what can be ticked several times is a list, ticked once too."""
    fields = await http.form_fields(request)
    for name in ("scopes", "groups"):
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]]
    return fields


@get("/api/v1/me/tokens", opt={"open": MINE}, operation_id="listMyTokens", tags=["tokens"])
async def my_tokens(request: Req) -> tuple[TokenView, ...]:
    """Return your tokens, the newest first: by how they end, never in full."""
    return await queries.my_tokens(actor_of(request))


@post("/api/v1/me/tokens", opt=MAKING, operation_id="createMyToken", tags=["tokens"])
async def create_my_token(request: Req, data: JSONBody[NewToken]) -> NewTokenView:
    """Make a token. It is in this answer and nowhere else: keep it now."""
    actor = actor_of(request)
    minted = await api_tokens.mint(actor, actor.require_member(), data)
    return await queries.new_token(actor, minted)


@delete(
    "/api/v1/me/tokens/{token_id:uuid}",
    opt=ENDING,
    operation_id="revokeMyToken",
    tags=["tokens"],
)
async def revoke_my_token(request: Req, token_id: FromPath[UUID]) -> None:
    """End one of your tokens at once."""
    actor = actor_of(request)
    await api_tokens.revoke(actor, token_id, "revoked_by_member", member_id=actor.require_member())


HANDLERS = (
    tokens_page, create_token_page, revoke_token_page, my_tokens, create_my_token,
    revoke_my_token,
)  # fmt: skip

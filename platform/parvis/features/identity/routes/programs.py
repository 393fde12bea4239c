"""Programs and everybody's tokens, for the tenant's administrators, as pages and as JSON."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import AppError, NotFound
from parvis.core.http import Req, actor_of, page, redirect
from parvis.core.step_up import StepUp
from parvis.features.identity.routes.tokens import first_time, token_fields, typed_again
from parvis.features.identity.tokens import programs, queries
from parvis.features.identity.tokens.api_tokens import NewToken
from parvis.features.identity.tokens.programs import NewProgram
from parvis.features.identity.tokens.queries import (
    NewTokenView,
    ProgramPage,
    ProgramView,
    TokenView,
)

# What lets programs in must be there before a charter is: the way out of a wrong one, too.
ADMIN = "programs are let in and shut out whatever the charter says; what they do, it judges"
MAKING = {"open": ADMIN, "step_up": StepUp.TOKENS}
ENDING = {"open": ADMIN, "session_only": True}
LIST, ONE = "identity/programs.html", "identity/program.html"


@get("/admin/tokens", opt={"open": ADMIN}, include_in_schema=False)
async def programs_page(request: Req) -> Response[Any]:
    return page(request, LIST, await queries.programs_page(actor_of(request)), **first_time())


@post("/admin/tokens", opt=MAKING, include_in_schema=False)
async def create_program_page(request: Req) -> Response[Any] | Redirect:
    """Make a program, or show the form again with what is wrong."""
    actor = actor_of(request)
    try:
        given = http.convert(await token_fields(request), NewProgram)
        member_id = await programs.create(actor, given)
    except NotFound:
        raise
    except AppError as error:
        view = await queries.programs_page(actor)
        return page(request, LIST, view, status=error.status, **await typed_again(request, error))
    return redirect(f"/admin/tokens/{member_id}")


@get("/admin/tokens/{member_id:uuid}", opt={"open": ADMIN}, include_in_schema=False)
async def program_page(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    view = await queries.program_page(actor_of(request), member_id)
    return page(request, ONE, view, **first_time())


@post("/admin/tokens/{member_id:uuid}", opt=MAKING, include_in_schema=False, status_code=201)
async def create_program_token_page(request: Req, member_id: FromPath[UUID]) -> Response[Any]:
    """Make a token for a program and show it this once."""
    actor = actor_of(request)
    await programs.access_program(actor, member_id)
    try:
        given = http.convert(await token_fields(request), NewToken)
        minted = await programs.mint(actor, member_id, given)
    except NotFound:
        raise
    except AppError as error:
        view = await queries.program_page(actor, member_id)
        return page(request, ONE, view, status=error.status, **await typed_again(request, error))
    made = await queries.new_token(actor, minted)
    view = await queries.program_page(actor, member_id)
    return page(request, ONE, view, status=201, **first_time(made))


@post("/admin/tokens/{member_id:uuid}/end", opt=ENDING, include_in_schema=False)
async def end_program_page(request: Req, member_id: FromPath[UUID]) -> Redirect:
    await programs.end(actor_of(request), member_id)
    return redirect("/admin/tokens")


@post("/admin/tokens/revoke/{token_id:uuid}", opt=ENDING, include_in_schema=False)
async def revoke_token_page(request: Req, token_id: FromPath[UUID]) -> Redirect:
    await programs.revoke(actor_of(request), token_id)
    return redirect("/admin/tokens")


TAGS = ["tokens"]


@get("/api/v1/admin/tokens", opt={"open": ADMIN}, operation_id="listTokens", tags=TAGS)
async def list_tokens(request: Req) -> tuple[TokenView, ...]:
    """Return the tokens of all members that are in use, by how they end."""
    return await queries.all_tokens(actor_of(request))


@delete("/api/v1/admin/tokens/{token_id:uuid}", opt=ENDING, operation_id="revokeToken", tags=TAGS)
async def revoke_token(request: Req, token_id: FromPath[UUID]) -> None:
    """End any member's token at once."""
    await programs.revoke(actor_of(request), token_id)


@get("/api/v1/admin/programs", opt={"open": ADMIN}, operation_id="listPrograms", tags=TAGS)
async def list_programs(request: Req) -> tuple[ProgramView, ...]:
    """Return the programs of this space, those in use first."""
    return await queries.list_programs(actor_of(request))


@post("/api/v1/admin/programs", opt=MAKING, operation_id="createProgram", tags=TAGS)
async def create_program(request: Req, data: JSONBody[NewProgram]) -> ProgramPage:
    """Make a program, in groups that hold no more than you do."""
    member_id = await programs.create(actor_of(request), data)
    return await queries.program_page(actor_of(request), member_id)


@get(
    "/api/v1/admin/programs/{member_id:uuid}",
    opt={"open": ADMIN},
    operation_id="getProgram",
    tags=TAGS,
)
async def get_program(request: Req, member_id: FromPath[UUID]) -> ProgramPage:
    """Return a program with its tokens."""
    return await queries.program_page(actor_of(request), member_id)


@post(
    "/api/v1/admin/programs/{member_id:uuid}/tokens",
    opt=MAKING,
    operation_id="createProgramToken",
    tags=TAGS,
)
async def create_program_token(
    request: Req, member_id: FromPath[UUID], data: JSONBody[NewToken]
) -> NewTokenView:
    """Make a token for a program. It is in this answer and nowhere else: keep it now."""
    actor = actor_of(request)
    minted = await programs.mint(actor, member_id, data)
    return await queries.new_token(actor, minted)


@delete("/api/v1/admin/programs/{member_id:uuid}", opt=ENDING, operation_id="endProgram", tags=TAGS)
async def end_program(request: Req, member_id: FromPath[UUID]) -> None:
    """Close the space to a program and end its tokens; what it wrote stays."""
    await programs.end(actor_of(request), member_id)


HANDLERS = (
    programs_page, create_program_page, program_page, create_program_token_page,
    end_program_page, revoke_token_page, list_tokens, revoke_token, list_programs,
    create_program, get_program, create_program_token, end_program,
)  # fmt: skip

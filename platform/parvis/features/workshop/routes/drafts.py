"""Screens: the overview, the draft as text, its clauses one by one, what it changes."""

from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from parvis.core import http
from parvis.core.errors import AppError, Invalid, NotFound
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.charter.rule import Slug
from parvis.features.workshop import actions_drafts, checking, forms, queries, rules, screens
from parvis.features.workshop.actions_drafts import BeginInput, SaveInput
from parvis.features.workshop.forms import Typed
from parvis.features.workshop.routes.pages import PATH, Answer, needs_draft, page, to
from parvis.features.workshop.rules import DraftChanged, Scope
from parvis.features.workshop.source_edits import MOST_CHARACTERS, ClauseTexts

EDIT = {"act": "charter.edit"}
# A charter is refused above a quarter of a megabyte; what is sent is read first, to be given back.
MOST_BODY = 8 * 1024 * 1024


class VersionInput(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the draft that the page showed."""

    version: int


class MoveInput(VersionInput, frozen=True, kw_only=True):
    to: Literal["up", "down"]


class BasisInput(VersionInput, frozen=True, kw_only=True):
    number: int


class NewClauseInput(VersionInput, frozen=True, kw_only=True):
    id: Slug


async def scope_of(request: Req) -> Scope:
    """Return the charter that the address names. Errors: NotFound."""
    return await rules.access_scope(http.actor_of(request), request.query_params.get("community"))


@get(PATH, include_in_schema=False)
async def overview(request: Req, community: FromQuery[str | None] = None) -> Response[Any]:
    """Show what binds, what comes, what was and what is being written."""
    actor = http.actor_of(request)
    if not rules.has_bench(actor):
        raise NotFound
    scope = None
    if community or actor.may(Permission.CHARTER_PUBLISH):
        scope = await rules.access_scope(actor, community)
    view = await screens.overview(actor, scope)
    return page(request, "overview", view, scope)


@get(f"{PATH}/draft", include_in_schema=False)
async def draft(request: Req) -> Response[Any]:
    """Show the draft's text with all that is wrong with it, or how to begin one."""
    return await _draft(request, await scope_of(request))


@post(f"{PATH}/draft", opt=EDIT, include_in_schema=False, request_max_body_size=MOST_BODY)
async def save(request: Req) -> Answer:
    """Save the draft's text, or give it back with why it was not saved."""
    scope = await scope_of(request)
    source = await forms.raw_text(request, "source")
    fields = {**await http.form_fields(request), "source": source}
    try:
        given = http.convert(fields, SaveInput)
        await actions_drafts.save(http.actor_of(request), scope, given)
    except AppError as error:
        seen = fields.get("version")
        return await _draft(request, scope, error, sent=source, seen=seen)
    return to(scope, "/draft")


@post(f"{PATH}/draft/begin", opt=EDIT, include_in_schema=False, request_max_body_size=MOST_BODY)
async def begin(request: Req) -> Answer:
    """Begin a draft from the newest version, or from a file."""
    scope = await scope_of(request)
    try:
        given = BeginInput(source=await _uploaded(request))
        await actions_drafts.begin(http.actor_of(request), scope, given)
    except AppError as error:
        return await _draft(request, scope, error)
    return to(scope, "/draft")


async def _uploaded(request: Req) -> str:
    found = (await http.read_form(request)).get("file")
    if not isinstance(found, UploadFile) or not found.filename:
        return ""
    try:
        text = (await found.read()).decode()
    except UnicodeDecodeError:
        raise Invalid(fields={"file": N_("This file is not UTF-8 text.")}) from None
    if len(text) > MOST_CHARACTERS or "\x00" in text:
        raise Invalid(
            fields={"file": N_("A charter holds at most {most} characters of text.")},
            most=MOST_CHARACTERS,
        )
    return text


@post(f"{PATH}/draft/discard", opt=EDIT, include_in_schema=False)
async def discard(request: Req) -> Answer:
    """Throw the draft away."""
    scope = await scope_of(request)
    given = await http.decode(request, VersionInput)
    try:
        await actions_drafts.discard(http.actor_of(request), scope, given.version)
    except AppError as error:
        return await _draft(request, scope, error)
    return to(scope)


@post(f"{PATH}/draft/basis", opt=EDIT, include_in_schema=False)
async def go_on(request: Req) -> Answer:
    """Let the draft go on from a version that was published meanwhile."""
    scope = await scope_of(request)
    given = await http.decode(request, BasisInput)
    try:
        await actions_drafts.go_on_from(http.actor_of(request), scope, given.version, given.number)
    except AppError as error:
        return await _draft(request, scope, error)
    return to(scope, "/difference")


async def _draft(
    request: Req,
    scope: Scope,
    error: AppError | None = None,
    *,
    sent: str | None = None,
    seen: Any = None,
) -> Response[Any]:
    if isinstance(error, NotFound):
        raise error
    number = int(seen) if str(seen).isdigit() else None
    view = await screens.draft(http.actor_of(request), scope, sent, number)
    typed = forms.again(request, {}, error) if error else Typed()
    if isinstance(error, DraftChanged) and view.theirs:
        typed = Typed()  # the page tells who changed what, and keeps the text
    status = error.status if error else 200
    return page(request, "draft", view, scope, typed=typed, status=status)


@get(f"{PATH}/difference", include_in_schema=False)
async def difference(request: Req) -> Response[Any]:
    """Show what the draft changes, clause by clause."""
    scope = await scope_of(request)
    if missing := await needs_draft(request, scope, "difference"):
        return missing
    try:
        view = await queries.difference(http.actor_of(request), scope)
    except checking.Unsound as error:
        typed = forms.again(request, {}, error)
        return page(request, "unsound", None, scope, typed=typed, here="difference")
    return page(request, "difference", view, scope)


@get(f"{PATH}/clauses", include_in_schema=False)
async def clauses(request: Req) -> Response[Any]:
    """Show the draft's clauses, to be written without knowing TOML."""
    scope = await scope_of(request)
    return await needs_draft(request, scope, "clauses") or await _clauses(request, scope)


@post(f"{PATH}/clauses", opt=EDIT, include_in_schema=False)
async def add_clause(request: Req) -> Answer:
    """Put a clause behind the last one."""
    scope, fields = await scope_of(request), await http.form_fields(request)
    try:
        given = http.convert(fields, NewClauseInput)
        words = _words(fields)
        actor = http.actor_of(request)
        await actions_drafts.add_clause(actor, scope, given.version, given.id, words)
    except AppError as error:
        return await _clauses(request, scope, error, fields)
    return to(scope, "/clauses", anchor=given.id)


@post(f"{PATH}/clauses/{{clause_id:str}}", opt=EDIT, include_in_schema=False)
async def write_clause(request: Req, clause_id: FromPath[str]) -> Answer:
    """Give a clause other words."""
    scope, fields = await scope_of(request), await http.form_fields(request)
    try:
        given = http.convert(fields, VersionInput)
        words = _words(fields)
        actor = http.actor_of(request)
        await actions_drafts.write_clause(actor, scope, given.version, clause_id, words)
    except AppError as error:
        return await _clauses(request, scope, error, {**fields, "clause": clause_id})
    return to(scope, "/clauses", anchor=clause_id)


@post(f"{PATH}/clauses/{{clause_id:str}}/removal", opt=EDIT, include_in_schema=False)
async def remove_clause(request: Req, clause_id: FromPath[str]) -> Answer:
    """Take a clause out, with its rules."""
    scope = await scope_of(request)
    given = await http.decode(request, VersionInput)
    try:
        actor = http.actor_of(request)
        await actions_drafts.remove_clause(actor, scope, given.version, clause_id)
    except AppError as error:
        return await _clauses(request, scope, error)
    return to(scope, "/clauses")


@post(f"{PATH}/clauses/{{clause_id:str}}/move", opt=EDIT, include_in_schema=False)
async def move_clause(request: Req, clause_id: FromPath[str]) -> Answer:
    """Move a clause by one place."""
    scope = await scope_of(request)
    given = await http.decode(request, MoveInput)
    try:
        actor, up = http.actor_of(request), given.to == "up"
        await actions_drafts.move_clause(actor, scope, given.version, clause_id, up=up)
    except AppError as error:
        return await _clauses(request, scope, error)
    return to(scope, "/clauses", anchor=clause_id)


def _words(fields: dict[str, Any]) -> ClauseTexts:
    """Return what a form says of a clause. Errors: Invalid where title or text is missing."""
    words = ClauseTexts(
        title=forms.texts(fields, "title"),
        text=forms.texts(fields, "text"),
        law=forms.texts(fields, "law"),
    )
    asked = str(fields.get("locales", "")).split()
    missing = {
        f"{key}.{locale}": N_("Please fill this in.")
        for key in ("title", "text")
        for locale in asked
        if not getattr(words, key).get(locale)
    }
    if missing:
        raise Invalid(fields=missing)
    return words


async def _clauses(
    request: Req, scope: Scope, error: AppError | None = None, fields: dict[str, Any] | None = None
) -> Response[Any]:
    if isinstance(error, NotFound):
        raise error
    view = await screens.clauses(http.actor_of(request), scope)
    typed = forms.again(request, fields or {}, error) if error else Typed()
    status = error.status if error else 200
    return page(request, "clauses", view, scope, typed=typed, status=status)


HANDLERS = (
    overview, draft, save, begin, discard, go_on, difference, clauses, add_clause, write_clause,
    remove_clause, move_clause,
)  # fmt: skip

"""The journal's screens and their JSON."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parvis.core import http
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.journal import queries, queries_operator, queries_seal, rules
from parvis.features.journal.queries import Entry
from parvis.features.journal.queries_operator import OperatorEntry
from parvis.features.journal.queries_seal import SealStatus
from parvis.features.journal.search import Search
from parvis.features.journal.sentences import SENTENCES


class JournalView(msgspec.Struct, frozen=True, kw_only=True):
    """The search screen: a page of entries, or the whole story of the subject searched for."""

    search: Search
    entries: tuple[Entry, ...]
    next_after: UUID | None
    is_story: bool
    seal: SealStatus
    acts: tuple[str, ...] = tuple(sorted({act.partition(":")[0] for act in SENTENCES}))


@get("/admin/journal", include_in_schema=False)
async def journal_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Search the journal, or read one subject's story from its beginning."""
    actor = http.actor_of(request)
    rules.require_reader(actor)
    asked = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    search = http.convert(asked, Search)
    seal = await queries_seal.seal_status(actor)
    if search.subject and search == Search(subject=search.subject):
        entries = await queries.story(actor, search.subject)
        view = JournalView(
            search=search, entries=entries, next_after=None, is_story=True, seal=seal
        )
    else:
        page = await queries.entries_page(actor, search, after=after)
        view = JournalView(
            search=search,
            entries=page.items,
            next_after=page.next_after,
            is_story=False,
            seal=seal,
        )
    return http.page(request, "journal/journal.html", view)


@get("/admin/journal/{entry_id:uuid}", include_in_schema=False)
async def entry_screen(request: Req, entry_id: FromPath[UUID]) -> Response[Any]:
    """Show one entry with all it holds, and how it is sealed."""
    actor = http.actor_of(request)
    view = await queries.entry(actor, entry_id)
    seal = await queries_seal.entry_seal(actor, entry_id)
    return http.page(request, "journal/entry.html", view, seal=seal)


@get("/admin/journal/operator", include_in_schema=False)
async def operator_screen(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show what operators did to this space."""
    view = await queries_operator.operator_page(http.actor_of(request), after=after)
    return http.page(request, "journal/operator.html", view)


@get("/api/v1/journal", operation_id="listJournalEntries", tags=["journal"])
async def list_entries(
    request: Req,
    *,
    act: FromQuery[str | None] = None,
    person: FromQuery[str | None] = None,
    subject: FromQuery[str | None] = None,
    from_day: FromQuery[dt.date | None] = None,
    to_day: FromQuery[dt.date | None] = None,
    by: FromQuery[Literal["operator"] | None] = None,
    after: FromQuery[str | None] = None,
) -> Page[Entry]:
    """List entries that match, newest first, 50 a page."""
    search = Search(
        act=act, person=person, subject=subject, from_day=from_day, to_day=to_day, by=by
    )
    return await queries.entries_page(http.actor_of(request), search, after=after)


@get("/api/v1/journal/{entry_id:uuid}", operation_id="getJournalEntry", tags=["journal"])
async def get_entry(request: Req, entry_id: FromPath[UUID]) -> Entry:
    """Return one entry."""
    return await queries.entry(http.actor_of(request), entry_id)


@get("/api/v1/journal/operator", operation_id="listOperatorEntries", tags=["journal"])
async def list_operator_entries(
    request: Req, after: FromQuery[str | None] = None
) -> Page[OperatorEntry]:
    """List what operators did to this space, newest first, 50 a page."""
    return await queries_operator.operator_page(http.actor_of(request), after=after)


HANDLERS = (
    journal_screen,
    operator_screen,
    entry_screen,
    list_entries,
    list_operator_entries,
    get_entry,
)

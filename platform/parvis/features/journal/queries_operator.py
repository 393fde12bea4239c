"""What operators did to the tenant: each command, who ran it, and the reason that was given."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.pagination import Page
from parvis.features.journal import rules, sentences
from parvis.features.journal.search import OPERATOR_ACTS

PAGE_SIZE = 50


class OperatorEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an operator did, as far as it is known who. `reason` is "" when none is.

    `changes` are those that it made to the tenant's files.
    """

    id: UUID
    at: dt.datetime
    act: str
    sentence: str
    os_user: str
    machine: str
    db_user: str
    reason: str
    changes: tuple[str, ...]


_PAGE = f"""
    SELECT id, at, act, data FROM journal_entry
     WHERE tenant_id = $1 AND act = ANY ($2::text[]) AND id < $3
     ORDER BY id DESC LIMIT {PAGE_SIZE + 1}
"""


async def operator_page(actor: Actor, *, after: str | None = None) -> Page[OperatorEntry]:
    """Return what operators did, newest first, 50 a page.

    Errors: NotFound to who may not read the journal.
    """
    rules.require_reader(actor)
    rows = await db.fetch(_PAGE, list(OPERATOR_ACTS), pagination.before(after))
    return pagination.page_of(rows, PAGE_SIZE, lambda row: _entry(row, actor.locale))


def _entry(row: db.Record, locale: str) -> OperatorEntry:
    data = db.from_jsonb(row["data"], dict[str, Any])
    said = {name: str(data.get(name, "")) for name in ("os_user", "machine", "db_user", "reason")}
    return OperatorEntry(
        id=row["id"],
        at=row["at"],
        act=row["act"],
        sentence=sentences.say(row["act"], None, data, locale),
        changes=tuple(str(change) for change in data.get("changes", ())),
        **said,
    )

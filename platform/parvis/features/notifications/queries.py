"""A member's notices, newest first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, i18n, pagination
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.pagination import Page
from parvis.features.charter.closing import NOT_CLOSED
from parvis.features.notifications import sentences, sentences_review


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in its reader's language; `text` is what a person wrote to them, `path` its subject.

    `title` names the subject of a notice about a question, whose sentence gives its number only.
    """

    id: UUID
    kind: str
    headline: str
    title: str | None
    text: str | None
    path: str
    created_at: datetime
    is_read: bool


_COLUMNS = "id, kind, subject_kind, subject_id, data, created_at, read_at IS NOT NULL AS is_read"
_PAGE = f"""
    SELECT {_COLUMNS} FROM notice n
     WHERE n.tenant_id = $1 AND n.member_id = $2 AND n.id < $3
       AND {NOT_CLOSED.format(closed="$5")}
     ORDER BY n.id DESC LIMIT $4
"""
_ONE = f"SELECT {_COLUMNS} FROM notice WHERE tenant_id = $1 AND member_id = $2 AND id = $3"


async def notices(
    actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[NoticeView]:
    """Return a page of the actor's notices, newest first.

    What others wrote where a charter is still to be accepted is not told until it is.
    """
    size = pagination.bounded(limit)
    member_id = actor.require_member()
    rows = await db.fetch(_PAGE, member_id, pagination.before(after), size + 1, list(actor.closed))
    return pagination.page_of(rows, size, lambda row: view(row, actor.locale))


async def notice(actor: Actor, notice_id: UUID) -> NoticeView:
    """Return one of the actor's notices; raise NotFound for another's."""
    row = await db.fetch_row(_ONE, actor.require_member(), notice_id)
    if row is None:
        raise NotFound
    return view(row, actor.locale)


def view(row: Any, locale: str) -> NoticeView:
    """Build a notice from its row, in a language."""
    data = db.from_jsonb(row["data"], dict[str, Any])
    kind = row["kind"]
    about_question = kind in ("question_moved", "answer_published")
    return NoticeView(
        id=row["id"],
        kind=kind,
        headline=sentences.headline(kind, data, locale),
        title=data["title"] if about_question else None,
        # A rule's reason is a msgid of ours; what a person wrote is in no catalogue.
        text=i18n.translate(locale, data["text"])
        if data.get("text")
        else sentences_review.detail(kind, data, locale),
        path=sentences.path(row["subject_kind"], row["subject_id"], data),
        created_at=row["created_at"],
        is_read=row["is_read"],
    )

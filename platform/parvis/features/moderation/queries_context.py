"""What stands around words: what they answer, what was said before and after, how they were."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db, text
from parvis.features.charter import comparison
from parvis.features.charter.comparison import Part
from parvis.features.moderation.rules import Item

TITLE_LENGTH = 110
EXCERPT_LENGTH = 220
_PAGES = {"post": "/posts/{id}", "comment": "/comments/{id}", "question": "/questions/{id}"}


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """Live words beside those that are judged."""

    id: UUID
    title: str
    excerpt: str
    author: str
    at: datetime
    href: str


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the words answer, and up to three things said before and after them in their place."""

    parent: Neighbour | None
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The wording before, and what changed word by word. `is_live`: readers see it now."""

    is_live: bool
    title: str
    body: str
    written_at: datetime
    title_parts: tuple[Part, ...]
    body_parts: tuple[Part, ...]


_NEIGHBOUR = """
    SELECT c.id, c.kind, r.title, r.body, c.created_at AS at, m.display_name AS author
      FROM contribution c
      JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.live_revision_id
      JOIN member m ON m.tenant_id = c.tenant_id AND m.id = c.author_id
     WHERE c.tenant_id = $1 AND
"""
_PARENT = f"{_NEIGHBOUR} c.id = $2"
_THREAD = f"{_NEIGHBOUR} c.parent_id = $2 AND c.kind = 'comment'"
_PLACE = f"{_NEIGHBOUR} c.place_id = $2 AND c.kind = 'post' AND c.live_revision_id IS NOT NULL"
_BEFORE = "AND c.id < $3 ORDER BY c.id DESC LIMIT 3"
_AFTER = "AND c.id > $3 ORDER BY c.id LIMIT 3"


async def context(item: Item, parent_id: UUID | None) -> Context | None:
    """Return what stands around the words of an item; None where it is about no such words."""
    if item.contribution_id is None or item.contribution_kind not in ("post", "comment"):
        return None
    siblings = _THREAD if parent_id else _PLACE
    around = parent_id or item.place_id
    parents = await db.fetch(_PARENT, parent_id) if parent_id else []
    before = await db.fetch(f"{siblings} {_BEFORE}", around, item.contribution_id)
    after = await db.fetch(f"{siblings} {_AFTER}", around, item.contribution_id)
    return Context(
        parent=_neighbour(parents[0]) if parents else None,
        before=tuple(_neighbour(row) for row in reversed(before)),
        after=tuple(_neighbour(row) for row in after),
    )


# What readers see now, or else the wording that was sent back; never the judged one itself.
_EARLIER = """
    SELECT e.title, e.body, e.created_at, e.id = c.live_revision_id AS is_live
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
      JOIN revision e ON e.tenant_id = r.tenant_id AND e.contribution_id = c.id AND e.id <> r.id
                      AND (e.id = c.live_revision_id OR e.number = r.number - 1)
     WHERE r.tenant_id = $1 AND r.id = $2 AND c.live_revision_id IS DISTINCT FROM r.id
     ORDER BY e.id = c.live_revision_id DESC NULLS LAST LIMIT 1
"""


async def earlier(revision_id: UUID, title: str, body: str) -> Earlier | None:
    """Return the wording before the one judged, with what changed; None for first words."""
    row = await db.fetch_row(_EARLIER, revision_id)
    if row is None:
        return None
    return Earlier(
        is_live=bool(row["is_live"]),
        title=row["title"],
        body=row["body"],
        written_at=row["created_at"],
        title_parts=tuple(comparison.words(row["title"], title)),
        body_parts=tuple(comparison.words(row["body"], body)),
    )


def _neighbour(row: db.Record) -> Neighbour:
    return Neighbour(
        id=row["id"],
        title=row["title"] or text.excerpt(row["body"], TITLE_LENGTH),
        excerpt=text.excerpt(row["body"], EXCERPT_LENGTH),
        author=row["author"],
        at=row["at"],
        href=_PAGES[row["kind"]].format(id=row["id"]),
    )

"""What a contribution's author last wrote: what the form shows when they change it."""

from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.errors import NotFound


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A wording as its author wrote it, in Markdown."""

    title: str
    body: str


async def newest_words(contribution_id: UUID) -> Words:
    """Return the newest wording of an accessed contribution, whether readers see it or not."""
    row = await db.fetch_row(
        "SELECT title, body FROM revision WHERE tenant_id = $1 AND contribution_id = $2"
        " ORDER BY number DESC LIMIT 1",
        contribution_id,
    )
    if row is None:
        raise NotFound
    return Words(title=row["title"], body=row["body"])

"""The exact place a notice names: an address of this site, and what stands there."""

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from parvis.core import db
from parvis.core.ids import ContributionId, MemberId, RevisionId
from parvis.features.moderation.actions_intake import Words

MOST_PLACES = 10
LONGEST = 2000
MOST_QUOTED = 150
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_HOSTS = "SELECT host FROM tenant_host WHERE tenant_id = $1"
# What readers see, else the newest words: a place that is not open to the notifier is judged too.
_WORDS = """
    SELECT c.id, c.kind, c.place_id, c.author_id,
           coalesce(c.live_revision_id, (
               SELECT r.id FROM revision r WHERE r.tenant_id = $1 AND r.contribution_id = c.id
                ORDER BY r.number DESC LIMIT 1)) AS revision_id
      FROM contribution c
     WHERE c.tenant_id = $1 AND c.withdrawn_at IS NULL
       AND (c.id = ANY($2::uuid[]) OR (c.kind = 'profile' AND c.author_id = ANY($2::uuid[])))
     ORDER BY array_position($2::uuid[], c.id) NULLS LAST
     LIMIT 1
"""


async def hosts() -> frozenset[str]:
    """Return the names under which this tenant's space is reached."""
    return frozenset(row["host"] for row in await db.fetch(_HOSTS))


def is_here(address: str, known: frozenset[str]) -> bool:
    """Whether an address is one of this site: a path, or a link with one of its names.

    No text that only begins like one: what is kept here is quoted in mails.
    """
    if not address.isprintable() or " " in address:
        return False
    if address.startswith("/") and not address.startswith("//"):
        return True
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.hostname or "") in known


def whole(address: str, site: str) -> str:
    """Return an address in full, as mails quote it: nothing in it leads elsewhere."""
    path = address if address.startswith("/") else urlsplit(address).path
    shown = quote(unquote(path), safe="/-._~")
    return site + (shown if len(shown) <= MOST_QUOTED else f"{shown[:MOST_QUOTED]}…")


async def words_at(address: str) -> Words | None:
    """Return the words of a member that an address leads to, held and secret ones too.

    What follows # is the most exact, then the end of the path. Nobody outside learns the result.
    """
    ids = _ids(address)
    row = await db.fetch_row(_WORDS, ids)
    if row is None or row["revision_id"] is None:
        return None
    return Words(
        contribution_id=ContributionId(row["id"]),
        revision_id=RevisionId(row["revision_id"]),
        kind=row["kind"],
        place_id=row["place_id"],
        author_id=MemberId(row["author_id"]),
    )


def _ids(address: str) -> Sequence[UUID]:
    return [UUID(found) for found in reversed(_ID.findall(address))][:MOST_PLACES]

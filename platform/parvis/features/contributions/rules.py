"""Who may change a contribution, and when a change has to wait for a moderator."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import ContributionId, MemberId, RevisionId


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contribution stands; `newest` and `live_number` count its revisions from 1."""

    id: ContributionId
    kind: str
    author_id: MemberId
    place_id: Any
    parent_id: ContributionId | None
    live_revision_id: RevisionId | None
    live_number: int | None
    newest: int

    @property
    def has_unread_change(self) -> bool:
        """Whether its newest revision is not the one readers see."""
        return self.live_number != self.newest


_LOCK = """
    SELECT c.id, c.kind, c.author_id, c.place_id, c.parent_id, c.live_revision_id
      FROM contribution c
     WHERE c.tenant_id = $1 AND c.id = $2 AND c.withdrawn_at IS NULL
       FOR UPDATE
"""
_NUMBERS = """
    SELECT max(number) AS newest, max(number) FILTER (WHERE id = $3) AS live_number
      FROM revision WHERE tenant_id = $1 AND contribution_id = $2
"""


async def lock(contribution_id: UUID) -> Standing:
    """Return where a contribution stands, locked until the transaction ends.

    Errors: NotFound when it does not exist or was withdrawn.
    """
    row = await db.fetch_row(_LOCK, contribution_id)
    if row is None:
        raise NotFound
    numbers = await db.fetch_row(_NUMBERS, contribution_id, row["live_revision_id"])
    return msgspec.convert({**row, **dict(numbers or ())}, Standing)


def require_author(actor: Actor, author_id: UUID) -> None:
    """Raise Denied unless the actor wrote it: nobody puts words in another's mouth."""
    if actor.require_member() != author_id:
        raise Denied(N_("Only its author can change this."))

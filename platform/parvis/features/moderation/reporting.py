"""What a member may report: words of others that they can read."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import CharterVersionId, ContributionId, MemberId, RevisionId
from parvis.features.conversations import rules as conversations
from parvis.features.meetings import rules as meetings


class Reportable(msgspec.Struct, frozen=True, kw_only=True):
    """Live words, and whether this member has reported them already."""

    id: ContributionId
    kind: str
    place_id: Any
    author_id: MemberId
    revision_id: RevisionId
    title: str
    body: str
    written_at: datetime
    charter_version_id: CharterVersionId | None
    is_reported: bool


_REPORTABLE = """
    SELECT c.id, c.kind, c.place_id, c.author_id, r.id AS revision_id, r.title, r.body,
           r.created_at AS written_at, r.charter_version_id,
           EXISTS (SELECT FROM review_cause x
                     JOIN review_item i ON i.tenant_id = x.tenant_id AND i.id = x.item_id
                    WHERE x.tenant_id = $1 AND x.reporter_id = $3 AND i.contribution_id = c.id
                      AND x.at >= r.created_at) AS is_reported
      FROM contribution c
      JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.live_revision_id
     WHERE c.tenant_id = $1 AND c.id = $2
"""
_ACCESS = {
    "post": conversations.access_post,
    "comment": conversations.access_comment,
    "question": meetings.access_question,
}


async def access_reportable(actor: Actor, contribution_id: UUID) -> Reportable:
    """Return live words that the actor may read. Errors: NotFound; Denied for their own."""
    row = await db.fetch_row(_REPORTABLE, contribution_id, actor.require_member())
    if row is None or row["kind"] not in _ACCESS:
        raise NotFound
    await _ACCESS[row["kind"]](actor, contribution_id)
    if row["author_id"] == actor.member_id:
        raise Denied(N_("These are your own words: change them, or withdraw them."))
    return msgspec.convert(dict(row), Reportable)

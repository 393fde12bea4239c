"""Where a member stands with charters, and what they answered over time."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.pagination import Page
from parvis.features.charter import rules
from parvis.features.charter.in_force import InForce, charter_path
from parvis.features.charter.tables import Decision
from parvis.features.charter.verdict import TENANT_SCOPE


class AcceptanceView(msgspec.Struct, frozen=True, kw_only=True):
    """A member's answer to a charter in force; `decision` is None when there is none.

    `grace_until`: until when what the member accepted earlier is enough, if it is at all.
    `is_renewal`: the acceptance has to be given again, since a warning followed it.
    """

    scope: str
    version: int
    decision: Decision | None
    at: datetime | None
    is_accepted: bool
    grace_until: datetime | None = None
    is_renewal: bool = False


_LAST_ANSWER = """
    SELECT decision, at FROM charter_acceptance
     WHERE tenant_id = $1 AND member_id = $2 AND version_id = ANY($3::uuid[])
     ORDER BY id DESC LIMIT 1
"""


async def acceptance(actor: Actor, current: InForce) -> AcceptanceView:
    """Return where a member stands with a charter in force."""
    row = await db.fetch_row(_LAST_ANSWER, actor.require_member(), list(current.enough))
    decision = Decision(row["decision"]) if row else None
    # As the rows stand now: the actor was loaded before an answer that this request has kept.
    is_accepted = decision is Decision.ACCEPTED
    warned_at = actor.standing.warned_at
    is_renewal = bool(
        row and is_accepted and warned_at and row["at"] < warned_at
        and rules.asks_after_warning(current)
    )  # fmt: skip
    return AcceptanceView(
        scope=current.scope,
        version=current.version.number,
        decision=decision,
        at=row["at"] if row else None,
        # A refusal and a withdrawal end every earlier acceptance, so the last answer tells.
        is_accepted=is_accepted and not is_renewal,
        grace_until=None if decision else current.grace_of(actor),
        is_renewal=is_renewal,
    )


class OwnAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a member, as it was given. `place` is the community's title, "" for the firm.

    `sha256` is that of the text shown, in the language shown.
    """

    id: UUID
    scope: str
    place: str
    version: int
    path: str
    decision: Decision
    how: str
    locale: str
    sha256: str
    at: datetime


_OWN = """
    SELECT a.id, a.decision, a.how, a.locale, a.sha256, a.at, v.number AS version,
           k.slug, k.title AS place
      FROM charter_acceptance a
      JOIN charter_version v ON v.tenant_id = a.tenant_id AND v.id = a.version_id
      LEFT JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id
     WHERE a.tenant_id = $1 AND a.member_id = $2 AND a.id < $3
       AND (k.id IS NULL OR k.visibility <> 'secret' OR k.id = ANY ($4::uuid[]))
     ORDER BY a.id DESC LIMIT $5
"""


async def own_answers(
    actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[OwnAnswer]:
    """Return a page of what the actor answered to charters, the last answer first.

    Answers to the charter of a secret community show for as long as one is in it.
    """
    size = pagination.bounded(limit)
    rows = await db.fetch(
        _OWN, actor.require_member(), pagination.before(after), list(actor.communities), size + 1
    )
    return pagination.page_of(rows, size, _own_answer)


def _own_answer(row: db.Record) -> OwnAnswer:
    scope = row["slug"] or TENANT_SCOPE
    return OwnAnswer(
        id=row["id"],
        scope=scope,
        place=row["place"] or "",
        version=row["version"],
        path=f"{charter_path(scope)}/{row['version']}",
        decision=Decision(row["decision"]),
        how=row["how"],
        locale=row["locale"],
        sha256=row["sha256"],
        at=row["at"],
    )

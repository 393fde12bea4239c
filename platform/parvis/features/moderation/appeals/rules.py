"""Who may contest which decision, until when, and who may judge that."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import ContributionId, DecisionId, MemberId, RevisionId
from parvis.features.moderation import statement
from parvis.features.moderation.legal_notices.told import FINAL, GRANTED
from parvis.features.moderation.rules import JUDGES, JudgedWords
from parvis.features.moderation.tables import Action, Audience

MOST_TEXT = 5000
# What restricts whom it concerns.
CONTESTABLE = frozenset(
    {Action.REFUSE, Action.REDACT, Action.RETURN, Action.WARN, Action.READ_ONLY, Action.SUSPEND}
)  # fmt: skip


class TooLate(Conflict):
    """The six months are over."""

    code = "too_late"
    default = N_("This decision could be contested until {until}. Courts remain open to you.")


class AlreadyAppealed(Conflict):
    """One party contests one decision once."""

    code = "already_appealed"
    default = N_("You have contested this decision already.")


class AlreadyReversed(Conflict):
    """There is nothing left to contest."""

    code = "already_reversed"
    default = N_("This decision was taken back: there is nothing left to contest.")


class Contested(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that somebody may contest, and what is needed to bring it before another."""

    id: DecisionId
    action: Action
    at: datetime
    until: datetime
    decided_by: MemberId | None
    concerned: MemberId | None
    audience: Audience
    words: JudgedWords | None
    is_reversed: bool
    text_sent: str | None


_CONTESTED = """
    SELECT d.id, d.action, d.at, d.redress_until, d.decided_by, d.contribution_id, d.revision_id,
           d.text_sent, coalesce(d.member_id, c.author_id) AS concerned, c.kind, c.place_id,
           c.author_id, i.audience,
           EXISTS (SELECT FROM decision back
                    WHERE back.tenant_id = $1 AND back.reverses_id = d.id) AS is_reversed
      FROM decision d
      LEFT JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
      LEFT JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND d.id = $2
"""


async def contested(decision_id: UUID) -> Contested | None:
    """Return a decision as it may be contested, by whomever that is."""
    row = await db.fetch_row(_CONTESTED, decision_id)
    if row is None:
        return None
    return Contested(
        id=row["id"],
        action=Action(row["action"]),
        at=row["at"],
        until=row["redress_until"] or statement.redress_until(row["at"]),
        decided_by=row["decided_by"],
        concerned=row["concerned"],
        audience=Audience(row["audience"] or Audience.MODERATORS),
        words=_words(row),
        is_reversed=row["is_reversed"],
        text_sent=row["text_sent"],
    )


def _words(row: Any) -> JudgedWords | None:
    if row["contribution_id"] is None or row["revision_id"] is None:
        return None
    return JudgedWords(
        contribution_id=ContributionId(row["contribution_id"]),
        revision_id=RevisionId(row["revision_id"]),
        kind=row["kind"],
        place_id=row["place_id"],
        author_id=row["author_id"],
    )


async def access_decision(actor: Actor, decision_id: UUID) -> Contested:
    """Return a decision that restricts the actor. Errors: NotFound, alike for others' and none."""
    found = await contested(decision_id)
    if found is None or found.concerned != actor.require_member():
        raise NotFound
    if found.action not in CONTESTABLE:
        raise NotFound
    return found


class OfNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice whose sender contests how it was decided."""

    notice_id: UUID
    member_id: MemberId | None
    locale: str
    contested: Contested


_NOTICE = """
    SELECT id, member_id, locale, decision_id FROM legal_notice
     WHERE tenant_id = $1 AND token_hash = $2 AND id = $3
"""


async def access_notice(token: str, notice_id: UUID) -> OfNotice:
    """Return a notice of a secret link, with the decision that left the place as it was.

    Errors: NotFound for what that link does not lead to, or what is not decided yet; Conflict
    where the notice was followed.
    """
    row = await db.fetch_row(_NOTICE, crypto.digest(token), notice_id)
    if row is None or row["decision_id"] is None:
        raise NotFound
    found = await contested(row["decision_id"])
    if found is None:
        raise NotFound
    if found.action in GRANTED:
        raise Conflict(N_("Your notice was followed: there is nothing to contest."))
    if found.action in FINAL:
        raise Conflict(N_("This was decided on appeal. Courts remain open to you."))
    return OfNotice(
        notice_id=row["id"], member_id=row["member_id"], locale=row["locale"], contested=found
    )


def require_open(found: Contested) -> None:
    """Raise TooLate from the instant on at which the six months are over; AlreadyReversed."""
    if clock.now() >= found.until:
        raise TooLate(until=found.until.date().isoformat())
    if found.is_reversed:
        raise AlreadyReversed


def checked_text(text: str | None) -> str:
    """Return what an appeal says. Errors: Invalid for none, or more than 5,000 characters."""
    said = (text or "").strip()
    if not said:
        raise Invalid(fields={"text": N_("Say why the decision should be changed.")})
    if "\x00" in said:
        raise Invalid(fields={"text": N_("This text holds a character that cannot be stored.")})
    if len(said) > MOST_TEXT:
        raise Invalid(
            fields={"text": N_("At most {most} characters, please.")}, most=f"{MOST_TEXT}"
        )
    return said


_HELD_BY_OTHERS = """
    SELECT DISTINCT unnest(g.permissions) AS permission
      FROM group_member x
      JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
      JOIN member m ON m.tenant_id = x.tenant_id AND m.id = x.member_id
     WHERE x.tenant_id = $1 AND x.community_id IS NULL AND m.state = 'active'
       AND m.kind = 'person' AND m.id <> ALL($2::uuid[])
"""


async def audience_of(found: Contested, barred: Collection[UUID]) -> Audience:
    """Return who judges an appeal: who judges such decisions, but for those who are barred.

    Where nobody else holds the right, the tenant admin; an appeal waits for nobody.
    """
    first = found.audience
    rows = await db.fetch(_HELD_BY_OTHERS, list(barred))
    held = {row["permission"] for row in rows}
    if JUDGES[first] in held:
        return first
    return Audience.TENANT_ADMIN

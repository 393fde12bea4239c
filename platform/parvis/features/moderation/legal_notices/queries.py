"""Notices as their senders follow them, and as whoever judges them reads them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.i18n import translate
from parvis.features.moderation.legal_notices import categories, misuse, told
from parvis.features.moderation.legal_notices.misuse import Standing
from parvis.features.moderation.legal_notices.told import Outcome


class AppealState(msgspec.Struct, frozen=True, kw_only=True):
    """Where the appeal of a notifier stands; `answer` is the reasoned decision."""

    filed_at: datetime
    outcome: str | None
    answer: str | None
    decided_at: datetime | None


class NoticeState(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a filing, for who sent it."""

    id: UUID
    reference: str
    address: str
    category: str
    received_at: datetime
    outcome: Outcome | None
    appeal: AppealState | None
    may_appeal: bool


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """What the page behind the secret link shows. No name, no mail: links are passed on."""

    reference: str
    received_at: datetime
    reasons: str
    # Whether nobody said yet that the mailbox which the link went to is theirs.
    is_unconfirmed: bool
    notices: tuple[NoticeState, ...]


class NoticeCase(msgspec.Struct, frozen=True, kw_only=True):
    """A notice for whoever judges what it is about. Nobody else learns who sent it."""

    id: UUID
    reference: str
    address: str
    category: str
    reasons: str
    law: str | None
    name: str | None
    email: str | None
    is_member: bool
    is_trusted: bool
    is_confirmed: bool
    is_found: bool
    received_at: datetime
    standing: Standing | None


_FILING = """
    SELECT n.id, n.reference, n.address, n.category, n.keyword, n.reasons, n.received_at,
           n.notifier_email IS NOT NULL AND n.confirmed_at IS NULL AS is_unconfirmed,
           n.decision_id, a.id AS appeal_id, a.decision_id AS contested_id, a.filed_at,
           a.outcome AS appeal_outcome, a.decided_at, o.text_sent AS answer
      FROM legal_notice n
      LEFT JOIN LATERAL (
           SELECT * FROM appeal x WHERE x.tenant_id = $1 AND x.legal_notice_id = n.id
            ORDER BY x.id DESC LIMIT 1) a ON true
      LEFT JOIN decision o ON o.tenant_id = a.tenant_id AND o.id = a.outcome_decision_id
     WHERE n.tenant_id = $1 AND n.token_hash = $2 ORDER BY n.id
"""


async def filing(token: str, locale: str) -> Filing:
    """Return what a secret link shows. Errors: NotFound for a token that is none of ours."""
    rows = await db.fetch(_FILING, crypto.digest(token))
    if not rows:
        raise NotFound
    notices = tuple([await _state(row, locale) for row in rows])
    reference = rows[0]["reference"]
    return Filing(
        reference=reference.rsplit("-", 1)[0] if len(rows) > 1 else reference,
        received_at=rows[0]["received_at"],
        reasons=rows[0]["reasons"],
        is_unconfirmed=rows[0]["is_unconfirmed"],
        notices=notices,
    )


async def _state(row: Any, locale: str) -> NoticeState:
    outcome = await told.outcome(row["decision_id"], locale)
    is_contested = row["contested_id"] is not None and row["contested_id"] == row["decision_id"]
    return NoticeState(
        id=row["id"],
        reference=row["reference"],
        address=row["address"],
        category=_label(row, locale),
        received_at=row["received_at"],
        outcome=outcome,
        appeal=_appeal(row),
        may_appeal=outcome is not None and _is_contestable(outcome) and not is_contested,
    )


def _is_contestable(outcome: Outcome) -> bool:
    is_over = outcome.is_granted or outcome.is_final
    return not is_over and clock.now() < outcome.contestable_until


def _appeal(row: Any) -> AppealState | None:
    if row["appeal_id"] is None:
        return None
    return AppealState(
        filed_at=row["filed_at"],
        outcome=row["appeal_outcome"],
        answer=row["answer"],
        decided_at=row["decided_at"],
    )


_OF_ITEM = """
    SELECT n.id, n.reference, n.address, n.category, n.keyword, n.reasons, n.law,
           n.notifier_name AS name, n.notifier_email AS email, n.notifier_hash,
           n.member_id IS NOT NULL AS is_member, n.is_trusted_flagger AS is_trusted,
           n.confirmed_at IS NOT NULL AS is_confirmed, n.contribution_id IS NOT NULL AS is_found,
           n.received_at
      FROM legal_notice n
     WHERE n.tenant_id = $1 AND n.id IN (SELECT x.legal_notice_id FROM review_cause x
           WHERE x.tenant_id = $1 AND x.item_id = $2)
     ORDER BY n.id
"""


async def of_item(actor: Actor, item_id: UUID) -> tuple[NoticeCase, ...]:
    """Return the notices that brought an item which the actor may judge."""
    rows = await db.fetch(_OF_ITEM, item_id)
    return tuple([await _case(row, actor.locale) for row in rows])


async def _case(row: Any, locale: str) -> NoticeCase:
    values = dict(row)
    standing = await misuse.standing(values.pop("notifier_hash"))
    category = _label(row, locale)
    del values["keyword"]
    return NoticeCase(**(values | {"category": category, "standing": standing}))


def _label(row: Any, locale: str) -> str:
    choice = categories.choice_of(row["category"], row["keyword"])
    label = categories.LABELS.get(choice)
    return translate(locale, label) if label else choice


_CONTACT = "SELECT display_name, email FROM member WHERE tenant_id = $1 AND id = $2"


async def own_contact(actor: Actor) -> dict[str, str]:
    """Return what a member need not type again: nothing for a visitor."""
    row = await db.fetch_row(_CONTACT, actor.member_id) if actor.signed_in else None
    return {"name": row["display_name"], "email": row["email"] or ""} if row else {}

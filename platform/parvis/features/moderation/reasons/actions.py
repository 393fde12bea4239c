"""Add, change and remove ready-made reasons."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.db import UniqueViolation
from parvis.core.errors import Conflict, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.moderation import clauses
from parvis.features.moderation.reasons import queries, rules
from parvis.features.moderation.reasons.queries import ReasonView
from parvis.features.moderation.tables import RESTRICTIONS, Action


class ReasonInput(msgspec.Struct, frozen=True, kw_only=True):
    """A reason: what a letter says beside its fixed parts, for one action under one clause."""

    clause_id: Annotated[str, Meta(min_length=1, max_length=80)]
    action: Action
    locale: Annotated[str, Meta(min_length=1, max_length=10)]
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    body: Annotated[str, Meta(min_length=1, max_length=4000)]


class SameTitle(Conflict):
    code = "same_title"
    default = N_("There is a reason of this title already, for the same rule and decision.")


async def add(actor: Actor, given: ReasonInput) -> ReasonView:
    """Keep a new reason. Errors: NotFound to who writes none; Invalid; SameTitle (409)."""
    await _require_whole(actor, given)
    reason_id = new_id()
    try:
        await db.insert("canned_reason", id=reason_id, **_columns(actor, given))
    except UniqueViolation:
        raise SameTitle from None
    return await _told(actor, reason_id)


async def change(actor: Actor, reason_id: UUID, given: ReasonInput) -> ReasonView:
    """Word a reason anew; letters that were sent stay as they are. Errors: as add."""
    await _require_whole(actor, given)
    columns = _columns(actor, given)
    names = [f"{name} = ${n}" for n, name in enumerate(columns, start=3)]
    try:
        changed = await db.execute(
            f"UPDATE canned_reason SET {', '.join(names)} WHERE tenant_id = $1 AND id = $2",
            reason_id,
            *columns.values(),
        )
    except UniqueViolation:
        raise SameTitle from None
    if not changed:
        raise NotFound
    return await _told(actor, reason_id)


async def remove(actor: Actor, reason_id: UUID) -> None:
    """Offer a reason no more. Errors: NotFound."""
    rules.require_writer(actor)
    if not await db.execute(
        "DELETE FROM canned_reason WHERE tenant_id = $1 AND id = $2", reason_id
    ):
        raise NotFound
    await journal.record(actor, "reasons.removed", subject=("canned_reason", reason_id))


async def _require_whole(actor: Actor, given: ReasonInput) -> None:
    rules.require_writer(actor)
    wrong: dict[str, str] = {}
    charter = await clauses.newest()
    if charter is None or charter.find(given.clause_id) is None:
        wrong["clause_id"] = N_("Choose a rule of the charter in force.")
    if given.action not in RESTRICTIONS:
        wrong["action"] = N_("Reasons are for what is sent back, refused or masked.")
    if given.locale not in actor.tenant.locales:
        wrong["locale"] = N_("Choose a language of this space.")
    for name in ("title", "body"):
        if not getattr(given, name).strip():
            wrong[name] = N_("Please fill this in.")
    if wrong:
        raise Invalid(fields=wrong)


def _columns(actor: Actor, given: ReasonInput) -> dict[str, object]:
    return {
        "clause_id": given.clause_id,
        "action": given.action,
        "locale": given.locale,
        "title": given.title.strip(),
        "body": given.body.strip(),
        "updated_by": actor.require_member(),
        "updated_at": clock.now(),
    }


async def _told(actor: Actor, reason_id: UUID) -> ReasonView:
    kept = await queries.reason(actor, reason_id)
    await journal.record(
        actor, "reasons.changed", subject=("canned_reason", reason_id),
        data={"clause": kept.clause_id, "to": kept.action, "locale": kept.locale},
    )  # fmt: skip
    return kept

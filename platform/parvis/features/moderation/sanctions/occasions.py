"""What a sanction is drafted from: the member, the words it comes from, the charters in force."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.features.moderation import clauses, drafting, rules, statement
from parvis.features.moderation.clauses import Charter, Clause
from parvis.features.moderation.letter import Occasion
from parvis.features.moderation.sanctions.rules import Subject

MEMBER = "member"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The occasion of a sanction. `place` is the title of the community it is limited to."""

    charters: tuple[Charter, ...]
    occasion: Occasion
    place_id: UUID | None = None
    place: str | None = None
    written_at: datetime | None = None
    source: str = statement.VOLUNTARY
    columns: dict[str, Any] = {}

    def find(self, ref: str | None) -> tuple[Charter, Clause] | None:
        """Return the clause that `ref` names, and its charter."""
        pairs = ((charter, clause) for charter in self.charters for clause in charter.clauses)
        return next((pair for pair in pairs if pair[1].ref == ref), None)


async def case_of(
    actor: Actor, subject: Subject, *, place_id: UUID | None, item_id: UUID | None
) -> Case:
    """Return what a sanction of `subject` is drafted from.

    With an item, its words are the occasion: a clause binds as it stood when they were written.
    Errors: NotFound for an item that is not the actor's to judge, or about somebody else; Invalid
    for a place that is none.
    """
    now = clock.now()
    place = await _place(place_id)
    if item_id is None:
        return Case(
            charters=await clauses.charters_of(None, now, place_id),
            occasion=_occasion(actor, subject, now),
            place_id=place_id,
            place=place,
        )
    item = await rules.access_item(actor, item_id)
    if item.author_id != subject.id:
        raise NotFound
    if item.revision_id is None:
        case = await case_of(actor, subject, place_id=place_id, item_id=None)
        return msgspec.structs.replace(case, columns={"item_id": item.id})
    draft = await drafting.draft(actor, item, now)
    by_report = draft.occasion.by_report
    return Case(
        charters=draft.charters,
        occasion=msgspec.structs.replace(draft.occasion, kind=MEMBER, title=""),
        place_id=place_id,
        place=place,
        written_at=draft.written_at,
        source=statement.NOTIFIED if by_report else statement.VOLUNTARY,
        columns={
            "item_id": item.id,
            "contribution_id": item.contribution_id,
            "revision_id": item.revision_id,
            "automated_detection": draft.occasion.by_rule,
        },
    )


def _occasion(actor: Actor, subject: Subject, now: datetime) -> Occasion:
    tenant = actor.tenant
    return Occasion(
        author=subject.name,
        kind=MEMBER,
        title="",
        was_live=False,
        by_rule=False,
        by_report=False,
        locale=tenant.spoken(subject.locale),
        timezone=tenant.timezone,
        contact=tenant.settings.legal.contact,
        redress_until=statement.redress_until(now),
    )


async def _place(place_id: UUID | None) -> str | None:
    if place_id is None:
        return None
    title: str | None = await db.fetch_value(
        "SELECT title FROM community WHERE tenant_id = $1 AND id = $2", place_id
    )
    if title is None:
        raise Invalid(fields={"place_id": N_("Choose a community, or everywhere.")})
    return title

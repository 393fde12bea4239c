"""A member brings words of another before the moderators."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import journal
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.contributions import rules as contribution_rules
from parvis.features.moderation import actions_intake, clauses, queries_case, reporting
from parvis.features.moderation.actions_intake import NewCause, Words
from parvis.features.moderation.reporting import Reportable
from parvis.features.moderation.tables import ItemKind, Source, TargetKind

OTHER = "other"


class ReportInput(msgspec.Struct, frozen=True, kw_only=True):
    """Why a member thinks that words break the charter: a clause's id, or `other` with a note."""

    reason: Annotated[str, Meta(min_length=1, max_length=80)]
    note: Annotated[str, Meta(max_length=1000)] | None = None


async def report(actor: Actor, contribution_id: UUID, given: ReportInput) -> None:
    """Bring words the actor can read before the moderators; reporting them twice changes nothing.

    Errors: NotFound; Denied for one's own words; Invalid for an unknown reason.
    """
    # Sent twice at once, the second must see the first.
    await contribution_rules.lock(contribution_id)
    target = await reporting.access_reportable(actor, contribution_id)
    clause_id = await _clause_id(target, given)
    if target.is_reported:
        return
    item_id = await actions_intake.open_item(
        target_kind=TargetKind.CONTRIBUTION,
        target_id=target.id,
        kind=ItemKind.FLAG,
        words=Words(
            contribution_id=target.id,
            revision_id=target.revision_id,
            kind=target.kind,
            place_id=target.place_id,
            author_id=target.author_id,
        ),
        causes=[
            NewCause(
                source=Source.REPORT,
                clause_id=clause_id,
                reporter_id=actor.require_member(),
                note=given.note,
            )
        ],
    )
    await journal.record(
        actor,
        queries_case.REPORT,
        subject=(target.kind, target.id),
        # The author may hold the right to read the journal; who reported them is not for them.
        data={"item": item_id, "reason": given.reason, "hidden_from": target.author_id},
    )


async def _clause_id(target: Reportable, given: ReportInput) -> str | None:
    """Return the clause a report names, None for another reason, which the note then tells."""
    charter = await clauses.charter_of(target.charter_version_id, target.written_at)
    clause = charter.find(given.reason) if charter else None
    if clause is None and given.reason != OTHER:
        raise Invalid(fields={"reason": N_("Choose a rule of the charter, or another reason.")})
    if clause is None and not given.note:
        raise Invalid(fields={"note": N_("Say in a few words what is wrong.")})
    return clause.id if clause else None

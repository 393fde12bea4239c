"""What was decided about a member, for their dossier."""

from parvis.core import formats, i18n
from parvis.core.actor import Actor
from parvis.core.dossier import DossierOpened, DossierRow, DossierSection
from parvis.core.i18n import N_
from parvis.features.moderation.sanctions import queries, rules
from parvis.features.moderation.sanctions.queries import SanctionView

KINDS = {
    "warning": N_("Warning"),
    "read_only": N_("Reads only"),
    "suspension": N_("Suspended"),
}


async def show(event: DossierOpened) -> None:
    """Append what the member was given, newest first, with the way to give something else."""
    actor = event.actor
    own = event.member_id == actor.member_id
    if own or not rules.judges_everywhere(actor):
        return
    given = await queries.given(actor, event.member_id, everywhere=True)
    event.sections.append(
        DossierSection(
            place=30,
            name="sanctions",
            title=N_("Measures"),
            rows=tuple(_row(actor, one) for one in given),
            more=f"/admin/members/{event.member_id}/sanctions",
        )
    )


def _row(actor: Actor, one: SanctionView) -> DossierRow:
    return DossierRow(
        at=one.starts_at,
        text=i18n.translate(actor.locale, KINDS[one.kind]),
        note=", ".join(part for part in (one.place or "", state(actor, one)) if part),
        path=f"/admin/decisions/{one.decision_id}",
    )


def state(actor: Actor, one: SanctionView) -> str:
    """Return until when a sanction holds, or that it no longer does."""
    if one.lifted_at:
        return i18n.translate(actor.locale, N_("lifted"))
    if one.until is None:
        return ""
    said = N_("until {when}") if one.is_in_force else N_("ended {when}")
    zone = actor.tenant.timezone
    when = formats.date(one.until, "short", locale=actor.locale, timezone=zone)
    return i18n.translate(actor.locale, said, when=when)

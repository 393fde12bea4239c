"""What the journal tells of a member, for their dossier."""

from parvis.core.dossier import DossierOpened, DossierRow, DossierSection
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.journal import queries

SHOWN = 20


async def show(event: DossierOpened) -> None:
    """Append the newest entries about the member, for who may read the journal."""
    if not event.actor.may(Permission.JOURNAL_READ):
        return
    entries = await queries.newest(event.actor, "member", event.member_id, limit=SHOWN)
    event.sections.append(
        DossierSection(
            place=30,
            name="journal",
            title=N_("Journal"),
            rows=tuple(
                DossierRow(at=one.at, text=one.sentence, path=f"/admin/journal/{one.id}")
                for one in entries
            ),
            more=f"/admin/journal?subject=member:{event.member_id}",
        )
    )

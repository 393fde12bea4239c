"""What a member answered to charters, for their dossier."""

from parvis.core import db, i18n
from parvis.core.dossier import DossierOpened, DossierRow, DossierSection
from parvis.core.i18n import N_
from parvis.features.charter.in_force import charter_path
from parvis.features.charter.verdict import TENANT_SCOPE

SHOWN = 20
SAID = {
    "accepted": N_("Accepted version {number}"),
    "refused": N_("Refused version {number}"),
    "withdrawn": N_("Withdrew from version {number}"),
}
# A secret community's own charter is known to its people only.
_ANSWERS = f"""
    SELECT a.decision, a.at, v.number, c.title AS place, c.slug
      FROM charter_acceptance a
      JOIN charter_version v ON v.tenant_id = a.tenant_id AND v.id = a.version_id
      LEFT JOIN community c ON c.tenant_id = v.tenant_id AND c.id = v.community_id
     WHERE a.tenant_id = $1 AND a.member_id = $2
       AND (c.id IS NULL OR c.visibility <> 'secret' OR c.id = ANY ($3::uuid[]))
     ORDER BY a.id DESC LIMIT {SHOWN}
"""


async def show(event: DossierOpened) -> None:
    """Append what the member answered, the last answer first."""
    actor = event.actor
    rows = await db.fetch(_ANSWERS, event.member_id, [*actor.communities, *actor.managed])
    event.sections.append(
        DossierSection(
            place=20,
            name="charter",
            title=N_("Answers to the charter"),
            rows=tuple(
                DossierRow(
                    at=row["at"],
                    text=i18n.translate(actor.locale, SAID[row["decision"]], number=row["number"]),
                    note=row["place"] or "",
                    path=f"{charter_path(row['slug'] or TENANT_SCOPE)}/{row['number']}",
                )
                for row in rows
            ),
        )
    )

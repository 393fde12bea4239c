"""What the charter keeps of a member: their answers to it, which stay as proofs."""

from parvis.core import db
from parvis.core.data_rights import (
    ErasureWeighed,
    OwnDataAsked,
    Proof,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_ANSWERS = """
    SELECT a.id, k.title AS community, v.number AS version, a.decision, a.locale, a.how, a.sha256,
           a.at
      FROM charter_acceptance a
      JOIN charter_version v ON v.tenant_id = a.tenant_id AND v.id = a.version_id
      LEFT JOIN community k ON k.tenant_id = v.tenant_id AND k.id = v.community_id
     WHERE a.tenant_id = $1 AND a.member_id = $2 AND a.id > $3 ORDER BY a.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member's answers to the charter."""
    asked.sections.append(
        section(
            "charter_answers",
            N_("Your answers to the charter"),
            {
                "id": N_("Reference"),
                "community": N_("Community"),
                "version": N_("Version"),
                "decision": N_("Decision"),
                "locale": N_("Language"),
                "how": N_("How"),
                "sha256": N_("Digest"),
                "at": N_("When"),
            },
            _ANSWERS,
            asked.member_id,
        )
    )


_COUNT = "SELECT count(*) FROM charter_acceptance WHERE tenant_id = $1 AND member_id = $2"


async def weigh(event: ErasureWeighed) -> None:
    """Say that answers to the charter stay, without a name."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("Your answers to the charter ({n})"),
                why=N_("They prove under which rules words were judged. They hold no text."),
                count=count,
            )
        )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
)

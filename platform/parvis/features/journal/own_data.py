"""What the journal tells of a member. Its entries stay: they hold no personal text."""

from parvis.core import db
from parvis.core.data_rights import (
    ErasureWeighed,
    OwnDataAsked,
    Proof,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

# Without the data of an entry, which names others; without what is kept from this very member.
_ENTRIES = """
    SELECT e.id, e.act, e.subject_kind, e.subject_id, e.at FROM journal_entry e
     WHERE e.tenant_id = $1
       AND (e.actor_id = $2 OR (e.subject_kind = 'member' AND e.subject_id = $2))
       AND (e.data ->> 'hidden_from') IS DISTINCT FROM $2::uuid::text
       AND e.id > $3 ORDER BY e.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append what the member did, and what was done to their membership."""
    asked.sections.append(
        section(
            "journal",
            N_("What the journal says of you"),
            {
                "id": N_("Reference"),
                "act": N_("Act"),
                "subject_kind": N_("Subject"),
                "subject_id": N_("Reference of the subject"),
                "at": N_("When"),
            },
            _ENTRIES,
            asked.member_id,
        )
    )


_COUNT = "SELECT count(*) FROM journal_entry WHERE tenant_id = $1 AND actor_id = $2"


async def weigh(event: ErasureWeighed) -> None:
    """Say that the journal stays, about somebody without a name."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("The journal’s entries about what you did ({n})"),
                why=N_(
                    "They prove that rules were kept. They hold no words of yours and lead to "
                    "nobody once your name is gone."
                ),
                count=count,
            )
        )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
)

"""What notices keep of a member who sent them with a session: theirs to read, and to take back."""

from parvis.core import db
from parvis.core.data_rights import ErasureWeighed, MemberErased, OwnDataAsked, Proof
from parvis.core.i18n import N_
from parvis.core.own_data import section

_MINE = """
    SELECT n.id, n.reference, n.address, n.category, n.keyword, n.reasons, n.law,
           n.notifier_name AS name, n.notifier_email AS email, n.status, n.received_at,
           n.decided_at
      FROM legal_notice n
     WHERE n.tenant_id = $1 AND n.member_id = $2 AND n.id > $3 ORDER BY n.id LIMIT $4
"""
_COUNT = "SELECT count(*) FROM legal_notice WHERE tenant_id = $1 AND member_id = $2"
_EMPTY = """
    UPDATE legal_notice SET reasons = '…', law = NULL, notifier_name = NULL,
           notifier_email = NULL, notifier_hash = NULL, token_sealed = NULL
     WHERE tenant_id = $1 AND (member_id = $2 OR ($3::text IS NOT NULL
           AND lower(notifier_email) = lower($3)))
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the notices the member sent."""
    asked.sections.append(
        section("legal_notices", N_("Your notices of illegal content"), {
            "id": N_("Reference"), "reference": N_("Number of the notice"),
            "address": N_("Address"), "category": N_("Kind"), "keyword": N_("Keyword"),
            "reasons": N_("What you said"), "law": N_("Law"), "name": N_("Name"),
            "email": N_("E-mail"), "status": N_("State"), "received_at": N_("When"),
            "decided_at": N_("Decided"),
        }, _MINE, asked.member_id)
    )  # fmt: skip


async def weigh(event: ErasureWeighed) -> None:
    """Say that notices stay without their words and without who sent them."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("Notices of illegal content that you sent ({n})"),
                why=N_(
                    "The law wants notices to be counted. The place, the kind and the outcome "
                    "stay; your words, your name and your address are erased."
                ),
                count=count,
            )
        )


async def let_go(event: MemberErased) -> None:
    """Empty the member's notices, those sent without a session from their address too."""
    await db.execute(_EMPTY, event.member_id, event.email)


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
    (MemberErased, let_go),
)

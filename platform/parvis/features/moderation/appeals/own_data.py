"""What appeals keep of a member: theirs to read, and emptied when they are forgotten."""

from parvis.core import db
from parvis.core.data_rights import ErasureWeighed, MemberErased, OwnDataAsked, Proof
from parvis.core.i18n import N_
from parvis.core.own_data import section

_MINE = """
    SELECT a.id, a.decision_id AS decision, a.text, a.filed_at, a.outcome, o.text_sent AS answer,
           a.decided_at
      FROM appeal a
      LEFT JOIN decision o ON o.tenant_id = a.tenant_id AND o.id = a.outcome_decision_id
     WHERE a.tenant_id = $1 AND a.member_id = $2 AND a.id > $3 ORDER BY a.id LIMIT $4
"""
_COUNT = "SELECT count(*) FROM appeal WHERE tenant_id = $1 AND member_id = $2"
_WITHDRAW = """
    UPDATE review_item i SET status = 'withdrawn', version = i.version + 1, claimed_by = NULL,
           claim_expires_at = NULL
      FROM appeal a
     WHERE i.tenant_id = $1 AND a.tenant_id = $1 AND a.member_id = $2 AND a.outcome IS NULL
       AND i.target_kind = 'decision' AND i.other_target_id = a.decision_id
       AND i.status NOT IN ('decided', 'withdrawn')
       AND NOT EXISTS (SELECT FROM appeal b WHERE b.tenant_id = $1 AND b.outcome IS NULL
                          AND b.decision_id = a.decision_id AND b.id <> a.id)
"""
_EMPTY = """
    UPDATE appeal SET text = '…', outcome = coalesce(outcome, 'withdrawn'),
           decided_at = coalesce(decided_at, $3)
     WHERE tenant_id = $1 AND member_id = $2
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member's appeals with their answers."""
    asked.sections.append(
        section("appeals", N_("Decisions you contested"), {
            "id": N_("Reference"), "decision": N_("Decision"), "text": N_("What you said"),
            "filed_at": N_("When"), "outcome": N_("Outcome"), "answer": N_("What you were told"),
            "decided_at": N_("Decided"),
        }, _MINE, asked.member_id)
    )  # fmt: skip


async def weigh(event: ErasureWeighed) -> None:
    """Say that appeals stay, counted, without their words."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("Decisions that you contested ({n})"),
                why=N_("The law wants appeals to be counted. Your words are erased."),
                count=count,
            )
        )


async def let_go(event: MemberErased) -> None:
    """Empty the member's appeals; those not decided yet are withdrawn, and leave the queue."""
    await db.execute(_WITHDRAW, event.member_id)
    await db.execute(_EMPTY, event.member_id, event.at)


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
    (MemberErased, let_go),
)

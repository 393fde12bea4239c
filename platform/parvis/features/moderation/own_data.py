"""What moderation keeps of a member: decisions about their words, reports and decisions of theirs.

Who decided about them, and who reported them, is not theirs to know.
"""

from parvis.core import db
from parvis.core.data_rights import (
    ErasureWeighed,
    MemberErased,
    OwnDataAsked,
    Proof,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section
from parvis.features.moderation.decisions.about import ABOUT

# What an author is not told, an archive does not tell either: that words were reported and left
# online, and what moderators note for one another.
_ABOUT = f"""
    WITH {ABOUT}
    SELECT d.id, d.contribution_id AS contribution, d.action, d.ground, d.clause_id AS clause,
           d.law, d.until, CASE WHEN d.text_sent IS NOT NULL THEN d.facts END AS facts,
           d.text_sent, d.statement, d.redress_until, d.reverses_id AS reverses, d.at
      FROM about d
      LEFT JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE (d.text_sent IS NOT NULL OR (d.action = 'publish' AND i.kind IN ('new', 'edit')))
       AND d.id > $3
     ORDER BY d.id LIMIT $4
"""
_SANCTIONS = """
    SELECT s.id, s.kind, k.title AS place, s.decision_id AS decision, s.clause_id AS clause,
           s.starts_at, s.until, s.lifted_at
      FROM sanction s
      LEFT JOIN community k ON k.tenant_id = s.tenant_id AND k.id = s.place_id
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.id > $3 ORDER BY s.id LIMIT $4
"""
_REPORTS = """
    SELECT x.id, i.contribution_id AS contribution, x.clause_id AS clause, x.note, x.at
      FROM review_cause x
      JOIN review_item i ON i.tenant_id = x.tenant_id AND i.id = x.item_id
     WHERE x.tenant_id = $1 AND x.reporter_id = $2 AND x.id > $3 ORDER BY x.id LIMIT $4
"""
# What a moderator wrote there is about others: the act is given, not the words.
_TAKEN = """
    SELECT d.id, d.action, d.clause_id AS clause, d.at FROM decision d
     WHERE d.tenant_id = $1 AND d.decided_by = $2 AND d.id > $3 ORDER BY d.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append decisions about the member's words with their reasons, and what they did here."""
    who = asked.member_id
    asked.sections.extend([
        section("decisions", N_("Decisions about you and what you wrote"), {
            "id": N_("Reference"), "contribution": N_("Text"), "action": N_("Decision"),
            "ground": N_("Ground"), "clause": N_("Rule"), "law": N_("Law"), "until": N_("Until"),
            "facts": N_("Facts"), "text_sent": N_("What you were told"),
            "statement": N_("Statement of reasons"), "redress_until": N_("May be contested until"),
            "reverses": N_("Takes back"), "at": N_("When"),
        }, _ABOUT, who, json=("statement",)),
        section("sanctions", N_("Measures taken about you"), {
            "id": N_("Reference"), "kind": N_("Measure"), "place": N_("Place"),
            "decision": N_("Decision"), "clause": N_("Rule"), "starts_at": N_("From"),
            "until": N_("Until"), "lifted_at": N_("Lifted"),
        }, _SANCTIONS, who),
        section("reports", N_("Your reports"), {
            "id": N_("Reference"), "contribution": N_("Text"), "clause": N_("Rule"),
            "note": N_("What you said"), "at": N_("When"),
        }, _REPORTS, who),
        section("decisions_taken", N_("Decisions you took as a moderator"), {
            "id": N_("Reference"), "action": N_("Decision"), "clause": N_("Rule"),
            "at": N_("When"),
        }, _TAKEN, who),
        section("review_preferences", N_("Your mails as a moderator"), {
            "id": N_("Reference"), "digests": N_("Summaries of what waits"),
        }, _PREFERENCES, who),
    ])  # fmt: skip


_PREFERENCES = """
    SELECT p.id, p.digests FROM review_preference p
     WHERE p.tenant_id = $1 AND p.member_id = $2 AND p.id > $3 ORDER BY p.id LIMIT $4
"""


_COUNT = f"""
    WITH {ABOUT} SELECT count(*) FROM about
"""


async def weigh(event: ErasureWeighed) -> None:
    """Say that decisions stay with their ground, without the words judged or the letter sent."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("Decisions of moderators about what you wrote ({n})"),
                why=N_(
                    "The law wants restrictions to be accounted for. The rule and the facts stay; "
                    "your words and the letter to you are erased."
                ),
                count=count,
            )
        )


async def let_go(event: MemberErased) -> None:
    """Empty the letters sent to the member and the notes of their reports."""
    await db.execute("SELECT forget_letters(tenant_id => $1, member_id => $2)", event.member_id)
    await db.execute(
        "DELETE FROM review_preference WHERE tenant_id = $1 AND member_id = $2", event.member_id
    )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
    (MemberErased, let_go),
)

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

# What an author is not told, an archive does not tell either: that words were reported and left
# online, and what moderators note for one another.
_ABOUT = """
    SELECT d.id, d.contribution_id AS contribution, d.action, d.clause_id AS clause,
           CASE WHEN d.text_sent IS NOT NULL THEN d.facts END AS facts,
           d.text_sent, d.statement, d.redress_until, d.at
      FROM decision d
      JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
      JOIN review_item i ON i.tenant_id = d.tenant_id AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND c.author_id = $2 AND d.action <> 'escalate'
       AND NOT (d.action = 'publish' AND i.kind = 'flag') AND d.id > $3
     ORDER BY d.id LIMIT $4
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
        section("decisions", N_("Decisions about what you wrote"), {
            "id": N_("Reference"), "contribution": N_("Text"), "action": N_("Decision"),
            "clause": N_("Rule"), "facts": N_("Facts"), "text_sent": N_("What you were told"),
            "statement": N_("Statement of reasons"), "redress_until": N_("May be contested until"),
            "at": N_("When"),
        }, _ABOUT, who, json=("statement",)),
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


_COUNT = """
    SELECT count(*) FROM decision d
      JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
     WHERE d.tenant_id = $1 AND c.author_id = $2
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

"""Every column that leads to a member is in their archive, or left out for a reason given here."""

import asyncpg

from .conftest import Life, download, make_archive, sections

TO_MEMBERS = """
    SELECT k.conrelid::regclass::text AS source, a.attname AS column
      FROM pg_constraint k
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
     WHERE k.contype = 'f' AND k.confrelid = 'member'::regclass AND a.attname <> 'tenant_id'
"""
# (table, column) → the section of data.json that gives its rows.
GIVEN = {
    ("answer_step", "member_id"): "approvals",
    ("answer_version", "written_by"): "answers",
    ("api_token", "member_id"): "tokens",
    ("appeal", "member_id"): "appeals",
    ("auth_event", "member_id"): "sign_in_events",
    ("auth_session", "member_id"): "sessions",
    ("charter_acceptance", "member_id"): "charter_answers",
    ("community_member", "member_id"): "communities",
    ("connection_test", "member_id"): "connection_tests",
    ("contribution", "author_id"): "words",
    ("data_export", "member_id"): "exports",
    ("decision", "decided_by"): "decisions_taken",
    ("decision", "member_id"): "decisions",
    ("sanction", "member_id"): "sanctions",
    ("emergency_access", "member_id"): "emergency_access",
    ("erasure", "member_id"): "erasures",
    ("group_member", "member_id"): "groups",
    ("identity", "member_id"): "identities",
    ("invitation", "member_id"): "invitations",
    ("journal_entry", "actor_id"): "journal",
    ("legal_notice", "member_id"): "legal_notices",
    ("member_contact", "member_id"): "contacts",
    ("member_follow", "follower_id"): "follows",
    ("member_import", "started_by"): "imports",
    ("member_topic", "member_id"): "topics",
    ("name_record", "member_id"): "names",
    ("notice", "member_id"): "notices",
    ("profile_revision", "member_id"): "profiles",
    ("reaction", "member_id"): "thanks",
    ("review_cause", "reporter_id"): "reports",
    ("review_preference", "member_id"): "review_preferences",
    ("revision", "author_id"): "words",
    ("scim_user", "member_id"): "directory_entries",
    ("submission", "member_id"): "submissions",
    ("support", "member_id"): "supports",
}
# (table, column) → why it is in no archive.
LEFT_OUT = {
    ("act_pace", "member_id"): "when they last acted, for a month at most; acts are in the journal",
    ("api_token", "created_by"): "an act, in the journal; whose token it is says the other column",
    ("appeal", "decided_by"): "an act of the firm, in the journal",
    ("appeal", "first_decider"): "an act of the firm, in the journal",
    ("canned_reason", "updated_by"): "an act of the firm, in the journal",
    ("charter_draft", "scheduled_by"): "an act of the firm, in the journal",
    ("charter_draft", "updated_by"): "an act of the firm, in the journal",
    ("charter_rehearsal", "asked_by"): "an act of the firm, in the journal",
    ("charter_version", "published_by"): "an act of the firm, in the journal",
    ("invitation", "invited_by"): "about who was invited; that one invites is in the journal",
    ("legal_hold", "lifted_by"): "an act of the firm, in the journal",
    ("legal_hold", "placed_by"): "an act of the firm, in the journal",
    ("member_follow", "followed_id"): "about who follows",
    ("member_name_key", "member_id"): "the name again, folded to be found",
    ("notice_measure", "decided_by"): "an act of the firm, in the journal",
    ("question_event", "by_member"): "an act, in the journal; about somebody else's question",
    ("review_item", "author_id"): "tells what was reported; the decision is told to its author",
    ("review_item", "claimed_by"): "whose turn it is, for ten minutes; the act is in the journal",
    ("transparency_report", "published_by"): "an act of the firm, in the journal",
    ("scim_group", "mapped_by"): "an act of the firm, in the journal",
    ("scim_token", "created_by"): "an act of the firm, in the journal",
}


async def test_every_way_to_a_member_is_given_or_left_out_for_a_reason(
    superuser: asyncpg.Connection, app
) -> None:
    rows = await superuser.fetch(TO_MEMBERS)
    found = {(row["source"], row["column"]) for row in rows}
    assert len(found) > 35
    assert found - GIVEN.keys() - LEFT_OUT.keys() == set()
    assert (GIVEN.keys() | LEFT_OUT.keys()) - found == set()


async def test_every_section_named_here_is_in_the_archive(life: Life) -> None:
    archive = await download(life, await make_archive(life))
    assert set(GIVEN.values()) - set(sections(archive)) == set()

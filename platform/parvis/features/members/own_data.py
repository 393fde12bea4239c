"""What members say of themselves and how they came: given as a copy, and let go."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_CONTACTS = """
    SELECT c.id, c.kind, c.value, c.visibility FROM member_contact c
     WHERE c.tenant_id = $1 AND c.member_id = $2 AND c.id > $3 ORDER BY c.id LIMIT $4
"""
_TOPICS = """
    SELECT t.id, t.topic FROM member_topic t
     WHERE t.tenant_id = $1 AND t.member_id = $2 AND t.id > $3 ORDER BY t.id LIMIT $4
"""
# Whom one follows, by reference: the name is theirs. Who follows one is about others.
_FOLLOWS = """
    SELECT f.id, f.followed_id AS member, f.created_at FROM member_follow f
     WHERE f.tenant_id = $1 AND f.follower_id = $2 AND f.id > $3 ORDER BY f.id LIMIT $4
"""
_PROFILES = """
    SELECT p.id, p.content, p.state, p.created_at FROM profile_revision p
     WHERE p.tenant_id = $1 AND p.member_id = $2 AND p.id > $3 ORDER BY p.id LIMIT $4
"""
_INVITATIONS = """
    SELECT i.id, i.email, i.locale, i.capacity, i.capacity_label, i.register_number, i.firm,
           i.groups, i.communities, i.created_at, i.sent_at, i.accepted_at
      FROM invitation i
     WHERE i.tenant_id = $1 AND i.member_id = $2 AND i.id > $3 ORDER BY i.id LIMIT $4
"""
_IMPORTS = """
    SELECT i.id, i.file_name, i.state, i.total, i.invited, i.refused, i.created_at, i.ended_at
      FROM member_import i
     WHERE i.tenant_id = $1 AND i.started_by = $2 AND i.id > $3 ORDER BY i.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append the member's profile, whom they follow, their invitation and lists they sent in."""
    who = asked.member_id
    asked.sections.extend([
        section("contacts", N_("How you may be reached"), {
            "id": N_("Reference"), "kind": N_("Kind"), "value": N_("Value"),
            "visibility": N_("Who sees it"),
        }, _CONTACTS, who),
        section("topics", N_("What you know about"), {
            "id": N_("Reference"), "topic": N_("Topic"),
        }, _TOPICS, who),
        section("follows", N_("Whom you follow"), {
            "id": N_("Reference"), "member": N_("Member"), "created_at": N_("Since"),
        }, _FOLLOWS, who),
        section("profiles", N_("What you said of yourself"), {
            "id": N_("Reference"), "content": N_("Words"), "state": N_("State"),
            "created_at": N_("Written"),
        }, _PROFILES, who, json=("content",)),
        section("invitations", N_("How you were invited"), {
            "id": N_("Reference"), "email": N_("E-mail"), "locale": N_("Language"),
            "capacity": N_("Capacity"), "capacity_label": N_("Capacity in words"),
            "register_number": N_("Register number"), "firm": N_("Firm"), "groups": N_("Groups"),
            "communities": N_("Communities"), "created_at": N_("When"), "sent_at": N_("Sent"),
            "accepted_at": N_("Accepted"),
        }, _INVITATIONS, who),
        section("imports", N_("Lists of people you sent in"), {
            "id": N_("Reference"), "file_name": N_("File"), "state": N_("State"),
            "total": N_("Lines"), "invited": N_("Invited"), "refused": N_("Refused"),
            "created_at": N_("When"), "ended_at": N_("Ended"),
        }, _IMPORTS, who),
    ])  # fmt: skip


_LINES = """
    DELETE FROM member_import_line
     WHERE tenant_id = $1 AND lower(given ->> 'email') IN (
           SELECT lower(email) FROM invitation WHERE tenant_id = $1 AND member_id = $2
            UNION SELECT lower($3::text))
"""
_INVITED = """
    DELETE FROM invitation
     WHERE tenant_id = $1 AND (member_id = $2 OR lower(email) = lower($3::text))
"""
_OWN = ("member_contact", "member_topic", "profile_revision")


async def let_go(event: MemberErased) -> None:
    """Delete what the member said of themselves, who followed whom, and how they were invited."""
    await db.execute(_LINES, event.member_id, event.email)
    await db.execute(_INVITED, event.member_id, event.email)
    for table in _OWN:
        await db.execute(
            f"DELETE FROM {table} WHERE tenant_id = $1 AND member_id = $2", event.member_id
        )
    await db.execute(
        "DELETE FROM member_follow WHERE tenant_id = $1 AND $2 IN (follower_id, followed_id)",
        event.member_id,
    )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)

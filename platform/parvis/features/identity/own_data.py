"""What identity keeps of a member: given as a copy, and let go."""

from parvis.core import db
from parvis.core.data_rights import (
    MemberErased,
    OwnDataAsked,
    OwnDataFile,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section
from parvis.features.identity.revocation import revoke_member

ERASED = "erased"
_PAGE = "ORDER BY {0}.id LIMIT $4"

_MEMBER = f"""
    SELECT m.id, m.display_name, m.name_source, m.email, m.locale, m.capacity, m.capacity_label,
           m.headline, m.register_number, m.firm, m.kind, m.state, m.in_directory,
           m.photo_key IS NOT NULL AS has_photo, m.joined_at, m.last_seen_at, m.deactivated_at
      FROM member m WHERE m.tenant_id = $1 AND m.id = $2 AND m.id > $3 {_PAGE.format("m")}
"""
_NAMES = f"""
    SELECT n.id, n.display_name, n.source, n.framework, n.level, n.verified_at, n.at
      FROM name_record n
     WHERE n.tenant_id = $1 AND n.member_id = $2 AND n.id > $3 {_PAGE.format("n")}
"""
_IDENTITIES = f"""
    SELECT i.id, c.slug AS connection, i.issuer, i.sub, i.last_sign_in_at
      FROM identity i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
     WHERE i.tenant_id = $1 AND i.member_id = $2 AND i.id > $3 {_PAGE.format("i")}
"""
_SESSIONS = f"""
    SELECT s.id, s.label, s.issuer, s.acr, s.amr, s.auth_time, s.created_at, s.last_seen_at,
           s.ended_at, s.end_reason
      FROM auth_session s
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.id > $3 {_PAGE.format("s")}
"""
_EVENTS = f"""
    SELECT e.id, e.kind, e.reason, e.at FROM auth_event e
     WHERE e.tenant_id = $1 AND e.member_id = $2 AND e.id > $3 {_PAGE.format("e")}
"""
_GROUPS = f"""
    SELECT gm.id, g.slug AS "group", gm.source, c.title AS community
      FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
      LEFT JOIN community c ON c.tenant_id = gm.tenant_id AND c.id = gm.community_id
     WHERE gm.tenant_id = $1 AND gm.member_id = $2 AND gm.id > $3 {_PAGE.format("gm")}
"""
_TOKENS = f"""
    SELECT t.id, t.label, t.hint, t.scopes, t.created_at, t.expires_at, t.last_used_at,
           t.revoked_at, t.revoke_reason
      FROM api_token t
     WHERE t.tenant_id = $1 AND t.member_id = $2 AND t.id > $3 {_PAGE.format("t")}
"""
_EMERGENCY = f"""
    SELECT a.id, a.is_enrolled, a.created_at, a.last_used_at, a.revoked_at
      FROM emergency_access a
     WHERE a.tenant_id = $1 AND a.member_id = $2 AND a.id > $3 {_PAGE.format("a")}
"""
_TESTS = f"""
    SELECT t.id, c.slug AS connection, t.state, t.created_at, t.ended_at
      FROM connection_test t
      JOIN connection c ON c.tenant_id = t.tenant_id AND c.id = t.connection_id
     WHERE t.tenant_id = $1 AND t.member_id = $2 AND t.id > $3 {_PAGE.format("t")}
"""

_PHOTO = "SELECT photo_key FROM member WHERE tenant_id = $1 AND id = $2"
ID, AT, SINCE = N_("Reference"), N_("When"), N_("Since")


async def give(asked: OwnDataAsked) -> None:
    """Append the member, their names, ways in, sessions, groups and tokens; no secret of any."""
    who = asked.member_id
    asked.sections.extend([
        section("member", N_("Who you are here"), {
            "id": ID, "display_name": N_("Name"), "name_source": N_("Name comes from"),
            "email": N_("E-mail"), "locale": N_("Language"), "capacity": N_("Capacity"),
            "capacity_label": N_("Capacity in words"), "headline": N_("Headline"),
            "register_number": N_("Register number"), "firm": N_("Firm"), "kind": N_("Kind"),
            "state": N_("State"), "in_directory": N_("In the directory"),
            "has_photo": N_("Has a photo"), "joined_at": N_("Joined"),
            "last_seen_at": N_("Last seen"), "deactivated_at": N_("Left"),
        }, _MEMBER, who),
        section("names", N_("Names you have had"), {
            "id": ID, "display_name": N_("Name"), "source": N_("Comes from"),
            "framework": N_("Trust framework"), "level": N_("Level"),
            "verified_at": N_("Verified"), "at": AT,
        }, _NAMES, who),
        section("identities", N_("Accounts you sign in with"), {
            "id": ID, "connection": N_("Way in"), "issuer": N_("Issuer"), "sub": N_("Subject"),
            "last_sign_in_at": N_("Last sign-in"),
        }, _IDENTITIES, who),
        section("sessions", N_("Sessions"), {
            "id": ID, "label": N_("Browser"), "issuer": N_("Issuer"), "acr": N_("Assurance"),
            "amr": N_("Means"), "auth_time": N_("Signed in"), "created_at": SINCE,
            "last_seen_at": N_("Last used"), "ended_at": N_("Ended"), "end_reason": N_("Why"),
        }, _SESSIONS, who),
        section("sign_in_events", N_("Sign-in log"), {
            "id": ID, "kind": N_("Kind"), "reason": N_("Why"), "at": AT,
        }, _EVENTS, who),
        section("groups", N_("Groups"), {
            "id": ID, "group": N_("Group"), "source": N_("Comes from"),
            "community": N_("Community"),
        }, _GROUPS, who),
        section("tokens", N_("API tokens"), {
            "id": ID, "label": N_("Name"), "hint": N_("Ends with"), "scopes": N_("What it allows"),
            "created_at": SINCE, "expires_at": N_("Valid until"), "last_used_at": N_("Last used"),
            "revoked_at": N_("Revoked"), "revoke_reason": N_("Why"),
        }, _TOKENS, who),
        section("emergency_access", N_("Emergency access"), {
            "id": ID, "is_enrolled": N_("In use"), "created_at": SINCE,
            "last_used_at": N_("Last used"), "revoked_at": N_("Revoked"),
        }, _EMERGENCY, who),
        section("connection_tests", N_("Test sign-ins"), {
            "id": ID, "connection": N_("Way in"), "state": N_("State"), "created_at": SINCE,
            "ended_at": N_("Ended"),
        }, _TESTS, who),
    ])  # fmt: skip
    if photo := await db.fetch_value(_PHOTO, who):
        file_name = f"photo.{photo.rsplit('.', 1)[-1]}"
        asked.files.append(OwnDataFile(object_name=photo, file_name=file_name))


_FORGET = """
    UPDATE member
       SET display_name = $3, name_source = $4, email = NULL, locale = NULL, capacity_label = NULL,
           headline = NULL, register_number = NULL, firm = NULL, photo_key = NULL,
           in_directory = false, state = 'deactivated', last_seen_at = NULL,
           deactivated_at = coalesce(deactivated_at, $5), erased_at = $5
     WHERE tenant_id = $1 AND id = $2
"""
_OWN = (
    "auth_session", "api_token", "group_member", "emergency_access", "connection_test",
    "member_name_key",
)  # fmt: skip
# Whoever signs in with the same account again is a new member: nothing leads back to this one.
# But for whom an administrator shut out: what the provider calls them stays, so that a wish to be
# forgotten, uttered in time, is no way back in (decision 0021).
_ACCOUNTS = """
    DELETE FROM identity i
     WHERE i.tenant_id = $1 AND i.member_id = $2
       AND (EXISTS (SELECT FROM member m WHERE m.tenant_id = $1 AND m.id = $2
                       AND m.state = 'active')
         OR EXISTS (SELECT FROM scim_user u WHERE u.tenant_id = $1 AND u.member_id = $2
                       AND u.ended_membership))
"""


async def let_go(event: MemberErased) -> None:
    """Leave a member without name, address, way in, groups or tokens."""
    if photo := await db.fetch_value(_PHOTO, event.member_id):
        event.objects.append(photo)
    await revoke_member(event.member_id, ERASED)
    await db.execute(_ACCOUNTS, event.member_id)
    for table in _OWN:
        await db.execute(
            f"DELETE FROM {table} WHERE tenant_id = $1 AND member_id = $2", event.member_id
        )
    await db.execute("SELECT forget_names(tenant_id => $1, member_id => $2)", event.member_id)
    await db.execute(_FORGET, event.member_id, event.name, ERASED, event.at)


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (MemberErased, let_go),
)

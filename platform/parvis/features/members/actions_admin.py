"""What an administrator changes about a member: capacity, groups, access. Never their name."""

from typing import Any

import msgspec

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.identity import membership, revocation
from parvis.features.identity.group_membership import replace_groups
from parvis.features.members import inviting, rules_admin
from parvis.features.members.inviting import CapacityInput, Names
from parvis.features.members.rules_admin import CAPACITY_FIELDS, Subject

BY_ADMINISTRATOR = "ended_by_administrator"


class GroupsInput(msgspec.Struct, frozen=True, kw_only=True):
    """The groups an administrator puts a member in; those of a provider stay beside them."""

    groups: Names = ()


class LeftTheDirectory(Conflict):
    code = "left_the_directory"
    default = N_("The directory of their organisation says that this person has left.")


_SET_CAPACITY = """
    UPDATE member SET capacity = $3, capacity_label = $4, firm = $5, register_number = $6
     WHERE tenant_id = $1 AND id = $2
"""


async def set_capacity(actor: Actor, subject: Subject, given: CapacityInput) -> None:
    """Make the given capacity the member's own, from what they write next on.

    Fields that a provider settles stay as they are. Errors: Invalid naming the fields at fault;
    OutOfReach.
    """
    rules_admin.require_reach(actor, subject)
    wrong: dict[str, str] = {}
    columns = inviting.capacity_of(given, wrong)
    columns["capacity"] = columns["capacity"] or subject.capacity
    for field in subject.settled:
        if getattr(given, field) not in (None, getattr(subject, field)):
            wrong[field] = N_("This comes from the member’s provider, and changes there.")
        columns[field] = getattr(subject, field)
    if wrong:
        raise Invalid(fields=wrong)
    changed = [field for field in CAPACITY_FIELDS if columns[field] != getattr(subject, field)]
    if changed:
        values = [columns[field] for field in CAPACITY_FIELDS]
        await db.execute(_SET_CAPACITY, subject.id, *values)
        await _record(actor, "member.capacity_changed", subject, fields=changed)


_HELD = """
    SELECT g.slug, g.permissions, gm.source
      FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.member_id = $2 AND gm.community_id IS NULL
"""
_GROUPS = "SELECT slug, permissions FROM role_group WHERE tenant_id = $1"


async def set_groups(actor: Actor, subject: Subject, given: GroupsInput) -> None:
    """Leave a member in exactly these groups, beside those a provider puts them in.

    Errors: Invalid for a group that is unknown, or that the actor may neither give nor take;
    LastAdministrator.
    """
    known = {row["slug"]: frozenset(row["permissions"]) for row in await db.fetch(_GROUPS)}
    held = {row["slug"]: row["source"] for row in await db.fetch(_HELD, subject.id)}
    by_admin = {slug for slug, source in held.items() if source == "admin"}
    wanted = {slug for slug in given.groups if held.get(slug, "admin") == "admin"}
    for slug in wanted ^ by_admin:
        if slug not in known or not rules_admin.may_give(actor, known[slug]):
            raise Invalid(fields={"groups": inviting.NO_GROUP})
    taken, added = sorted(by_admin - wanted), sorted(wanted - by_admin)
    if any(Permission.TENANT_MANAGE in known[slug] for slug in taken):
        await membership.require_another_administrator(subject.id)
    await replace_groups(subject.id, sorted(wanted), source="admin")
    if taken or added:
        await _record(actor, "member.groups_changed", subject, added=added, taken=taken)
        # A new role begins with a new session (decision 0013).
        kept = actor.session_id if subject.id == actor.member_id else None
        await revocation.end_sessions_of_member(subject.id, "roles_changed", but=kept)


async def deactivate(actor: Actor, subject: Subject) -> None:
    """Close the space to a member; all they have open ends now, what they wrote stays.

    Errors: Denied for oneself; OutOfReach; LastAdministrator.
    """
    if subject.id == actor.member_id:
        raise rules_admin.OwnAccess
    rules_admin.require_reach(actor, subject)
    await membership.deactivate(subject.id, actor, "by_administrator")


_LEFT = """
    SELECT EXISTS (SELECT FROM scim_user
                    WHERE tenant_id = $1 AND member_id = $2
                      AND (NOT is_active OR deleted_at IS NOT NULL))
"""


async def reactivate(actor: Actor, subject: Subject) -> None:
    """Open the space to a former member again, as the same one.

    Errors: LeftTheDirectory while their provider's directory says they left; OutOfReach.
    """
    rules_admin.require_reach(actor, subject)
    if await db.fetch_value(_LEFT, subject.id):
        raise LeftTheDirectory
    await membership.reactivate(subject.id, actor, "by_administrator")


async def end_sessions(actor: Actor, subject: Subject) -> int:
    """End a member's sessions, but the one the actor is in; return how many ended.

    Errors: OutOfReach.
    """
    rules_admin.require_reach(actor, subject)
    kept = actor.session_id if subject.id == actor.member_id else None
    ended = await revocation.end_sessions_of_member(subject.id, BY_ADMINISTRATOR, but=kept)
    await _record(actor, "member.sessions_ended", subject, sessions=ended)
    return ended


async def note_reading(actor: Actor, subject: Subject) -> None:
    """Record that somebody opened a member's dossier."""
    await _record(actor, "member.dossier_read", subject)


async def _record(actor: Actor, act: str, subject: Subject, **data: Any) -> None:
    await journal.record(actor, act, subject=("member", subject.id), data=data)

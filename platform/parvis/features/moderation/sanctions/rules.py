"""Who may give which sanction to whom, and where; what has to be weighed before."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.permissions import Permission
from parvis.features.moderation.tables import Action, SanctionKind

# Whoever judges words, or looks after members, may warn and close writing. A suspension closes a
# firm's space to its own client: that is for whoever administers members.
JUDGES = frozenset(
    {Permission.REVIEW_DECIDE, Permission.NOTICE_DECIDE, Permission.MEMBER_MANAGE}
)  # fmt: skip
MILD = frozenset({SanctionKind.WARNING, SanctionKind.READ_ONLY})

ACTIONS = {
    SanctionKind.WARNING: Action.WARN,
    SanctionKind.READ_ONLY: Action.READ_ONLY,
    SanctionKind.SUSPENSION: Action.SUSPEND,
}
KINDS = {action: kind for kind, action in ACTIONS.items()}


class OwnSanction(Denied):
    code = "own_sanction"
    default = N_("Nobody restricts themselves, or lifts what restricts them.")


class AboveReach(Denied):
    code = "out_of_reach"
    default = N_("This member holds rights here: only who runs the space may restrict them.")


class LastAdministrator(Denied):
    code = "last_administrator"
    default = N_("Nobody else runs this space: name somebody before you restrict this member.")


class BeyondRights(Denied):
    code = "beyond_rights"
    default = N_("This measure is not yours to take here. Ask whoever administers members.")


class AlreadyRestricted(Conflict):
    code = "already_restricted"
    default = N_("A measure of this kind holds there already. Lift it, then take the new one.")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A member about whom a sanction is weighed.

    `places` are the communities they are in, `manages` those in which they judge others.
    """

    id: MemberId
    name: str
    locale: str
    state: str
    permissions: frozenset[str]
    places: frozenset[UUID]
    manages: frozenset[UUID]


_SUBJECT = """
    SELECT m.id, m.display_name AS name, m.locale, m.state,
           ARRAY(SELECT DISTINCT unnest(g.permissions)
                   FROM group_member gm
                   JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
                  WHERE gm.tenant_id = $1 AND gm.member_id = m.id AND gm.community_id IS NULL)
               AS permissions,
           ARRAY(SELECT c.community_id FROM community_member c
                  WHERE c.tenant_id = $1 AND c.member_id = m.id AND c.standing = 'member')
               AS places,
           ARRAY(SELECT c.community_id FROM community_member c
                  WHERE c.tenant_id = $1 AND c.member_id = m.id AND c.standing = 'member'
                    AND c.role = 'manager'
                  UNION
                 SELECT z.community_id FROM group_member z
                   JOIN role_group g ON g.tenant_id = z.tenant_id AND g.id = z.group_id
                  WHERE z.tenant_id = $1 AND z.member_id = m.id AND z.community_id IS NOT NULL
                    AND 'community:manage' = ANY (g.permissions)) AS manages
      FROM member m
     WHERE m.tenant_id = $1 AND m.id = $2 AND m.kind = 'person' AND m.erased_at IS NULL
"""
# Who else runs the space, and is not kept out of it at this moment.
_OTHERS = """
    SELECT EXISTS (
        SELECT FROM group_member x
          JOIN role_group g ON g.tenant_id = x.tenant_id AND g.id = x.group_id
          JOIN member m ON m.tenant_id = x.tenant_id AND m.id = x.member_id
         WHERE x.tenant_id = $1 AND x.community_id IS NULL AND x.member_id <> $2
           AND 'tenant:manage' = ANY (g.permissions) AND m.state = 'active' AND m.kind = 'person'
           AND NOT EXISTS (SELECT FROM sanction s
                            WHERE s.tenant_id = $1 AND s.member_id = x.member_id
                              AND s.kind <> 'warning' AND s.place_id IS NULL
                              AND s.lifted_at IS NULL AND (s.until IS NULL OR s.until > $3)))
"""


def judges_everywhere(actor: Actor) -> bool:
    """Whether the actor may restrict members wherever they are, not in managed places alone."""
    return not JUDGES.isdisjoint(actor.permissions)


def may_give(actor: Actor, kind: SanctionKind, place_id: UUID | None) -> bool:
    """Whether the actor may give this sanction in this place, or everywhere when it is None."""
    if kind is SanctionKind.SUSPENSION:
        return actor.may(Permission.MEMBER_MANAGE)
    return judges_everywhere(actor) or (place_id is not None and actor.manages(place_id))


async def access_subject(actor: Actor, member_id: UUID) -> Subject:
    """Return a member whom the actor may give something.

    Errors: NotFound to who restricts nobody, and for members of others' communities; Denied for
    oneself.
    """
    if not judges_everywhere(actor) and not actor.managed:
        raise NotFound
    row = await db.fetch_row(_SUBJECT, member_id)
    if row is None:
        raise NotFound
    subject = msgspec.convert(_values(row), Subject)
    if not judges_everywhere(actor) and actor.managed.isdisjoint(subject.places):
        raise NotFound
    if subject.id == actor.require_member():
        raise OwnSanction
    return subject


async def require_may(
    actor: Actor, subject: Subject, kind: SanctionKind, place_id: UUID | None, *, now: datetime
) -> None:
    """Raise Denied unless the actor may give `subject` this; also for the last administrator."""
    is_elsewhere = place_id is not None and place_id not in subject.places
    if not may_give(actor, kind, place_id) or (is_elsewhere and not judges_everywhere(actor)):
        raise BeyondRights
    if not _is_beneath(actor, subject, place_id):
        raise AboveReach
    runs = Permission.TENANT_MANAGE in subject.permissions
    is_restriction = kind is not SanctionKind.WARNING and place_id is None
    if runs and is_restriction and not await db.fetch_value(_OTHERS, subject.id, now):
        raise LastAdministrator


async def is_within_reach(actor: Actor, member_id: UUID | None, place_id: UUID | None) -> bool:
    """Whether the actor may lift what somebody was given; nobody holds rights who is gone."""
    row = await db.fetch_row(_SUBJECT, member_id)
    return row is None or _is_beneath(actor, msgspec.convert(_values(row), Subject), place_id)


def _is_beneath(actor: Actor, subject: Subject, place_id: UUID | None) -> bool:
    """Whether somebody is the actor's to restrict: not who judges beside them.

    A manager judges in their community alone, so only there, or everywhere, are they a colleague.
    """
    judges = subject.manages if place_id is None else subject.manages & {place_id}
    return actor.may(Permission.TENANT_MANAGE) or not (subject.permissions or judges)


def _values(row: Any) -> dict[str, Any]:
    sets = {name: frozenset(row[name]) for name in ("permissions", "places", "manages")}
    return dict(row) | sets

"""Who may administer members, whom they reach, and which groups they may give."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.permissions import Permission

# What a provider's claims, or its directory, may settle about somebody's capacity.
CAPACITY_FIELDS = ("capacity", "capacity_label", "firm", "register_number")


class OutOfReach(Denied):
    """Somebody holds rights that the actor does not."""

    code = "out_of_reach"
    default = N_("Only somebody who holds the same rights may do this.")


class OwnAccess(Denied):
    code = "own_access"
    default = N_("Nobody closes the space to themselves. Ask a colleague.")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A member as an administrator acts on them.

    `permissions` are theirs on the whole tenant. `settled` names, for each capacity field that a
    provider settles, the provider: nobody changes it here.
    """

    id: MemberId
    name: str
    state: str
    email: str | None
    capacity: str
    capacity_label: str | None
    firm: str | None
    register_number: str | None
    permissions: frozenset[str]
    settled: dict[str, str]


_SUBJECT = """
    SELECT m.id, m.display_name AS name, m.state, m.email, m.capacity, m.capacity_label, m.firm,
           m.register_number,
           ARRAY(SELECT DISTINCT unnest(g.permissions)
                   FROM group_member gm
                   JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
                  WHERE gm.tenant_id = m.tenant_id AND gm.member_id = m.id
                    AND gm.community_id IS NULL) AS permissions
      FROM member m
     WHERE m.tenant_id = $1 AND m.id = $2 AND m.kind = 'person' AND m.erased_at IS NULL
"""
_SETTLED = """
    SELECT DISTINCT ON (field) field, c.label
      FROM connection c, jsonb_object_keys(c.claim_map) AS field
     WHERE c.tenant_id = $1 AND field = ANY ($3)
       AND (EXISTS (SELECT FROM identity i WHERE i.tenant_id = $1 AND i.member_id = $2
                       AND i.connection_id = c.id)
         OR EXISTS (SELECT FROM scim_user u WHERE u.tenant_id = $1 AND u.member_id = $2
                       AND u.connection_id = c.id))
     ORDER BY field, c.position
"""


def require_manager(actor: Actor) -> None:
    """Raise NotFound unless the actor administers members: for others there is no such screen."""
    if not actor.may(Permission.MEMBER_MANAGE):
        raise NotFound


async def access_subject(actor: Actor, member_id: UUID) -> Subject:
    """Return a member to be administered. Errors: NotFound, also to who administers nobody."""
    require_manager(actor)
    row = await db.fetch_row(_SUBJECT, member_id)
    if row is None:
        raise NotFound
    settled = await db.fetch(_SETTLED, member_id, list(CAPACITY_FIELDS))
    labels = {one["field"]: db.from_jsonb(one["label"], dict[str, str]) for one in settled}
    values: dict[str, Any] = dict(row) | {"permissions": frozenset(row["permissions"])}
    said = {field: _in(texts, actor.locale) for field, texts in labels.items()}
    return Subject(**values, settled=said)


def _in(texts: dict[str, str], locale: str) -> str:
    return texts.get(locale) or next(iter(texts.values()), "")


def may_give(actor: Actor, permissions: Iterable[str]) -> bool:
    """Whether the actor may give or take these: nobody gives what they do not hold.

    Who runs the tenant decides who else does.
    """
    return actor.may(Permission.TENANT_MANAGE) or frozenset(permissions) <= actor.permissions


def require_reach(actor: Actor, subject: Subject) -> None:
    """Raise OutOfReach for a member who holds more than the actor does."""
    if not may_give(actor, subject.permissions):
        raise OutOfReach

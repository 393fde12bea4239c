"""Programs: members that are no person, made by administrators, known by their tokens alone."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.capacities import PROGRAM
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.permissions import Permission
from parvis.features.identity import membership
from parvis.features.identity.tokens import api_tokens
from parvis.features.identity.tokens.api_tokens import Minted, NewToken

MOST_GROUPS = 50


class NewProgram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program to be let in: its name, and the groups whose permissions it gets."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    groups: Annotated[list[str], Meta(max_length=MOST_GROUPS)] = []


def require_manager(actor: Actor) -> None:
    """Raise NotFound unless the actor manages members: for others these screens do not exist.

    Errors: Unauthenticated for a visitor.
    """
    actor.require_member()
    if not actor.may(Permission.MEMBER_MANAGE):
        raise NotFound


_PROGRAM = """
    SELECT m.id, m.display_name, m.state, m.joined_at FROM member m
     WHERE m.tenant_id = $1 AND m.id = $2 AND m.kind = 'service'
"""


async def access_program(actor: Actor, member_id: UUID) -> Any:
    """Return a program's row to who manages members. Errors: NotFound, for a person's id too."""
    require_manager(actor)
    row = await db.fetch_row(_PROGRAM, member_id)
    if row is None:
        raise NotFound
    return row


async def create(actor: Actor, given: NewProgram) -> MemberId:
    """Make a program in groups that hold no more than its maker. Errors: Invalid, NotFound."""
    require_manager(actor)
    name = given.name.strip()
    if not name:
        raise Invalid(fields={"name": N_("Please fill this in.")})
    groups = await _groups(actor, given.groups)
    member_id = await db.insert(
        "member",
        display_name=name,
        name_source=PROGRAM,
        kind="service",
        capacity=PROGRAM,
        state="active",
        in_directory=False,
        joined_at=clock.now(),
    )
    for group_id in groups:
        await db.insert("group_member", group_id=group_id, member_id=member_id, source="admin")
    data = {"groups": given.groups}
    await journal.record(actor, "program.created", subject=("member", member_id), data=data)
    return MemberId(member_id)


async def mint(actor: Actor, member_id: UUID, given: NewToken) -> Minted:
    """Make a token for a program that is in use. Errors: NotFound, Invalid, Conflict."""
    program = await access_program(actor, member_id)
    if program["state"] != "active":
        raise NotFound
    return await api_tokens.mint(actor, MemberId(member_id), given)


async def revoke(actor: Actor, token_id: UUID) -> None:
    """End any member's token. Errors: NotFound."""
    require_manager(actor)
    await api_tokens.revoke(actor, token_id, "revoked_by_admin")


async def end(actor: Actor, member_id: UUID) -> None:
    """Close the space to a program and end its tokens; ending twice changes nothing."""
    await access_program(actor, member_id)
    await membership.deactivate(MemberId(member_id), actor, "program_ended")


_GROUPS = """
    SELECT id, slug, permissions FROM role_group WHERE tenant_id = $1 AND slug = ANY ($2::text[])
"""


async def _groups(actor: Actor, slugs: list[str]) -> list[UUID]:
    rows = await db.fetch(_GROUPS, slugs)
    if len(rows) != len(set(slugs)):
        raise Invalid(fields={"groups": N_("One of these groups does not exist.")})
    if any(set(row["permissions"]) - actor.permissions for row in rows):
        raise Invalid(fields={"groups": N_("A program cannot be given what you may not do.")})
    return [row["id"] for row in rows]

"""Who knows of a community, reads it, writes in it, joins it. Secret ones do not exist."""

from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId
from parvis.core.permissions import Permission

Standing = Literal["member", "pending", "invited"]


class Community(msgspec.Struct, frozen=True, kw_only=True):
    """A community and where the actor stands in it: None for someone who never asked."""

    id: CommunityId
    slug: str
    title: str
    description: str
    visibility: Literal["open", "listed", "secret"]
    joining: Literal["free", "request", "invitation"]
    kind: Literal["business", "social"]
    standing: Standing | None = None

    @property
    def is_member(self) -> bool:
        return self.standing == "member"

    @property
    def is_visible(self) -> bool:
        return self.visibility != "secret" or self.is_member

    @property
    def is_readable(self) -> bool:
        return self.visibility == "open" or self.is_member


class CommunityCan(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor may do with a community."""

    read: bool
    write: bool
    join: bool
    leave: bool
    admit: bool


def can(actor: Actor, community: Community) -> CommunityCan:
    """Return what the actor, for whom `community` was loaded, may do with it."""
    may_ask = community.joining != "invitation" and community.standing is None
    return CommunityCan(
        read=community.is_readable,
        write=community.is_member,
        join=may_ask or community.standing == "invited",
        leave=community.standing in ("member", "pending"),
        admit=_admits(actor, community),
    )


def _admits(actor: Actor, community: Community) -> bool:
    """Whether the actor decides who comes in: a manager, a moderator, who manages them all."""
    everywhere = actor.may(Permission.COMMUNITY_MANAGE) or actor.may(Permission.REVIEW_DECIDE)
    return everywhere or actor.manages(community.id)


COLUMNS = """k.id, k.slug, k.title, k.description, k.visibility, k.joining, k.kind, own.standing
      FROM community k
      LEFT JOIN community_member own ON own.tenant_id = k.tenant_id
                AND own.community_id = k.id AND own.member_id = $2"""
_BY_SLUG = f"SELECT {COLUMNS} WHERE k.tenant_id = $1 AND k.slug = $3"
_BY_ID = f"SELECT {COLUMNS} WHERE k.tenant_id = $1 AND k.id = $3"


async def access_community(actor: Actor, slug: str) -> Community:
    """Return a community whose existence the actor may know of, else raise NotFound."""
    return await _visible(_BY_SLUG, actor, slug)


async def access_reading(actor: Actor, community_id: UUID) -> Community:
    """Return a community whose posts the actor may read, else raise NotFound.

    A post of a listed community is as unknown to outsiders as a secret one's.
    """
    community = await _visible(_BY_ID, actor, community_id)
    if not community.is_readable:
        raise NotFound
    return community


async def access_admitting(actor: Actor, community_id: UUID) -> Community:
    """Return a community for which the actor decides who comes in, whether in it or not.

    Errors: NotFound when there is none; Denied to anybody else.
    """
    row = await db.fetch_row(_BY_ID, actor.require_member(), community_id)
    if row is None:
        raise NotFound
    community = msgspec.convert(dict(row), Community)
    require_manager(actor, community)
    return community


def require_reader(community: Community) -> None:
    """Raise Denied when the community is listed and the actor is not in it."""
    if not community.is_readable:
        raise Denied(N_("Only members of this community read what is written in it."))


def require_writer(community: Community) -> None:
    """Raise Denied unless the actor is a member of the community."""
    if not community.is_member:
        raise Denied(N_("Join this community to write in it."))


def require_manager(actor: Actor, community: Community) -> None:
    """Raise Denied unless the actor decides who comes into the community."""
    if not can(actor, community).admit:
        raise Denied(N_("Those who manage this community decide who comes in."))


async def _visible(sql: str, actor: Actor, key: str | UUID) -> Community:
    row = await db.fetch_row(sql, actor.require_member(), key)
    community = msgspec.convert(dict(row), Community) if row else None
    if community is None or not community.is_visible:
        raise NotFound
    return community

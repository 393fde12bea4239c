"""Whose charter is on the bench, who may work on it, and what keeps a draft from being changed."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import CharterVersionId, CommunityId, MemberId
from parvis.core.permissions import Permission
from parvis.core.tenancy import Tenant
from parvis.features.charter.verdict import TENANT_SCOPE
from parvis.features.communities import rules as communities

FILE = Path("charter.toml")


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The charter that is worked on: the tenant's, or one community's own."""

    tenant: Tenant
    community_id: CommunityId | None = None
    slug: str = ""
    title: str = ""

    @property
    def name(self) -> str:
        """How causes and programs call it."""
        return self.slug or TENANT_SCOPE


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The next charter while it is written. `version` goes up by one with every change.

    `based_on` is the number of the version it goes on from, None where there was none.
    """

    id: UUID
    source: str
    version: int
    based_on_id: CharterVersionId | None
    based_on: int | None
    updated_by: MemberId
    updated_by_name: str
    updated_at: datetime
    publish_at: datetime | None
    scheduled_by: MemberId | None
    scheduled_by_name: str | None
    unpublished: str | None


class Newest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version there is, in force or still to come."""

    id: CharterVersionId
    number: int
    source: str


class DraftChanged(Conflict):
    """`draft` is what somebody else made of it."""

    code = "draft_changed"
    default = N_("{name} has changed this draft since you opened it.")

    def __init__(self, draft: Draft) -> None:
        super().__init__(name=draft.updated_by_name, at=draft.updated_at, version=draft.version)


class DraftScheduled(Conflict):
    code = "draft_scheduled"
    default = N_("This draft waits for its day. Withdraw the publication before you change it.")


class DraftExists(Conflict):
    code = "draft_exists"
    default = N_("There is a draft already: go on with it, or discard it.")


class DraftOutdated(Conflict):
    code = "draft_outdated"
    default = N_(
        "Version {number} was published after this draft was begun. Look at what it changed, then "
        "go on from it."
    )


async def access_scope(actor: Actor, community: str | None = None) -> Scope:
    """Return the charter that the actor may work on: of the house, or of a community by its slug.

    Errors: NotFound to everybody else, and for a community the actor may not know of.
    """
    may_all = actor.may(Permission.CHARTER_PUBLISH)
    if not community:
        if not may_all:
            raise NotFound
        return Scope(tenant=actor.tenant)
    place = await communities.access_community(actor, community)
    if not may_all and not actor.manages(place.id):
        raise NotFound
    return Scope(tenant=actor.tenant, community_id=place.id, slug=place.slug, title=place.title)


def has_bench(actor: Actor) -> bool:
    """Whether there is any charter that the actor may work on."""
    return actor.may(Permission.CHARTER_PUBLISH) or bool(actor.managed)


_DRAFT = """
    SELECT d.id, d.source, d.version, d.based_on_id, v.number AS based_on, d.updated_by,
           m.display_name AS updated_by_name, d.updated_at, d.publish_at, d.scheduled_by,
           s.display_name AS scheduled_by_name, d.unpublished
      FROM charter_draft d
      JOIN member m ON m.tenant_id = d.tenant_id AND m.id = d.updated_by
      LEFT JOIN member s ON s.tenant_id = d.tenant_id AND s.id = d.scheduled_by
      LEFT JOIN charter_version v ON v.tenant_id = d.tenant_id AND v.id = d.based_on_id
     WHERE d.tenant_id = $1 AND d.community_id IS NOT DISTINCT FROM $2
"""
_NEWEST = """
    SELECT id, number, source FROM charter_version
     WHERE tenant_id = $1 AND community_id IS NOT DISTINCT FROM $2 ORDER BY number DESC LIMIT 1
"""


async def find_draft(scope: Scope) -> Draft | None:
    """Return the draft of an accessed scope, if there is one."""
    row = await db.fetch_row(_DRAFT, scope.community_id)
    return msgspec.convert(dict(row), Draft) if row else None


async def require_draft(scope: Scope) -> Draft:
    """Return the draft of an accessed scope, else raise NotFound."""
    draft = await find_draft(scope)
    if draft is None:
        raise NotFound(N_("There is no draft. Somebody may have published or discarded it."))
    return draft


async def lock_draft(scope: Scope, version: int | None = None) -> Draft:
    """Return the draft, locked until the transaction ends.

    Errors: NotFound; DraftChanged (409) when it is not the `version` that was read.
    """
    row = await db.fetch_row(f"{_DRAFT} FOR UPDATE OF d", scope.community_id)
    if row is None:
        raise NotFound(N_("There is no draft. Somebody may have published or discarded it."))
    draft = msgspec.convert(dict(row), Draft)
    if version is not None and draft.version != version:
        raise DraftChanged(draft)
    return draft


def require_unscheduled(draft: Draft) -> None:
    """Raise DraftScheduled while the draft waits for its day."""
    if draft.publish_at is not None:
        raise DraftScheduled


async def newest(scope: Scope) -> Newest | None:
    """Return the newest version of an accessed scope, whether it binds already or not."""
    row = await db.fetch_row(_NEWEST, scope.community_id)
    return msgspec.convert(dict(row), Newest) if row else None


def require_newest(draft: Draft, latest: Newest | None) -> None:
    """Raise DraftOutdated when a version was published that the draft does not go on from."""
    if latest is not None and draft.based_on_id != latest.id:
        raise DraftOutdated(number=latest.number)


def require_person(actor: Actor) -> MemberId:
    """Return who works on it; raise Denied to an emergency administrator, who writes no charter."""
    if actor.is_emergency:
        raise Denied
    return actor.require_member()

"""Who acts: a member with a session, or a visitor; handed to every rule and action by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from parvis.core import capacities
from parvis.core.errors import Unauthenticated
from parvis.core.ids import (
    CharterVersionId,
    CommunityId,
    DecisionId,
    MemberId,
    SessionId,
    TokenId,
)
from parvis.core.permissions import STAFF
from parvis.core.tenancy import Tenant


class Sanction(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision takes from a member at this moment: `read_only` or `suspension`.

    In one community when `place_id`, `place` (its slug) and `place_title` are there, else
    everywhere.
    `until` is None when only another decision ends it.
    """

    kind: str
    decision_id: DecisionId
    clause_id: str
    charter_version_id: CharterVersionId
    place_id: CommunityId | None = None
    place: str | None = None
    place_title: str | None = None
    until: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the charter's rules need to know of a member, loaded with the actor."""

    published: int = 0
    warnings: int = 0
    # When the member was last warned by a decision that stands, whatever it was about.
    warned_at: datetime | None = None
    sanctions: tuple[Sanction, ...] = ()
    name_is_verified: bool = False
    acr: str | None = None
    # When the person last proved who they are, and how surely, of what their provider can say.
    authenticated_at: datetime | None = None
    assurance: str | None = None
    best_assurance: str | None = None

    @property
    def is_suspended(self) -> bool:
        """Whether a decision closes the whole space: nothing leads where it is closed."""
        return any(one.kind == "suspension" and one.place is None for one in self.sanctions)

    def may_write_in(self, place: str | None = None) -> bool:
        """Whether no decision keeps the member from writing in `place`, in the space without."""
        return not any(one.place in (None, place) for one in self.sanctions)


class Grace(msgspec.Struct, frozen=True, kw_only=True):
    """A new version of a charter that the member may still wait to accept, until its instant.

    `path` is that of the charter's pages, `number` the new version's.
    """

    path: str
    number: int
    until: datetime


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the request needs to know of who is asking. A visitor has no `member_id`.

    Who comes by an API token has `token_id` and `scopes` instead of a session.
    """

    tenant: Tenant
    locale: str
    member_id: MemberId | None = None
    session_id: SessionId | None = None
    token_id: TokenId | None = None
    scopes: frozenset[str] = frozenset()
    kind: str = "person"
    name: str = ""
    name_source: str = ""
    capacity: str | None = None
    capacity_label: str | None = None
    joined_at: datetime | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    communities: tuple[CommunityId, ...] = ()
    managed: frozenset[CommunityId] = frozenset()
    # Versions of charters the member accepted, and when, unless taken back since.
    accepted_at: Mapping[CharterVersionId, datetime] = {}
    # Communities whose own charter the member has to accept before reading; their words do not
    # show anywhere until then. Set by CharterMiddleware, as `graces` is.
    closed: frozenset[CommunityId] = frozenset()
    graces: tuple[Grace, ...] = ()
    standing: Standing = Standing()
    # Whether somebody is in without any provider: administrators see it on every page.
    emergency_runs: bool = False
    unread: int = 0
    waiting: int = 0

    @property
    def accepted(self) -> frozenset[CharterVersionId]:
        """The versions whose acceptance stands."""
        return frozenset(self.accepted_at)

    @property
    def signed_in(self) -> bool:
        return self.member_id is not None

    @property
    def is_emergency(self) -> bool:
        """Whether this is an emergency administrator, who came in without any provider."""
        return self.kind == "emergency"

    @property
    def is_staff(self) -> bool:
        """Whether the tenant admin has at least one screen for this actor."""
        return bool(self.permissions & STAFF)

    @property
    def role(self) -> str:
        """The line below the actor's name, in the actor's language; empty for a visitor."""
        if self.capacity is None:
            return ""
        return capacities.role(self.capacity, self.capacity_label, self.locale)

    @property
    def initials(self) -> str:
        return initials(self.name)

    def may(self, permission: str) -> bool:
        """Whether one of the actor's groups holds `permission` on the whole tenant."""
        return permission in self.permissions

    def manages(self, community_id: Any) -> bool:
        """Whether the actor is a manager of that one community."""
        return community_id in self.managed

    def require_member(self) -> MemberId:
        """Return the member's id, or raise Unauthenticated for a visitor."""
        if self.member_id is None:
            raise Unauthenticated
        return self.member_id


def initials(name: str) -> str:
    """Return one or two letters that stand for a name on an avatar, in any script."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

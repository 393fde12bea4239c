"""What the app takes from members: acts, routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.events import ContributionDecided
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.features.members import (
    actions_profile,
    overview,
    own_data,
    routes,
    routes_admin,
    routes_admin_api,
    routes_invitations,
)
from parvis.features.members.profile import TEXTS


def _in_site(actor: Actor) -> Iterator[NavItem]:
    if not actor.standing.is_suspended:
        yield NavItem(30, N_("People"), "/people", "user")


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.MEMBER_MANAGE):
        yield NavItem(30, N_("Members"), "/admin/members", "users")


def _in_mine(actor: Actor) -> Iterator[NavItem]:
    if not actor.is_emergency:
        yield NavItem(20, N_("My profile"), "/me/profile", "pen")
    yield NavItem(30, N_("People I follow"), "/me/following", "star")


FEATURE = Feature(
    name="members",
    acts=(
        Act(name="member.follow", summary="Follow what another member publishes."),
        Act(name="member.invite", summary="Invite people into the space."),
        Act(name="member.manage", summary="Change a member’s capacity, groups or access."),
        Act(name="profile.edit", summary="Change one’s own profile or photo.", texts=TEXTS),
    ),
    handlers=(
        *routes.HANDLERS,
        *routes_admin.HANDLERS,
        *routes_invitations.HANDLERS,
        *routes_admin_api.HANDLERS,
    ),
    subscriptions=(
        (ContributionDecided, actions_profile.settle),
        *own_data.SUBSCRIPTIONS,
        *overview.SUBSCRIPTIONS,
    ),
    in_site=_in_site,
    in_admin=_in_admin,
    in_mine=_in_mine,
)

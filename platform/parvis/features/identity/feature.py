"""What the app takes from identity: routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.core.retention import RetentionDue
from parvis.features.identity import overview, own_data, retention, routes


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.TENANT_MANAGE):
        yield NavItem(40, N_("Sign-in"), "/admin/sign-in", "lock")
    if actor.may(Permission.MEMBER_MANAGE):
        yield NavItem(50, N_("Programs"), "/admin/tokens", "key")


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(10, N_("My account"), "/me", "user")
    yield NavItem(50, N_("My tokens"), "/me/tokens", "key")


FEATURE = Feature(
    name="identity",
    acts=(Act(name="connection.change", summary="Change a way in, or try it out."),),
    handlers=routes.HANDLERS,
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        *overview.SUBSCRIPTIONS,
        (RetentionDue, retention.let_go),
    ),
    in_admin=_in_admin,
    in_mine=_in_mine,
)

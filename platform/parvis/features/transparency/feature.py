"""What the app takes from transparency: its act, its routes, its entry in the tenant admin."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.features.transparency import routes, routes_api


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.TENANT_MANAGE):
        yield NavItem(80, N_("Transparency"), routes.ADMIN, "trend")


FEATURE = Feature(
    name="transparency",
    acts=(Act(name="transparency.publish", summary="Publish the yearly counts of moderation."),),
    handlers=(*routes.HANDLERS, *routes_api.HANDLERS),
    in_admin=_in_admin,
)

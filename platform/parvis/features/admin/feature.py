"""What the app takes from admin: its routes, the job that counts, and the first entry."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.admin import routes, rules


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if rules.has_overview(actor):
        yield NavItem(5, N_("Overview"), "/admin", "home")


FEATURE = Feature(name="admin", handlers=routes.HANDLERS, in_admin=_in_admin)

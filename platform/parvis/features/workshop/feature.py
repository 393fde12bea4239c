"""What the app takes from the workshop: acts, routes, its entry in the navigation."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.workshop import routes, rules


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if rules.has_bench(actor):
        yield NavItem(25, N_("Charter"), "/admin/charter", "book")


FEATURE = Feature(
    name="workshop",
    acts=(
        Act(name="charter.edit", summary="Write, try and rehearse a draft of a charter."),
        Act(name="charter.publish", summary="Publish a version of a charter."),
    ),
    handlers=routes.HANDLERS,
    in_admin=_in_admin,
)

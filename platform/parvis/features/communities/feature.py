"""What the app takes from communities: acts, routes and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.events import InvitationAccepted
from parvis.core.events_people import PersonOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.communities import overview, own_data, routes, routes_charter
from parvis.features.communities.actions import open_to_invited
from parvis.features.communities.queries_person import show_on_person


def _in_site(actor: Actor) -> Iterator[NavItem]:
    if not actor.standing.is_suspended:
        yield NavItem(20, N_("Communities"), "/communities", "users")


FEATURE = Feature(
    name="communities",
    acts=(
        Act(name="community.join", summary="Join a community, or ask to."),
        Act(name="community.admit", summary="Decide on somebody’s request to join."),
    ),
    handlers=(*routes.HANDLERS, *routes_charter.HANDLERS),
    subscriptions=(
        (PersonOpened, show_on_person),
        (InvitationAccepted, open_to_invited),
        *own_data.SUBSCRIPTIONS,
        *overview.SUBSCRIPTIONS,
    ),
    in_site=_in_site,
)

"""What the app takes from privacy: routes, subscriptions, and the jobs its actions queue."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.privacy import own_data, queries, routes


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(40, N_("My data"), "/me/data", "doc")


FEATURE = Feature(
    name="privacy",
    handlers=routes.HANDLERS,
    in_mine=_in_mine,
    subscriptions=(*own_data.SUBSCRIPTIONS, (DossierOpened, queries.tell_dossier)),
)

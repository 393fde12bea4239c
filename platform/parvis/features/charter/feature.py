"""What the app takes from charter: routes."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.charter import dossier, own_data, routes


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(35, N_("My charters"), "/me/charters", "scale")


FEATURE = Feature(
    name="charter",
    handlers=routes.HANDLERS,
    subscriptions=((DossierOpened, dossier.show), *own_data.SUBSCRIPTIONS),
)

"""What the app takes from journal: routes and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.features.journal import dossier, own_data, routes


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.JOURNAL_READ):
        yield NavItem(90, N_("Journal"), "/admin/journal", "history")


FEATURE = Feature(
    name="journal",
    handlers=routes.HANDLERS,
    subscriptions=((DossierOpened, dossier.show), *own_data.SUBSCRIPTIONS),
    in_admin=_in_admin,
)

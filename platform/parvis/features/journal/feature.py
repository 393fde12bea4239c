"""What the app takes from journal: routes and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.features.journal import dossier, overview, own_data, routes, routes_keys
from parvis.features.journal.evidence import routes_proof, routes_receipts
from parvis.features.journal.sealing import alarm, anchors, seal  # noqa: F401 -- their jobs


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.JOURNAL_READ):
        yield NavItem(90, N_("Journal"), "/admin/journal", "history")


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(45, N_("My receipts"), "/me/receipts", "seal")


FEATURE = Feature(
    name="journal",
    handlers=(
        *routes.HANDLERS,
        *routes_proof.HANDLERS,
        *routes_receipts.HANDLERS,
        *routes_keys.HANDLERS,
    ),
    subscriptions=((DossierOpened, dossier.show), *own_data.SUBSCRIPTIONS, *overview.SUBSCRIPTIONS),
    in_admin=_in_admin,
    in_mine=_in_mine,
)

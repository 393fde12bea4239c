"""What the app takes from charter: routes."""

from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.features.charter import dossier, own_data, routes

FEATURE = Feature(
    name="charter",
    handlers=routes.HANDLERS,
    subscriptions=((DossierOpened, dossier.show), *own_data.SUBSCRIPTIONS),
)

"""What the app takes from privacy: routes, subscriptions, and the jobs its actions queue."""

from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.features.privacy import own_data, queries, routes

FEATURE = Feature(
    name="privacy",
    handlers=routes.HANDLERS,
    subscriptions=(*own_data.SUBSCRIPTIONS, (DossierOpened, queries.tell_dossier)),
)

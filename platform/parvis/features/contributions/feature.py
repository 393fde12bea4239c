"""What the app takes from contributions: subscriptions."""

from parvis.core.dossier import DossierOpened
from parvis.core.events import ContributionDecided
from parvis.core.events_people import ProfileHeld, ProfileTakenBack
from parvis.core.feature import Feature
from parvis.features.contributions import dossier, own_data, profiles
from parvis.features.contributions.actions import keep_decision

FEATURE = Feature(
    name="contributions",
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        (DossierOpened, dossier.show),
        (ContributionDecided, keep_decision),
        (ProfileHeld, profiles.keep_held),
        (ProfileTakenBack, profiles.take_back),
    ),
)

"""What the app takes from contributions: subscriptions."""

from parvis.core.events import ContributionDecided
from parvis.core.feature import Feature
from parvis.features.contributions.actions import keep_decision

FEATURE = Feature(
    name="contributions",
    subscriptions=((ContributionDecided, keep_decision),),
)

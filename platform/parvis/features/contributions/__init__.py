"""What members write: immutable revisions, and a pointer to the one that readers see."""

from parvis.core.events import ContributionDecided
from parvis.core.feature import Feature
from parvis.features.contributions.actions import keep_decision

FEATURE = Feature(
    name="contributions",
    subscriptions=((ContributionDecided, keep_decision),),
)

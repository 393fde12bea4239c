"""What the app takes from communities: acts and routes."""

from parvis.core.acts import Act
from parvis.core.feature import Feature
from parvis.features.communities import routes

FEATURE = Feature(
    name="communities",
    acts=(
        Act(name="community.join", summary="Join a community, or ask to."),
        Act(name="community.admit", summary="Decide on somebody’s request to join."),
    ),
    handlers=routes.HANDLERS,
)

"""What the app takes from charter: routes."""

from parvis.core.feature import Feature
from parvis.features.charter import own_data, routes

FEATURE = Feature(
    name="charter", handlers=routes.HANDLERS, subscriptions=own_data.SUBSCRIPTIONS
)

"""What the app takes from identity: routes."""

from parvis.core.feature import Feature
from parvis.features.identity import routes

FEATURE = Feature(name="identity", handlers=routes.HANDLERS)

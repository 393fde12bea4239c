"""What the app takes from journal: routes."""

from parvis.core.feature import Feature
from parvis.features.journal import routes

FEATURE = Feature(name="journal", handlers=routes.HANDLERS)

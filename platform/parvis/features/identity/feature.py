"""What the app takes from identity: routes."""

from parvis.core.feature import Feature
from parvis.features.identity.routes import HANDLERS

FEATURE = Feature(name="identity", handlers=HANDLERS)

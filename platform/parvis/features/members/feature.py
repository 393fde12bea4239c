"""What the app takes from members: routes."""

from parvis.core.feature import Feature
from parvis.features.members import routes

FEATURE = Feature(name="members", handlers=routes.HANDLERS)

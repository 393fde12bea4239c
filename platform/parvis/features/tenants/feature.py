"""What the app takes from tenants: routes."""

from parvis.core.feature import Feature
from parvis.features.tenants import routes

FEATURE = Feature(name="tenants", handlers=routes.HANDLERS)

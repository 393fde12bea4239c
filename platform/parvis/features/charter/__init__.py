"""The charter: what a firm's members agree to, and the rules a machine keeps of it."""

from parvis.core.feature import Feature
from parvis.features.charter import routes

FEATURE = Feature(name="charter", handlers=routes.HANDLERS)

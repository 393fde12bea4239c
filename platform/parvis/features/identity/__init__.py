"""Who people are: sign-in at the firm's providers, members, names, groups, sessions."""

from parvis.core.feature import Feature
from parvis.features.identity.routes import HANDLERS

FEATURE = Feature(name="identity", handlers=HANDLERS)

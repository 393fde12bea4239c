"""Tenants: what a firm keeps as files, and the public pages that say who it is."""

from parvis.core.feature import Feature
from parvis.features.tenants import routes

FEATURE = Feature(name="tenants", handlers=(routes.legal_page, routes.accessibility_page))

"""What the app takes from provisioning."""

from parvis.core.feature import Feature

FEATURE = Feature(name="provisioning")

"""What the app takes from privacy."""

from parvis.core.feature import Feature

FEATURE = Feature(name="privacy")

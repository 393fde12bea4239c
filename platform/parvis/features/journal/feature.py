"""What the app takes from journal: routes."""

from parvis.core.feature import Feature
from parvis.features.journal import routes

FEATURE = Feature(
    name="journal",
    handlers=(
        routes.journal_screen,
        routes.entry_screen,
        routes.list_entries,
        routes.get_entry,
    ),
)

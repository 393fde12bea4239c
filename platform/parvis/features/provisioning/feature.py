"""What the app takes from provisioning: its act, its routes, and what it tells of connections."""

from parvis.core.acts import Act
from parvis.core.events import ConnectionShown, DirectoryMatched
from parvis.core.feature import Feature
from parvis.features.provisioning import (
    binding,
    judging,
    own_data,
    queries,
    routes_admin,
    routes_scim,
)

FEATURE = Feature(
    name="provisioning",
    acts=(
        Act(
            name=judging.ACT,
            summary="Make and describe members by a directory (SCIM).",
            texts=("displayName", "title"),
        ),
    ),
    handlers=(*routes_scim.HANDLERS, *routes_admin.HANDLERS),
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        (ConnectionShown, queries.add_section),
        (DirectoryMatched, binding.go_over),
    ),
)

"""What the app takes from provisioning: its act and its routes."""

from parvis.core.acts import Act
from parvis.core.feature import Feature
from parvis.features.provisioning import judging, own_data, routes_scim

FEATURE = Feature(
    name="provisioning",
    acts=(
        Act(
            name=judging.ACT,
            summary="Make and describe members by a directory (SCIM).",
            texts=("displayName", "title"),
        ),
    ),
    handlers=routes_scim.HANDLERS,
    subscriptions=own_data.SUBSCRIPTIONS,
)

"""Who the members are to one another: real names, capacities, and who vouches for them."""

from parvis.core.feature import Feature
from parvis.features.members import routes

FEATURE = Feature(name="members", handlers=routes.HANDLERS)

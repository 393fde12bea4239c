"""Where the word of a request comes from: a tenant's connection, through its provider's token."""

import msgspec

from parvis.core.tenancy import Tenant
from parvis.features.identity.connections import Connection

# What the journal and the sign-in log name instead of a person.
BY = "scim"
BASE_PATH = "/scim/v2"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A directory that keeps members up to date, and nothing beyond its own connection."""

    tenant: Tenant
    connection: Connection

    @property
    def speaks_of_groups(self) -> bool:
        """Whether the tenant already hears this provider about groups, at sign-in."""
        return "groups" in self.connection.claim_map

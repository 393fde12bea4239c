"""Home-realm discovery: from an e-mail address to the connection its domain belongs to.

A hint and nothing more: whoever comes back from the provider is judged by what it says of them.
A domain nobody has verified here leads where the door leads first, in the same answer (0015).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from parvis.core import db
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.features.identity import connections
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains import email_domains

# A whole office may sit behind one address at nine o'clock; a list of domains takes longer.
MOST_TRIES, TRIES_SECONDS = 60, 600


class DiscoveryInput(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's address, where they wanted to go, and the way they chose among several."""

    email: Annotated[str, Meta(min_length=1, max_length=320)]
    next: str = "/"
    connection: str | None = None


# One statement, whatever the domain: nothing is looked up for one that is not for the other.
_WAYS = f"""
    SELECT {connections.COLUMNS},
           EXISTS (SELECT FROM connection_domain d
                    WHERE d.tenant_id = c.tenant_id AND d.connection_id = c.id
                      AND d.domain = $2 AND d.verified_at IS NOT NULL) AS is_named
      FROM connection c
     WHERE c.tenant_id = $1 AND c.is_enabled
     ORDER BY c.position, c.slug LIMIT 50
"""


async def ways_for(given: DiscoveryInput) -> tuple[Connection, ...]:
    """Return where somebody with this address may sign in: several where they have to choose.

    Needs: an open transaction. Errors: Invalid for what is no address; NotFound where nobody can
    sign in at all, or not by the way that was chosen.
    """
    domain = email_domains.domain_of(given.email)
    if domain is None:
        message = N_("Write your whole e-mail address, such as name@example.com.")
        raise Invalid(fields={"email": message})
    rows = await db.fetch(_WAYS, domain)
    named = [row for row in rows if row["is_named"]] or rows[:1]
    chosen = [row for row in named if given.connection in (None, row["slug"])]
    if not chosen:
        raise NotFound
    return tuple(map(connections.of_row, chosen))


async def is_offered() -> bool:
    """Tell whether asking for an address is of any use here: some domain leads somewhere."""
    found: bool = await db.fetch_value(
        "SELECT EXISTS (SELECT FROM connection_domain d"
        " JOIN connection c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id"
        " WHERE d.tenant_id = $1 AND d.verified_at IS NOT NULL AND c.is_enabled)"
    )
    return found

"""Communities' own charters of a tenant's files: compared with what is live, and put live.

A file that goes away ends nothing: the charter stays until another version replaces it.
"""

from collections.abc import Iterator

from parvis.core import db
from parvis.core.ids import CommunityId
from parvis.core.tenancy import Tenant
from parvis.features.charter import actions as charter
from parvis.features.tenants.charter_file import community_file, is_newer
from parvis.features.tenants.difference import Change
from parvis.features.tenants.plan import Plan
from parvis.features.tenants.queries import Live


def changes(wanted: Plan, live: Live | None) -> Iterator[Change]:
    """Yield the versions that would be published. Errors: ApplyRefusedError, as for the firm's."""
    for slug in wanted.community_charters:
        known = live.community_charters.get(slug) if live else None
        if is_newer(community_file(wanted.folder, slug), known):
            number = known.number + 1 if known else 1
            yield Change("+", f"community[{slug}].charter version {number}")


async def publish(wanted: Plan, tenant: Tenant) -> None:
    """Leave each community with the charter that its file holds."""
    for slug, source in wanted.community_charters.items():
        place = await db.fetch_value(
            "SELECT id FROM community WHERE tenant_id = $1 AND slug = $2", slug
        )
        await charter.publish_version(
            tenant, source, file=community_file(wanted.folder, slug),
            community_id=CommunityId(place),
        )  # fmt: skip

"""Whose word a member's name rests on: verified claims, a name authority, or nobody's yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.features.identity.claims import display_name
from parvis.features.identity.connections import Connection
from parvis.features.identity.names import refresh_name_keys
from parvis.features.identity.rules import (
    UNVERIFIED,
    is_verified,
    vouched_source,
)
from parvis.integrations.login import verified_name


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """A name, and who stands behind it.

    `source` is a connection's slug, or UNVERIFIED. `framework` names the rules under which an
    identity was checked (eidas, de_aml …), `level` and `verified_at` how surely and when; None
    where the provider only gives its word. `stated_by` is the connection that said it.
    """

    name: str
    source: str
    stated_by: str = ""
    framework: str | None = None
    level: str | None = None
    verified_at: datetime | None = None


def by_claims(connection: Connection, claims: Mapping[str, Any]) -> Vouched:
    """Return the name that these claims give: verified before merely stated, never a mixture.

    Errors: LoginError when there is no name, or what is given is none.
    """
    found = verified_name(claims, connection.trust_frameworks)
    if found is None:
        return by_directory(connection, claims.get(connection.claim_map.get("name", "name")))
    return Vouched(
        name=display_name(found.name),
        source=connection.slug,
        stated_by=connection.slug,
        framework=found.framework,
        level=found.level,
        verified_at=found.at,
    )


def by_directory(connection: Connection, name: Any) -> Vouched:
    """Return the name a provider states, vouched for only by a name authority.

    Errors: LoginError when it is no name.
    """
    return Vouched(
        name=display_name(name),
        source=vouched_source(connection),
        stated_by=connection.slug,
    )


_NAMED = "SELECT display_name, name_source FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_RECORDED = """
    SELECT display_name, source, framework, level, verified_at FROM name_record
     WHERE tenant_id = $1 AND member_id = $2 ORDER BY id DESC LIMIT 1
"""
_RENAME = """
    UPDATE member SET display_name = $3, name_source = $4 WHERE tenant_id = $1 AND id = $2
"""


async def keep_name(member_id: UUID, vouched: Vouched) -> bool:
    """Make it the member's name, keep it in their history, and tell whether anything changed.

    What somebody else vouches for is not replaced by a name that is merely stated. A provider
    that vouched and no longer does takes its word back. Needs: the member exists.
    """
    named = await db.fetch_row(_NAMED, member_id)
    if named is None or not _may_replace(named["name_source"], vouched):
        return False
    recorded = await db.fetch_row(_RECORDED, member_id)
    said = (vouched.name, vouched.source, vouched.framework, vouched.level, vouched.verified_at)
    if recorded is not None and tuple(recorded.values()) == said:
        return False
    await db.execute(_RENAME, member_id, vouched.name, vouched.source)
    await db.insert(
        "name_record",
        member_id=member_id,
        display_name=vouched.name,
        source=vouched.source,
        framework=vouched.framework,
        level=vouched.level,
        verified_at=vouched.verified_at,
        at=clock.now(),
    )
    await refresh_name_keys(member_id, vouched.name)
    return True


def _may_replace(source: str, vouched: Vouched) -> bool:
    return is_verified(vouched.source) or source in (UNVERIFIED, vouched.stated_by)

"""The member behind a verified sign-in: found or made, and brought up to date by its claims."""

from typing import Any

from parvis.core import clock, db, journal
from parvis.core.ids import MemberId
from parvis.core.tenancy import Tenant
from parvis.features.identity import claims
from parvis.features.identity.claims import Profile
from parvis.features.identity.connections import Connection
from parvis.features.identity.names import refresh_name_keys
from parvis.features.identity.rules import check_admission, vouched_source
from parvis.integrations.login import SignedIn

_KNOWN = """
    SELECT i.id, i.member_id, m.state, m.display_name, m.name_source
      FROM identity i
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
     WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.sub = $3
       FOR UPDATE OF i
"""


async def admit(
    tenant: Tenant, connection: Connection, signed: SignedIn, *, locale: str
) -> MemberId:
    """Return the member that `signed` is, with the name, capacity and groups of its claims.

    The key is (issuer, subject) and nothing else: an e-mail address never links anybody.
    Needs: an open tenant transaction.
    Errors: LoginError for a person or profile that is not admitted; UniqueViolation when the
    same newcomer was made by another request in the meantime (run it again).
    """
    known = await db.fetch_row(_KNOWN, signed.issuer, signed.sub)
    check_admission(connection, known["state"] if known else None)
    profile = claims.profile_of(signed.claims, connection.claim_map)
    if known is None:
        member_id = await _create(tenant, connection, signed, profile, locale=locale)
    else:
        member_id = await _refresh(connection, profile, known)
    if profile.groups is not None:
        await _replace_groups(member_id, profile.groups)
    return member_id


async def _create(
    tenant: Tenant, connection: Connection, signed: SignedIn, profile: Profile, *, locale: str
) -> MemberId:
    now, source = clock.now(), vouched_source(connection)
    columns = {"capacity": claims.DEFAULT_CAPACITY} | profile.columns
    member_id = MemberId(
        await db.insert(
            "member",
            display_name=profile.name,
            name_source=source,
            locale=profile.locale if profile.locale in tenant.locales else locale,
            state="active",
            joined_at=now,
            last_seen_at=now,
            **columns,
        )
    )
    await _record_name(member_id, profile.name, source)
    await db.insert(
        "identity",
        connection_id=connection.id,
        issuer=signed.issuer,
        sub=signed.sub,
        member_id=member_id,
        last_sign_in_at=now,
    )
    await journal.record(
        None,
        "identity.admitted",
        subject=("member", member_id),
        data={"by": "sign-in", "connection": connection.slug},
    )
    return member_id


async def _refresh(connection: Connection, profile: Profile, known: db.Record) -> MemberId:
    now, member_id = clock.now(), MemberId(known["member_id"])
    columns: dict[str, Any] = {**profile.columns, "last_seen_at": now}
    if connection.name_authority:
        columns |= {"display_name": profile.name, "name_source": connection.slug}
        if (profile.name, connection.slug) != (known["display_name"], known["name_source"]):
            await _record_name(member_id, profile.name, connection.slug)
    # The column names are ours (claims.py), never the provider's.
    assignments = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=3))
    await db.execute(
        f"UPDATE member SET {assignments} WHERE tenant_id = $1 AND id = $2",
        member_id,
        *columns.values(),
    )
    await db.execute(
        "UPDATE identity SET last_sign_in_at = $3 WHERE tenant_id = $1 AND id = $2",
        known["id"],
        now,
    )
    return member_id


async def _record_name(member_id: MemberId, name: str, source: str) -> None:
    await db.insert(
        "name_record", member_id=member_id, display_name=name, source=source, at=clock.now()
    )
    await refresh_name_keys(member_id, name)


_LEAVE_GROUPS = """
    DELETE FROM group_member
     WHERE tenant_id = $1 AND member_id = $2 AND source = 'claims' AND community_id IS NULL
       AND NOT group_id = ANY ($3::uuid[])
"""
_NEW_GROUPS = """
    SELECT g.id, gm.id IS NULL AS is_new
      FROM role_group g
      LEFT JOIN group_member gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
            AND gm.member_id = $3 AND gm.community_id IS NULL
     WHERE g.tenant_id = $1 AND g.slug = ANY ($2::text[])
"""


async def _replace_groups(member_id: MemberId, slugs: tuple[str, ...]) -> None:
    """Leave exactly the claimed groups, beside those an administrator gave."""
    rows = await db.fetch(_NEW_GROUPS, list(slugs), member_id)
    await db.execute(_LEAVE_GROUPS, member_id, [row["id"] for row in rows])
    for row in rows:
        if row["is_new"]:
            await db.insert(
                "group_member", group_id=row["id"], member_id=member_id, source="claims"
            )

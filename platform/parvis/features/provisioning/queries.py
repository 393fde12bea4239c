"""What administrators see of a connection's directory. A token is never among it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.events import ConnectionSection, ConnectionShown
from parvis.core.i18n import N_, translate
from parvis.features.identity.connections import Connection, said_in
from parvis.features.provisioning import reasons, refused
from parvis.features.provisioning.source import Source
from parvis.features.provisioning.tokens import MOST_VALID, MintedScimToken

MOST_TOKENS, MOST_GROUPS, MOST_REFUSALS = 20, 200, 20
ENDING = timedelta(days=30)


class ScimTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is listed: `hint` is how it ends, `state` is active, expired or revoked.

    `is_ending`: within thirty days.
    """

    id: UUID
    label: str
    hint: str
    state: str
    is_ending: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewScimTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token just made. `token` is shown this once and cannot be shown again."""

    token: str
    details: ScimTokenView


class ScimGroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A directory's group; `group` is the slug of what it stands for here, `by` how that came."""

    id: UUID
    name: str
    people: int
    by: str
    group: str | None
    title: str


class RefusalView(msgspec.Struct, frozen=True, kw_only=True):
    """A request that came to nothing: `why` explains `reason` in the reader's language."""

    at: datetime
    method: str
    endpoint: str
    status: str
    reason: str
    attribute: str
    why: str
    reference: str | None


class ProvisioningCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many people and groups the directory has here, and when it last changed one."""

    active: int
    inactive: int
    groups: int
    changed_at: datetime | None


class GroupChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A group of this space that a directory's group may stand for."""

    slug: str
    title: str


class ProvisioningView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about the directory of one connection.

    `address` is entered at the provider. `maps_by_name`: whether groups are recognised by name.
    """

    connection_id: UUID
    title: str
    is_enabled: bool
    address: str
    external_id_claim: str
    maps_by_name: bool
    may_make_token: bool
    counts: ProvisioningCounts
    tokens: tuple[ScimTokenView, ...]
    groups: tuple[ScimGroupView, ...]
    choices: tuple[GroupChoice, ...]
    refusals: tuple[RefusalView, ...]


async def provisioning_view(actor: Actor, connection: Connection, address: str) -> ProvisioningView:
    """Return the view of a connection from access_connection. `address`: of the protocol."""
    tokens = await _tokens(connection.id)
    source = Source(tenant=actor.tenant, connection=connection)
    return ProvisioningView(
        connection_id=connection.id,
        title=connection.label_in(actor.locale),
        is_enabled=connection.is_enabled,
        address=address,
        external_id_claim=connection.external_id_claim,
        maps_by_name=source.speaks_of_groups,
        may_make_token=sum(token.state == "active" for token in tokens) < MOST_VALID,
        counts=await _counts(connection.id),
        tokens=tokens,
        groups=await _groups(connection.id, actor.locale),
        choices=await _choices(actor.locale),
        refusals=await _refusals(connection.id, actor.locale),
    )


_TOKENS = f"""
    SELECT id, label, hint, created_at, expires_at, last_used_at,
           CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
                WHEN expires_at <= $3 THEN 'expired' ELSE 'active' END AS state
      FROM scim_token
     WHERE tenant_id = $1 AND connection_id = $2
     ORDER BY revoked_at IS NULL AND expires_at > $3 DESC, id DESC LIMIT {MOST_TOKENS}
"""


async def _tokens(connection_id: UUID) -> tuple[ScimTokenView, ...]:
    now = clock.now()
    return tuple(
        ScimTokenView(
            **row, is_ending=row["state"] == "active" and row["expires_at"] - now < ENDING
        )
        for row in await db.fetch(_TOKENS, connection_id, now)
    )


async def new_token(connection: Connection, minted: MintedScimToken) -> NewScimTokenView:
    """Return a token just made, to be shown once."""
    details = next(one for one in await _tokens(connection.id) if one.id == minted.id)
    return NewScimTokenView(token=minted.token, details=details)


_COUNTS = """
    SELECT count(*) FILTER (WHERE is_active) AS active,
           count(*) FILTER (WHERE NOT is_active) AS inactive,
           (SELECT count(*) FROM scim_group g
             WHERE g.tenant_id = $1 AND g.connection_id = $2) AS groups,
           greatest(max(updated_at),
                    (SELECT max(g.updated_at) FROM scim_group g
                      WHERE g.tenant_id = $1 AND g.connection_id = $2)) AS changed_at
      FROM scim_user
     WHERE tenant_id = $1 AND connection_id = $2 AND deleted_at IS NULL
"""


async def _counts(connection_id: UUID) -> ProvisioningCounts:
    row: Any = await db.fetch_row(_COUNTS, connection_id)
    return ProvisioningCounts(**row)


_GROUPS = f"""
    SELECT s.id, s.display_name AS name, s.mapped_by, g.slug, g.title,
           (SELECT count(*) FROM scim_group_member m
             WHERE m.tenant_id = $1 AND m.scim_group_id = s.id) AS people
      FROM scim_group s
      LEFT JOIN role_group g ON g.tenant_id = s.tenant_id AND g.id = s.group_id
     WHERE s.tenant_id = $1 AND s.connection_id = $2
     ORDER BY s.display_name_key, s.id LIMIT {MOST_GROUPS}
"""


async def _groups(connection_id: UUID, locale: str) -> tuple[ScimGroupView, ...]:
    return tuple(
        ScimGroupView(
            id=row["id"],
            name=row["name"],
            people=row["people"],
            by="choice" if row["mapped_by"] else "name",
            group=row["slug"],
            title=_title(row["title"], row["slug"] or "", locale),
        )
        for row in await db.fetch(_GROUPS, connection_id)
    )


async def _choices(locale: str) -> tuple[GroupChoice, ...]:
    rows = await db.fetch(
        "SELECT slug, title FROM role_group WHERE tenant_id = $1 ORDER BY slug LIMIT 200"
    )
    return tuple(
        GroupChoice(slug=row["slug"], title=_title(row["title"], row["slug"], locale))
        for row in rows
    )


def _title(title: str | None, slug: str, locale: str) -> str:
    return said_in(db.from_jsonb(title, dict[str, str]), locale, otherwise=slug) if title else slug


# A token that is none tells of no connection: such a try is shown with each of them.
_REFUSALS = f"""
    SELECT at, reason, correlation_id, detail FROM auth_event
     WHERE tenant_id = $1 AND kind = '{refused.KIND}'
       AND (connection_id = $2 OR connection_id IS NULL)
     ORDER BY id DESC LIMIT {MOST_REFUSALS}
"""


async def _refusals(connection_id: UUID, locale: str) -> tuple[RefusalView, ...]:
    return tuple(_refusal(row, locale) for row in await db.fetch(_REFUSALS, connection_id))


def _refusal(row: db.Record, locale: str) -> RefusalView:
    detail = db.from_jsonb(row["detail"], dict[str, str])
    return RefusalView(
        at=row["at"],
        **{name: detail.get(name, "") for name in ("method", "endpoint", "status", "attribute")},
        reason=row["reason"] or "",
        why=reasons.told(row["reason"] or "", locale),
        reference=row["correlation_id"],
    )


async def add_section(shown: ConnectionShown) -> None:
    """Lead from a connection's page to its directory."""
    counts, tokens = await _counts(shown.connection_id), await _tokens(shown.connection_id)
    in_use = [token for token in tokens if token.state == "active"]
    is_ending = bool(in_use) and all(token.is_ending for token in in_use)
    if is_ending:
        text = N_("The only token in use ends soon. Make the next one, and enter it there.")
    elif in_use:
        text = N_("{people} people and {groups} groups come from there.")
    else:
        text = N_("Let the provider make, describe and end members by itself.")
    locale = shown.actor.locale
    people = counts.active + counts.inactive
    shown.sections.append(
        ConnectionSection(
            title=translate(locale, N_("Directory (SCIM)")),
            text=translate(locale, text, people=people, groups=counts.groups),
            href=f"/admin/sign-in/connections/{shown.connection_id}/provisioning",
            action=translate(locale, N_("Tokens, groups and refusals")),
            warns=is_ending,
        )
    )

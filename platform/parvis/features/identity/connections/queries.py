"""What administrators see of a tenant's ways in. A secret is never among it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, i18n
from parvis.core.actor import Actor
from parvis.core.events import ConnectionSection, ConnectionShown, publish
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.identity import client_keys, connections
from parvis.features.identity.connections import Connection, said_in
from parvis.features.identity.connections.rules import (
    access_connection,
    has_people,
    require_admin,
)
from parvis.features.identity.domains import email_domains
from parvis.features.identity.domains.records import record_name, record_text
from parvis.integrations.dns import Fault

DAY = timedelta(days=1)


class ConnectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A connection in the list; `failures` are those of the last twenty-four hours."""

    id: UUID
    slug: str
    label: str
    issuer: str
    admission: str
    is_enabled: bool
    position: int
    people: int
    sessions: int
    domains: tuple[str, ...]
    last_sign_in_at: datetime | None
    failures: int


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be entered at the provider, and the link that leads straight to it.

    `jwks` is None where we prove ourselves by other means than our keys.
    """

    redirect: str
    signed_out: str
    back_channel: str
    jwks: str | None
    link: str


class DomainView(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail domain; `state`: waiting, verified (by DNS), vouched (by the operator)."""

    id: UUID
    domain: str
    name: str
    state: str
    problem: str
    record_name: str
    record: str
    verified_at: datetime | None
    checked_at: datetime | None


class ConnectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One connection with all its settings. `is_moored`: issuer and client id cannot change."""

    id: UUID
    slug: str
    label: dict[str, str]
    title: str
    issuer: str
    client_id: str
    auth_method: str
    has_secret: bool
    algorithms: tuple[str, ...]
    profile: str
    scope: str
    assertion_algorithm: str
    assertion_audience: str
    pkce: str
    name_authority: bool
    trust_frameworks: tuple[str, ...]
    claim_map: dict[str, str]
    texts_as_booleans: bool
    external_id_claim: str
    admission: str
    admission_domains: tuple[str, ...]
    admission_groups: tuple[str, ...]
    acr_map: dict[str, str]
    position: int
    is_enabled: bool
    is_moored: bool
    people: int
    sessions: int
    addresses: Addresses
    domains: tuple[DomainView, ...]


class ConnectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a connection, with what other features have to say of it."""

    connection: ConnectionView
    sections: tuple[ConnectionSection, ...]


_LINES = """
    SELECT c.id, c.slug, c.label, c.issuer, c.admission, c.is_enabled, c.position,
           (SELECT count(*) FROM identity i
             WHERE i.tenant_id = c.tenant_id AND i.connection_id = c.id) AS people,
           (SELECT max(i.last_sign_in_at) FROM identity i
             WHERE i.tenant_id = c.tenant_id AND i.connection_id = c.id) AS last_sign_in_at,
           (SELECT count(*) FROM auth_session s
             WHERE s.tenant_id = c.tenant_id AND s.connection_id = c.id AND s.ended_at IS NULL
               AND s.idle_until > $2 AND s.absolute_until > $2) AS sessions,
           (SELECT array_agg(d.domain ORDER BY d.domain) FROM connection_domain d
             WHERE d.tenant_id = c.tenant_id AND d.connection_id = c.id
               AND d.verified_at IS NOT NULL) AS domains,
           (SELECT count(*) FROM auth_event e
             WHERE e.tenant_id = c.tenant_id AND e.connection_id = c.id
               AND e.kind = 'sign_in_failed' AND e.at > $3) AS failures
      FROM connection c
     WHERE c.tenant_id = $1
     ORDER BY c.is_enabled DESC, c.position, c.slug LIMIT 100
"""


async def list_connections(actor: Actor) -> tuple[ConnectionLine, ...]:
    """Return every connection, those that are open first. Errors: NotFound."""
    require_admin(actor)
    now = clock.now()
    return tuple(_line(row, actor.locale) for row in await db.fetch(_LINES, now, now - DAY))


def _line(row: db.Record, locale: str) -> ConnectionLine:
    same = {name: row[name] for name in ConnectionLine.__struct_fields__}
    label = db.from_jsonb(row["label"], dict[str, str])
    same["label"] = said_in(label, locale, otherwise=row["slug"])
    same["domains"] = tuple(map(email_domains.shown, row["domains"] or ()))
    return ConnectionLine(**same)


async def connection_view(actor: Actor, connection_id: UUID, site: str) -> ConnectionView:
    """Return one connection. Errors: NotFound. `site`: the tenant's own address."""
    found = await access_connection(actor, connection_id)
    line = next((one for one in await list_connections(actor) if one.id == found.id), None)
    names = set(ConnectionView.__struct_fields__) & set(Connection.__struct_fields__)
    return ConnectionView(
        **{name: getattr(found, name) for name in names},
        title=found.label_in(actor.locale),
        has_secret=found.secret_sealed is not None,
        position=line.position if line else 0,
        is_moored=await has_people(found),
        people=line.people if line else 0,
        sessions=line.sessions if line else 0,
        addresses=addresses_of(found, site),
        domains=await domains_of(actor, found),
    )


async def connection_page(actor: Actor, connection_id: UUID, site: str) -> ConnectionPage:
    """Return the page of one connection. Errors: NotFound."""
    view = await connection_view(actor, connection_id, site)
    shown = ConnectionShown(actor=actor, connection_id=view.id, sections=[])
    await publish(shown)
    return ConnectionPage(connection=view, sections=tuple(shown.sections))


def addresses_of(connection: Connection, site: str) -> Addresses:
    """Return the addresses of a connection, as its provider has to know them."""
    base = f"{site}/auth/oidc/{connection.slug}"
    signs = connection.auth_method == "private_key_jwt"
    return Addresses(
        redirect=site + connections.CALLBACK_PATH.format(slug=connection.slug),
        signed_out=site + connections.SIGNED_OUT_PATH,
        back_channel=f"{base}/backchannel",
        jwks=site + client_keys.JWKS_PATH if signs else None,
        link=f"{base}/start",
    )


_DOMAINS = """
    SELECT id, domain, challenge, verified_by, verified_at, checked_at, problem
      FROM connection_domain WHERE tenant_id = $1 AND connection_id = $2
     ORDER BY domain LIMIT 200
"""
_STATES = {"dns": "verified", "operator": "vouched", None: "waiting"}
PROBLEMS: dict[str, str] = {
    Fault.MISSING: N_("The record is not there, or says something else."),
    Fault.NO_DOMAIN: N_("The record’s name does not exist in DNS."),
    Fault.TOO_SLOW: N_("The name servers of the domain did not answer in time."),
    Fault.UNUSABLE: N_("The name servers of the domain answered with an error."),
}


async def domains_of(actor: Actor, connection: Connection) -> tuple[DomainView, ...]:
    """Return the domains claimed for a connection that the caller has access to."""
    rows = await db.fetch(_DOMAINS, connection.id)
    return tuple(_domain(row, actor.locale) for row in rows)


def _domain(row: Any, locale: str) -> DomainView:
    problem = PROBLEMS.get(row["problem"] or "")
    return DomainView(
        id=row["id"],
        domain=row["domain"],
        name=email_domains.shown(row["domain"]),
        state=_STATES[row["verified_by"]],
        problem=i18n.translate(locale, problem) if problem else "",
        record_name=record_name(row["domain"]),
        record=record_text(row["challenge"]),
        verified_at=row["verified_at"],
        checked_at=row["checked_at"],
    )


_GROUPS = """
    SELECT slug, title FROM role_group
     WHERE tenant_id = $1 AND NOT $2 = ANY (permissions) ORDER BY slug LIMIT 200
"""


async def group_choices(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return the groups that newcomers may be put into, short name and title. Errors: NotFound."""
    require_admin(actor)
    rows = await db.fetch(_GROUPS, Permission.TENANT_MANAGE)
    titles = [(row["slug"], db.from_jsonb(row["title"], dict[str, str])) for row in rows]
    return tuple((slug, said_in(title, actor.locale, otherwise=slug)) for slug, title in titles)

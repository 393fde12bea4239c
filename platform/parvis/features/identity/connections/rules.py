"""Who sees and changes a tenant's ways in, and which settings of one are sound."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.identity import connections
from parvis.features.identity.claims import CLAIMS
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains import email_domains
from parvis.integrations import login

Line = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[str, Meta(min_length=1, max_length=500)]
Slug = Annotated[str, Meta(min_length=1, max_length=60, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
MOST_LISTED = 200


class ConnectionInput(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an administrator says of a way in; `secret` None keeps the one that is stored."""

    slug: Slug
    label: dict[str, Line]
    issuer: Address
    client_id: Line
    auth_method: Literal["none", "client_secret_basic", "private_key_jwt"] = "client_secret_basic"
    secret: Annotated[str, Meta(max_length=1000)] | None = None
    algorithms: tuple[Literal["RS256", "PS256", "ES256", "EdDSA"], ...] = ("RS256", "ES256")
    profile: Literal["standard", "fapi2"] = "standard"
    scope: Line = "openid profile email"
    assertion_algorithm: Literal["ES256", "PS256", "RS256"] = "ES256"
    assertion_audience: Literal["token_endpoint", "issuer"] = "token_endpoint"
    pkce: Literal["advertised", "assumed"] = "advertised"
    name_authority: bool = False
    trust_frameworks: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    claim_map: dict[str, Line] = {}
    texts_as_booleans: bool = False
    external_id_claim: Line = "sub"
    admission: Literal["invite_only", "scim_only", "jit"] = "invite_only"
    admission_domains: Annotated[tuple[Line, ...], Meta(max_length=MOST_LISTED)] = ()
    admission_groups: Annotated[tuple[Line, ...], Meta(max_length=MOST_LISTED)] = ()
    acr_map: dict[str, Literal["basic", "strong"]] = {}
    position: Annotated[int, Meta(ge=0, le=999)] = 0


def require_admin(actor: Actor) -> None:
    """Raise NotFound unless the actor runs the tenant: these screens exist for nobody else."""
    if not actor.may(Permission.TENANT_MANAGE):
        raise NotFound


async def access_connection(actor: Actor, connection_id: UUID) -> Connection:
    """Return a connection, open or shut. Errors: NotFound for who may not see it too."""
    require_admin(actor)
    row = await db.fetch_row(
        f"SELECT {connections.COLUMNS} FROM connection c WHERE c.tenant_id = $1 AND c.id = $2",
        connection_id,
    )
    if row is None:
        raise NotFound
    return connections.of_row(row)


async def checked(
    actor: Actor, given: ConnectionInput, stored: Connection | None
) -> ConnectionInput:
    """Return `given` in its normal form, or raise Invalid naming every field at fault.

    Whether the provider answers is not asked here: nothing waits inside a transaction.
    """
    faults = dict(_faults(actor, given, stored))
    faults |= dict(await _moved(given, stored)) if stored else {}
    faults |= dict(await _group_faults(given.admission_groups))
    if faults:
        raise Invalid(fields=faults)
    domains = (email_domains.normal_domain(one) or one for one in given.admission_domains)
    return msgspec.structs.replace(given, admission_domains=tuple(dict.fromkeys(domains)))


Faults = Iterator[tuple[str, str]]


def _faults(actor: Actor, given: ConnectionInput, stored: Connection | None) -> Faults:
    locales = actor.tenant.locales
    if locales[0] not in given.label or not set(given.label) <= set(locales):
        yield (
            "label",
            N_("A name is needed in the language of the space, and in no other than its own."),
        )
    if given.scope.split()[0] != "openid":
        yield "scope", N_("Begin with openid: without it no provider says who somebody is.")
    if not set(given.claim_map) <= set(CLAIMS):
        yield "claim_map", N_("This maps a claim that Parvis does not read.")
    if given.external_id_claim.split() != [given.external_id_claim]:
        yield "external_id_claim", N_("This is not the name of a claim.")
    if not all(map(email_domains.normal_domain, given.admission_domains)):
        yield "admission_domains", N_("One of these is not a domain, such as example.com.")
    yield from _proof_faults(given, stored)


_UNSAFE = {
    "profile": N_("This profile is not known."),
    "auth_method": N_("FAPI 2.0 needs private_key_jwt: a shared secret is not enough there."),
    "algorithms": N_(
        "Choose at least one algorithm; FAPI 2.0 takes PS256, ES256 and EdDSA only, RS256 is not "
        "among them."
    ),
    "assertion_algorithm": N_("FAPI 2.0 takes ES256 or PS256 here."),
}


def _proof_faults(given: ConnectionInput, stored: Connection | None) -> Faults:
    unsafe = login.complaint(
        profile=given.profile,
        auth_method=given.auth_method,
        algorithms=given.algorithms,
        assertion_algorithm=given.assertion_algorithm,
    )
    if unsafe:
        yield unsafe, _UNSAFE[unsafe]
    needs_secret = given.auth_method == "client_secret_basic"
    # What a stored connection does without stays as it is: the demonstration's have no secret.
    is_new = stored is None or stored.auth_method != given.auth_method
    if needs_secret and not given.secret and is_new:
        yield "secret", N_("This way to prove ourselves needs the secret the provider gave you.")
    if given.secret and not needs_secret:
        yield "secret", N_("This way to prove ourselves uses no secret. Leave the field empty.")


_HAS_PEOPLE = "SELECT EXISTS (SELECT FROM identity WHERE tenant_id = $1 AND connection_id = $2)"
MOVED = N_(
    "People already sign in through this connection, and their provider knows them by this value: "
    "with another one they would come back as strangers. Add a second connection instead."
)


async def has_people(connection: Connection) -> bool:
    """Tell whether anybody has ever come in through the connection."""
    found: bool = await db.fetch_value(_HAS_PEOPLE, connection.id)
    return found


async def _moved(given: ConnectionInput, stored: Connection) -> list[tuple[str, str]]:
    """Changing these is a migration, not an edit: subjects mean nothing at another provider."""
    pairs = {
        "issuer": (given.issuer, stored.issuer),
        "client_id": (given.client_id, stored.client_id),
    }
    moved = [name for name, (wanted, is_now) in pairs.items() if wanted != is_now]
    return [(name, MOVED) for name in moved] if moved and await has_people(stored) else []


_GROUPS = "SELECT slug, permissions FROM role_group WHERE tenant_id = $1 AND slug = ANY ($2)"


async def _group_faults(slugs: tuple[str, ...]) -> list[tuple[str, str]]:
    if not slugs:
        return []
    rows = await db.fetch(_GROUPS, list(slugs))
    if len(rows) < len(set(slugs)):
        return [("admission_groups", N_("One of these groups does not exist."))]
    if any(Permission.TENANT_MANAGE in row["permissions"] for row in rows):
        message = N_("Nobody becomes an administrator by coming in. Leave that group out.")
        return [("admission_groups", message)]
    return []

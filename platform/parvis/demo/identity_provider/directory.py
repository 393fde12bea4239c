"""Who may be clicked, and which tenant may ask: read from the tenants' own files."""

import tomllib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from parvis.features.tenants import document

PERSONA_FILE = "demo.toml"
SYMBOLIC = "demo:"
ALGORITHM = "ES256"
# Where the product takes callbacks, and where it leads people who have signed out.
CALLBACK_PATH = "/auth/oidc/{slug}/callback"
SIGNED_OUT_PATH = "/signed-out"
BACKCHANNEL_PATH = "/auth/oidc/{slug}/backchannel"
KEYS_PATH = "/.well-known/jwks.json"
AUTH_METHODS = ("client_secret_basic", "private_key_jwt")


class DirectoryError(Exception):
    """A tenant's files cannot be demonstrated; the message names file and reason."""


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That an identity was checked: under which rules, how surely, and when."""

    framework: str
    level: str
    at: datetime


class Persona(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fictitious person of one issuer, with the claims made about them."""

    issuer: str
    sub: Annotated[str, Meta(min_length=1, max_length=255)]
    name: Annotated[str, Meta(min_length=1)]
    email: Annotated[str, Meta(pattern=r"^[^@ ]+@[^@ ]+\.example$")]
    locale: Literal["fr", "en"] = "fr"
    capacity: Literal["client", "adviser", "shareholder", "employee", "director", "distributor"]
    capacity_label: Annotated[str, Meta(min_length=1)]
    headline: str = ""
    groups: tuple[str, ...] = ()
    verified: Verification | None = None
    about: dict[str, str]  # what this person is good for in a demonstration

    def claims(self) -> dict[str, object]:
        """What userinfo says about the person."""
        return {
            "sub": self.sub,
            "name": self.name,
            "email": self.email,
            "email_verified": True,
            "locale": self.locale,
            "capacity": self.capacity,
            "capacity_label": self.capacity_label,
            "headline": self.headline,
            "groups": list(self.groups),
        }

    def verified_claims(self) -> dict[str, object]:
        """The name as it was verified (OpenID Connect for Identity Assurance), if it was."""
        if self.verified is None:
            return {}
        verification = {
            "trust_framework": self.verified.framework,
            "assurance_level": self.verified.level,
            "time": self.verified.at.isoformat(),
        }
        return {"verified_claims": {"verification": verification, "claims": {"name": self.name}}}


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's connection, as the provider knows it."""

    client_id: str
    auth_method: str
    secret: str
    directory_token: str  # with which its members are told to it; "" where it wants none
    slug: str  # of the connection
    tenant: str
    tenant_slug: str
    url: str  # the tenant's own
    label: dict[str, str]  # of the connection, by locale
    locale: str
    redirect_uris: frozenset[str]
    signed_out_uris: frozenset[str]
    personas: dict[str, Persona]  # by subject

    @property
    def keys_url(self) -> str:
        """Where its public keys are, for clients that sign."""
        return f"{self.url}{KEYS_PATH}"

    @property
    def backchannel_url(self) -> str:
        """Where it is told that somebody signed out."""
        return f"{self.url}{BACKCHANNEL_PATH.format(slug=self.slug)}"

    def __repr__(self) -> str:
        """Leave the secret out, wherever this ends up printed."""
        return f"Client({self.client_id!r})"


class Issuer(msgspec.Struct, frozen=True):
    """One provider: its address and the clients it serves, by client id."""

    name: str
    url: str
    clients: dict[str, Client]


class _PersonaFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    persona: tuple[Persona, ...]


def load(
    tenants: Path,
    *,
    address: str,
    public_url: Callable[[str], str],
    secret: Callable[[str], str],
    directory_token: Callable[[str, str], str] = lambda _tenant, _connection: "",
) -> dict[str, Issuer]:
    """Return every issuer that the tenants' connections name as `demo:<issuer>`.

    `address` is the provider's own; `public_url` gives a tenant's address by its host, `secret`
    the value behind a connection's `env:` reference, and `directory_token` what SCIM asks for, by
    the slugs of tenant and connection.
    """
    issuers: dict[str, Issuer] = {}
    for file in sorted(tenants.glob(f"*/{document.TENANT_FILE}")):
        tenant = document.load(file.parent).value
        for connection in tenant.connection:
            if not connection.issuer.startswith(SYMBOLIC):
                continue
            name = connection.issuer.removeprefix(SYMBOLIC)
            issuer = issuers.setdefault(name, Issuer(name, f"{address}/{name}", {}))
            if connection.client_id in issuer.clients:
                raise DirectoryError(f"{file}: another tenant of {name} is {connection.client_id}")
            known = [p for p in personas(file.parent) if p.issuer == name]
            issuer.clients[connection.client_id] = _client(
                connection,
                tenant.tenant,
                secret=_secret(file, connection, secret),
                directory_token=directory_token(tenant.tenant.slug, connection.slug),
                urls=[public_url(host) for host in tenant.tenant.hosts],
                known=known,
            )
    return issuers


def _client(
    connection: document.ConnectionTable,
    tenant: document.TenantTable,
    *,
    secret: str,
    directory_token: str,
    urls: list[str],
    known: list[Persona],
) -> Client:
    return Client(
        client_id=connection.client_id,
        auth_method=connection.auth_method,
        secret=secret,
        directory_token=directory_token,
        slug=connection.slug,
        tenant=tenant.name,
        tenant_slug=tenant.slug,
        url=urls[0],
        label=connection.label,
        locale=tenant.locales[0],
        redirect_uris=_uris(urls, CALLBACK_PATH.format(slug=connection.slug)),
        signed_out_uris=_uris(urls, SIGNED_OUT_PATH),
        personas={persona.sub: persona for persona in known},
    )


def personas(folder: Path) -> tuple[Persona, ...]:
    """Return the personas of the tenant in `folder`, none when it has no such file."""
    file = folder / PERSONA_FILE
    if not file.exists():
        return ()
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _PersonaFile).persona
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DirectoryError(f"{file}: {error}") from None
    if len({(p.issuer, p.sub) for p in found}) < len(found):
        raise DirectoryError(f"{file}: two personas of an issuer have the same sub")
    return found


def _secret(file: Path, connection: document.ConnectionTable, secret: Callable[[str], str]) -> str:
    if connection.auth_method not in AUTH_METHODS:
        offered = " and ".join(AUTH_METHODS)
        raise DirectoryError(f"{file}: {connection.slug}: only {offered} are offered")
    if ALGORITHM not in connection.algorithms:
        raise DirectoryError(f"{file}: {connection.slug}: ID tokens are signed with {ALGORITHM}")
    # A demonstration tenant needs none: it shares this machine with its provider.
    return secret(connection.secret.removeprefix("env:")) if connection.secret else ""


def _uris(urls: Iterable[str], path: str) -> frozenset[str]:
    return frozenset(f"{url}{path}" for url in urls)

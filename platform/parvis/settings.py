"""What an operator sets, as environment variables, read once at start."""

import json
import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "PARVIS_"
REPOSITORY = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """A setting is missing, unknown or wrong; the process must not start."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one process. Every field is documented; a test holds the guide to it."""

    database_url: Annotated[
        str, Meta(description="PostgreSQL address as the role `parvis_app`: web and worker.")
    ]
    owner_database_url: Annotated[
        str, Meta(description="The same database as `parvis_owner`: needed by `parvis migrate`.")
    ] = ""
    operator_database_url: Annotated[
        str,
        Meta(description="The same database as `parvis_operator`: needed by `parvis tenant`."),
    ] = ""
    secret_key: Annotated[
        str,
        Meta(
            description="At least 32 characters. Seals tenants' secrets and signs form tokens. "
            "Several keys separated by commas: the first seals, all open."
        ),
    ]
    environment: Annotated[
        Literal["production", "development", "demo", "test"],
        Meta(
            description="`production` unless said otherwise. The others admit identity "
            "providers on loopback; `development` also shows the component gallery."
        ),
    ] = "production"
    bind: Annotated[str, Meta(description="Address the web server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port the web server listens on.", ge=1, le=65535)] = 8000
    public_scheme: Annotated[
        Literal["http", "https"], Meta(description="Scheme visitors use to reach the tenants.")
    ] = "https"
    public_port: Annotated[
        int,
        Meta(description="Port visitors use, left out of links when it is the scheme's own."),
    ] = 443
    trusted_proxies: Annotated[
        str,
        Meta(
            description="Networks of the proxies whose X-Forwarded-For is believed, separated by "
            "commas; empty: the peer is the client."
        ),
    ] = ""
    database_pool: Annotated[
        int, Meta(description="Database connections a process may hold.", ge=1, le=200)
    ] = 10
    database_wait_seconds: Annotated[
        float, Meta(description="How long a request waits for a connection before it answers 503.")
    ] = 3.0
    statement_timeout_ms: Annotated[
        int, Meta(description="Milliseconds after which PostgreSQL gives up a statement.")
    ] = 5000
    statement_cache: Annotated[
        int, Meta(description="Prepared statements kept per connection; 0 behind old pgbouncers.")
    ] = 256
    max_body_bytes: Annotated[
        int, Meta(description="Largest request body in bytes; larger ones get 413.")
    ] = 2_000_000
    s3_endpoint: Annotated[str, Meta(description="Address of the object storage.")] = ""
    s3_bucket: Annotated[str, Meta(description="Bucket that holds every tenant's objects.")] = (
        "parvis-objects"
    )
    s3_access_key: Annotated[str, Meta(description="Access key of the object storage.")] = ""
    s3_secret_key: Annotated[str, Meta(description="Secret key of the object storage.")] = ""
    s3_region: Annotated[str, Meta(description="Region name used in signatures.")] = "eu-west-1"
    journal_anchor_minutes: Annotated[
        int,
        Meta(
            description="Minutes between two anchors of a journal that goes on growing.",
            ge=1,
            le=1440,
        ),
    ] = 60
    journal_lock_days: Annotated[
        int,
        Meta(
            description="Days for which an anchor is locked in the object storage. Nobody can "
            "shorten it afterwards.",
            ge=1,
        ),
    ] = 1827
    tsa_url: Annotated[
        str,
        Meta(description="Address of a time-stamping authority (RFC 3161); empty: none is asked."),
    ] = ""
    tsa_certificates: Annotated[
        str,
        Meta(
            description="File of the certificates (PEM) that the authority's time-stamps must lead "
            "to. Keep those of earlier years in it. Needed with PARVIS_TSA_URL."
        ),
    ] = ""
    tsa_authorization: Annotated[
        str, Meta(description="Authorization header sent to the authority, if it wants one.")
    ] = ""
    smtp_url: Annotated[
        str,
        Meta(description="`smtp://user:password@host:25` or `smtps://…`; empty sends no mail."),
    ] = ""
    mail_from: Annotated[str, Meta(description="Sender address of mails.")] = "noreply@localhost"
    dns_resolver: Annotated[
        str,
        Meta(
            description="Resolver asked whether a firm's domain is its own, `9.9.9.9` or "
            "`10.0.0.2:5353`; empty: the system's."
        ),
    ] = ""
    tenants_dir: Annotated[str, Meta(description="Folder of the tenants' files.")] = str(
        REPOSITORY / "tenants"
    )
    themes_dir: Annotated[str, Meta(description="Folder of the themes.")] = str(
        REPOSITORY / "themes"
    )
    demo_issuers: Annotated[
        dict[str, str],
        Meta(description="Addresses of the demonstration's issuers by name, as JSON."),
    ] = {}
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Meta(description="Least level logged.")
    ] = "INFO"

    @property
    def allows_loopback(self) -> bool:
        """Whether identity providers on this machine may be called."""
        return self.environment != "production"

    def public_url(self, host: str) -> str:
        """The address under which visitors reach `host`."""
        usual = {"http": 80, "https": 443}[self.public_scheme]
        port = "" if self.public_port == usual else f":{self.public_port}"
        return f"{self.public_scheme}://{host}{port}"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of `environ`, or raise SettingsError naming the variable at fault."""
    given = {k.removeprefix(PREFIX).lower(): v for k, v in environ.items() if k.startswith(PREFIX)}
    _refuse_unknown_and_missing(given.keys())
    try:
        settings = msgspec.convert(
            {name: _parse(name, value) for name, value in given.items()}, Settings, strict=False
        )
    except (msgspec.ValidationError, json.JSONDecodeError) as error:
        raise SettingsError(f"settings: {error}") from None
    _refuse_odd_networks(settings)
    if bool(settings.tsa_url) != bool(settings.tsa_certificates):
        raise SettingsError(f"{PREFIX}TSA_URL and {PREFIX}TSA_CERTIFICATES go together")
    if any(len(key) < 32 for key in settings.secret_key.split(",")):
        raise SettingsError(f"{PREFIX}SECRET_KEY needs at least 32 characters")
    return settings


def _refuse_unknown_and_missing(given: AbstractSet[str]) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    for name in sorted(given - fields.keys()):
        near = get_close_matches(name, fields, n=1)
        hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
        raise SettingsError(f"{PREFIX}{name.upper()} is not a setting{hint}")
    for name, field in fields.items():
        if field.required and name not in given:
            raise SettingsError(f"{PREFIX}{name.upper()} is required")


def _refuse_odd_networks(settings: Settings) -> None:
    for part in filter(None, settings.trusted_proxies.split(",")):
        try:
            ip_network(part.strip())
        except ValueError as error:
            raise SettingsError(f"{PREFIX}TRUSTED_PROXIES: {error}") from None


def _parse(name: str, value: str) -> Any:
    is_map = "dict" in str(get_type_hints(Settings)[name])
    return json.loads(value) if is_map else value

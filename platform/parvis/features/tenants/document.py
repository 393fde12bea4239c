"""What `tenants/<slug>/tenant.toml` may say: the shape of the file, and nothing of the database."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from parvis.features.tenants.strict_toml import Parsed, read

TENANT_FILE = "tenant.toml"
CHARTER_FILE = "charter.toml"

Slug = Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
GroupSlug = Annotated[str, Meta(pattern="^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Host = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", max_length=253)]
# An environment variable, never the secret itself: these files are under version control.
SecretReference = Annotated[str, Meta(pattern="^env:[A-Z][A-Z0-9_]*$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Lines = dict[str, Line]  # by locale
Texts = dict[str, Text]


class TenantTable(Struct, frozen=True, kw_only=True):
    slug: Slug
    name: Line
    space: Line
    locales: tuple[str, ...]  # the first is the tenant's own
    timezone: str
    theme: Slug
    hosts: tuple[Host, ...]  # the first is the one links are made with


class DoorTable(Struct, frozen=True, kw_only=True):
    """What a visitor reads before signing in."""

    lead: Texts
    audience: Texts
    sign_in: Lines = {}


class LegalTable(Struct, frozen=True, kw_only=True):
    name: Line
    address: Line
    contact: Line
    data_protection: Line
    notice: Texts


class SessionTable(Struct, frozen=True, kw_only=True):
    idle_minutes: Annotated[int, Meta(ge=5, le=480)] = 30
    absolute_hours: Annotated[int, Meta(ge=1, le=168)] = 12


Minutes = Annotated[int, Meta(ge=1, le=720)]


class StepUpTable(Struct, frozen=True, kw_only=True):
    """Within how many minutes of a sign-in one may do what asks for a fresh one."""

    charter: Minutes | None = None
    connections: Minutes | None = None
    decide: Minutes | None = None
    export: Minutes | None = None
    members: Minutes | None = None
    publish: Minutes | None = None
    tokens: Minutes | None = None


class ModerationTable(Struct, frozen=True, kw_only=True):
    """When the firm's moderators work, and within how many of those hours they decide.

    Legal notices have hours of their own; `export_statements` opens the file for the Commission.
    """

    due_hours: Annotated[int, Meta(ge=1, le=240)] = 8
    notice_due_hours: Annotated[int, Meta(ge=1, le=240)] = 4
    trusted_flaggers: tuple[Host, ...] = ()  # e-mail domains
    export_statements: bool = False
    working_days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: Annotated[int, Meta(ge=0, le=23)] = 9
    closes: Annotated[int, Meta(ge=1, le=24)] = 18
    holidays: Literal["fr-legal", "uk-bank", "ie-public", "us-federal", "target"] | None = None
    digest: Literal["daily", "weekly", "off"] = "daily"


class ConnectionTable(Struct, frozen=True, kw_only=True):
    slug: Slug
    label: Lines
    issuer: Annotated[str, Meta(pattern="^(https://[^ ]+|demo:[a-z0-9-]+)$")]
    client_id: Line
    auth_method: Literal["none", "client_secret_basic", "private_key_jwt"] = "client_secret_basic"
    secret: SecretReference | None = None
    algorithms: tuple[Literal["RS256", "PS256", "ES256", "EdDSA"], ...] = ("RS256", "ES256")
    scope: Line = "openid profile email"
    name_authority: bool = False
    claim_map: dict[str, Line] = {}
    admission: Literal["jit", "invite_only", "scim_only"] = "invite_only"
    admission_domains: tuple[Host, ...] = ()
    admission_groups: tuple[GroupSlug, ...] = ()
    profile: Literal["standard", "fapi2"] = "standard"
    assertion_algorithm: Literal["ES256", "PS256", "RS256"] = "ES256"
    assertion_audience: Literal["token_endpoint", "issuer"] = "token_endpoint"
    pkce: Literal["advertised", "assumed"] = "advertised"
    texts_as_booleans: bool = False
    acr_map: dict[Line, Literal["basic", "strong"]] = {}
    trust_frameworks: tuple[Line, ...] = ()
    external_id_claim: Line = "sub"
    # E-mail domains that lead here on the operator's word, in the letters of DNS.
    domains: tuple[Host, ...] = ()
    is_enabled: bool = True


class RoleGroupTable(Struct, frozen=True, kw_only=True):
    slug: GroupSlug
    title: Lines
    permissions: tuple[str, ...]


class CommunityTable(Struct, frozen=True, kw_only=True):
    slug: Slug
    title: Line
    description: Text
    visibility: Literal["open", "listed", "secret"] = "open"
    joining: Literal["free", "request", "invitation"] = "free"
    kind: Literal["business", "social"] = "business"
    official: bool = False


class TopicTable(Struct, frozen=True, kw_only=True):
    slug: Slug
    title: Lines


class StatutoryChannelTable(Struct, frozen=True, kw_only=True):
    """The channel that the notice of meeting declares; without it questions are free ones."""

    reference: Line
    address: Line
    date: dt.date | None = None


class MeetingPolicyTable(Struct, frozen=True, kw_only=True):
    """What holds for every meeting of the tenant, before any has a date."""

    preset: str
    mode: str | None = None
    seat: Annotated[str, Meta(pattern="^[0-9A-Z]{1,8}$")] | None = None
    place: Lines
    topics: tuple[TopicTable, ...]
    selection: Texts
    statutory_channel: StatutoryChannelTable | None = None
    board_review: bool = True


class MeetingTable(Struct, frozen=True, kw_only=True):
    """One meeting with its date; what it leaves out is the policy's."""

    slug: Slug
    title: Lines
    date: dt.date
    starts: dt.time
    preset: str | None = None
    mode: str | None = None
    place: Lines | None = None
    quiet_until: dt.date | None = None  # the last day on which answers are held more tightly


class CalendarTable(Struct, frozen=True, kw_only=True):
    """A dated event that windows of the charter may follow; `at` by the house's own clock."""

    name: Slug
    title: Lines
    at: Annotated[dt.datetime, Meta(tz=False)]


class TenantDocument(Struct, frozen=True, kw_only=True):
    """A whole tenant.toml."""

    format: Literal[1]
    tenant: TenantTable
    door: DoorTable
    legal: LegalTable
    session: SessionTable = SessionTable()
    step_up: StepUpTable = StepUpTable()
    moderation: ModerationTable = ModerationTable()
    connection: tuple[ConnectionTable, ...]
    role_group: tuple[RoleGroupTable, ...]
    community: tuple[CommunityTable, ...] = ()
    meeting_policy: MeetingPolicyTable | None = None
    meeting: tuple[MeetingTable, ...] = ()
    calendar: tuple[CalendarTable, ...] = ()


def key_of(entry: Any) -> str:
    """Return what an entry of a list is known by: its slug, or the name of an event."""
    return entry.name if isinstance(entry, CalendarTable) else str(entry.slug)


def load(folder: Path) -> Parsed[TenantDocument]:
    """Return the tenant.toml of `folder`, or raise TenantFileError with every wrong key and value.

    Only the file's own form is checked here; `verification.verify` checks what it refers to.
    """
    return read(folder / TENANT_FILE, TenantDocument)

"""The tenant's sign-in log as administrators read it: who came in, who did not, and why."""

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import db, i18n, pagination
from parvis.core.actor import Actor
from parvis.core.errors import BadRequest
from parvis.core.i18n import N_
from parvis.core.pagination import Page
from parvis.features.identity import reasons
from parvis.features.identity.connections import said_in
from parvis.features.identity.connections.rules import require_admin

PAGE_SIZE = 50
KINDS: dict[str, str] = {
    "sign_in_succeeded": N_("Signed in"),
    "sign_in_failed": N_("Sign-in refused"),
    "step_up_succeeded": N_("Confirmed again"),
    "step_up_failed": N_("Confirmation refused"),
    "signed_out": N_("Signed out"),
    "session_ended": N_("Session ended"),
    "sessions_ended": N_("Sessions ended"),
    "backchannel_logout": N_("Signed out by the provider"),
    "backchannel_refused": N_("Provider’s sign-out refused"),
    "emergency_signed_in": N_("Emergency access used"),
    "emergency_refused": N_("Emergency access refused"),
    "scim_refused": N_("Directory refused (SCIM)"),
}
FAILURES = (
    "sign_in_failed", "step_up_failed", "backchannel_refused", "emergency_refused", "scim_refused",
)  # fmt: skip


class LogSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; days are those of the tenant's own time zone."""

    reference: str | None = None
    connection: UUID | None = None
    kind: str | None = None
    failures: bool = False
    from_day: dt.date | None = None
    to_day: dt.date | None = None


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `why` explains the reason in the reader's language; `detail` is what was kept."""

    id: UUID
    at: dt.datetime
    kind: str
    kind_label: str
    is_failure: bool
    connection_id: UUID | None
    connection: str
    member_id: UUID | None
    member: str
    reason: str | None
    why: str
    reference: str | None
    detail: dict[str, str]


_LINES = """
    SELECT e.id, e.at, e.kind, e.connection_id, c.label AS connection, e.member_id,
           m.display_name AS member, e.reason, e.correlation_id AS reference, e.detail
      FROM auth_event e
      LEFT JOIN connection c ON c.tenant_id = e.tenant_id AND c.id = e.connection_id
      LEFT JOIN member m ON m.tenant_id = e.tenant_id AND m.id = e.member_id
     WHERE e.tenant_id = $1 AND e.id < $2
       AND ($3::text IS NULL OR e.correlation_id = $3)
       AND ($4::uuid IS NULL OR e.connection_id = $4)
       AND ($5::text[] IS NULL OR e.kind = ANY ($5))
       AND ($6::timestamptz IS NULL OR e.at >= $6)
       AND ($7::timestamptz IS NULL OR e.at < $7)
     ORDER BY e.id DESC LIMIT $8
"""


async def log_page(
    actor: Actor, search: LogSearch, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[LogLine]:
    """Return the lines that match, newest first. Errors: NotFound; BadRequest."""
    require_admin(actor)
    zone = ZoneInfo(actor.tenant.timezone)
    rows = await db.fetch(
        _LINES,
        pagination.before(after),
        search.reference,
        search.connection,
        _kinds(search),
        _midnight(search.from_day, zone),
        _midnight(search.to_day and search.to_day + dt.timedelta(days=1), zone),
        limit + 1,
    )
    return pagination.page_of(rows, limit, lambda row: _line(row, actor.locale))


def _kinds(search: LogSearch) -> list[str] | None:
    if search.kind is None:
        return list(FAILURES) if search.failures else None
    if search.kind not in KINDS:
        raise BadRequest(N_("“{value}” is not one of the choices."), value=search.kind)
    return [search.kind]


def _midnight(day: dt.date | None, zone: ZoneInfo) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time(), zone)


def _line(row: Any, locale: str) -> LogLine:
    label = db.from_jsonb(row["connection"], dict[str, str]) if row["connection"] else {}
    kind = KINDS.get(row["kind"])
    return LogLine(
        **{name: row[name] for name in ("id", "at", "kind", "connection_id", "member_id")},
        **{name: row[name] for name in ("reason", "reference")},
        kind_label=i18n.translate(locale, kind) if kind else row["kind"],
        is_failure=row["kind"] in FAILURES,
        connection=said_in(label, locale),
        member=row["member"] or "",
        why=reasons.told(row["reason"], locale) if row["kind"] in FAILURES else "",
        detail=db.from_jsonb(row["detail"], dict[str, str]),
    )

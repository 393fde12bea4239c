"""Invitations and lists of people to invite: as administrators see them, and as invitees do."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, i18n, pagination
from parvis.core.actor import Actor
from parvis.core.capacities import role, worded_label
from parvis.core.errors import NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.pagination import Page
from parvis.features.identity.sessions import is_token
from parvis.features.members import csv_file, rules_admin
from parvis.features.members.queries_admin import said_in

PAGE_SIZE = 50


class InvitationRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation in the list. `state`: waiting, sent, accepted, expired, revoked."""

    id: UUID
    email: str
    state: str
    way: str
    role: str
    invited_by: str
    member_id: MemberId | None
    member: str | None
    created_at: datetime
    expires_at: datetime


INVITATION_STATES = {
    "open": N_("Under way"),
    "accepted": N_("Accepted"),
    "expired": N_("Past its date"),
    "revoked": N_("Withdrawn"),
}
InvitationState = Literal["open", "accepted", "expired", "revoked"]
_STATE = """
    CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at IS NOT NULL THEN 'revoked'
         WHEN i.expires_at <= $2 THEN 'expired' ELSE 'open' END
"""
_INVITATIONS = f"""
    SELECT i.id, i.email, {_STATE} AS state, i.sent_at, c.label AS way, i.capacity,
           i.capacity_label, i.firm, i.register_number, b.display_name AS invited_by, i.member_id,
           m.display_name AS member, i.created_at, i.expires_at
      FROM invitation i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
      JOIN member b ON b.tenant_id = i.tenant_id AND b.id = i.invited_by
      LEFT JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
     WHERE i.tenant_id = $1 AND i.id < $3 AND ($4::text IS NULL OR {_STATE} = $4)
       AND ($5::uuid IS NULL OR i.member_id = $5) AND ($6::uuid IS NULL OR i.id = $6)
     ORDER BY i.id DESC LIMIT $7
"""


async def invitations_page(
    actor: Actor,
    *,
    state: str | None = None,
    member_id: UUID | None = None,
    invitation_id: UUID | None = None,
    after: str | None = None,
) -> Page[InvitationRow]:
    """Return a page of invitations, the newest first. Errors: NotFound to who may not."""
    rules_admin.require_manager(actor)
    rows = await db.fetch(
        _INVITATIONS, clock.now(), pagination.before(after), state, member_id, invitation_id,
        PAGE_SIZE + 1,
    )  # fmt: skip
    return pagination.page_of(rows, PAGE_SIZE, lambda row: _invitation(row, actor.locale))


async def invitation(actor: Actor, invitation_id: UUID) -> InvitationRow:
    """Return one invitation. Errors: NotFound, also to who may not."""
    found = await invitations_page(actor, invitation_id=invitation_id)
    if not found.items:
        raise NotFound
    return found.items[0]


def invitation_states(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return what the list can be asked for, in the actor's language."""
    return tuple(
        (state, i18n.translate(actor.locale, name)) for state, name in INVITATION_STATES.items()
    )


def _invitation(row: db.Record, locale: str) -> InvitationRow:
    label = worded_label(row["capacity_label"], row["firm"], row["register_number"])
    waits = row["state"] == "open" and row["sent_at"] is None
    return InvitationRow(
        id=row["id"],
        email=row["email"],
        state="waiting" if waits else row["state"],
        way=said_in(row["way"], locale),
        role=role(row["capacity"], label, locale) if row["capacity"] else (label or ""),
        invited_by=row["invited_by"],
        member_id=MemberId(row["member_id"]) if row["member_id"] else None,
        member=row["member"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as who holds its link sees it: who invites, through which way in, to what.

    `communities` names those that anybody may know of.
    """

    inviter: str
    way: str
    path: str
    communities: tuple[str, ...]
    expires_at: datetime


# A secret community is told to nobody who is not in it, an invitation's reader included.
_WELCOME = """
    SELECT m.display_name AS inviter, c.label, c.slug, i.expires_at,
           ARRAY(SELECT p.title FROM community p
                  WHERE p.tenant_id = i.tenant_id AND p.slug = ANY (i.communities)
                    AND p.visibility <> 'secret' ORDER BY p.position, p.slug) AS communities
      FROM invitation i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.invited_by
     WHERE i.tenant_id = $1 AND i.token_hash = $2 AND i.accepted_at IS NULL
       AND i.revoked_at IS NULL AND i.expires_at > $3 AND c.is_enabled
"""


async def welcome(actor: Actor, token: str) -> Welcome | None:
    """Return the invitation of a link; None alike for unknown, used, withdrawn and expired."""
    if not is_token(token):
        return None
    row = await db.fetch_row(_WELCOME, crypto.digest(token), clock.now())
    if row is None:
        return None
    return Welcome(
        inviter=row["inviter"],
        way=said_in(row["label"], actor.locale),
        path=f"/auth/oidc/{row['slug']}/start?invitation={token}",
        communities=tuple(row["communities"]),
        expires_at=row["expires_at"],
    )


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A list of people, and how far its work has come. `state`: waiting, running, done."""

    id: UUID
    file_name: str
    state: str
    total: int
    invited: int
    refused: int
    way: str
    started_by: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def handled(self) -> int:
        return self.invited + self.refused


class RefusedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that invited nobody: where it stands, which field is at fault, and why."""

    id: UUID
    line: int
    email: str
    field: str
    reason: str


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import, and the first of its refused lines; the report holds them all."""

    about: Import
    refused: tuple[RefusedLine, ...]


FIELD_NAMES = {
    "capacity": N_("Capacity"),
    "capacity_label": N_("Function"),
    "communities": N_("Communities"),
    "connection": N_("Way in"),
    "email": N_("E-mail"),
    "firm": N_("Firm"),
    "groups": N_("Groups"),
    "line": N_("Line"),
    "locale": N_("Language"),
    "register_number": N_("Register number"),
}
SHOWN_LINES = 100
_IMPORTS = """
    SELECT i.id, i.file_name, i.state, i.total, i.invited, i.refused, c.label AS way,
           m.display_name AS started_by, i.created_at, i.ended_at
      FROM member_import i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.started_by
     WHERE i.tenant_id = $1 AND i.id < $2 AND ($3::uuid IS NULL OR i.id = $3)
     ORDER BY i.id DESC LIMIT $4
"""
_REFUSED = """
    SELECT id, line, given, field, problem FROM member_import_line
     WHERE tenant_id = $1 AND import_id = $2 AND state = 'refused' ORDER BY line LIMIT $3
"""


async def imports_page(actor: Actor, *, after: str | None = None) -> Page[Import]:
    """Return a page of imports, the newest first. Errors: NotFound to who may not."""
    rules_admin.require_manager(actor)
    rows = await db.fetch(_IMPORTS, pagination.before(after), None, PAGE_SIZE + 1)
    return pagination.page_of(rows, PAGE_SIZE, lambda row: _import(row, actor.locale))


async def import_view(actor: Actor, import_id: UUID, *, most: int = SHOWN_LINES) -> ImportView:
    """Return an import with its first refused lines. Errors: NotFound, also to who may not."""
    rules_admin.require_manager(actor)
    row = await db.fetch_row(_IMPORTS, pagination.LAST_ID, import_id, 1)
    if row is None:
        raise NotFound
    refused = await db.fetch(_REFUSED, import_id, most)
    lines = tuple(_refused(line, actor.locale) for line in refused)
    return ImportView(about=_import(row, actor.locale), refused=lines)


async def report(actor: Actor, import_id: UUID) -> bytes:
    """Return every refused line as a file for spreadsheets. Errors: NotFound."""
    view = await import_view(actor, import_id, most=csv_file.MOST_LINES)
    names = (N_("Line"), N_("E-mail"), N_("Field"), N_("Reason"))
    head = [i18n.translate(actor.locale, name) for name in names]
    rows = [[str(one.line), one.email, one.field, one.reason] for one in view.refused]
    return csv_file.write([head, *rows], delimiter=";" if actor.locale == "fr" else ",")


# A list to fill in, with a line as an example: headers in the language of who asks.
_MODEL = {
    "fr": (
        ("e-mail", "langue", "qualité", "fonction", "cabinet", "immatriculation", "groupes",
         "communautés"),
        ("prenom.nom@exemple.fr", "fr", "conseiller", "Conseil en patrimoine", "Cabinet Exemple",
         "ORIAS 12 345 678", "", ""),
    ),
    "en": (
        ("e-mail", "language", "capacity", "title", "firm", "register number", "groups",
         "communities"),
        ("first.last@example.com", "en", "adviser", "Wealth adviser", "Example and Co",
         "FCA 123456", "", ""),
    ),
}  # fmt: skip


def model(actor: Actor) -> bytes:
    """Return a list to fill in. Errors: NotFound to who may not invite."""
    rules_admin.require_manager(actor)
    return csv_file.write(_MODEL[actor.locale], delimiter=";" if actor.locale == "fr" else ",")


def _import(row: db.Record, locale: str) -> Import:
    return Import(**{**dict(row), "way": said_in(row["way"], locale)})


def _refused(row: db.Record, locale: str) -> RefusedLine:
    given = db.from_jsonb(row["given"], dict[str, str])
    return RefusedLine(
        id=row["id"],
        line=row["line"],
        email=given.get("email", ""),
        field=i18n.translate(locale, FIELD_NAMES.get(row["field"], row["field"])),
        reason=i18n.translate(locale, row["problem"]),
    )

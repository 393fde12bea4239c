"""A member's dossier: all that the house knows of them, in bounded lists with links."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, i18n
from parvis.core.actor import Actor
from parvis.core.capacities import role, worded_label
from parvis.core.dossier import DossierOpened, DossierSection
from parvis.core.ids import MemberId
from parvis.features.identity import reasons
from parvis.features.identity.rules import is_verified
from parvis.features.identity.sign_in_log import FAILURES, KINDS
from parvis.features.members import rules_admin
from parvis.features.members.queries_admin import said_in
from parvis.features.members.queries_invitations import InvitationRow, invitations_page
from parvis.features.members.rules_admin import Subject

SHOWN = 20
SUBJECT_SHOWN = 12  # of a provider's subject: enough to recognise it, too little to use it


class IdentityRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who a provider says they are."""

    way: str
    issuer: str
    subject: str
    last_sign_in_at: datetime | None


class NameRow(msgspec.Struct, frozen=True, kw_only=True):
    """A name they have had here. `vouched_by` is empty where nobody stood behind it."""

    name: str
    vouched_by: str
    framework: str | None
    level: str | None
    verified_at: datetime | None
    at: datetime


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is open."""

    id: UUID
    label: str
    way: str
    created_at: datetime
    last_seen_at: datetime


class SignInRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the sign-in log about them; `why` explains a refusal."""

    id: UUID
    kind: str
    sentence: str
    reason: str | None
    why: str
    correlation_id: str | None
    at: datetime


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A group: `is_held`, and `is_locked` where a provider settles it or the actor may not."""

    slug: str
    title: str
    is_held: bool
    is_locked: bool
    source: str | None


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor may do about this member."""

    change: bool
    deactivate: bool
    reactivate: bool
    end_sessions: bool


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A member, as administrators see them. `settled` names the capacity fields of providers."""

    id: MemberId
    name: str
    role: str
    state: str
    email: str | None
    is_verified: bool
    capacity: str
    capacity_label: str | None
    firm: str | None
    register_number: str | None
    settled: dict[str, str]
    joined_at: datetime
    last_seen_at: datetime | None
    deactivated_at: datetime | None
    same_address: tuple[tuple[MemberId, str], ...]
    identities: tuple[IdentityRow, ...]
    names: tuple[NameRow, ...]
    sessions: tuple[SessionRow, ...]
    sign_ins: tuple[SignInRow, ...]
    invitations: tuple[InvitationRow, ...]
    groups: tuple[GroupRow, ...]
    sections: tuple[DossierSection, ...]
    can: Can


_MEMBER = """
    SELECT name_source, joined_at, last_seen_at, deactivated_at FROM member
     WHERE tenant_id = $1 AND id = $2
"""


async def dossier(actor: Actor, subject: Subject) -> Dossier:
    """Return all that is known of a member whom `rules_admin.access_subject` has let in."""
    row = await db.fetch_row(_MEMBER, subject.id)
    values = dict(row) if row else {}
    opened = DossierOpened(actor=actor, member_id=subject.id, sections=[])
    await events.publish(opened)
    invitations = await invitations_page(actor, member_id=subject.id)
    return Dossier(
        **_about(subject, actor.locale),
        is_verified=is_verified(values.pop("name_source")),
        **values,
        same_address=await _same_address(subject),
        identities=await _identities(subject, actor.locale),
        names=await _names(subject, actor.locale),
        sessions=await _sessions(subject, actor.locale),
        sign_ins=await _sign_ins(subject, actor.locale),
        invitations=invitations.items[:SHOWN],
        groups=await _groups(actor, subject),
        sections=tuple(sorted(opened.sections, key=lambda one: one.place)),
        can=_can(actor, subject),
    )


def _about(subject: Subject, locale: str) -> dict[str, Any]:
    names = (
        "id", "name", "state", "email", "capacity", "capacity_label", "firm", "register_number",
        "settled",
    )  # fmt: skip
    label = worded_label(subject.capacity_label, subject.firm, subject.register_number)
    about: dict[str, Any] = {name: getattr(subject, name) for name in names}
    return about | {"role": role(subject.capacity, label, locale)}


def _can(actor: Actor, subject: Subject) -> Can:
    reaches = rules_admin.may_give(actor, subject.permissions)
    is_active = subject.state == "active"
    return Can(
        change=reaches,
        deactivate=reaches and is_active and subject.id != actor.member_id,
        reactivate=reaches and not is_active,
        end_sessions=reaches and is_active,
    )


_SAME_ADDRESS = """
    SELECT id, display_name FROM member
     WHERE tenant_id = $1 AND lower(email) = lower($3) AND id <> $2 AND kind = 'person'
       AND state = 'active' ORDER BY id LIMIT 10
"""
_IDENTITIES = f"""
    SELECT c.label AS way, i.issuer, i.sub, i.last_sign_in_at
      FROM identity i
      JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
     WHERE i.tenant_id = $1 AND i.member_id = $2 ORDER BY i.id LIMIT {SHOWN}
"""
_NAMES = f"""
    SELECT n.display_name AS name, n.source, c.label, n.framework, n.level, n.verified_at, n.at
      FROM name_record n
      LEFT JOIN connection c ON c.tenant_id = n.tenant_id AND c.slug = n.source
     WHERE n.tenant_id = $1 AND n.member_id = $2 ORDER BY n.id DESC LIMIT {SHOWN}
"""
_SESSIONS = f"""
    SELECT s.id, s.label, c.label AS way, s.created_at, s.last_seen_at
      FROM auth_session s
      LEFT JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.ended_at IS NULL
       AND s.idle_until > $3 AND s.absolute_until > $3
     ORDER BY s.last_seen_at DESC, s.id DESC LIMIT {SHOWN}
"""
_SIGN_INS = f"""
    SELECT id, kind, reason, correlation_id, at FROM auth_event
     WHERE tenant_id = $1 AND member_id = $2 ORDER BY id DESC LIMIT {SHOWN}
"""
_GROUPS = """
    SELECT g.slug, g.title, g.permissions, gm.source
      FROM role_group g
      LEFT JOIN group_member gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
            AND gm.member_id = $2 AND gm.community_id IS NULL
     WHERE g.tenant_id = $1 ORDER BY g.slug LIMIT 200
"""


async def _same_address(subject: Subject) -> tuple[tuple[MemberId, str], ...]:
    if subject.email is None:
        return ()
    rows = await db.fetch(_SAME_ADDRESS, subject.id, subject.email)
    return tuple((MemberId(row["id"]), row["display_name"]) for row in rows)


async def _identities(subject: Subject, locale: str) -> tuple[IdentityRow, ...]:
    return tuple(
        IdentityRow(
            way=said_in(row["way"], locale),
            issuer=row["issuer"],
            subject=_shortened(row["sub"]),
            last_sign_in_at=row["last_sign_in_at"],
        )
        for row in await db.fetch(_IDENTITIES, subject.id)
    )


def _shortened(sub: str) -> str:
    return sub if len(sub) <= SUBJECT_SHOWN else f"{sub[: SUBJECT_SHOWN - 1]}…"


async def _names(subject: Subject, locale: str) -> tuple[NameRow, ...]:
    rows = []
    for row in await db.fetch(_NAMES, subject.id):
        values = dict(row)
        source, label = values.pop("source"), values.pop("label")
        vouched = said_in(label, locale) if label else source
        rows.append(NameRow(**values, vouched_by=vouched if is_verified(source) else ""))
    return tuple(rows)


async def _sessions(subject: Subject, locale: str) -> tuple[SessionRow, ...]:
    return tuple(
        SessionRow(
            id=row["id"],
            label=row["label"] or "",
            way=said_in(row["way"], locale) if row["way"] else "",
            created_at=row["created_at"],
            last_seen_at=row["last_seen_at"],
        )
        for row in await db.fetch(_SESSIONS, subject.id, clock.now())
    )


async def _sign_ins(subject: Subject, locale: str) -> tuple[SignInRow, ...]:
    rows = await db.fetch(_SIGN_INS, subject.id)
    said = {kind: i18n.translate(locale, text) for kind, text in KINDS.items()}
    return tuple(
        SignInRow(
            **dict(row),
            sentence=said.get(row["kind"], row["kind"]),
            why=reasons.told(row["reason"], locale) if row["kind"] in FAILURES else "",
        )
        for row in rows
    )


async def _groups(actor: Actor, subject: Subject) -> tuple[GroupRow, ...]:
    return tuple(
        GroupRow(
            slug=row["slug"],
            title=said_in(row["title"], actor.locale),
            is_held=row["source"] is not None,
            is_locked=row["source"] not in (None, "admin")
            or not rules_admin.may_give(actor, row["permissions"]),
            source=row["source"],
        )
        for row in await db.fetch(_GROUPS, subject.id)
    )

"""What is shown of sign-in and of oneself."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db, i18n
from parvis.core.actor import Actor
from parvis.core.events import DoorNote, DoorOpened, publish
from parvis.core.i18n import N_
from parvis.features.identity import connections
from parvis.features.identity.connections import said_in
from parvis.features.identity.domains import discovery
from parvis.features.identity.rules import is_verified

MOST_NOTES = 2


class SignInChoice(msgspec.Struct, frozen=True):
    """One way in, as a button."""

    slug: str
    label: str


class SignInView(msgspec.Struct, frozen=True, kw_only=True):
    """The door: every way in, the first one offered first, and where one wanted to go."""

    connections: tuple[SignInChoice, ...]
    next_path: str | None
    events: tuple[DoorNote, ...]
    # Whether an address helps to choose among them, what was typed, and what was wrong with it.
    asks_email: bool
    email: str = ""
    problem: str = ""


class RefusedView(msgspec.Struct, frozen=True):
    """A sign-in that came to nothing, and the reference under which we know why."""

    title: str
    correlation_id: str
    again: str = ""


class OnwardView(msgspec.Struct, frozen=True):
    """A page that leads on to a provider by itself."""

    provider: str
    url: str


async def sign_in_view(
    actor: Actor, next_path: str, *, email: str = "", problem: str = ""
) -> SignInView:
    """Return the sign-in page; `next_path` was checked to stay on this site."""
    opened = DoorOpened(actor=actor, notes=[])
    await publish(opened)
    ways = await connections.enabled()
    return SignInView(
        connections=tuple(SignInChoice(way.slug, way.label_in(actor.locale)) for way in ways),
        next_path=None if next_path == "/" else next_path,
        events=tuple(opened.notes[:MOST_NOTES]),
        asks_email=len(ways) > 1 and await discovery.is_offered(),
        email=email,
        problem=problem,
    )


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """One of my sessions; `label` names browser and system where they could be told."""

    id: UUID
    label: str
    provider: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Myself, as this tenant knows me. `name_from` says who vouches, empty when nobody does."""

    id: UUID
    name: str
    name_from: str
    capacity: str
    capacity_label: str
    locale: str
    locales: tuple[str, ...]
    groups: tuple[str, ...]


class MePage(msgspec.Struct, frozen=True, kw_only=True):
    """The page about myself."""

    me: Me
    sessions: tuple[SessionView, ...]


_NAME_FROM = "SELECT label FROM connection WHERE tenant_id = $1 AND slug = $2"
_GROUP_TITLES = """
    SELECT g.title FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.member_id = $2 AND gm.community_id IS NULL
     ORDER BY g.slug LIMIT 200
"""


async def me(actor: Actor) -> Me:
    """Return the signed-in member's own data."""
    member_id = actor.require_member()
    titles = await db.fetch(_GROUP_TITLES, member_id)
    return Me(
        id=member_id,
        name=actor.name,
        name_from=await _vouched_by(actor),
        capacity=actor.capacity or "",
        capacity_label=actor.role,
        locale=actor.locale,
        locales=actor.tenant.locales,
        groups=tuple(
            said_in(db.from_jsonb(row["title"], dict[str, str]), actor.locale) for row in titles
        ),
    )


async def _vouched_by(actor: Actor) -> str:
    if actor.is_emergency:
        return i18n.translate(actor.locale, N_("the operator of this platform"))
    if not is_verified(actor.name_source):
        return ""
    label = await db.fetch_value(_NAME_FROM, actor.name_source)
    texts = db.from_jsonb(label, dict[str, str]) if label else {}
    return said_in(texts, actor.locale, otherwise=actor.name_source)


_SESSIONS = """
    SELECT s.id, s.label, s.created_at, s.last_seen_at, c.label AS provider
      FROM auth_session s
      LEFT JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
     WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.ended_at IS NULL
       AND s.idle_until > $3 AND s.absolute_until > $3
     ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 50
"""


async def my_sessions(actor: Actor) -> tuple[SessionView, ...]:
    """Return the member's running sessions, the one last used first."""
    rows = await db.fetch(_SESSIONS, actor.require_member(), clock.now())
    return tuple(
        SessionView(
            id=row["id"],
            label=row["label"] or "",
            provider=_provider(row["provider"], actor.locale),
            created_at=row["created_at"],
            last_seen_at=row["last_seen_at"],
            is_current=row["id"] == actor.session_id,
        )
        for row in rows
    )


def _provider(label: str | None, locale: str) -> str:
    """Return what a session was opened through; only an emergency needs no provider."""
    if label is None:
        return i18n.translate(locale, N_("Emergency access"))
    return said_in(db.from_jsonb(label, dict[str, str]), locale)


async def me_page(actor: Actor) -> MePage:
    """Return the page about the signed-in member."""
    return MePage(me=await me(actor), sessions=await my_sessions(actor))

"""Tokens and programs, as their owners and the tenant's administrators see them."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import clock, db, i18n
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.features.identity.connections import said_in
from parvis.features.identity.tokens import api_tokens, programs
from parvis.features.identity.tokens.scopes import LABELS, READ, SCOPES, WRITE

MOST_TOKENS, MOST_PROGRAMS = 200, 200


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is listed: `hint` is how it ends, `state` is active, expired or revoked.

    `allows` says its scopes in the reader's language.
    """

    id: UUID
    label: str
    hint: str
    scopes: tuple[str, ...]
    allows: tuple[str, ...]
    state: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    member_id: UUID
    member_name: str


class NewTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token just made. `token` is shown this once and cannot be shown again."""

    token: str
    details: TokenView


class Choice(msgspec.Struct, frozen=True):
    """Something to tick: its value, and what it is called."""

    value: str
    label: str


class TokensPage(msgspec.Struct, frozen=True, kw_only=True):
    """One's own tokens, and what a new one may allow."""

    tokens: tuple[TokenView, ...]
    scopes: tuple[Choice, ...]


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """A program: its groups, whether it is let in, and how many tokens it has in use."""

    id: UUID
    name: str
    groups: tuple[str, ...]
    is_active: bool
    created_at: datetime
    tokens: int


class ProgramsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All programs, the tokens of all members, and what a new program may be given."""

    programs: tuple[ProgramView, ...]
    tokens: tuple[TokenView, ...]
    groups: tuple[Choice, ...]


class ProgramPage(msgspec.Struct, frozen=True, kw_only=True):
    """One program with its tokens."""

    program: ProgramView
    tokens: tuple[TokenView, ...]
    scopes: tuple[Choice, ...]


_TOKENS = f"""
    SELECT t.id, t.label, t.hint, t.scopes, t.created_at, t.expires_at, t.last_used_at,
           t.member_id, m.display_name AS member_name,
           CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked'
                WHEN t.expires_at <= $2 THEN 'expired' ELSE 'active' END AS state
      FROM api_token t
      JOIN member m ON m.tenant_id = t.tenant_id AND m.id = t.member_id
     WHERE t.tenant_id = $1 AND {{which}}
     ORDER BY t.id DESC LIMIT {MOST_TOKENS}
"""


async def _tokens(actor: Actor, which: str, *values: object) -> tuple[TokenView, ...]:
    rows = await db.fetch(_TOKENS.format(which=which), clock.now(), *values)
    return tuple(_token(row, actor.locale) for row in rows)


def _token(row: db.Record, locale: str) -> TokenView:
    # A scope that a later release no longer knows is told by its name.
    allows = [i18n.translate(locale, LABELS.get(scope, scope)) for scope in row["scopes"]]
    return msgspec.convert({**row, "allows": allows}, TokenView)


async def my_tokens(actor: Actor) -> tuple[TokenView, ...]:
    """Return one's own tokens, the newest first."""
    return await _tokens(actor, "t.member_id = $3", actor.require_member())


async def new_token(actor: Actor, minted: api_tokens.Minted) -> NewTokenView:
    """Return a token just made, to be shown once."""
    (details,) = await _tokens(actor, "t.id = $3", minted.id)
    return NewTokenView(token=minted.token, details=details)


async def tokens_page(actor: Actor) -> TokensPage:
    """Return the page of one's own tokens."""
    return TokensPage(tokens=await my_tokens(actor), scopes=_choices(actor))


async def all_tokens(actor: Actor) -> tuple[TokenView, ...]:
    """Return the tokens of all members that are in use, by hint. Errors: NotFound."""
    programs.require_manager(actor)
    return await _tokens(actor, "t.revoked_at IS NULL AND t.expires_at > $2")


_PROGRAMS = f"""
    SELECT m.id, m.display_name AS name, m.state = 'active' AS is_active,
           m.joined_at AS created_at,
           ARRAY(SELECT g.title::text FROM group_member gm
                   JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
                  WHERE gm.tenant_id = $1 AND gm.member_id = m.id ORDER BY g.slug) AS groups,
           (SELECT count(*) FROM api_token t
             WHERE t.tenant_id = $1 AND t.member_id = m.id AND t.revoked_at IS NULL
               AND t.expires_at > $2) AS tokens
      FROM member m
     WHERE m.tenant_id = $1 AND m.kind = 'service' AND ($3::uuid IS NULL OR m.id = $3)
     ORDER BY m.state, m.id DESC LIMIT {MOST_PROGRAMS}
"""


async def list_programs(actor: Actor, member_id: UUID | None = None) -> tuple[ProgramView, ...]:
    """Return the programs, those in use first. Errors: NotFound."""
    programs.require_manager(actor)
    rows = await db.fetch(_PROGRAMS, clock.now(), member_id)
    return tuple(_program(row, actor.locale) for row in rows)


def _program(row: db.Record, locale: str) -> ProgramView:
    titles = (db.from_jsonb(title, dict[str, str]) for title in row["groups"])
    named = {**row, "groups": tuple(said_in(title, locale) for title in titles)}
    return msgspec.convert(named, ProgramView)


async def programs_page(actor: Actor) -> ProgramsPage:
    """Return the screen of programs and tokens. Errors: NotFound."""
    return ProgramsPage(
        programs=await list_programs(actor),
        tokens=await all_tokens(actor),
        groups=await _group_choices(actor),
    )


async def program_page(actor: Actor, member_id: UUID) -> ProgramPage:
    """Return one program's screen. Errors: NotFound."""
    found = await list_programs(actor, member_id)
    if not found:
        raise NotFound
    tokens = await _tokens(actor, "t.member_id = $3", member_id)
    return ProgramPage(program=found[0], tokens=tokens, scopes=_choices(actor))


def _choices(actor: Actor) -> tuple[Choice, ...]:
    allowed = {READ, WRITE} | api_tokens.grantable(actor)
    return tuple(
        Choice(scope, i18n.translate(actor.locale, LABELS[scope]))
        for scope in SCOPES
        if scope in allowed
    )


_GROUPS = """
    SELECT slug, title, permissions FROM role_group WHERE tenant_id = $1 ORDER BY slug LIMIT 200
"""


async def _group_choices(actor: Actor) -> tuple[Choice, ...]:
    """Return the groups that this administrator may put a program into."""
    return tuple(
        Choice(row["slug"], said_in(db.from_jsonb(row["title"], dict[str, str]), actor.locale))
        for row in await db.fetch(_GROUPS)
        if not set(row["permissions"]) - actor.permissions
    )

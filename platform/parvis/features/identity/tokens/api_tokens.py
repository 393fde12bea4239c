"""API tokens: shown once, kept as a hash, at an end by their date or by somebody's hand."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId, TokenId
from parvis.core.permissions import Permission
from parvis.core.tokens import TokenKind
from parvis.features.identity.tokens.scopes import READ, SCOPES, WRITE

KIND = TokenKind("pvt_")
DEFAULT_DAYS, MOST_DAYS = 90, 365
MOST_TOKENS = 50


class NewToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made: what it is for, what it allows, and for how many days."""

    label: Annotated[str, Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[str], Meta(max_length=len(SCOPES))]
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


class Minted(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh token, and the only copy of it there will ever be."""

    id: TokenId
    token: str


class NotInAnEmergency(Denied):
    """Emergency access ends within the hour, and a token would not."""

    code = "no_tokens_in_an_emergency"
    default = N_("Emergency access makes no tokens: they would outlast it.")


async def mint(actor: Actor, member_id: MemberId, given: NewToken) -> Minted:
    """Make a token for oneself or for a program, with no more than its maker may do.

    Errors: Invalid naming the field; Conflict beyond fifty tokens in use; NotInAnEmergency.
    """
    if actor.is_emergency:
        raise NotInAnEmergency
    scopes = _checked(actor, given)
    await _require_room(member_id)
    fresh, now = KIND.fresh(), clock.now()
    token_id = await db.insert(
        "api_token",
        member_id=member_id,
        label=given.label.strip(),
        token_hash=fresh.hash,
        hint=fresh.hint,
        scopes=list(scopes),
        created_by=actor.require_member(),
        created_at=now,
        expires_at=now + timedelta(days=given.days),
    )
    data = {"member": member_id, "scopes": scopes, "days": given.days}
    await journal.record(actor, "token.created", subject=("token", token_id), data=data)
    return Minted(id=TokenId(token_id), token=fresh.text)


def _checked(actor: Actor, given: NewToken) -> tuple[str, ...]:
    """Return the scopes in their order: none unknown, none that its maker could not use."""
    named = set(given.scopes)
    problem = None
    if not given.label.strip():
        raise Invalid(fields={"label": N_("Please fill this in.")})
    if not named & {READ, WRITE}:
        problem = N_("Choose at least whether it reads or writes.")
    elif named - set(SCOPES):
        problem = N_("One of these permissions does not exist.")
    elif named - {READ, WRITE} - grantable(actor):
        problem = N_("A token cannot do what you may not do yourself.")
    if problem:
        raise Invalid(fields={"scopes": problem})
    return tuple(scope for scope in SCOPES if scope in named)


def grantable(actor: Actor) -> frozenset[str]:
    """Return the permissions a person may put into a token: what they hold themselves."""
    manages = {Permission.COMMUNITY_MANAGE} if actor.managed else set()
    return actor.permissions | manages


_IN_USE = """
    SELECT count(*) FROM api_token
     WHERE tenant_id = $1 AND member_id = $2 AND revoked_at IS NULL AND expires_at > $3
"""


async def _require_room(member_id: MemberId) -> None:
    if await db.fetch_value(_IN_USE, member_id, clock.now()) >= MOST_TOKENS:
        raise Conflict(N_("There are fifty tokens already. Revoke those no longer used."))


_REVOKE = """
    UPDATE api_token SET revoked_at = $3, revoke_reason = $4
     WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL
       AND ($5::uuid IS NULL OR member_id = $5)
 RETURNING member_id
"""


async def revoke(
    actor: Actor, token_id: UUID, reason: str, *, member_id: MemberId | None = None
) -> None:
    """End a token at once. `member_id`: only if it is that member's. Errors: NotFound."""
    whose = await db.fetch_value(_REVOKE, token_id, clock.now(), reason, member_id)
    if whose is None:
        raise NotFound
    data = {"member": whose, "reason": reason}
    await journal.record(actor, "token.revoked", subject=("token", token_id), data=data)


async def touch(token_id: TokenId) -> None:
    """Note that the token is in use."""
    await db.execute(
        "UPDATE api_token SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2",
        token_id,
        clock.now(),
    )

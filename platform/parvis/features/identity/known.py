"""What is already known of somebody at the door: as a member, in a directory, by an invitation."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db
from parvis.core.ids import ConnectionId, MemberId
from parvis.features.identity.claims import Profile
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains import email_domains
from parvis.features.identity.rules import Newcomer
from parvis.features.identity.sessions import is_token
from parvis.integrations.login import SignedIn


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator gives to whom they invite."""

    id: UUID
    invited_by: MemberId
    locale: str | None
    capacity: str | None
    capacity_label: str | None
    register_number: str | None
    firm: str | None
    groups: tuple[str, ...]
    communities: tuple[str, ...]


class Provisioned(msgspec.Struct, frozen=True, kw_only=True):
    """A member as a provider's directory knows them. `is_taken`: by another of its subjects."""

    member_id: MemberId
    state: str
    is_active: bool
    is_taken: bool


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at the door, before anything is decided.

    `identity_id` is None on a first sign-in through this provider.
    """

    identity_id: UUID | None
    member_id: MemberId | None
    state: str | None
    provisioned: Provisioned | None
    invited: str | None
    invitation: Invitation | None

    def as_newcomer(self, profile: Profile | None = None) -> Newcomer:
        """Return what the rules of admission ask for, with the address of `profile`."""
        email = profile.columns.get("email") if profile else None
        directory = self.provisioned
        return Newcomer(
            state=self.state,
            is_inactive=directory is not None and not directory.is_active,
            is_taken=self.identity_id is None and directory is not None and directory.is_taken,
            invited=self.invited,
            domain=email_domains.domain_of(email) if email else None,
        )


# The member is locked too: a membership that ends at this instant ends this sign-in's session.
_IDENTITY = """
    SELECT i.id, i.member_id, m.state
      FROM identity i
      JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
     WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.sub = $3
       FOR UPDATE OF i, m
"""


async def look_up(connection: Connection, signed: SignedIn, invitation_id: UUID | None) -> Known:
    """Return what is known of whom `signed` names; their invitation is locked until the end."""
    found = await db.fetch_row(_IDENTITY, signed.issuer, signed.sub)
    own_id = MemberId(found["member_id"]) if found else None
    directory = await _provisioned(connection, signed, own_id)
    invitation = await _open_invitation(connection.id, invitation_id)
    state = found["state"] if found else (directory.state if directory else None)
    return Known(
        identity_id=found["id"] if found else None,
        member_id=own_id or (directory.member_id if directory else None),
        state=state,
        provisioned=directory,
        invited=_word(invitation) if invitation_id else None,
        invitation=invitation,
    )


def _word(invitation: Invitation | None) -> str:
    return "closed" if invitation is None else "open"


_PROVISIONED = """
    SELECT u.member_id, u.is_active AND u.deleted_at IS NULL AS is_active, m.state,
           EXISTS (SELECT FROM identity i
                    WHERE i.tenant_id = u.tenant_id AND i.member_id = u.member_id
                      AND i.issuer = $4 AND i.sub <> $5) AS is_taken
      FROM scim_user u
      JOIN member m ON m.tenant_id = u.tenant_id AND m.id = u.member_id
     WHERE u.tenant_id = $1 AND u.connection_id = $2
       AND (u.external_id = $3 OR u.member_id = $6)
     ORDER BY is_active LIMIT 1
"""


async def _provisioned(
    connection: Connection, signed: SignedIn, member_id: MemberId | None
) -> Provisioned | None:
    """Return the directory's word; where it says two things, the one that somebody left."""
    external_id = external_id_of(connection, signed)
    row = await db.fetch_row(
        _PROVISIONED, connection.id, external_id, signed.issuer, signed.sub, member_id
    )
    if row is None:
        return None
    return Provisioned(
        member_id=MemberId(row["member_id"]),
        state=row["state"],
        is_active=row["is_active"],
        is_taken=row["is_taken"],
    )


def external_id_of(connection: Connection, signed: SignedIn) -> str | None:
    """Return what the provider's directory calls this person, None when the claim is no text."""
    if connection.external_id_claim == "sub":
        return signed.sub
    value: Any = signed.claims.get(connection.external_id_claim)
    return value if isinstance(value, str) and value else None


_OPEN = "connection_id = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3"
_BY_ID = f"""
    SELECT id, capacity, capacity_label, register_number, firm, groups, communities, locale,
           invited_by
      FROM invitation WHERE tenant_id = $1 AND {_OPEN} AND id = $4 FOR UPDATE
"""
_BY_TOKEN = f"SELECT id FROM invitation WHERE tenant_id = $1 AND {_OPEN} AND token_hash = $4"


async def find_invitation(connection_id: ConnectionId, token: str | None) -> UUID | None:
    """Return the open invitation of this connection that `token` was mailed for, None for none."""
    if not is_token(token):
        return None
    digest = crypto.digest(token or "")
    found: UUID | None = await db.fetch_value(_BY_TOKEN, connection_id, clock.now(), digest)
    return found


async def _open_invitation(
    connection_id: ConnectionId, invitation_id: UUID | None
) -> Invitation | None:
    if invitation_id is None:
        return None
    row = await db.fetch_row(_BY_ID, connection_id, clock.now(), invitation_id)
    return None if row is None else msgspec.convert(dict(row), Invitation)


# The inviter's rights of today: who lost them, or left, opens nothing by a mail sent before.
_STILL_GIVEN = """
    WITH held AS (
        SELECT ARRAY(
            SELECT unnest(g.permissions)
              FROM group_member gm
              JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
              JOIN member m ON m.tenant_id = gm.tenant_id AND m.id = gm.member_id
             WHERE gm.tenant_id = $1 AND gm.member_id = $3 AND gm.community_id IS NULL
               AND m.state = 'active'
             UNION ALL
            SELECT 'tenant:manage' FROM member
             WHERE tenant_id = $1 AND id = $3 AND state = 'active' AND kind = 'emergency'
        ) AS permissions)
    SELECT g.slug FROM role_group g, held
     WHERE g.tenant_id = $1 AND g.slug = ANY ($2::text[])
       AND (g.permissions <@ held.permissions OR 'tenant:manage' = ANY (held.permissions))
"""


async def still_given(invitation: Invitation) -> list[str]:
    """Return those of an invitation's groups that its sender might give today."""
    rows = await db.fetch(_STILL_GIVEN, list(invitation.groups), invitation.invited_by)
    return [row["slug"] for row in rows]

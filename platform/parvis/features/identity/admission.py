"""The member behind a verified sign-in: found or made, and brought up to date by its claims."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.events import DirectoryMatched, InvitationAccepted
from parvis.core.ids import MemberId
from parvis.core.tenancy import Tenant
from parvis.features.identity import claims, known, vouching
from parvis.features.identity.claims import Profile
from parvis.features.identity.connections import Connection
from parvis.features.identity.group_membership import give_groups, replace_groups
from parvis.features.identity.known import Invitation, Known, find_invitation
from parvis.features.identity.rules import check_admission, check_standing
from parvis.features.identity.vouching import Vouched
from parvis.integrations.login import SignedIn

__all__ = ["Preview", "admit", "find_invitation", "preview"]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a sign-in would let in, and as what."""

    vouched: Vouched
    profile: Profile
    is_newcomer: bool


async def preview(
    connection: Connection, signed: SignedIn, *, invitation_id: UUID | None = None
) -> Preview:
    """Return what `admit` would do, and do nothing. Errors: LoginError, as `admit`."""
    person = await known.look_up(connection, signed, invitation_id)
    profile, vouched = _judge(connection, signed, person)
    return Preview(vouched=vouched, profile=profile, is_newcomer=person.member_id is None)


async def admit(
    tenant: Tenant,
    connection: Connection,
    signed: SignedIn,
    *,
    locale: str,
    invitation_id: UUID | None = None,
) -> MemberId:
    """Return the member that `signed` is, with the name, capacity and groups of its claims.

    The key is (issuer, subject) and nothing else: an e-mail address never links anybody.
    Needs: an open tenant transaction.
    Errors: LoginError for a person or profile that is not admitted; UniqueViolation when the
    same newcomer was made by another request in the meantime (run it again).
    """
    person = await known.look_up(connection, signed, invitation_id)
    profile, vouched = _judge(connection, signed, person)
    if person.member_id is None:
        member_id = await _create(tenant, connection, profile, vouched, person, locale=locale)
    else:
        member_id = person.member_id
        await _refresh(member_id, profile)
    await vouching.keep_name(member_id, vouched)
    await _keep_identity(connection, signed, person, member_id)
    if person.provisioned is not None and person.provisioned.member_id != member_id:
        stand_in = person.provisioned.member_id
        await events.publish(
            DirectoryMatched(connection_id=connection.id, member_id=member_id, stand_in=stand_in)
        )
    if profile.groups is not None:
        await replace_groups(member_id, profile.groups)
    if person.invitation is not None:
        await _accept(person.invitation, member_id, connection)
    return member_id


def _judge(connection: Connection, signed: SignedIn, person: Known) -> tuple[Profile, Vouched]:
    """Return what the claims say of somebody who is let in."""
    check_standing(connection, person.as_newcomer())
    profile = claims.profile_of(
        signed.claims, connection.claim_map, texts_as_booleans=connection.texts_as_booleans
    )
    check_admission(connection, person.as_newcomer(profile))
    return profile, vouching.by_claims(connection, signed.claims)


async def _create(
    tenant: Tenant,
    connection: Connection,
    profile: Profile,
    vouched: Vouched,
    person: Known,
    *,
    locale: str,
) -> MemberId:
    given = _given(person.invitation)
    spoken = (profile.locale, person.invitation and person.invitation.locale, locale)
    columns = {"capacity": claims.DEFAULT_CAPACITY} | given | profile.columns
    now = clock.now()
    member_id = MemberId(
        await db.insert(
            "member",
            display_name=vouched.name,
            name_source=vouched.source,
            locale=next((one for one in spoken if one in tenant.locales), locale),
            state="active",
            joined_at=now,
            last_seen_at=now,
            **columns,
        )
    )
    await _tell_admitted(connection, member_id, profile)
    await give_groups(member_id, connection.admission_groups)
    return member_id


def _given(invitation: Invitation | None) -> dict[str, Any]:
    """Return the columns an invitation fills; what the provider's claims say goes before them."""
    if invitation is None:
        return {}
    names = ("capacity", "capacity_label", "register_number", "firm")
    found = {name: getattr(invitation, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


_SAME_ADDRESS = """
    SELECT id FROM member
     WHERE tenant_id = $1 AND lower(email) = lower($2) AND id <> $3 AND state = 'active'
     ORDER BY id LIMIT 1
"""


async def _tell_admitted(connection: Connection, member_id: MemberId, profile: Profile) -> None:
    subject = ("member", member_id)
    data = {"by": "sign-in", "connection": connection.slug}
    await journal.record(None, "identity.admitted", subject=subject, data=data)
    email = profile.columns.get("email")
    other = await db.fetch_value(_SAME_ADDRESS, email, member_id) if email else None
    if other is not None:
        # Two people, or one who came in twice: only an administrator can know.
        shared = data | {"other": str(other)}
        await journal.record(None, "identity.email_shared", subject=subject, data=shared)


async def _refresh(member_id: MemberId, profile: Profile) -> None:
    columns: dict[str, Any] = {**profile.columns, "last_seen_at": clock.now()}
    # The provider gives the first one; from then on it is the member's own word, in their profile.
    columns.pop("headline", None)
    # The column names are ours (claims.py), never the provider's.
    assignments = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=3))
    await db.execute(
        f"UPDATE member SET {assignments} WHERE tenant_id = $1 AND id = $2",
        member_id,
        *columns.values(),
    )


async def _keep_identity(
    connection: Connection, signed: SignedIn, person: Known, member_id: MemberId
) -> None:
    now = clock.now()
    if person.identity_id is not None:
        sql = "UPDATE identity SET last_sign_in_at = $3 WHERE tenant_id = $1 AND id = $2"
        await db.execute(sql, person.identity_id, now)
        return
    await db.insert(
        "identity",
        connection_id=connection.id,
        issuer=signed.issuer,
        sub=signed.sub,
        member_id=member_id,
        last_sign_in_at=now,
    )
    if person.member_id is not None:
        data = {"by": "sign-in", "connection": connection.slug}
        await journal.record(None, "identity.bound", subject=("member", member_id), data=data)


_ACCEPT = """
    UPDATE invitation SET accepted_at = $3, member_id = $4, token_sealed = NULL
     WHERE tenant_id = $1 AND id = $2
"""


async def _accept(invitation: Invitation, member_id: MemberId, connection: Connection) -> None:
    """Use an invitation up, and give what it promises: groups here, places by those who keep them.

    Its capacity counts for newcomers only: who is a member already keeps theirs.
    """
    await db.execute(_ACCEPT, invitation.id, clock.now(), member_id)
    given = await known.still_given(invitation)
    await give_groups(member_id, given)
    await events.publish(
        InvitationAccepted(
            invitation_id=invitation.id,
            member_id=member_id,
            communities=invitation.communities,
        )
    )
    withheld = sorted(set(invitation.groups) - set(given))
    data = {"by": "sign-in", "connection": connection.slug, "invitation": str(invitation.id)}
    data |= {"withheld": ", ".join(withheld)} if withheld else {}
    subject = ("member", member_id)
    await journal.record(None, "identity.invitation_accepted", subject=subject, data=data)

"""A member's page as another member may see it, and the form in which one writes one's own."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import db, waiting
from parvis.core.actor import Actor
from parvis.core.capacities import role, worded_label
from parvis.core.errors import NotFound
from parvis.core.events import publish
from parvis.core.events_people import PersonOpened, PersonSection
from parvis.core.ids import MemberId
from parvis.features.members import rules
from parvis.features.members.profile import KINDS, Content, Kind, Visibility, Words
from parvis.features.members.rules import SHARES_COMMUNITY

Change = Literal["held", "returned", "refused"]


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach a member; `visibility` is told to themselves only."""

    kind: Kind
    value: str
    visibility: Visibility | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A member as the reader may see them.

    `vouched_by` names who vouches for the name, None when it is no provider still in use; with
    `is_identity_verified` they vouch for the identity, under a trust framework. `photo` is the
    address of the picture; it changes with the picture.
    """

    id: MemberId
    name: str
    capacity: str
    role: str
    headline: str | None
    topics: tuple[str, ...]
    contacts: tuple[ContactView, ...]
    vouched_by: str | None
    is_identity_verified: bool
    photo: str | None
    joined_at: datetime
    is_me: bool
    is_followed: bool

    @property
    def is_empty(self) -> bool:
        """Whether this member has not written anything about themselves yet."""
        return not (self.headline or self.topics or self.contacts or self.photo)


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """A profile, and what other features show beside it."""

    profile: Profile
    sections: tuple[PersonSection, ...]


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One's own profile with what nobody else sees.

    `words` are what others read. `pending` are those they do not, and `change` why: they wait,
    came back for a change, or were refused. `usual_wait` is how long a moderator usually takes.
    """

    profile: Profile
    in_directory: bool
    words: Words
    pending: Words | None
    change: Change | None
    visibilities: dict[Kind, Visibility]
    usual_wait: str | None = None


_PROFILE = """
    SELECT m.id, m.display_name, m.capacity, m.capacity_label, m.firm, m.register_number,
           m.headline, m.joined_at, m.photo_key, m.in_directory, c.label AS vouched_by,
           coalesce(n.framework IS NOT NULL AND n.source = m.name_source, false)
               AS is_identity_verified,
           ARRAY(SELECT t.topic FROM member_topic t
                  WHERE t.tenant_id = $1 AND t.member_id = m.id ORDER BY t.id LIMIT 20) AS topics,
           EXISTS (SELECT FROM member_follow f
                    WHERE f.tenant_id = $1 AND f.follower_id = $2 AND f.followed_id = m.id)
               AS is_followed
      FROM member m
      LEFT JOIN connection c ON c.tenant_id = m.tenant_id AND c.slug = m.name_source
      LEFT JOIN LATERAL (
           SELECT r.framework, r.source FROM name_record r
            WHERE r.tenant_id = $1 AND r.member_id = m.id
            ORDER BY r.id DESC LIMIT 1) n ON true
     WHERE m.tenant_id = $1 AND m.id = $3
"""
_CONTACTS = f"""
    SELECT c.kind, c.value, c.visibility FROM member_contact c
     WHERE c.tenant_id = $1 AND c.member_id = $3
       AND (c.visibility = 'members' OR c.member_id = $2
            OR c.visibility = 'communities' AND {SHARES_COMMUNITY.format(member="c.member_id")})
"""


async def person_page(actor: Actor, member_id: UUID) -> PersonPage:
    """Return a member's page. Errors: NotFound, as rules.access_person."""
    shown = await profile(actor, member_id)
    opened = PersonOpened(actor=actor, member_id=shown.id, sections=[])
    await publish(opened)
    return PersonPage(profile=shown, sections=tuple(opened.sections))


async def profile(actor: Actor, member_id: UUID) -> Profile:
    """Return a member as the actor may see them. Errors: NotFound, as rules.access_person."""
    person = await rules.access_person(actor, member_id)
    row = await _row(actor, person.id)
    return _profile(actor, row, await _contacts(actor, person.id))


async def _row(actor: Actor, member_id: UUID) -> db.Record:
    row = await db.fetch_row(_PROFILE, actor.require_member(), member_id)
    if row is None:
        raise NotFound
    return row


async def _contacts(actor: Actor, member_id: UUID) -> tuple[ContactView, ...]:
    rows = await db.fetch(_CONTACTS, actor.require_member(), member_id)
    is_me = member_id == actor.member_id
    found = [
        ContactView(
            kind=row["kind"], value=row["value"], visibility=row["visibility"] if is_me else None
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda contact: KINDS.index(contact.kind)))


def _profile(actor: Actor, row: db.Record, contacts: tuple[ContactView, ...]) -> Profile:
    label = worded_label(row["capacity_label"], row["firm"], row["register_number"])
    return Profile(
        id=MemberId(row["id"]),
        name=row["display_name"],
        capacity=row["capacity"],
        role=role(row["capacity"], label, actor.locale),
        headline=row["headline"],
        topics=tuple(row["topics"]),
        contacts=contacts,
        vouched_by=_voucher(row["vouched_by"], actor.locale),
        is_identity_verified=row["is_identity_verified"],
        photo=photo_address(row["id"], row["photo_key"]),
        joined_at=row["joined_at"],
        is_me=row["id"] == actor.member_id,
        is_followed=row["is_followed"],
    )


def _voucher(label: str | None, locale: str) -> str | None:
    texts = db.from_jsonb(label, dict[str, str]) if label else {}
    return texts.get(locale) or next(iter(texts.values()), None)


def photo_address(member_id: UUID, key: str | None) -> str | None:
    """Return where a picture is seen: another address for each picture, so browsers may keep it."""
    if key is None:
        return None
    version = key.rsplit("/", 1)[-1].split(".")[0]
    return f"/people/{member_id}/photo?v={version}"


_NEWEST = """
    SELECT p.content, p.state,
           (SELECT c.decision FROM contribution c
             WHERE c.tenant_id = $1 AND c.author_id = $2 AND c.kind = 'profile'
               AND c.withdrawn_at IS NULL) AS decision
      FROM profile_revision p
     WHERE p.tenant_id = $1 AND p.member_id = $2 AND p.state IN ('live', 'held', 'refused')
     ORDER BY p.id DESC LIMIT 1
"""


async def own_profile(actor: Actor) -> OwnProfile:
    """Return the actor's own profile, with the words of it that wait."""
    person = await rules.access_person(actor, actor.require_member())
    row = await _row(actor, person.id)
    contacts = await _contacts(actor, person.id)
    newest = await db.fetch_row(_NEWEST, person.id)
    unread = newest if newest and newest["state"] != "live" else None
    pending = db.from_jsonb(unread["content"], Content) if unread else None
    shown = _profile(actor, row, contacts)
    visibilities = {one.kind: one.visibility for one in contacts if one.visibility}
    change = _change(unread) if unread else None
    return OwnProfile(
        profile=shown,
        in_directory=row["in_directory"],
        words=_words(shown),
        pending=pending.words if pending else None,
        change=change,
        usual_wait=await waiting.usual("profile", actor.locale) if change == "held" else None,
        visibilities=visibilities | (pending.visibilities if pending else {}),
    )


def _words(shown: Profile) -> Words:
    return Words(
        headline=shown.headline or "",
        topics=shown.topics,
        contacts={contact.kind: contact.value for contact in shown.contacts},
    )


def _change(unread: db.Record) -> Change:
    if unread["state"] == "refused":
        return "refused"
    return "returned" if unread["decision"] == "return" else "held"

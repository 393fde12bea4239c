"""The directory: listed members along their folded names, and whom one follows."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES, role, worded_label
from parvis.core.errors import BadRequest, NotFound
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.pagination import Page
from parvis.features.identity.names import END, folded_words, listed
from parvis.features.members.directory import PeopleSet, in_place, of_topic, searching
from parvis.features.members.profile import topic_key
from parvis.features.members.queries_profile import photo_address

# A set up to this size is sorted; a larger one is met often enough along the names.
SMALL_SET = 1000
LONGEST_CURSOR = 800


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """A member in a list."""

    id: MemberId
    name: str
    role: str
    headline: str | None
    photo: str | None


class People(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the directory. `next_after` is where the next one begins, None on the last."""

    items: tuple[PersonCard, ...]
    next_after: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory is narrowed to: words of a name, a capacity, a community, a topic."""

    q: str = ""
    capacity: str | None = None
    community: str | None = None
    topic: str | None = None


class PlaceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A community by which the directory may be narrowed."""

    slug: str
    title: str


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """The directory as a page: what was asked for, what may be asked for, who was found."""

    people: People
    asked: Asked
    communities: tuple[PlaceChoice, ...]
    capacities: tuple[tuple[str, str], ...]


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the actor follows, since when; `id` of the following itself pages the list."""

    id: UUID
    person: PersonCard
    since: datetime


_PLACES = """
    SELECT k.slug, k.title FROM community k
     WHERE k.tenant_id = $1 AND (k.visibility = 'open' OR k.id = ANY ($2::uuid[]))
     ORDER BY k.position, k.title LIMIT 100
"""
_PLACE = """
    SELECT k.id FROM community k
     WHERE k.tenant_id = $1 AND k.slug = $2
       AND (k.visibility = 'open' OR k.id = ANY ($3::uuid[]))
"""


async def directory(actor: Actor, asked: Asked, *, after: str | None = None) -> Directory:
    """Return a page of the directory with what it may be narrowed to."""
    people = await people_page(actor, asked, after=after)
    places = await db.fetch(_PLACES, list(actor.communities))
    return Directory(
        people=people,
        asked=asked,
        communities=tuple(PlaceChoice(**row) for row in places),
        capacities=tuple(CAPACITIES.items()),
    )


async def people_page(
    actor: Actor, asked: Asked, *, after: str | None = None, limit: int | None = None
) -> People:
    """Return listed members in the order of their folded names.

    Errors: NotFound for a community the actor may not read, as for one that does not exist;
    BadRequest for an unknown capacity or a bad cursor.
    """
    actor.require_member()
    if asked.capacity is not None and asked.capacity not in CAPACITIES:
        raise BadRequest(N_("There is no capacity “{capacity}”."), capacity=asked.capacity)
    size = pagination.bounded(limit)
    sets = _sets(await _place(actor, asked.community), asked.topic)
    statement = searching(
        words=folded_words(asked.q),
        capacity=asked.capacity,
        small=[one for one in sets if await _is_small(one)],
        sets=sets,
        begin=_begin(after),
        limit=size + 1,
    )
    rows = await db.fetch(statement.sql, *statement.values)
    return People(
        items=tuple(_card(actor, row) for row in rows[:size]),
        next_after=rows[size - 1]["key"] if len(rows) > size else None,
    )


def _begin(after: str | None) -> str:
    """Return the key to go on after: what a page before gave, or the beginning."""
    if not after:
        return ""
    if len(after) > LONGEST_CURSOR or END not in after or "\x00" in after:
        raise BadRequest(N_("The cursor “{cursor}” is not one of ours."), cursor=after[:40])
    return after


async def _place(actor: Actor, slug: str | None) -> UUID | None:
    if not slug:
        return None
    place: UUID | None = await db.fetch_value(_PLACE, slug, list(actor.communities))
    if place is None:
        raise NotFound
    return place


def _sets(place: UUID | None, topic: str | None) -> list[PeopleSet]:
    key = topic_key(topic) if topic else ""
    return ([in_place(place)] if place else []) + ([of_topic(key)] if key else [])


async def _is_small(people: PeopleSet) -> bool:
    sql = f"SELECT count(*) FROM ({people.sql(2)} LIMIT {SMALL_SET + 1}) AS counted"
    count: int = await db.fetch_value(sql, *people.values)
    return count <= SMALL_SET


def _card(actor: Actor, row: db.Record) -> PersonCard:
    label = worded_label(row["capacity_label"], row["firm"], row["register_number"])
    return PersonCard(
        id=MemberId(row["id"]),
        name=row["display_name"],
        role=role(row["capacity"], label, actor.locale),
        headline=row["headline"],
        photo=photo_address(row["id"], row["photo_key"]),
    )


# Who is followed and absent is in no list; should they come back, they are followed again.
_FOLLOWED = f"""
    SELECT f.id AS follow_id, f.created_at AS since, m.id, m.display_name, m.capacity,
           m.capacity_label, m.firm, m.register_number, m.headline, m.photo_key
      FROM member_follow f
      JOIN member m ON m.tenant_id = $1 AND m.id = f.followed_id AND {listed("m")}
     WHERE f.tenant_id = $1 AND f.follower_id = $2 AND f.id < $3
     ORDER BY f.id DESC LIMIT $4
"""


async def following(
    actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[Followed]:
    """Return whom the actor follows, the latest first."""
    size = pagination.bounded(limit)
    values = (actor.require_member(), pagination.before(after), size + 1)
    rows = await db.fetch(_FOLLOWED, *values)
    found = [
        Followed(id=row["follow_id"], person=_card(actor, row), since=row["since"]) for row in rows
    ]
    more = len(found) > size
    return Page(items=tuple(found[:size]), next_after=found[size - 1].id if more else None)

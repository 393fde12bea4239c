"""The members as their administrators see them: a list with filters, newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from parvis.core import db, i18n, pagination
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES, role, worded_label
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.core.pagination import Page
from parvis.features.identity.names import folded_words
from parvis.features.identity.rules import UNVERIFIED, is_verified
from parvis.features.members import rules_admin

PAGE_SIZE = 50
MOST_WORDS = 6
LAST = chr(0x10FFFF)

STATES = {"active": N_("Active"), "deactivated": N_("Former members")}
MARKS = {
    "invited": N_("Came by invitation"),
    "same_address": N_("Address of another member"),
    "unverified": N_("Name not confirmed"),
    "never": N_("Never signed in"),
}
State = Literal["active", "deactivated"]
Mark = Literal["invited", "same_address", "unverified", "never"]
Word = Annotated[str, msgspec.Meta(max_length=200)]


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which members: words of their name or their address, and what they all have in common."""

    q: Word = ""
    state: State | None = None
    capacity: Word = ""
    connection: Word = ""
    group: Word = ""
    mark: Mark | None = None

    @property
    def is_empty(self) -> bool:
        return self == Search()


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A member in the list. `marks` names what an administrator should look at."""

    id: MemberId
    name: str
    role: str
    email: str | None
    state: str
    ways: tuple[str, ...]
    groups: tuple[str, ...]
    marks: tuple[str, ...]
    joined_at: datetime
    last_seen_at: datetime | None


# Two people, or one who came in twice: the same address, as the providers confirm it.
_SAME_ADDRESS = """
    EXISTS (SELECT FROM member o WHERE o.tenant_id = m.tenant_id AND o.id <> m.id
               AND lower(o.email) = lower(m.email) AND o.state = 'active' AND o.kind = 'person')
"""
_INVITED = """
    EXISTS (SELECT FROM invitation v WHERE v.tenant_id = m.tenant_id AND v.member_id = m.id)
"""
_LIST = f"""
    SELECT m.id, m.display_name, m.name_source, m.email, m.state, m.capacity, m.capacity_label,
           m.firm, m.register_number, m.joined_at, m.last_seen_at,
           m.state = 'active' AND {_SAME_ADDRESS} AS same_address,
           ARRAY(SELECT DISTINCT c.label::text FROM connection c
                   JOIN identity i ON i.tenant_id = c.tenant_id AND i.connection_id = c.id
                  WHERE c.tenant_id = m.tenant_id AND i.member_id = m.id LIMIT 10) AS ways,
           ARRAY(SELECT g.title::text FROM role_group g
                   JOIN group_member gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
                  WHERE g.tenant_id = m.tenant_id AND gm.member_id = m.id
                    AND gm.community_id IS NULL ORDER BY g.slug LIMIT 20) AS groups
      FROM member m
     WHERE m.tenant_id = $1 AND m.kind = 'person' AND m.erased_at IS NULL AND m.id < $2
"""
_MARKED = {
    "invited": _INVITED,
    "same_address": f"m.state = 'active' AND {_SAME_ADDRESS}",
    "unverified": f"m.name_source = '{UNVERIFIED}'",
    "never": """NOT EXISTS (SELECT FROM identity i
                             WHERE i.tenant_id = m.tenant_id AND i.member_id = m.id)""",
}
_WITH_WORD = """
    m.id IN (SELECT k.member_id FROM member_name_key k
              WHERE k.tenant_id = $1 AND k.key >= {} AND k.key < {})
"""
_WITH_CONNECTION = """
    EXISTS (SELECT FROM identity i JOIN connection c ON c.tenant_id = $1 AND c.id = i.connection_id
             WHERE i.tenant_id = $1 AND i.member_id = m.id AND c.slug = {})
"""
_WITH_GROUP = """
    EXISTS (SELECT FROM group_member gm JOIN role_group g ON g.tenant_id = $1 AND g.id = gm.group_id
             WHERE gm.tenant_id = $1 AND gm.member_id = m.id AND gm.community_id IS NULL
               AND g.slug = {})
"""


class _Where:
    """Conditions and their values, numbered from $3 on."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        first = len(self.values) + 3
        places = [f"${n}" for n in range(first, first + len(values))]
        self.conditions.append(condition.format(*places))
        self.values += values

    @property
    def sql(self) -> str:
        return "".join(f" AND {condition}" for condition in self.conditions)


async def members_page(
    actor: Actor, search: Search, *, after: str | None = None, limit: int | None = None
) -> Page[MemberRow]:
    """Return a page of members, who came in last first. Errors: NotFound to who may not."""
    rules_admin.require_manager(actor)
    size = pagination.bounded(limit or PAGE_SIZE)
    found = _where(search)
    sql = f"{_LIST}{found.sql} ORDER BY m.id DESC LIMIT {size + 1}"
    rows = await db.fetch(sql, pagination.before(after), *found.values)
    return pagination.page_of(rows, size, lambda row: _row(row, actor.locale))


def _where(search: Search) -> _Where:
    found = _Where()
    if "@" in search.q:
        found.add("lower(m.email) = lower({})", search.q.strip())
    else:
        for word in folded_words(search.q)[:MOST_WORDS]:
            found.add(_WITH_WORD, word, word + LAST)
    if search.state:
        found.add("m.state = {}", search.state)
    if search.capacity:
        found.add("m.capacity = {}", search.capacity)
    if search.connection:
        found.add(_WITH_CONNECTION, search.connection)
    if search.group:
        found.add(_WITH_GROUP, search.group)
    if search.mark:
        found.conditions.append(_MARKED[search.mark])
    return found


def _row(row: db.Record, locale: str) -> MemberRow:
    label = worded_label(row["capacity_label"], row["firm"], row["register_number"])
    return MemberRow(
        id=MemberId(row["id"]),
        name=row["display_name"],
        role=role(row["capacity"], label, locale),
        email=row["email"],
        state=row["state"],
        ways=tuple(said_in(one, locale) for one in row["ways"]),
        groups=tuple(said_in(one, locale) for one in row["groups"]),
        marks=_marks(row),
        joined_at=row["joined_at"],
        last_seen_at=row["last_seen_at"],
    )


def _marks(row: db.Record) -> tuple[str, ...]:
    marks = []
    if not is_verified(row["name_source"]):
        marks.append("unverified")
    if row["same_address"]:
        marks.append("same_address")
    if not row["ways"]:
        marks.append("never")
    return tuple(marks)


def said_in(texts: str, locale: str) -> str:
    known = db.from_jsonb(texts, dict[str, str])
    return known.get(locale) or next(iter(known.values()), "")


Choice = tuple[str, str]  # the value, and its words in the reader's language


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What one may ask the list for."""

    states: tuple[Choice, ...]
    capacities: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    marks: tuple[Choice, ...]


_WAYS = "SELECT slug, label AS said FROM connection WHERE tenant_id = $1 ORDER BY position LIMIT 50"
_GROUPS = "SELECT slug, title AS said FROM role_group WHERE tenant_id = $1 ORDER BY slug LIMIT 200"


async def choices(actor: Actor) -> Choices:
    """Return what the filters of the list offer."""
    locale = actor.locale
    return Choices(
        states=_translated(STATES, locale),
        capacities=capacities(actor),
        ways=tuple((row["slug"], said_in(row["said"], locale)) for row in await db.fetch(_WAYS)),
        groups=tuple(
            (row["slug"], said_in(row["said"], locale)) for row in await db.fetch(_GROUPS)
        ),
        marks=_translated(MARKS, locale),
    )


def capacities(actor: Actor) -> tuple[Choice, ...]:
    """Return the capacities in the actor's language."""
    return _translated(CAPACITIES, actor.locale)


def _translated(names: Mapping[str, str], locale: str) -> tuple[Choice, ...]:
    return tuple((value, i18n.translate(locale, name)) for value, name in names.items())

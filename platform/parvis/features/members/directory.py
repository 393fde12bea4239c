"""The statement that a search of the directory runs: one index scan along folded names.

Absent, former and other members have no row in the indexes that are read here, so they cost
nothing and leave no gap. Every text is compared by `>=`, `<` and `=` alone: under row-level
security `LIKE` could use no index (decision 0002).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from parvis.features.identity.names import listed

# OFFSET 0 keeps PostgreSQL from turning an EXISTS into a join: it cannot foresee how many fit a
# prefix, and would read all of them to find twenty.
LAST = chr(0x10FFFF)  # sorts after every character that a name can hold
MOST_WORDS = 4


class PeopleSet(msgspec.Struct, frozen=True, kw_only=True):
    """Members that have something in common; `template` has a place for each of `values`."""

    template: str
    values: tuple[Any, ...]

    def sql(self, first: int) -> str:
        """Return the statement of their ids, its values numbered from `first`."""
        return self.template.format(*(f"${first + n}" for n in range(len(self.values))))


def in_place(community_id: UUID) -> PeopleSet:
    """Return the members of a community. A pending or invited membership is none."""
    return PeopleSet(
        template="""SELECT s.member_id FROM community_member s
             WHERE s.tenant_id = $1 AND s.community_id = {0} AND s.standing = 'member'""",
        values=(community_id,),
    )


def of_topic(key: str) -> PeopleSet:
    """Return those who name a topic that begins so."""
    return PeopleSet(
        template="""SELECT s.member_id FROM member_topic s
             WHERE s.tenant_id = $1 AND s.topic_key >= {0} AND s.topic_key < {1}""",
        values=(key, key + LAST),
    )


class Statement:
    """A statement being written; its first value is $2, for $1 is the tenant."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.sql = ""

    def value(self, value: Any) -> str:
        """Take a value; return its place."""
        self.values.append(value)
        return f"${len(self.values) + 1}"

    def people(self, people: PeopleSet) -> str:
        """Take a set; return the statement of its ids."""
        sql = people.sql(len(self.values) + 2)
        self.values += people.values
        return sql


def searching(
    *,
    words: Sequence[str],
    capacity: str | None,
    small: Sequence[PeopleSet],
    sets: Sequence[PeopleSet],
    begin: str,
    limit: int,
) -> Statement:
    """Return the statement of a page: rows of listed members with the `key` they stand under.

    Without words people stand under their whole names; with words under the first of their
    names' words that begins like the longest one, the other words being somewhere in the name.
    A set in `small` is fetched and sorted, another one is asked about along the names.
    """
    written = Statement()
    few = " INTERSECT ".join(written.people(one) for one in small)
    conditions = [
        "k.tenant_id = $1 AND k.is_listed",
        f"k.key > {written.value(begin)}",
        *_named(written, sorted(words[:MOST_WORDS], key=len, reverse=True)),
        *(_belongs(written, one) for one in sets if one not in small),
    ]
    if capacity:
        conditions.append(f"k.capacity = {written.value(capacity)}")
    if few:
        conditions.append("k.member_id = few.member_id")
    where = " AND ".join(conditions)
    found = f"SELECT k.key, k.member_id FROM member_name_key k WHERE {where}"
    if few:
        found = f"""SELECT k.key, k.member_id
              FROM ({few}) AS few CROSS JOIN LATERAL ({found} OFFSET 0) AS k"""
    written.sql = f"""
    SELECT found.key, m.id, m.display_name, m.capacity, m.capacity_label, m.firm,
           m.register_number, m.headline, m.photo_key
      FROM ({found} ORDER BY k.key LIMIT {int(limit)}) AS found
      JOIN member m ON m.tenant_id = $1 AND m.id = found.member_id AND {listed("m")}
     ORDER BY found.key
    """
    return written


def _named(written: Statement, words: Sequence[str]) -> list[str]:
    if not words:
        return ["k.is_first"]
    low, high = written.value(words[0]), written.value(words[0] + LAST)
    # Anna-Lena Anders stands under “anders” when one looks for “an”: once, and always there.
    once = f"""NOT EXISTS (SELECT FROM member_name_key e
             WHERE e.tenant_id = $1 AND e.member_id = k.member_id
               AND e.key >= {low} AND e.key < k.key OFFSET 0)"""
    others = (_has_word(written, word) for word in words[1:])
    return [f"k.key >= {low} AND k.key < {high}", once, *others]


def _has_word(written: Statement, word: str) -> str:
    low, high = written.value(word), written.value(word + LAST)
    return f"""EXISTS (SELECT FROM member_name_key w
             WHERE w.tenant_id = $1 AND w.member_id = k.member_id
               AND w.key >= {low} AND w.key < {high} OFFSET 0)"""


def _belongs(written: Statement, people: PeopleSet) -> str:
    return f"EXISTS ({written.people(people)} AND s.member_id = k.member_id OFFSET 0)"

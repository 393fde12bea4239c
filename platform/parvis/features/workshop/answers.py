"""Who has answered what to a charter: counts by version, and the people, searchable by name."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.capacities import role, worded_label
from parvis.core.ids import MemberId
from parvis.core.pagination import Page
from parvis.core.permissions import Permission
from parvis.features.charter.in_force import charter_in_force
from parvis.features.identity.names import folded_words, listed
from parvis.features.workshop.rules import Scope

# Figures over fewer people are nobody's business.
FEWEST = 5
PAGE_SIZE = 50
MOST_WORDS = 6
LAST = chr(0x10FFFF)


class Standing(StrEnum):
    """Where somebody stands with the charter in force."""

    ACCEPTED = "accepted"
    EARLIER = "earlier"  # a version before the last material change
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NONE = "none"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which people: words of their names, and where they stand."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    standing: Standing | None = None


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A member's last answer to a charter; all but the person is None without any."""

    member_id: MemberId
    name: str
    role: str
    standing: Standing
    version: int | None
    how: str | None
    locale: str | None
    at: datetime | None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many stand so, with which version; None for fewer than five."""

    standing: Standing
    version: int | None
    people: int | None


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to one charter: `version` is that of the one in force, None where none binds."""

    scope: str
    version: int | None
    counts: tuple[Count, ...]
    answers: Page[GivenAnswer]


# $2 the community, none for the whole space; $3 the versions whose acceptance counts; $4 whether
# the reader sees members whom the directory does not list. The last answer of each member tells.
_PEOPLE = f"""
      FROM member m
      LEFT JOIN LATERAL (
            SELECT a.decision, a.how, a.locale, a.at, a.version_id, v.number
              FROM charter_acceptance a
              JOIN charter_version v ON v.tenant_id = $1 AND v.id = a.version_id
                   AND v.community_id IS NOT DISTINCT FROM $2::uuid
             WHERE a.tenant_id = $1 AND a.member_id = m.id ORDER BY a.id DESC LIMIT 1) last ON true
     CROSS JOIN LATERAL (
            SELECT CASE WHEN last.decision IS NULL THEN 'none'
                        WHEN last.decision <> 'accepted' THEN last.decision
                        WHEN last.version_id = ANY ($3::uuid[]) THEN 'accepted'
                        ELSE 'earlier' END AS standing) stands
     WHERE m.tenant_id = $1 AND m.kind = 'person' AND m.state = 'active' AND m.erased_at IS NULL
       AND ($4 OR {listed("m")})
       AND ($2::uuid IS NULL OR EXISTS (
            SELECT FROM community_member cm
             WHERE cm.tenant_id = $1 AND cm.community_id = $2 AND cm.member_id = m.id
               AND cm.standing = 'member'))
"""
_COUNTS = f"""
    SELECT stands.standing, last.number AS version, count(*) AS people
      {_PEOPLE} GROUP BY 1, 2 ORDER BY 2 DESC NULLS LAST, 1
"""
_PAGE = f"""
    SELECT m.id, m.display_name, m.capacity, m.capacity_label, m.firm, m.register_number,
           stands.standing, last.number AS version, last.how, last.locale, last.at
      {_PEOPLE} AND m.id < $5 AND ($6::text IS NULL OR stands.standing = $6) {{words}}
     ORDER BY m.id DESC LIMIT $7
"""
_WORD = """
       AND m.id IN (SELECT k.member_id FROM member_name_key k
                     WHERE k.tenant_id = $1 AND k.key >= ${} AND k.key < ${})
"""


async def ledger(
    actor: Actor, scope: Scope, asked: Asked, *, after: str | None = None, limit: int | None = None
) -> Ledger:
    """Return a page of who answered what to the charter of an accessed scope.

    Whoever does not manage members sees those whom the directory lists.
    """
    current = await charter_in_force(scope.tenant, scope.community_id)
    enough = list(current.enough) if current else []
    common = (scope.community_id, enough, actor.may(Permission.MEMBER_MANAGE))
    size = min(limit or PAGE_SIZE, pagination.MOST)
    words = [(word, word + LAST) for word in folded_words(asked.q)[:MOST_WORDS]]
    places = "".join(_WORD.format(8 + 2 * n, 9 + 2 * n) for n in range(len(words)))
    rows = await db.fetch(
        _PAGE.format(words=places), *common, pagination.before(after), asked.standing, size + 1,
        *(end for word in words for end in word),
    )  # fmt: skip
    return Ledger(
        scope=scope.name,
        version=current.version.number if current else None,
        counts=tuple(_count(row) for row in await db.fetch(_COUNTS, *common)),
        answers=pagination.page_of(rows, size, lambda row: _answer(row, actor.locale)),
    )


def _count(row: db.Record) -> Count:
    return Count(
        standing=Standing(row["standing"]),
        version=row["version"],
        people=row["people"] if row["people"] >= FEWEST else None,
    )


def _answer(row: Any, locale: str) -> GivenAnswer:
    label = worded_label(row["capacity_label"], row["firm"], row["register_number"])
    return GivenAnswer(
        member_id=row["id"],
        name=row["display_name"],
        role=role(row["capacity"], label, locale) if row["capacity"] else "",
        standing=Standing(row["standing"]),
        version=row["version"],
        how=row["how"],
        locale=row["locale"],
        at=row["at"],
    )

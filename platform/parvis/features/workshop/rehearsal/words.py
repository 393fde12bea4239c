"""The words that a rehearsal reads: every revision that members sent, oldest first, in batches.

What is known of the moment of writing is used: capacity, what its author had published, decisions
against them. Groups and places are those of today.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.features.charter.document import CharterDocument
from parvis.features.charter.verdict import ActText, Person
from parvis.features.charter.vocabulary import GROUP_PREFIX
from parvis.features.workshop.queries_trial import labels_of

BATCH = 400
WARNED_FOR = timedelta(days=90)
_ACTS = {
    "post": ("post.publish", "post.edit"),
    "comment": ("comment.publish", "comment.edit"),
    "question": ("question.submit", "question.edit"),
}


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Whose words are read: of all places, or of `places`; of the house, or of one community.

    `house`: questions to meetings and profiles too.
    """

    since: datetime
    until: datetime
    everywhere: bool
    places: tuple[UUID, ...]
    house: bool


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One text as the judge sees it, who wrote it, and when."""

    id: UUID
    author: UUID
    at: datetime
    act: ActText


# The words shown after a moderator's redaction are not the author's own: they stand one number
# behind those that were redacted.
_OF_MEMBERS = """
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
     WHERE r.tenant_id = $1 AND r.created_at >= $2 AND r.created_at <= $3
       AND c.kind IN ('post', 'comment', 'question') AND (r.title <> '' OR r.body <> '')
       AND ($4 OR ($6 AND c.kind = 'question') OR c.place_id = ANY ($5::uuid[]))
       AND NOT (r.number > 1 AND EXISTS (
            SELECT FROM revision b
              JOIN decision d ON d.tenant_id = $1 AND d.contribution_id = b.contribution_id
                             AND d.revision_id = b.id AND d.action = 'redact'
             WHERE b.tenant_id = $1 AND b.contribution_id = r.contribution_id
               AND b.number = r.number - 1))
"""
_REVISIONS = f"""
    SELECT r.id, r.author_id, r.created_at, r.number, r.title, r.body, r.capacity, c.kind,
           c.place_id,
           (SELECT count(*) FROM (
                SELECT FROM contribution o
                 WHERE o.tenant_id = $1 AND o.author_id = r.author_id AND o.kind <> 'profile'
                   AND o.live_revision_id IS NOT NULL AND o.created_at < r.created_at
                 LIMIT $9) earlier) AS published
    {_OF_MEMBERS}
       AND ($7::timestamptz IS NULL OR (r.created_at, r.id) > ($7, $8))
     ORDER BY r.created_at, r.id LIMIT {BATCH}
"""
_PROFILES = f"""
    SELECT p.id, p.member_id AS author_id, p.created_at, p.content, m.capacity
      FROM profile_revision p
      JOIN member m ON m.tenant_id = p.tenant_id AND m.id = p.member_id
     WHERE p.tenant_id = $1 AND p.created_at >= $2 AND p.created_at <= $3
       AND ($4::timestamptz IS NULL OR (p.created_at, p.id) > ($4, $5))
     ORDER BY p.created_at, p.id LIMIT {BATCH}
"""
_COUNT_PROFILES = """
    SELECT count(*) FROM profile_revision
     WHERE tenant_id = $1 AND created_at >= $2 AND created_at <= $3
"""
_GROUPS = """
    SELECT gm.member_id, g.slug FROM group_member gm
      JOIN role_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.community_id IS NULL AND gm.member_id = ANY ($2::uuid[])
"""
_PLACES = """
SELECT id, 'community' AS sort, slug, kind, visibility, official FROM community
 WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
 UNION ALL
SELECT id, 'meeting', slug, NULL, NULL, false FROM meeting
 WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
"""
_AGAINST = """
    SELECT c.author_id, d.at FROM decision d
      JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
     WHERE d.tenant_id = $1 AND d.action IN ('refuse', 'redact') AND d.at > $2
       AND c.author_id = ANY ($3::uuid[])
       AND NOT EXISTS (SELECT FROM decision back
                        WHERE back.tenant_id = $1 AND back.reverses_id = d.id)
     ORDER BY d.at
"""


async def count(reach: Reach) -> int:
    """Return how many texts there are to read."""
    values = (reach.since, reach.until, reach.everywhere, list(reach.places), reach.house)
    found: int = await db.fetch_value(f"SELECT count(*) {_OF_MEMBERS}", *values)
    if reach.house:
        found += await db.fetch_value(_COUNT_PROFILES, reach.since, reach.until)
    return found


async def revisions(
    reach: Reach, after: tuple[datetime | None, UUID | None], most_published: int
) -> list[Word]:
    """Return the next texts of posts, comments and questions; none at the end.

    No rule can tell the difference beyond `most_published` contributions.
    """
    rows = await db.fetch(
        _REVISIONS, reach.since, reach.until, reach.everywhere, list(reach.places), reach.house,
        *after, most_published,
    )  # fmt: skip
    known = await _known(rows, reach)
    places = await _places({row["place_id"] for row in rows})
    return [
        _word(
            row,
            known,
            act=_ACTS[row["kind"]][row["number"] > 1],
            fields={"title": row["title"], "body": row["body"]},
            place=places.get(row["place_id"], frozenset()),
            published=row["published"],
        )
        for row in rows
    ]


async def profiles(reach: Reach, after: tuple[datetime | None, UUID | None]) -> list[Word]:
    """Return the next texts of profiles; none at the end, and none for one community."""
    if not reach.house:
        return []
    rows = await db.fetch(_PROFILES, reach.since, reach.until, *after)
    known = await _known(rows, reach)
    return [
        _word(
            row,
            known,
            act="profile.edit",
            fields=profile_fields(row["content"]),
            place=frozenset({"profile"}),
            published=0,
        )
        for row in rows
    ]


def profile_fields(content: str) -> dict[str, str]:
    """Return the texts of a profile by the input fields that the charter judges."""
    words = msgspec.json.decode(content).get("words", {})
    topics = {f"topics.{n}": topic for n, topic in enumerate(words.get("topics", ()))}
    return {"headline": words.get("headline", ""), **topics, **words.get("contacts", {})}


class _Known(msgspec.Struct, frozen=True):
    """What is known of the authors of a batch."""

    groups: Mapping[UUID, frozenset[str]]
    against: Mapping[UUID, list[datetime]]

    def warnings(self, author: UUID, at: datetime) -> int:
        """Return how many decisions stood against an author at a moment."""
        moments = self.against.get(author, [])
        return bisect_left(moments, at) - bisect_left(moments, at - WARNED_FOR)


async def _known(rows: Iterable[Any], reach: Reach) -> _Known:
    authors = list({row["author_id"] for row in rows})
    groups: dict[UUID, set[str]] = {}
    for row in await db.fetch(_GROUPS, authors):
        groups.setdefault(row["member_id"], set()).add(GROUP_PREFIX + row["slug"])
    against: dict[UUID, list[datetime]] = {}
    for row in await db.fetch(_AGAINST, reach.since - WARNED_FOR, authors):
        against.setdefault(row["author_id"], []).append(row["at"])
    return _Known({author: frozenset(slugs) for author, slugs in groups.items()}, against)


async def _places(ids: set[UUID]) -> dict[UUID, frozenset[str]]:
    return {row["id"]: labels_of(row) for row in await db.fetch(_PLACES, list(ids))}


def _word(
    row: Any,
    known: _Known,
    *,
    act: str,
    fields: Mapping[str, str],
    place: frozenset[str],
    published: int,
) -> Word:
    author, at = row["author_id"], row["created_at"]
    labels = known.groups.get(author, frozenset())
    return Word(
        id=row["id"],
        author=author,
        at=at,
        act=ActText(
            act=act,
            person=Person(
                labels=labels | {row["capacity"]} if row["capacity"] else labels,
                published=published,
                warnings=known.warnings(author, at),
            ),
            fields=fields,
            place=place,
        ),
    )


def most_published(*documents: CharterDocument) -> int:
    """Return the number of contributions up to which a rule of these charters can count."""
    rules = (placed.rule for one in documents for clause in one.clauses for placed in clause.rules)
    counts = (getattr(rule, key, None) or 0 for rule in rules for key in ("first", "first_without"))
    return max(counts, default=0)

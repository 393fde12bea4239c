"""Where an act happens: in the words charters have for places, and whose own charter applies."""

from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db, http
from parvis.core.actor import Actor
from parvis.core.http import Req
from parvis.core.ids import CommunityId
from parvis.features.charter.in_force import (
    InForce,
    charters_of_communities,
    in_force_of_community,
    reading,
)
from parvis.features.charter.submission import Submission
from parvis.features.charter.verdict import Acceptance
from parvis.features.charter.vocabulary import PLACE_PREFIX, READ

# A place is named by its slug, or by what was written there. Like the actor's own statement,
# this one reads what higher features keep: a charter speaks of all of them. A secret place is none
# to outsiders: a refusal that names a rule of it would tell them that it exists. So would a
# community's own charter, asked for below words that the reader cannot see.
_PLACES = """
WITH written AS (
    SELECT c.place_id,
           bool_or((c.live_revision_id IS NOT NULL OR c.author_id = $6)
                   AND (p.id IS NULL OR p.live_revision_id IS NOT NULL)) AS is_seen
      FROM contribution c
      LEFT JOIN contribution p ON p.tenant_id = c.tenant_id AND p.id = c.parent_id
     WHERE c.tenant_id = $1 AND c.id = ANY($4::uuid[]) GROUP BY c.place_id
)
SELECT 'community' AS sort, id, slug, kind, visibility, official, slug = $2 AS is_named,
       (SELECT is_seen FROM written WHERE place_id = id) AS is_seen
  FROM community
 WHERE tenant_id = $1 AND (slug = $2 OR id IN (SELECT place_id FROM written))
   AND (visibility <> 'secret' OR id = ANY($5::uuid[]))
 UNION ALL
SELECT 'meeting', id, slug, NULL, NULL, false, false, false FROM meeting
 WHERE tenant_id = $1 AND (slug = $3 OR id IN (SELECT place_id FROM written))
"""
_FIXED = {"me": "profile", "messages": "message"}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What charters call the place, and the charters that communities there have of their own."""

    labels: frozenset[str] = frozenset()
    charters: tuple[InForce, ...] = ()


async def place_of(request: Req, current: InForce | None, sent: Submission, act: str) -> Place:
    """Return the place a request acts in; nothing is read unless a rule or a charter asks."""
    actor = http.actor_of(request)
    has_own = await _has_own_say(actor, act)
    has_limited = any(one.place for one in actor.standing.sanctions)
    if not has_own and not has_limited and not (current and current.charter.has_places):
        return Place()
    parts = request.url.path.removeprefix("/api/v1").strip("/").split("/")
    if parts[0] in _FIXED:
        return Place(labels=frozenset({_FIXED[parts[0]]}))
    slug = str(request.path_params.get("slug", ""))
    community = slug if parts[0] == "communities" else sent.community
    meeting = slug if parts[0] == "meetings" else ""
    ids = [value for value in request.path_params.values() if isinstance(value, UUID)]
    if not (community or meeting or ids):
        return Place()
    async with reading(actor.tenant):
        rows = await db.fetch(
            _PLACES, community, meeting, ids, list(actor.communities), actor.require_member()
        )
    places = [CommunityId(row["id"]) for row in rows if has_own and _binds(row, actor, act)]
    own = [await in_force_of_community(actor.tenant, place) for place in places]
    return Place(
        labels=frozenset(label for row in rows for label in _labels(row)),
        charters=tuple(one for one in own if one is not None),
    )


async def _has_own_say(actor: Actor, act: str) -> bool:
    """Whether a community's own charter may have a say: in reading, only where it is not accepted.

    Without it every page of a community would cost one more statement.
    """
    own = await charters_of_communities(actor.tenant)
    return any(act != READ or _asks_readers(one, actor) for one in own)


def _asks_readers(own: InForce, actor: Actor) -> bool:
    if own.charter.limits_reading or actor.standing.warned_at is not None:
        return True
    is_reader = own.version.is_open or own.community_id in actor.communities
    return is_reader and own.acceptance_of(actor) is not Acceptance.CURRENT


def _binds(row: Any, actor: Actor, act: str) -> bool:
    """Whether a community's own charter has a say in the act.

    Who may only know that a community exists reads nothing in it, and is asked when they join.
    """
    if row["sort"] != "community":
        return False
    is_reader = row["visibility"] == "open" or row["id"] in actor.communities
    return bool(is_reader and (row["is_named"] or row["is_seen"])) or (
        row["is_named"] and act != READ
    )


def _labels(row: Any) -> list[str]:
    sort = row["sort"]
    labels = [sort, PLACE_PREFIX + row["slug"]]
    labels += [f"{sort}:{row[key]}" for key in ("kind", "visibility") if row[key]]
    return [*labels, f"{sort}:official"] if row["official"] else labels

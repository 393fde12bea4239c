"""Where an act happens, in the words charters have for places."""

from typing import Any
from uuid import UUID

from parvis.core import db, http
from parvis.core.http import Req
from parvis.features.charter.in_force import InForce, reading
from parvis.features.charter.submission import Submission
from parvis.features.charter.vocabulary import PLACE_PREFIX

# A place is named by its slug, or by what was written there. Like the actor's own statement,
# this one reads what higher features keep: a charter speaks of all of them. A secret place is none
# to outsiders: a refusal that names a rule of it would tell them that it exists.
_PLACES = """
WITH written AS (
    SELECT place_id FROM contribution WHERE tenant_id = $1 AND id = ANY($4::uuid[])
)
SELECT 'community' AS sort, slug, kind, visibility, official FROM community
 WHERE tenant_id = $1 AND (slug = $2 OR id IN (SELECT place_id FROM written))
   AND (visibility <> 'secret' OR id = ANY($5::uuid[]))
 UNION ALL
SELECT 'meeting', slug, NULL, NULL, false FROM meeting
 WHERE tenant_id = $1 AND (slug = $3 OR id IN (SELECT place_id FROM written))
"""
_FIXED = {"me": "profile", "messages": "message"}


async def place_of(request: Req, current: InForce, sent: Submission) -> frozenset[str]:
    """Return the labels of the place a request acts in; nothing is read unless a rule asks."""
    if not current.charter.has_places:
        return frozenset()
    parts = request.url.path.removeprefix("/api/v1").strip("/").split("/")
    if parts[0] in _FIXED:
        return frozenset({_FIXED[parts[0]]})
    slug = str(request.path_params.get("slug", ""))
    community = slug if parts[0] == "communities" else sent.community
    meeting = slug if parts[0] == "meetings" else ""
    own = list(http.actor_of(request).communities)
    ids = [value for value in request.path_params.values() if isinstance(value, UUID)]
    async with reading(current.tenant):
        rows = await db.fetch(_PLACES, community, meeting, ids, own)
    return frozenset(label for row in rows for label in _labels(row))


def _labels(row: Any) -> list[str]:
    sort = row["sort"]
    labels = [sort, PLACE_PREFIX + row["slug"]]
    labels += [f"{sort}:{row[key]}" for key in ("kind", "visibility") if row[key]]
    return [*labels, f"{sort}:official"] if row["official"] else labels

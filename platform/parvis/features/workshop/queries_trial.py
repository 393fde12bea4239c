"""What a sentence may be tried with, and what both charters say of it."""

from typing import Any

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.charter import in_force
from parvis.features.charter.in_force import InForce
from parvis.features.charter.vocabulary import PLACE_PREFIX
from parvis.features.workshop import checking, rules, trying
from parvis.features.workshop.rules import Scope
from parvis.features.workshop.trying import Trial, TrialInput, Tried, tried


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose, with its name for the reader."""

    slug: str
    title: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The groups and places of the house that the actor may know of."""

    groups: tuple[Choice, ...]
    places: tuple[Choice, ...]


_GROUPS = """
    SELECT slug, coalesce(title ->> $2, slug) AS title FROM role_group
     WHERE tenant_id = $1 ORDER BY title, slug LIMIT 100
"""
# A secret place is none to outsiders, in this list as anywhere.
_PLACES = """
SELECT 'community' AS sort, k.slug, k.title, k.kind, k.visibility, k.official, k.position
  FROM community k
 WHERE k.tenant_id = $1 AND (k.visibility <> 'secret' OR $2 OR k.id = ANY ($3::uuid[]))
   AND ($4::uuid IS NULL OR k.id = $4)
 UNION ALL
SELECT 'meeting', m.slug, coalesce(m.title ->> $5, m.slug), NULL, NULL, false, 1000000
  FROM meeting m WHERE m.tenant_id = $1 AND $4::uuid IS NULL AND m.state <> 'draft'
 ORDER BY position, title LIMIT 500
"""


async def choices(actor: Actor, scope: Scope) -> Choices:
    """Return what the form of a trial offers."""
    groups = await db.fetch(_GROUPS, actor.locale)
    return Choices(
        groups=tuple(Choice(**dict(row)) for row in groups),
        places=tuple(
            Choice(slug=row["slug"], title=row["title"]) for row in await _places(actor, scope)
        ),
    )


async def _places(actor: Actor, scope: Scope) -> list[Any]:
    return await db.fetch(
        _PLACES, actor.may(Permission.REVIEW_DECIDE), [*actor.communities, *actor.managed],
        scope.community_id, actor.locale,
    )  # fmt: skip


async def _labels(actor: Actor, scope: Scope, slug: str | None) -> frozenset[str]:
    if not slug and scope.community_id is None:
        return frozenset()
    for row in await _places(actor, scope):
        if row["slug"] == (slug or scope.slug):
            return labels_of(row)
    raise Invalid(fields={"place": N_("There is no such place.")})


def labels_of(row: Any) -> frozenset[str]:
    """Return the words that charters have for a place, as `charter/places.py` finds them."""
    sort = row["sort"]
    labels = {sort, PLACE_PREFIX + row["slug"]}
    labels |= {f"{sort}:{row[key]}" for key in ("kind", "visibility") if row[key]}
    return frozenset(labels | {f"{sort}:official"} if row["official"] else labels)


async def trial(actor: Actor, scope: Scope, given: TrialInput) -> Trial:
    """Return what the draft and the version in force say of the same words.

    Errors: Invalid, naming the field; Unsound (422) when the draft holds mistakes.
    """
    act = trying.act_of(given, await _labels(actor, scope, given.place))
    at = trying.moment_of(given, scope.tenant.timezone)
    dates = await checking.dates_of(scope)
    draft, current = await rules.find_draft(scope), await binding(scope)
    found: dict[str, Tried] = {}
    if draft is not None:
        document = await checking.require_sound(scope, draft.source, actor.locale)
        charter = checking.ready(scope, document)
        found["draft"] = tried(charter, act, dates, at, label="draft", locale=actor.locale)
    if current is not None:
        number = str(current.version.number)
        found["in_force"] = tried(
            current.charter, act, dates, at, label=number, locale=actor.locale
        )
    return Trial(draft=found.get("draft"), in_force=found.get("in_force"))


async def binding(scope: Scope) -> InForce | None:
    """Return the version in force of a scope, or None when there is none."""
    if scope.community_id is None:
        return await in_force.in_force(scope.tenant)
    return await in_force.in_force_of_community(scope.tenant, scope.community_id)

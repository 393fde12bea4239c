"""By what the queue can be narrowed: the places one judges, and the clauses of the charter."""

from uuid import UUID

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.features.moderation import clauses, rules
from parvis.features.moderation.clauses import spoken


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to choose, and what it is called."""

    value: str
    label: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What a list may be narrowed to, in the reader's language."""

    places: tuple[Choice, ...]
    clauses: tuple[Choice, ...]


# Places where something was ever judged: what a firm has besides says nothing to a moderator.
_PLACES = """
    SELECT k.id, k.title, NULL::jsonb AS titles FROM community k
     WHERE k.tenant_id = $1 AND ($2 OR k.id = ANY($3::uuid[]))
       AND EXISTS (SELECT FROM review_item i WHERE i.tenant_id = $1 AND i.place_id = k.id)
     UNION ALL
    SELECT g.id, NULL, g.title FROM meeting g
     WHERE g.tenant_id = $1 AND $2
       AND EXISTS (SELECT FROM review_item i WHERE i.tenant_id = $1 AND i.place_id = g.id)
     ORDER BY title LIMIT 200
"""


async def choices(actor: Actor) -> Choices:
    """Return by what the actor may narrow the queue. Errors: NotFound to who has none."""
    scope = rules.scope_of(actor)
    rows = await db.fetch(_PLACES, not scope.is_local, list(scope.places))
    charter = await clauses.charter_of(None, clock.now())
    return Choices(
        places=tuple(Choice(value=str(row["id"]), label=_title(row, actor)) for row in rows),
        clauses=tuple(
            Choice(value=clause.id, label=f"{clause.number}. {clause.title_in(actor.locale)}")
            for clause in (charter.clauses if charter else ())
        ),
    )


def _title(row: db.Record, actor: Actor) -> str:
    if row["titles"] is None:
        return str(row["title"])
    return spoken(db.from_jsonb(row["titles"], dict[str, str]), actor.locale)


def place_of(text: str | None) -> UUID | None:
    """Return the id of a place as an address has it, None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None

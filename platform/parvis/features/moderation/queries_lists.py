"""Which items a list holds: who sees them, what was asked for, and the conditions in SQL."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from parvis.features.identity.names import folded_words
from parvis.features.moderation.rules import OVERRULED, Scope
from parvis.features.moderation.tables import ItemKind


class QueueList(StrEnum):
    """The lists of the queue. `open` is all that waits, appeals and notices too."""

    OPEN = "open"
    REPORTED = "reported"
    ESCALATED = "escalated"
    MINE = "mine"
    APPEALS = "appeals"
    NOTICES = "notices"
    DECIDED = "decided"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to: a kind, a place, a clause and its rule, words of a name."""

    kind: ItemKind | None = None
    place: UUID | None = None
    clause: str | None = None
    rule: str | None = None
    q: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.kind or self.place or self.clause or self.q)


WAITING = "i.status IN ('open', 'claimed', 'escalated')"
CONDITIONS = {
    QueueList.OPEN: "i.status IN ('open', 'claimed')",
    QueueList.REPORTED: "i.status IN ('open', 'claimed') AND i.reports > 0",
    QueueList.ESCALATED: "i.status = 'escalated'",
    QueueList.MINE: "i.status IN ('claimed', 'escalated') AND i.claimed_by = $4",
    QueueList.APPEALS: f"{WAITING} AND i.kind = 'appeal'",
    QueueList.NOTICES: f"{WAITING} AND i.kind = 'legal_notice'",
    QueueList.DECIDED: "i.status IN ('decided', 'waiting_author') AND i.decided_at IS NOT NULL",
}
# $2: the audiences one is in; $3: the places managed; $4: who looks, who judges neither what they
# wrote, nor what they reported, nor what they decided. Own reports are few and looked up once; a
# join would read every cause there is.
IN_SCOPE = f"""i.tenant_id = $1 AND i.author_id IS DISTINCT FROM $4
       AND i.id <> ALL (ARRAY(
              SELECT y.item_id FROM review_cause y
               WHERE y.tenant_id = $1 AND y.reporter_id = $4
               UNION ALL
              SELECT y.item_id FROM legal_notice o
                JOIN review_cause y ON y.tenant_id = $1 AND y.legal_notice_id = o.id
               WHERE o.tenant_id = $1 AND o.member_id = $4))
       AND (i.target_kind <> 'decision'
            OR NOT EXISTS (SELECT FROM decision z WHERE z.tenant_id = $1
                              AND z.id = i.other_target_id AND z.decided_by = $4))
       AND (i.kind <> 'legal_notice' OR $4 <> ALL (ARRAY({OVERRULED})))
       AND (i.audience = ANY($2::text[])
            OR (i.place_id = ANY($3::uuid[]) AND i.audience = 'moderators'
                AND i.status <> 'escalated'))"""


def scope_values(scope: Scope) -> tuple[Any, ...]:
    """Return the values of IN_SCOPE, $2 to $4."""
    return list(scope.audiences), list(scope.places), scope.member_id


def in_scope(scope: Scope) -> str:
    """Return IN_SCOPE, said so that who manages places alone is served from their index."""
    return f"{IN_SCOPE} AND i.place_id = ANY($3::uuid[])" if scope.is_local else IN_SCOPE


def narrowed(asked: Asked, values: list[Any]) -> str:
    """Return the conditions of what was asked for; their values are appended to `values`."""
    found: list[str] = []

    def holds(condition: str, value: Any) -> None:
        values.append(value)
        found.append(condition.replace("{}", f"${len(values) + 1}"))

    if asked.kind:
        holds("i.kind = {}", asked.kind)
    if asked.place:
        holds("i.place_id = {}", asked.place)
    if asked.clause:
        holds(_cause("clause_id"), asked.clause)
    if asked.rule:
        holds(_cause("rule_id"), asked.rule)
    if words := " ".join(folded_words(asked.q)):
        holds(_AUTHOR, words)
    return "".join(f" AND {condition}" for condition in found)


def _cause(column: str) -> str:
    return (
        "EXISTS (SELECT FROM review_cause q WHERE q.tenant_id = $1 AND q.item_id = i.id"
        f" AND q.{column} = {{}})"
    )


_AUTHOR = (
    "i.author_id = ANY (ARRAY(SELECT nk.member_id FROM member_name_key nk"
    " WHERE nk.tenant_id = $1 AND starts_with(nk.key, {}) LIMIT 500))"
)

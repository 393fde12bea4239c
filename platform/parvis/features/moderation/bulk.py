"""Several cases of one and the same single cause, decided together: a decision each."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from parvis.core import clock, db, i18n
from parvis.core.actor import Actor
from parvis.core.errors import AppError, Conflict
from parvis.core.i18n import N_
from parvis.features.moderation import actions, actions_decide, clauses, queries, rules
from parvis.features.moderation.actions import SeenInput
from parvis.features.moderation.decisions.taking import DecideInput
from parvis.features.moderation.queries import ItemSummary
from parvis.features.moderation.queries_lists import Asked, QueueList, in_scope, scope_values
from parvis.features.moderation.tables import Action

MOST = 50


class Together(StrEnum):
    """What can be decided of several cases at once."""

    PUBLISH = "publish"
    RETURN = "return"
    REFUSE = "refuse"


class AnotherCause(Conflict):
    code = "another_cause"
    default = N_("This case has another cause too: it is decided by itself.")


class ChosenItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of the cases, at the version that was seen; `text` is what its author reads."""

    id: UUID
    version: int
    text: str | None = None


class TogetherInput(msgspec.Struct, frozen=True, kw_only=True):
    """One decision for several cases of which this rule is the only cause."""

    action: Together
    clause_id: str
    rule_id: str
    items: Annotated[tuple[ChosenItem, ...], Meta(min_length=1, max_length=MOST)]


class TogetherResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of the cases. `code` and `message` say why it was not decided.

    `title` is what it is called, where it was still in the list.
    """

    id: UUID
    is_done: bool
    decision_id: UUID | None = None
    status: int = 201
    code: str | None = None
    message: str | None = None
    title: str | None = None


class TogetherResults(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each, in the order given."""

    done: int
    items: tuple[TogetherResult, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that wait for one rule alone."""

    clause_id: str
    rule_id: str
    clause: str | None
    count: int


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """What can be decided together, among the thousand cases due first."""

    items: tuple[Group, ...]


_GROUPS = """
    WITH first AS (
        SELECT i.id FROM review_item i
         WHERE {scope} AND i.status IN ('open', 'claimed') AND i.target_kind = 'contribution'
           AND (i.claimed_by IS NULL OR i.claimed_by = $4 OR i.claim_expires_at <= $5)
         ORDER BY i.due_at, i.id LIMIT 1000
    ), single AS (
        SELECT f.id, min(x.clause_id) AS clause_id, min(x.rule_id) AS rule_id
          FROM first f JOIN review_cause x ON x.tenant_id = $1 AND x.item_id = f.id
         GROUP BY f.id
        HAVING count(DISTINCT (x.source, x.clause_id, x.rule_id)) = 1 AND min(x.source) = 'rule'
    )
    SELECT clause_id, rule_id, count(*) AS count FROM single
     WHERE clause_id IS NOT NULL AND rule_id IS NOT NULL AND $1::uuid IS NOT NULL
     GROUP BY clause_id, rule_id HAVING count(*) > 1 ORDER BY count(*) DESC, clause_id LIMIT 50
"""
# $5 and $6: the clause and the rule that were asked for.
_ALONE = """ AND i.target_kind = 'contribution' AND NOT EXISTS (
    SELECT FROM review_cause o WHERE o.tenant_id = $1 AND o.item_id = i.id
       AND (o.source <> 'rule' OR o.clause_id IS DISTINCT FROM $5
            OR o.rule_id IS DISTINCT FROM $6))"""
_OTHER = """
    SELECT count(*) FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = $2
       AND (x.source <> 'rule' OR x.clause_id IS DISTINCT FROM $3
            OR x.rule_id IS DISTINCT FROM $4)
"""


async def groups(actor: Actor) -> Groups:
    """Return what the actor can decide together. Errors: NotFound to who has no queue."""
    scope = rules.scope_of(actor)
    rows = await db.fetch(_GROUPS.format(scope=in_scope(scope)), *scope_values(scope), clock.now())
    charter = await clauses.charter_of(None, clock.now())
    charters = (charter,) if charter else ()
    return Groups(items=tuple(_group(row, charters, actor.locale) for row in rows))


async def alike(actor: Actor, clause_id: str, rule_id: str) -> tuple[ItemSummary, ...]:
    """Return up to fifty cases whose only cause is this rule and that nobody else holds."""
    page = await queries.page(
        actor,
        QueueList.OPEN,
        asked=Asked(clause=clause_id, rule=rule_id),
        condition=_ALONE,
        size=MOST,
    )
    now = clock.now()
    return tuple(
        item
        for item in page.items
        if item.claimed_by is None
        or item.claimed_by.id == actor.member_id
        or (item.claim_expires_at is not None and item.claim_expires_at <= now)
    )


async def decide(actor: Actor, given: TogetherInput, *, site: str) -> TogetherResults:
    """Take charge of each case and decide it, in a transaction of its own; say what became of it.

    Needs: no open transaction. Nothing is raised for one case that stops the others.
    """
    async with db.transaction(actor.tenant.id):
        alikes = await alike(actor, given.clause_id, given.rule_id)
    titles = {item.id: item.title for item in alikes}
    found = [
        msgspec.structs.replace(
            await _decide_one(actor, given, item, site), title=titles.get(item.id)
        )
        for item in given.items
    ]
    return TogetherResults(done=sum(one.is_done for one in found), items=tuple(found))


async def _decide_one(
    actor: Actor, given: TogetherInput, chosen: ChosenItem, site: str
) -> TogetherResult:
    try:
        async with db.transaction(actor.tenant.id):
            decision_id = await _carried_out(actor, given, chosen, site)
    except AppError as error:
        said = i18n.translate(actor.locale, error.message, **error.data)
        fields = [i18n.translate(actor.locale, one) for one in error.fields.values()]
        return TogetherResult(
            id=chosen.id,
            is_done=False,
            status=error.status,
            code=error.code,
            message=" ".join([*fields]) or said,
        )
    return TogetherResult(id=chosen.id, is_done=True, decision_id=decision_id)


async def _carried_out(actor: Actor, given: TogetherInput, chosen: ChosenItem, site: str) -> UUID:
    item = await actions.access_seen(actor, chosen.id, chosen.version)
    if await db.fetch_value(_OTHER, item.id, given.clause_id, given.rule_id):
        raise AnotherCause
    if item.claimed_by != actor.member_id:
        item = await actions.claim(actor, item.id, SeenInput(version=item.version))
    restricts = given.action is not Together.PUBLISH
    decision = await actions_decide.decide(
        actor,
        item.id,
        DecideInput(
            version=item.version,
            action=Action(given.action.value),
            clause_id=given.clause_id if restricts else None,
            text=chosen.text if restricts else None,
        ),
        site=site,
    )
    return decision.id


def _group(row: db.Record, charters: tuple[clauses.Charter, ...], locale: str) -> Group:
    clause = clauses.find(charters, row["clause_id"])
    return Group(**row, clause=clause.title_in(locale) if clause else None)

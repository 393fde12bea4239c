"""How often a member did what rules of pace count: kept in one row a member and rule.

Reading, judging and counting happen while that row is locked, so ten acts at once are judged one
after another. What goes no further, by whatever refusal, is not counted (decision 0023).
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from parvis.core import clock, db, ids
from parvis.core.actor import Actor
from parvis.core.data_rights import MemberErased
from parvis.features.charter.in_force import reading
from parvis.features.charter.verdict import Effect, Verdict

Paces = Mapping[str, tuple[datetime, ...]]
# Rows in one order: two acts of one member that wait for each other's would wait for ever.
_COUNT = """
    INSERT INTO act_pace (tenant_id, id, member_id, rule, moments)
    SELECT $1, k.id, $2, k.rule, ARRAY[$6::timestamptz]
      FROM unnest($3::uuid[], $4::text[], $5::int[]) AS k (id, rule, most) ORDER BY k.rule
        ON CONFLICT (tenant_id, member_id, rule) DO UPDATE
       SET moments = (act_pace.moments || excluded.moments)[
           cardinality(act_pace.moments) + 1 - (
               SELECT k.most FROM unnest($4::text[], $5::int[]) AS k (rule, most)
                WHERE k.rule = act_pace.rule):]
    RETURNING rule, moments
"""


class _GoesNoFurther(Exception):
    """The way out of a transaction that must not stand."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self.verdict = verdict


async def in_turn(
    actor: Actor, keys: Mapping[str, int], judged: Callable[[Paces], Verdict]
) -> Verdict:
    """Return what `judged` says when it knows the member's earlier acts, and count this one.

    `keys` says how many of the last moments each rule asks for. Where the request has no
    transaction of its own, an act counts once it is judged; else it counts when it commits.
    """
    try:
        async with reading(actor.tenant):
            verdict = judged(await _counted(actor, keys))
            _let_pass(verdict)
    except _GoesNoFurther as refused:
        return refused.verdict
    return verdict


def _let_pass(verdict: Verdict) -> None:
    if verdict.effect is Effect.REFUSE:
        raise _GoesNoFurther(verdict)


async def _counted(actor: Actor, keys: Mapping[str, int]) -> Paces:
    """Add this moment to the member's rows, and return those that were there before."""
    rows = await db.fetch(
        _COUNT,
        actor.require_member(),
        [ids.new_id() for _ in keys],
        list(keys),
        list(keys.values()),
        clock.now(),
    )
    return {row["rule"]: tuple(row["moments"][:-1]) for row in rows}


_FORGET = """
    DELETE FROM act_pace WHERE tenant_id = $1 AND moments[cardinality(moments)] < $2
"""


async def forget(before: datetime) -> None:
    """Delete what no rule of pace can ask for any more."""
    await db.execute(_FORGET, before)


async def forget_member(event: MemberErased) -> None:
    """Delete when a forgotten member did what."""
    await db.execute(
        "DELETE FROM act_pace WHERE tenant_id = $1 AND member_id = $2", event.member_id
    )

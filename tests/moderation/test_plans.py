"""With fifty thousand cases the lists stay on indexes that begin with the tenant."""

import json
import re
from typing import Any

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.ids import MemberId
from parvis.features.moderation import bulk, queries
from parvis.features.moderation.queries_lists import (
    CONDITIONS,
    Asked,
    QueueList,
    in_scope,
    narrowed,
    scope_values,
)
from parvis.features.moderation.rules import Scope
from parvis.features.moderation.tables import Audience, ItemKind
from tests.factories import House, Person
from tests.moderation.conftest import PLACE, hold

ITEMS = 50_000
MOST_BLOCKS = 10_000

# Copies of one held case: nine in ten decided long ago would be kinder; here all of them wait.
_COPIES = """
    WITH copies AS (
        INSERT INTO review_item (tenant_id, id, contribution_id, revision_id, kind,
                                 contribution_kind, place_id, author_id, status, due_at, created_at,
                                 target_kind, other_target_id, audience)
        SELECT i.tenant_id, gen_random_uuid(), i.contribution_id, i.revision_id,
               CASE WHEN n % 50 = 0 THEN 'appeal' WHEN n % 51 = 0 THEN 'legal_notice'
                    ELSE 'new' END,
               i.contribution_kind, i.place_id, i.author_id,
               CASE WHEN n % 40 = 0 THEN 'escalated' ELSE 'open' END,
               i.due_at + n * interval '1 second', i.created_at, 'decision', gen_random_uuid(),
               CASE WHEN n % 51 = 0 THEN 'compliance' ELSE 'moderators' END
          FROM review_item i, generate_series(1, $1) AS n RETURNING tenant_id, id)
    INSERT INTO review_cause (tenant_id, id, item_id, source, clause_id, rule_id, at)
    SELECT tenant_id, gen_random_uuid(), id, 'rule', 'no-rumour', 'rumour', now() FROM copies
"""


@pytest.fixture
async def crowded(
    orvance: House, author: Person, moderator: Person, superuser: asyncpg.Connection
) -> None:
    """Fifty thousand cases that wait, and what PostgreSQL knows of them."""
    await hold(orvance, author)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(_COPIES, ITEMS)
    await superuser.execute("SET session_replication_role = origin")
    await superuser.execute("ANALYZE review_item, review_cause")


def scans(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every node of a plan that reads a table."""
    found = [plan] if "Relation Name" in plan else []
    return found + [node for child in plan.get("Plans", ()) for node in scans(child)]


async def plan_of(sql: str, *values: Any) -> list[dict[str, Any]]:
    rows = await db.fetch(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    return scans(json.loads(rows[0][0])[0]["Plan"])


async def test_every_list_is_read_along_an_index_of_the_tenant(
    crowded: None, orvance: House, moderator: Person, superuser: asyncpg.Connection
) -> None:
    indexes = {
        row["indexname"]: row["indexdef"]
        for row in await superuser.fetch("SELECT indexname, indexdef FROM pg_indexes")
    }
    everywhere = Scope(
        audiences=(Audience.MODERATORS,), places=(), member_id=MemberId(moderator.id)
    )
    async with orvance.transaction():
        place = await orvance.community_id(PLACE)
        local = Scope(audiences=(), places=(place,), member_id=MemberId(moderator.id))
        for scope in (everywhere, local):
            for which in QueueList:
                for asked in (Asked(), Asked(kind=ItemKind.NEW), Asked(place=place)):
                    values: list[Any] = [*scope_values(scope)]
                    where = f"{in_scope(scope)} AND {CONDITIONS[which]}{narrowed(asked, values)}"
                    decided = which is QueueList.DECIDED
                    order = "i.decided_at DESC, i.id DESC" if decided else "i.due_at, i.id"
                    sql = f"{queries.SUMMARY} WHERE {where} ORDER BY {order} LIMIT 21"
                    for node in await plan_of(sql, *values):
                        if node["Relation Name"] not in ("review_item", "review_cause"):
                            continue
                        assert "Index Name" in node or "Bitmap" in node["Node Type"], (which, node)
                        if name := node.get("Index Name"):
                            assert re.search(r"\(tenant_id", indexes[name]), name


async def blocks(sql: str, *values: Any) -> int:
    """Return how many blocks a statement touches: what it costs, on a busy machine too."""
    rows = await db.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", *values)
    plan = json.loads(rows[0][0])[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.parametrize("which", list(QueueList))
async def test_a_page_of_a_list_touches_few_blocks(
    crowded: None, orvance: House, moderator: Person, which: QueueList
) -> None:
    scope = Scope(audiences=(Audience.MODERATORS,), places=(), member_id=MemberId(moderator.id))
    decided = which is QueueList.DECIDED
    order = "i.decided_at DESC, i.id DESC" if decided else "i.due_at, i.id"
    where = f"{in_scope(scope)} AND {CONDITIONS[which]}"
    async with orvance.transaction():
        sql = f"{queries.SUMMARY} WHERE {where} ORDER BY {order} LIMIT 21"
        assert await blocks(sql, *scope_values(scope)) < MOST_BLOCKS


async def test_the_counts_are_bounded(crowded: None, orvance: House, moderator: Person) -> None:
    scope = Scope(audiences=(Audience.MODERATORS,), places=(), member_id=MemberId(moderator.id))
    counted = await moderator.browser.call("GET", "/moderation/items")
    assert counted.json()["counts"]["open"] == queries.MOST_COUNTED
    async with orvance.transaction():
        counts = queries._counts(scope)
        assert await blocks(counts, *scope_values(scope), clock.now()) < MOST_BLOCKS
        groups = bulk._GROUPS.format(scope=in_scope(scope))
        assert await blocks(groups, *scope_values(scope), clock.now()) < MOST_BLOCKS

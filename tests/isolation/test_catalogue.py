"""Every table, read from PostgreSQL's own catalogue: policy, keys, grants (decision 0002)."""

import asyncpg
import pytest

from parvis.core.ids import new_id
from parvis.settings import Settings

GLOBAL = {"tenant", "tenant_host", "migration"}
APPEND_ONLY = {
    "journal_entry", "decision", "review_cause", "revision", "charter_version",
    "charter_acceptance", "name_record", "question_event", "answer_version", "answer_step",
    "auth_event", "journal_leaf", "journal_tile", "journal_checkpoint", "journal_anchor",
    "window_switch", "notice_measure", "transparency_report",
}  # fmt: skip

TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           pg_get_userbyid(c.relowner) AS owner,
           (SELECT array_agg(a.attname ORDER BY k.n)
              FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k (attnum, n)
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE p.conrelid = c.oid AND p.contype = 'p') AS primary_key
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE 'procrastinate%'
"""
FOREIGN_KEYS = """
    SELECT k.conrelid::regclass::text AS source, k.confrelid::regclass::text AS target,
           (SELECT array_agg(a.attname ORDER BY u.n)
              FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns
      FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
"""
INDEXES = """
    SELECT i.indrelid::regclass::text AS source, i.indexrelid::regclass::text AS name,
           i.indisunique AS is_unique, a.attname AS first
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'procrastinate%'
"""


@pytest.fixture
async def tables(superuser: asyncpg.Connection) -> dict[str, asyncpg.Record]:
    """Every table of ours but the global ones."""
    rows = await superuser.fetch(TABLES)
    found = {row["name"]: row for row in rows if row["name"] not in GLOBAL}
    assert len(found) > 25, "the catalogue was read before the migrations ran"
    return found


async def test_every_tenant_table_forces_row_level_security(tables) -> None:
    assert [name for name, row in tables.items() if not (row["enabled"] and row["forced"])] == []


async def test_every_policy_compares_the_tenant_both_ways(superuser, tables) -> None:
    rows = await superuser.fetch("SELECT tablename, qual, with_check FROM pg_policies")
    policies = {row["tablename"]: row for row in rows}
    wanted = (
        "(tenant_id = (NULLIF(current_setting('parvis.tenant_id'::text, true), ''::text))::uuid)"
    )
    for name in tables:
        assert policies[name]["qual"] == wanted, name
        assert policies[name]["with_check"] == wanted, name


async def test_every_primary_key_starts_with_the_tenant(tables) -> None:
    wrong = {
        n: r["primary_key"] for n, r in tables.items() if r["primary_key"] != ["tenant_id", "id"]
    }
    assert wrong == {}


async def test_every_foreign_key_between_tenant_tables_carries_the_tenant(
    superuser, tables
) -> None:
    keys = [k for k in await superuser.fetch(FOREIGN_KEYS) if k["target"] in tables]
    assert len(keys) > 30
    wrong = [(k["source"], k["columns"]) for k in keys if k["columns"][0] != "tenant_id"]
    assert wrong == []


async def test_every_index_starts_with_the_tenant(superuser, tables) -> None:
    rows = await superuser.fetch(INDEXES)
    wrong = [r["name"] for r in rows if r["source"] in tables and r["first"] != "tenant_id"]
    assert wrong == []


async def test_the_web_owns_nothing_and_bypasses_nothing(superuser, tables) -> None:
    assert {row["owner"] for row in tables.values()} == {"parvis_owner"}
    roles = await superuser.fetch(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
        " WHERE rolname LIKE 'parvis%'"
    )
    assert len(roles) == 3
    for role in roles:
        assert not any([role["rolsuper"], role["rolbypassrls"], role["rolcreaterole"],
                        role["rolcreatedb"]]), role["rolname"]  # fmt: skip


async def test_what_is_append_only_cannot_be_changed_by_the_web(superuser, tables) -> None:
    for name in sorted(tables):
        may = await superuser.fetchrow(
            "SELECT has_table_privilege('parvis_app', $1, 'SELECT, INSERT') AS adds,"
            " has_table_privilege('parvis_app', $1, 'UPDATE, DELETE, TRUNCATE') AS changes",
            name,
        )
        assert may["adds"], name
        assert may["changes"] == (name not in APPEND_ONLY), name


async def test_the_web_cannot_write_which_tenants_there_are(superuser) -> None:
    for name in ("tenant", "tenant_host"):
        assert not await superuser.fetchval(
            "SELECT has_table_privilege('parvis_app', $1, 'INSERT, UPDATE, DELETE')", name
        )


async def test_without_a_tenant_there_are_no_rows(settings: Settings, orvance, tables) -> None:
    await orvance.person(communities=["clients-du-cercle"])
    connection = await asyncpg.connect(settings.database_url)
    try:
        for name in tables:
            assert await connection.fetchval(f"SELECT count(*) FROM {name}") == 0, name
    finally:
        await connection.close()


async def test_another_tenants_rows_can_neither_be_read_nor_written_nor_referenced(
    settings: Settings, orvance, ardelune
) -> None:
    mine = await orvance.person()
    connection = await asyncpg.connect(settings.database_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"SET LOCAL parvis.tenant_id = '{ardelune.tenant.id}'")
        assert await connection.fetchval("SELECT count(*) FROM member WHERE id = $1", mine.id) == 0
        moved = await connection.execute("UPDATE member SET headline = 'x' WHERE id = $1", mine.id)
        assert moved == "UPDATE 0"
        insert = (
            "INSERT INTO name_record (tenant_id, id, member_id, display_name, source, at)"
            " VALUES ($1, $2, $3, 'x', 'x', now())"
        )
        for tenant_id, error in (
            (orvance.tenant.id, asyncpg.InsufficientPrivilegeError),  # refused by the policy
            (ardelune.tenant.id, asyncpg.ForeignKeyViolationError),  # refused by the composite key
        ):
            point = connection.transaction()
            await point.start()
            with pytest.raises(error):
                await connection.execute(insert, tenant_id, new_id(), mine.id)
            await point.rollback()
        await transaction.rollback()
    finally:
        await connection.close()


async def test_a_returned_connection_remembers_no_tenant(database, orvance) -> None:
    async with orvance.transaction():
        pass
    async with database.across_tenants() as connection:
        value = await connection.fetchval("SELECT current_setting('parvis.tenant_id', true)")
    assert not value

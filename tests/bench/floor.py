"""The floor: what the same machine does with nothing of Parvis in the way.

One Litestar application, asyncpg, `BEGIN; SET LOCAL` in one message, one query of 20 rows with
their authors, COMMIT, one MiniJinja template that weighs what the measured page weighs. Its JSON
twin encodes the same rows; the insert floor is one INSERT and one counter.
"""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
from litestar import Litestar, Response, get, post
from minijinja import Environment

ROWS = """
    SELECT c.id, r.title, r.body, r.created_at, m.display_name AS author
      FROM contribution c
      JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.live_revision_id
      JOIN member m ON m.tenant_id = c.tenant_id AND m.id = c.author_id
     WHERE c.tenant_id = $1 AND c.place_id = $2 AND c.kind = 'post'
       AND c.live_revision_id IS NOT NULL
     ORDER BY c.id DESC LIMIT 20
"""
TEMPLATE = """<!DOCTYPE html><html lang="fr"><head><title>Floor</title></head><body>
{% for row in rows %}<article><h2>{{ row.title }}</h2><p>{{ row.author }}, {{ row.at }}</p>
<p>{{ row.body }}</p>{{ filler }}</article>{% endfor %}</body></html>"""


class Row(msgspec.Struct, frozen=True):
    """One post of the page."""

    id: str
    title: str
    body: str
    author: str
    at: str


class Floor:
    """The application's state: a pool, a template, and what it is asked for."""

    def __init__(self) -> None:
        self.dsn = os.environ["BENCH_DSN"]
        self.tenant = os.environ["BENCH_TENANT"]
        self.place = os.environ["BENCH_PLACE"]
        filler = "." * max(0, int(os.environ["BENCH_PAGE_BYTES"]) // 20 - 700)
        self.templates = Environment(templates={"page.html": TEMPLATE}, globals={"filler": filler})
        self.pool: asyncpg.Pool

    async def start(self) -> None:
        self.pool = await asyncpg.create_pool(self.dsn, max_size=10, reset=_keep)

    async def rows(self) -> list[Row]:
        async with self.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL parvis.tenant_id = '{self.tenant}'")
            found = await connection.fetch(ROWS, self.tenant, self.place)
            await connection.execute("COMMIT")
        return [
            Row(str(r["id"]), r["title"], r["body"], r["author"], r["created_at"].isoformat())
            for r in found
        ]

    async def insert(self) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL parvis.tenant_id = '{self.tenant}'")
            await connection.execute(
                "INSERT INTO journal_entry (tenant_id, id, act, data, at)"
                " VALUES ($1, $2, 'bench.floor', '{}', $3)",
                self.tenant, uuid4(), datetime.now(UTC),
            )  # fmt: skip
            await connection.execute(
                "UPDATE community SET position = position + 1 WHERE tenant_id = $1 AND id = $2",
                self.tenant, self.place,
            )  # fmt: skip
            await connection.execute("COMMIT")


async def _keep(_connection: Any) -> None:
    """No reset query: the floor is as lean as can be."""


def create() -> Litestar:
    """Return the floor, told by BENCH_* variables what to serve."""
    floor = Floor()

    @get("/page")
    async def page() -> Response[str]:
        html = floor.templates.render_template("page.html", rows=await floor.rows())
        return Response(html, media_type="text/html")

    @get("/rows")
    async def rows() -> list[Row]:
        return await floor.rows()

    @post("/insert", status_code=201)
    async def insert() -> dict[str, bool]:
        await floor.insert()
        return {"done": True}

    return Litestar(
        [page, rows, insert], on_startup=[floor.start], openapi_config=None, logging_config=None
    )

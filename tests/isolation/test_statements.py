"""Every statement that a request runs names its tenant itself (decision 0002)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from parvis.core import db

NAMES_TENANT = re.compile(r"\btenant_id\b[^,;]*\$1|\$1[^,;]*\btenant_id\b|VALUES \(\$1|\(tenant_id")
ENVELOPE = re.compile(r"^(BEGIN; SET LOCAL parvis\.tenant_id|COMMIT|ROLLBACK)")
# A job is queued by Procrastinate's function, the tenant in the job's arguments; and asyncpg asks
# the catalogue, once a connection, what a type looks like.
OWN = ("procrastinate_defer_jobs_v1", "typeinfo_tree", "current_setting('jit')")
MOST_STATEMENTS = 6


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what the requests made inside the block run, as PostgreSQL receives it."""
    seen: list[str] = []
    token = db.statement_observer.set(lambda logged: seen.append(logged.query.strip()))
    try:
        yield seen
    finally:
        db.statement_observer.reset(token)


def without_tenant(seen: list[str]) -> list[str]:
    return [
        sql
        for sql in seen
        if not ENVELOPE.match(sql)
        and not any(name in sql for name in OWN)
        and not NAMES_TENANT.search(sql)
    ]


def test_a_statement_without_the_tenant_is_noticed() -> None:
    assert without_tenant(["SELECT id FROM post WHERE id = $1"])
    assert not without_tenant(["SELECT id FROM post WHERE tenant_id = $1 AND id = $2"])


PAGES = ["/", "/communities", "/communities/{place}", "/notifications", "/me", "/charter",
         "/people", "/people?q=an&capacity=client&topic=acier", "/me/profile", "/me/following",
         "/?voice=followed",
         "/admin", "/admin/moderation", "/admin/journal"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_names_the_tenant_in_every_statement(ardelune, path) -> None:
    place = "club-des-actionnaires"
    person = await ardelune.person(roles=["moderator", "admin"], communities=[place])
    with statements() as seen:
        answer = await person.browser.get(path.format(place=place))
    assert answer.status_code in {200, 303}
    assert len(seen) >= 1
    assert without_tenant(seen) == []


async def test_every_write_names_the_tenant_in_every_statement(ardelune) -> None:
    place = "club-des-actionnaires"
    person = await ardelune.person(communities=[place])
    await person.browser.token()
    with statements() as seen:
        answer = await person.browser.call(
            "POST", f"/communities/{place}/posts", {"title": "Visite", "body": "Un récit."}
        )
    assert answer.status_code == 201, answer.text
    assert any("INTO revision" in sql for sql in seen)
    assert without_tenant(seen) == []


@pytest.mark.parametrize("path", ["/", "/communities/{place}", "/api/v1/feed"])
async def test_hot_pages_keep_to_few_statements(ardelune, path) -> None:
    place = "club-des-actionnaires"
    person = await ardelune.person(communities=[place])
    for n in range(3):
        await person.browser.call(
            "POST", f"/communities/{place}/posts", {"title": f"Visite {n}", "body": "Un récit."}
        )
    with statements() as seen:
        answer = await person.browser.get(path.format(place=place))
    seen = [sql for sql in seen if not any(name in sql for name in OWN)]
    assert answer.status_code == 200
    assert len(seen) <= MOST_STATEMENTS, seen

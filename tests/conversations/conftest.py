"""Two clients of the bank who share a community, and one who does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from parvis.core import db
from tests.factories import House, Person

PLACE = "clients-du-cercle"
LISTED = "transmission"
SECRET = "conseil-consultatif"
# What the bank's charter does with words: clauses respect, no-personal-data and no-advice.
HELD, MASKED, MARKED = "C’est un escroc.", "Écrivez à a.b@exemple.test", "Un rendement de 4 %"


@pytest.fixture
async def author(orvance: House) -> Person:
    """Who writes."""
    return await orvance.person("Hélène Marcillat", communities=[PLACE, LISTED, SECRET])


@pytest.fixture
async def reader(orvance: House) -> Person:
    """Another member of the same community."""
    return await orvance.person("Sabine Auclerc", communities=[PLACE], capacity="adviser")


@pytest.fixture
async def outsider(orvance: House) -> Person:
    """A member of the tenant who is in no community."""
    return await orvance.person("Bruno Taillade")


async def publish(
    person: Person, title: str = "Un retour", body: str = "Du vécu.", *, place: str = PLACE,
    kind: str = "discussion",
) -> dict[str, Any]:  # fmt: skip
    """Publish a post through the API and return it."""
    fields = {"title": title, "body": body, "kind": kind}
    answer = await person.browser.call("POST", f"/communities/{place}/posts", fields)
    assert answer.status_code == 201, answer.text
    post: dict[str, Any] = answer.json()
    return post


async def comment(person: Person, post: dict[str, Any], body: str = "Merci.") -> dict[str, Any]:
    """Comment through the API and return the comment."""
    answer = await person.browser.call("POST", f"/posts/{post['id']}/comments", {"body": body})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def titles(person: Person, path: str = "/feed") -> list[str]:
    """Return the titles of the first page of a list of posts."""
    answer = await person.browser.call("GET", path)
    assert answer.status_code == 200, answer.text
    return [post["title"] for post in answer.json()["items"]]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that requests run inside the block, BEGIN and COMMIT left out."""
    seen: list[str] = []
    token = db.statement_observer.set(lambda record: seen.append(record.query))
    try:
        yield seen
    finally:
        db.statement_observer.reset(token)

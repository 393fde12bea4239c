"""Held words and the people around them, made as members make them: through HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.factories import House, Person

PLACE = "clients-du-cercle"
TITLE = "Une cession au Luxembourg ?"
RUMOUR = "Un confrère parle d’un projet de cession avant l’été.\n\nLe conseil peut-il confirmer ?"
CLAUSE = "no-rumour"
LETTER = "Votre texte rapporte une rumeur. Vous pouvez l’écrire sans elle."


@dataclass(frozen=True)
class Held:
    """A post that waits for a moderator, and who wrote it."""

    house: House
    author: Person
    id: str


async def publish(person: Person, title: str, body: str, *, place: str = PLACE) -> httpx.Response:
    """Send a post the way a program does."""
    post = {"title": title, "body": body}
    return await person.browser.call("POST", f"/communities/{place}/posts", post)


async def hold(house: House, author: Person, *, place: str = PLACE, title: str = TITLE) -> Held:
    """Have an author write what the charter holds."""
    answer = await publish(author, title, RUMOUR, place=place)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "held"
    return Held(house, author, answer.json()["id"])


async def items(person: Person, which: str = "open") -> list[dict[str, Any]]:
    """Return a list of the queue as a moderator gets it."""
    answer = await person.browser.call("GET", f"/moderation/items?which={which}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["page"]["items"]
    return found


async def act(person: Person, item: dict[str, Any], what: str, **fields: Any) -> httpx.Response:
    """Do something with an item at the version it is known at."""
    body = {"version": item["version"], **fields}
    return await person.browser.call("POST", f"/moderation/items/{item['id']}/{what}", body)


async def claim(person: Person, item: dict[str, Any]) -> dict[str, Any]:
    """Take charge of an item; return it as it is then."""
    answer = await act(person, item, "claim")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["item"]
    return found


def refusal(**changes: Any) -> dict[str, Any]:
    """A complete refusal."""
    return {"action": "refuse", "clause_id": CLAUSE, "text": LETTER} | changes


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")


@pytest.fixture
async def colleague(orvance: House) -> Person:
    return await orvance.person("Bastien Queyroux", roles=["moderator"], capacity="employee")


@pytest.fixture
async def reader(orvance: House) -> Person:
    return await orvance.person("Hélène Marcillat", communities=[PLACE])


@pytest.fixture
async def held(orvance: House, author: Person) -> Held:
    return await hold(orvance, author)

"""A community's own clause is a ground for words written there, and nowhere else."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from litestar import Litestar

from tests.charter.community_charter import NO_NAMES, Publisher, charter, publishing
from tests.factories import House, Person
from tests.moderation.conftest import PLACE, Held, act, claim, hold, items, refusal

REF = f"{PLACE}:no-names"
# Words of a name that no rule of the place refuses by itself.
SOURCE = charter(NO_NAMES.replace('effect = "refuse"', 'effect = "hold"'))


@pytest.fixture
async def publisher(
    app: Litestar, orvance: House, superuser: asyncpg.Connection
) -> AsyncIterator[Publisher]:
    async with publishing(app, orvance, superuser) as found:
        yield found


async def test_a_clause_of_the_place_can_be_the_ground(
    orvance: House, author: Person, moderator: Person, publisher: Publisher
) -> None:
    await publisher(SOURCE, PLACE)
    held = await hold(orvance, author)
    item = await claim(moderator, (await items(moderator))[0])
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert REF in {clause["id"] for clause in case["clauses"]}
    # Its bare name is no clause of the firm's charter.
    bare = await act(moderator, item, "decisions", **refusal(clause_id="no-names"))
    assert (bare.status_code, list(bare.json()["fields"])) == (422, ["clause_id"])
    decided = await act(moderator, item, "decisions", **refusal(clause_id=REF))
    assert decided.status_code == 201, decided.text
    stated = decided.json()["statement"]
    assert stated["local"]["charter_scope"] == PLACE
    url = stated["ground"]["decision_ground_reference_url"]
    assert url.endswith(f"/communities/{PLACE}/charter/1#no-names")
    own = await held.author.browser.get(f"/decisions/{decided.json()['id']}")
    assert f"/communities/{PLACE}/charter/1#no-names" in own.text


async def test_a_clause_published_after_the_words_is_no_ground(
    held: Held, moderator: Person, publisher: Publisher
) -> None:
    await publisher(SOURCE, PLACE)
    item = await claim(moderator, (await items(moderator))[0])
    refused = await act(moderator, item, "decisions", **refusal(clause_id=REF))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["clause_id"])

"""A decision taken back: words, record and counters are as if it had not been."""

import asyncio
import contextvars
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from parvis.features.moderation import reversal
from parvis.features.moderation.decisions.ends import end_restrictions
from tests.factories import House, Person
from tests.moderation.conftest import (
    PLACE,
    RUMOUR,
    TITLE,
    Held,
    act,
    claim,
    hold,
    items,
    publish,
    refusal,
)

PLAIN = "Le conseil peut-il dire où en est la filiale luxembourgeoise ?"
REASON = "Le texte ne rapporte aucune rumeur."


async def decide(person: Person, **fields: Any) -> dict[str, Any]:
    [item] = await items(person)
    answer = await act(person, await claim(person, item), "decisions", **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def take_back(person: Person, decision: dict[str, Any], reason: str = REASON) -> Any:
    path = f"/decisions/{decision['id']}/reversal"
    return await person.browser.call("POST", path, {"reason": reason})


async def seen(person: Person, post_id: str) -> Any:
    return await person.browser.call("GET", f"/posts/{post_id}")


async def warnings(house: House, author: Person) -> int:
    """How many decisions count against somebody's words when they write next."""
    async with house.transaction():
        found: int = await db.fetch_value(
            "SELECT count(*) FROM decision d WHERE d.tenant_id = $1 AND d.member_id = $2"
            " AND d.action IN ('refuse', 'redact') AND NOT EXISTS (SELECT FROM decision b"
            " WHERE b.tenant_id = $1 AND b.reverses_id = d.id)", author.id,
        )  # fmt: skip
    return found


async def test_a_refusal_taken_back_shows_the_words(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal())
    assert await warnings(held.house, held.author) == 1
    back = await take_back(moderator, decision)
    assert back.status_code == 201, back.text
    assert (back.json()["action"], back.json()["reverses_id"]) == ("restore", decision["id"])
    assert (await seen(reader, held.id)).json()["title"] == TITLE
    assert await warnings(held.house, held.author) == 0
    told = (await held.author.browser.call("GET", "/notifications")).json()["items"]
    assert [notice["path"] for notice in told] == [
        f"/posts/{held.id}",
        f"/decisions/{decision['id']}",
    ]
    assert "annulée" in told[0]["headline"]


async def test_it_is_taken_back_once(held: Held, moderator: Person, colleague: Person) -> None:
    decision = await decide(moderator, **refusal())

    async def apart(person: Person) -> int:
        answer = await take_back(person, decision)
        return int(answer.status_code)

    tasks = [
        asyncio.create_task(apart(person), context=contextvars.Context())
        for person in (moderator, colleague, moderator, colleague)
    ]
    assert sorted([await task for task in tasks]) == [201, 409, 409, 409]
    told = (await held.author.browser.call("GET", "/notifications")).json()["items"]
    assert len(told) == 2


async def test_a_redaction_taken_back_shows_the_whole_words(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal(action="redact"))
    assert "projet de cession" not in (await seen(reader, held.id)).text
    assert (await take_back(moderator, decision)).status_code == 201
    assert "projet de cession" in (await seen(reader, held.id)).text
    # Her next edit is not held for a change that nobody has read: there is none.
    body = {"title": TITLE, "body": PLAIN}
    edited = await held.author.browser.call("PUT", f"/posts/{held.id}", body)
    assert edited.json()["status"] == "live", edited.text


async def test_words_that_were_online_are_online_again(
    orvance: House, author: Person, moderator: Person, reader: Person
) -> None:
    post = (await publish(author, "Une question", PLAIN)).json()
    await reader.browser.call(
        "POST", f"/contributions/{post['id']}/reports", {"reason": "no-rumour"}
    )
    decision = await decide(moderator, **refusal())
    assert (await seen(reader, post["id"])).status_code == 404
    assert (await take_back(moderator, decision)).status_code == 201
    assert PLAIN in (await seen(reader, post["id"])).text


async def test_newer_words_stay_when_an_older_refusal_is_taken_back(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal())
    body = {"title": TITLE, "body": PLAIN}
    await held.author.browser.call("PUT", f"/posts/{held.id}", body)
    await decide(moderator, action="publish")
    assert (await take_back(moderator, decision)).status_code == 201
    text = (await seen(reader, held.id)).text
    assert PLAIN in text
    assert "projet de cession" not in text


async def test_withdrawn_words_stay_withdrawn_and_the_record_is_corrected(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal())
    await held.author.browser.call("DELETE", f"/posts/{held.id}")
    assert (await take_back(moderator, decision)).status_code == 201
    assert (await seen(reader, held.id)).status_code == 404
    assert await warnings(held.house, held.author) == 0


async def test_words_sent_back_are_shown_and_wait_for_nobody(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal(action="return"))
    assert (await take_back(moderator, decision)).status_code == 201
    assert RUMOUR.split("\n", 1)[0] in (await seen(reader, held.id)).text
    assert await items(moderator) == []


async def test_a_publication_restricts_nobody(held: Held, moderator: Person) -> None:
    decision = await decide(moderator, action="publish")
    refused = await take_back(moderator, decision)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_reverse")


async def test_the_author_does_not_take_it_back_and_does_not_find_it(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, **refusal())
    for person in (held.author, reader):
        assert (await take_back(person, decision)).status_code == 404
        assert (await person.browser.get(f"/admin/decisions/{decision['id']}")).status_code == 404


async def test_another_tenant_takes_nothing_back(
    held: Held, moderator: Person, ardelune: House
) -> None:
    decision = await decide(moderator, **refusal())
    stranger = await ardelune.person("Rémi Castelnau", roles=["moderator"])
    assert (await take_back(stranger, decision)).status_code == 404


async def test_facts_of_a_reversal_name_nobody(held: Held, moderator: Person) -> None:
    decision = await decide(moderator, **refusal())
    refused = await take_back(moderator, decision, "Georges Malvoisin avait raison.")
    assert refused.status_code == 422


async def test_the_database_keeps_one_reversal_a_decision(held: Held, moderator: Person) -> None:
    decision = await decide(moderator, **refusal())
    await take_back(moderator, decision)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with held.house.transaction():
            await db.insert(
                "decision", action="restore", decided_by=moderator.id,
                reverses_id=decision["id"], automated_detection=False, at=clock.now(),
            )  # fmt: skip


async def test_a_restriction_for_a_time_ends_at_its_instant(
    held: Held, moderator: Person, reader: Person
) -> None:
    until = clock.now() + timedelta(minutes=10)
    decision = await decide(moderator, **refusal(until=until.isoformat()))
    assert decision["until"] is not None
    await _end(held.house)
    assert (await seen(reader, held.id)).status_code == 404
    with clock.shift(timedelta(minutes=11)):
        await _end(held.house)
        await _end(held.house)
        assert (await seen(reader, held.id)).json()["title"] == TITLE
    async with held.house.transaction():
        [back] = await db.fetch(
            "SELECT decided_by_rule, decided_by, automated_decision FROM decision"
            " WHERE tenant_id = $1 AND reverses_id = $2", decision["id"],
        )  # fmt: skip
    assert tuple(back) == ("restriction.until", None, "AUTOMATED_DECISION_FULLY")


async def _end(house: House) -> None:
    async with house.transaction():
        await end_restrictions.work()


async def test_nobody_decides_for_nothing(orvance: House) -> None:
    async with orvance.transaction():
        with pytest.raises(reversal.NotFound):
            await reversal.reverse(None, new_id(), reason="x", rule="restriction.until")


async def test_a_report_on_words_changed_since_is_judged_on_what_readers_see(
    orvance: House, author: Person, moderator: Person, reader: Person
) -> None:
    post = (await publish(author, "Une question", PLAIN)).json()
    await reader.browser.call(
        "POST", f"/contributions/{post['id']}/reports", {"reason": "no-rumour"}
    )
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    better = "Où en est la filiale ?"
    await author.browser.call("PUT", f"/posts/{post['id']}", {"title": "Mieux", "body": better})
    stale = await act(moderator, mine, "decisions", **refusal())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert better in (await seen(reader, post["id"])).text
    [fresh] = await items(moderator, "mine")
    assert fresh["title"] == "Mieux"
    assert (await act(moderator, fresh, "decisions", action="publish")).status_code == 201
    assert better in (await seen(reader, post["id"])).text


async def test_a_held_place_is_the_same(orvance: House, author: Person, moderator: Person) -> None:
    held = await hold(orvance, author, place=PLACE)
    await decide(moderator, **refusal())
    listed = (await moderator.browser.call("GET", "/decisions?action=refuse")).json()["items"]
    assert [one["title"] for one in listed] == [TITLE]
    assert held.id

"""A member's report brings live words before the moderators, and says nothing to their author."""

import asyncio

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import (
    CLAUSE,
    PLACE,
    TITLE,
    Held,
    act,
    claim,
    items,
    publish,
    refusal,
)

BODY = "Avec votre patrimoine, que feriez-vous de cette épargne ?"


@pytest.fixture
async def live(orvance: House, author: Person) -> Held:
    """A post that everybody reads."""
    answer = await publish(author, TITLE, BODY)
    assert answer.json()["status"] == "live"
    return Held(orvance, author, answer.json()["id"])


async def report(person: Person, live: Held, **fields: str) -> int:
    given = {"reason": CLAUSE} | fields
    path = f"/contributions/{live.id}/reports"
    return (await person.browser.call("POST", path, given)).status_code


async def test_reported_words_stay_up_and_enter_the_queue_once(
    live: Held, reader: Person, moderator: Person, orvance: House
) -> None:
    other = await orvance.person("Benoît Lescarret", communities=[PLACE])
    assert await report(reader, live, note="C’est une rumeur.") == 204
    assert await report(reader, live) == 204
    assert await report(other, live, reason="other", note="Autre chose.") == 204
    [item] = await items(moderator, "reported")
    assert (item["kind"], item["reports"]) == ("flag", 2)
    assert (await reader.browser.get(f"/posts/{live.id}")).status_code == 200
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).text
    assert "C’est une rumeur." in case
    assert "Signalé par un membre." in case
    assert reader.name not in case
    assert str(reader.id) not in case


async def test_a_report_sent_many_times_at_once_counts_once(
    live: Held, reader: Person, moderator: Person
) -> None:
    await reader.browser.token()
    assert await asyncio.gather(*[report(reader, live) for _ in range(6)]) == [204] * 6
    [item] = await items(moderator, "reported")
    assert item["reports"] == 1


async def test_the_author_never_learns_who_reported(
    live: Held, reader: Person, moderator: Person
) -> None:
    await report(reader, live)
    [item] = await items(moderator)
    answer = await act(moderator, await claim(moderator, item), "decisions", **refusal())
    assert answer.json()["statement"]["source"] == {"source_type": "SOURCE_TYPE_OTHER_NOTIFICATION"}
    told = (await live.author.browser.call("GET", "/notifications")).text
    assert "contribution_decided" in told
    assert reader.name not in told
    assert reader.name not in answer.text


async def test_refusing_reported_words_takes_them_down(
    live: Held, reader: Person, moderator: Person
) -> None:
    await report(reader, live)
    [item] = await items(moderator)
    answer = await act(moderator, await claim(moderator, item), "decisions", **refusal())
    code = answer.json()["statement"]["restriction"]["decision_visibility"]
    assert code == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert (await reader.browser.get(f"/posts/{live.id}")).status_code == 404


async def test_keeping_reported_words_tells_their_author_nothing(
    live: Held, reader: Person, moderator: Person
) -> None:
    await report(reader, live)
    [item] = await items(moderator)
    kept = await act(moderator, await claim(moderator, item), "decisions", action="publish")
    assert kept.status_code == 201
    assert (await reader.browser.get(f"/posts/{live.id}")).status_code == 200
    assert (await live.author.browser.call("GET", "/notifications")).json()["items"] == []


async def test_who_reported_does_not_decide(
    live: Held, moderator: Person, colleague: Person
) -> None:
    assert await report(moderator, live) == 204
    assert await items(moderator) == []
    [item] = await items(colleague)
    denied = await act(moderator, item, "claim")
    assert (denied.status_code, denied.json()["code"]) == (403, "own_report")


async def test_ones_own_words_are_not_reported(live: Held) -> None:
    assert await report(live.author, live) == 403


async def test_unseen_words_are_not_reported(held: Held, reader: Person, orvance: House) -> None:
    assert await report(reader, held) == 404
    outsider = await orvance.person("Karine Delpuech")
    insider = await orvance.person("Odile Rambaud", communities=["conseil-consultatif"])
    secret = await publish(insider, TITLE, BODY, place="conseil-consultatif")
    hidden = Held(orvance, insider, secret.json()["id"])
    assert await report(outsider, hidden) == 404


async def test_a_report_says_why(live: Held, reader: Person) -> None:
    assert await report(reader, live, reason="other") == 422
    assert await report(reader, live, reason="no-such-clause") == 422
    assert await report(reader, live, reason="other", note="Hors sujet.") == 204


async def test_the_form_reports_without_javascript(
    live: Held, reader: Person, moderator: Person
) -> None:
    path = f"/contributions/{live.id}/report"
    form = await reader.browser.get(path)
    assert "Ni rumeur ni information privilégiée" in form.text
    empty = await reader.browser.send_form(path, {"reason": "other", "note": ""})
    assert empty.status_code == 422
    sent = await reader.browser.send_form(path, {"reason": CLAUSE, "note": "Voyez vous-mêmes."})
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert "Merci." in (await reader.browser.get(path)).text
    assert len(await items(moderator, "reported")) == 1


async def test_readers_find_where_to_report_and_authors_do_not(live: Held, reader: Person) -> None:
    link = f'href="/contributions/{live.id}/report"'
    assert link in (await reader.browser.get(f"/posts/{live.id}")).text
    assert link not in (await live.author.browser.get(f"/posts/{live.id}")).text

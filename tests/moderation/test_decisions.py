"""Decisions: what readers see follows, the author is told why, the row stands for good."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from tests.factories import House, Person
from tests.moderation.conftest import (
    CLAUSE,
    LETTER,
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

WITHOUT_RUMOUR = "Le conseil peut-il dire où en est la filiale luxembourgeoise ?"


async def decide(person: Person, **fields: Any) -> dict[str, Any]:
    """Take charge of the only open item, decide, and return the decision."""
    [item] = await items(person)
    answer = await act(person, await claim(person, item), "decisions", **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def notices(person: Person) -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", "/notifications")
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def post_of(person: Person, held: Held) -> Any:
    return await person.browser.call("GET", f"/posts/{held.id}")


async def test_published_words_are_live_and_their_author_is_told(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = await decide(moderator, action="publish")
    assert decision["statement"] is None
    assert (await post_of(reader, held)).json()["title"] == TITLE
    [notice] = await notices(held.author)
    assert notice["kind"] == "contribution_decided"
    assert await notices(reader) == []


async def test_refused_words_stay_unseen_and_their_author_reads_the_text(
    held: Held, moderator: Person, reader: Person
) -> None:
    await decide(moderator, **refusal())
    assert (await post_of(reader, held)).status_code == 404
    [notice] = await notices(held.author)
    assert notice["text"] == LETTER


@pytest.mark.parametrize("action", ["refuse", "return", "redact"])
@pytest.mark.parametrize(("missing", "field"), [("clause_id", "clause_id"), ("text", "text")])
async def test_a_restriction_needs_its_clause_and_its_text(
    held: Held, moderator: Person, action: str, missing: str, field: str
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    whole = refusal(action=action)
    partial = {name: value for name, value in whole.items() if name != missing}
    refused = await act(moderator, mine, "decisions", **partial)
    assert refused.status_code == 422
    assert list(refused.json()["fields"]) == [field]
    assert (await act(moderator, mine, "decisions", **whole)).status_code == 201


async def test_a_clause_of_no_charter_is_refused(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    refused = await act(moderator, mine, "decisions", **refusal(clause_id="no-such-clause"))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["clause_id"])


async def test_the_statement_of_reasons_is_complete(held: Held, moderator: Person) -> None:
    statement = (await decide(moderator, **refusal()))["statement"]
    assert statement["restriction"]["decision_visibility"] == [
        "DECISION_VISIBILITY_CONTENT_DISABLED"
    ]
    assert statement["source"] == {"source_type": "SOURCE_VOLUNTARY"}
    assert statement["automated_means"]["automated_detection"] == "Yes"
    assert statement["automated_means"]["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    ground = statement["ground"]
    assert ground["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert ground["category"].startswith("STATEMENT_CATEGORY_")
    assert ground["decision_ground_reference_url"].endswith(f"/charter/1#{CLAUSE}")
    assert "projet de cession" not in statement["facts"]
    assert statement["redress"]["text"]


async def test_the_database_refuses_a_restriction_without_a_whole_statement(
    held: Held, moderator: Person
) -> None:
    decision = await decide(moderator, **refusal())
    copy = """
        INSERT INTO decision SELECT (jsonb_populate_record(d, $2)).* FROM decision d
         WHERE d.tenant_id = $1
    """
    partial = {**decision["statement"]}
    partial.pop("redress")
    for change in ({"statement": partial}, {"clause_id": None}, {"text_sent": " "}):
        with pytest.raises(asyncpg.CheckViolationError):
            async with held.house.transaction():
                await db.execute(copy, db.jsonb({"id": new_id(), **change}))
    async with held.house.transaction():
        await db.execute(copy, db.jsonb({"id": new_id()}))


async def test_decisions_and_causes_are_append_only(held: Held, moderator: Person) -> None:
    await decide(moderator, action="publish")
    for table in ("decision", "review_cause", "journal_entry"):
        for change in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with held.house.transaction():
                    await db.execute(f"{change} WHERE tenant_id = $1")


async def test_words_sent_back_return_when_their_author_revised_them(
    held: Held, moderator: Person, reader: Person
) -> None:
    await decide(moderator, **refusal(action="return"))
    assert await items(moderator) == []
    assert (await post_of(held.author, held)).json()["status"] == "returned"
    body = {"title": TITLE, "body": WITHOUT_RUMOUR}
    revised = await held.author.browser.call("PUT", f"/posts/{held.id}", body)
    assert revised.json()["status"] == "held", revised.text
    assert (await post_of(reader, held)).status_code == 404
    await decide(moderator, action="publish")
    assert WITHOUT_RUMOUR in (await post_of(reader, held)).text


async def test_a_refused_edit_leaves_the_words_before_it(
    orvance: House, author: Person, moderator: Person, reader: Person
) -> None:
    first = (await publish(author, TITLE, WITHOUT_RUMOUR)).json()
    held = Held(orvance, author, first["id"])
    body = {"title": TITLE, "body": RUMOUR}
    assert (await author.browser.call("PUT", f"/posts/{held.id}", body)).status_code == 200
    [item] = await items(moderator)
    assert item["kind"] == "edit"
    assert WITHOUT_RUMOUR in (await post_of(reader, held)).text
    await decide(moderator, **refusal())
    seen = (await post_of(reader, held)).text
    assert WITHOUT_RUMOUR in seen
    assert "projet de cession" not in seen


async def test_a_second_edit_joins_the_open_item(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    body = {"title": "Encore", "body": "Et une rumeur de plus."}
    await held.author.browser.call("PUT", f"/posts/{held.id}", body)
    [joined] = await items(moderator)
    assert (joined["id"], joined["title"]) == (item["id"], "Encore")
    assert (await act(moderator, item, "claim")).json()["code"] == "stale"
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    quoted = [cause["quoted"] for cause in case["causes"] if cause["quoted"]]
    assert quoted == ["rumeur"]


async def test_masked_passages_are_hidden_and_the_rest_is_live(
    held: Held, moderator: Person, reader: Person
) -> None:
    await decide(moderator, **refusal(action="redact"))
    seen = (await post_of(reader, held)).text
    assert "projet de cession" not in seen
    assert "Le conseil peut-il confirmer" in seen


async def test_an_escalated_case_leaves_the_community_and_keeps_its_note(
    orvance: House, held: Held, moderator: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=["clients-du-cercle"])
    [item] = await items(manager)
    mine = await claim(manager, item)
    bare = await act(manager, mine, "decisions", action="escalate")
    assert (bare.status_code, list(bare.json()["fields"])) == (422, ["facts"])
    note = await act(manager, mine, "decisions", action="escalate", facts="Voir la conformité.")
    assert note.status_code == 201
    assert await items(manager) == []
    assert await notices(held.author) == []
    [escalated] = await items(moderator, "escalated")
    theirs = await claim(moderator, escalated)
    assert theirs["status"] == "escalated"
    assert (await act(moderator, theirs, "decisions", action="publish")).status_code == 201


async def test_the_due_moment_counts_working_hours(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    due = datetime.fromisoformat(item["due_at"])
    assert due - clock.now() >= timedelta(hours=7, minutes=59)
    assert due.weekday() < 5


async def test_a_letter_is_proposed_in_the_authors_language(
    orvance: House, moderator: Person
) -> None:
    author = await orvance.person("Ann Corbel", communities=["clients-du-cercle"], locale="en")
    await hold(orvance, author)
    [item] = await items(moderator)
    path = f"/moderation/items/{item['id']}/letter?action=refuse&clause_id={CLAUSE}"
    letter = (await moderator.browser.call("GET", path)).json()
    assert letter["text"].startswith("Hello Ann Corbel,")
    assert "No rumours, no inside information" in letter["text"]
    assert "six" not in letter["text"]
    assert "cercle@banque-orvance.example" in letter["text"]

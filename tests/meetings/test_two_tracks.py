"""Moderation moves what members see; the board's duty goes on untouched, and the other way."""

import pytest

from parvis.core import db
from tests.meetings.conftest import ask, decide, seen

TITLE = "Le président est-il un escroc ?"


async def test_a_hidden_written_question_is_still_delivered_and_answered(
    orvance, meeting, staff, desk
) -> None:
    holder = await orvance.person("Hélène Marcillat", capacity="shareholder")
    question = await ask(holder, meeting, TITLE, channel="statutory", holding="registered")
    await decide(staff["moderator"], question, "refuse")
    refused = await seen(holder, question)
    assert (refused["visibility"], refused["delivery"]) == ("restricted", "admitted_statutory")
    await desk.answer(question["id"], "Non. Les comptes sont certifiés.")
    answered = await seen(holder, question)
    assert (answered["visibility"], answered["delivery"]) == ("restricted", "published")
    page = (await orvance.visitor.get(f"/meetings/{meeting}/answers")).text
    assert "Les comptes sont certifiés" in page
    assert "escroc" not in page
    assert "Hélène" not in page
    for path in (f"/api/v1/meetings/{meeting}/answers", f"/meetings/{meeting}/answers.atom",
                 f"/meetings/{meeting}/answers/fragment", f"/meetings/{meeting}/fate"):  # fmt: skip
        assert "escroc" not in (await orvance.visitor.get(path)).text, path


@pytest.mark.parametrize(
    ("action", "visibility"),
    [("publish", "visible"), ("return", "held"), ("refuse", "restricted")],
)
async def test_a_decision_moves_visibility_only(
    orvance, meeting, staff, action, visibility
) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, action)
    moved = await seen(asker, question)
    assert (moved["visibility"], moved["delivery"]) == (visibility, question["delivery"])


async def test_answering_moves_delivery_only(orvance, meeting, staff, desk) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    await desk.answer(question["id"])
    assert (await seen(asker, question))["visibility"] == "pending"
    await decide(staff["moderator"], question, "publish")
    moved = await seen(asker, question)
    assert (moved["visibility"], moved["delivery"]) == ("visible", "published")


async def test_the_board_answers_a_redacted_question_in_the_words_that_were_sent(
    orvance, meeting, staff, desk
) -> None:
    asker, reader = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    question = await ask(asker, meeting, "Pourquoi ce voleur reste-t-il directeur ?")
    await decide(staff["moderator"], question, "redact")
    shown = await seen(reader, question)
    assert shown["visibility"] == "visible_redacted"
    assert "voleur" not in shown["title"]
    case = await staff["expert"].browser.call("GET", f"/questions/{question['id']}/case")
    assert "voleur" in case.json()["question"]["title"]


async def test_every_event_moves_one_track_between_its_own_states(
    orvance, meeting, staff, desk
) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, "publish")
    await desk.answer(question["id"])
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT track, from_state, to_state FROM question_event WHERE tenant_id = $1"
            " AND question_id = $2 ORDER BY id",
            question["id"],
        )
    for track, first in (("delivery", "draft"), ("visibility", "private")):
        chain = [row for row in rows if row["track"] == track]
        states = [first, *[row["to_state"] for row in chain]]
        assert [row["from_state"] for row in chain] == states[:-1]

"""The secretary's part: routing, groups, refusals with a ground, and the public fate of each."""

import pytest

from tests.meetings.conftest import ask, opened, seen


async def fate_of(house, slug, question):
    """The public line of a question."""
    fates = (await house.visitor.get(f"/api/v1/meetings/{slug}/fate")).json()["items"]
    return next(one for one in fates if one["number"] == question["number"])


async def test_a_question_is_sorted_and_handed_to_the_experts(orvance, meeting, desk) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    done = await desk.step("secretary", question["id"], "routing", topic="dividende")
    assert done.status_code == 200
    assert done.json()["question"]["delivery"] == "routed"
    assert done.json()["question"]["topic"]["slug"] == "dividende"
    again = await desk.step("secretary", question["id"], "routing", topic="dividende")
    assert (again.status_code, again.json()["code"]) == (409, "no_such_move")


async def test_a_refusal_needs_a_ground_of_the_preset_and_is_public(orvance, meeting, desk) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    refused = await desk.step(
        "secretary", question["id"], "refusal", ground="too_hard", reason="Non."
    )
    assert set(refused.json()["fields"]) == {"ground"}
    done = await desk.step(
        "secretary", question["id"], "refusal", ground="is_a_resolution", reason="Autre voie."
    )
    assert done.status_code == 200
    fate = await fate_of(orvance, meeting, question)
    assert fate["delivery"] == "refused"
    assert "résolution" in fate["ground"]
    assert (await seen(asker, question))["delivery"] == "refused"


async def test_a_common_answer_reaches_each_asker_of_the_group(
    orvance, meeting, staff, desk
) -> None:
    first, second = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    head = await ask(first, meeting, "Le dividende sera-t-il maintenu ?")
    other = await ask(second, meeting, "Allez-vous garder le dividende ?")
    grouped = await desk.step("secretary", other["id"], "grouping", head=head["number"])
    assert grouped.json()["question"]["grouped_under"] == head["number"]
    await desk.answer(head["id"], "Oui.")
    for person, question in ((first, head), (second, other)):
        view = await seen(person, question)
        assert view["delivery"] == "published"
        assert "Oui." in view["answer"]["body_html"]
        assert "answer_published" in (await person.browser.call("GET", "/notifications")).text
    assert (await seen(second, other))["title"] == "Allez-vous garder le dividende ?"
    assert (await fate_of(orvance, meeting, other))["grouped_under"] == head["number"]
    (answer,) = (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/answers")).json()["items"]
    assert [one["number"] for one in answer["questions"]] == [head["number"], other["number"]]


async def test_a_group_has_one_head_that_stands_on_its_own(orvance, meeting, desk) -> None:
    asker = await orvance.person()
    one, two, three = [await ask(asker, meeting, f"Question {n} ?") for n in "abc"]
    assert (await _group(desk, two, one)).status_code == 200
    for question, head in ((three, two), (three, three)):
        assert set((await _group(desk, question, head)).json()["fields"]) == {"head"}
    assert (await _group(desk, one, three)).status_code == 409
    missing = await desk.step("secretary", three["id"], "grouping", head=99)
    assert missing.status_code == 422


async def _group(desk, question, head):
    return await desk.step("secretary", question["id"], "grouping", head=head["number"])


async def test_an_ungrouped_question_gets_its_own_answer(orvance, meeting, desk) -> None:
    asker = await orvance.person()
    head, other = [await ask(asker, meeting, f"Question {n} ?") for n in "ab"]
    await desk.step("secretary", other["id"], "grouping", head=head["number"])
    done = await desk.step("secretary", other["id"], "ungrouping", reason="Autre sujet.")
    assert done.json()["question"]["delivery"] == "triaged"
    assert done.json()["question"]["grouped_under"] is None
    await desk.answer(other["id"])
    assert (await seen(asker, head))["answer"] is None


async def test_a_withdrawn_head_leaves_nobody_behind(orvance, meeting, desk) -> None:
    first, second = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    head, other = await ask(first, meeting, "Question a ?"), await ask(second, meeting, "Et b ?")
    await desk.step("secretary", other["id"], "grouping", head=head["number"])
    await first.browser.call("POST", f"/questions/{head['id']}/withdrawal")
    left = await seen(second, other)
    assert (left["delivery"], left["grouped_under"]) == ("triaged", None)


async def test_a_question_kept_for_the_meeting_is_answered_in_it(orvance, meeting, desk) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    await desk.step("secretary", question["id"], "reservation", reason="Mieux de vive voix.")
    done = await desk.step("secretary", question["id"], "oral-answer", reason="À 16 h 12.")
    assert done.json()["question"]["delivery"] == "answered_orally"
    assert (await fate_of(orvance, meeting, question))["delivery"] == "answered_orally"


async def test_a_question_without_proof_may_go_on_as_a_free_one(orvance, meeting, desk) -> None:
    client = await orvance.person()
    question = await ask(client, meeting, channel="statutory", holding="registered")
    await desk.step(
        "secretary", question["id"], "holding", outcome="ineligible", reason="Inconnu au registre."
    )
    assert (await fate_of(orvance, meeting, question))["delivery"] == "ineligible"
    done = await desk.step("secretary", question["id"], "free-admission", reason="Prise librement.")
    view = done.json()["question"]
    assert (view["channel"], view["delivery"]) == ("free", "admitted_free")
    assert view["became_free_because"] == "not_proven"


async def test_a_meeting_cannot_be_closed_while_a_written_question_waits(
    orvance, meeting, staff, desk
) -> None:
    holder = await orvance.person(capacity="shareholder")
    question = await ask(holder, meeting, channel="statutory", holding="registered")
    await ask(holder, meeting, "Une question libre ?")
    board = (await staff["secretary"].browser.call("GET", f"/meetings/{meeting}/board")).json()
    assert board["alarm"]["numbers"] == [question["number"]]
    close = f"/meetings/{meeting}/closing"
    refused = await staff["secretary"].browser.call("POST", close)
    assert (refused.status_code, refused.json()["code"]) == (409, "open_questions_remain")
    await desk.answer(question["id"])
    done = await staff["secretary"].browser.call("POST", close)
    assert done.json()["phase"] == "held"
    after = await holder.browser.call(
        "POST", f"/meetings/{meeting}/questions", {"questions": [{"title": "Et après ?"}]}
    )
    assert after.status_code == 409


@pytest.mark.parametrize(
    ("role", "lane"),
    [("secretary", "triage"), ("expert", "experts"), ("legal", "legal"), ("publisher", "publish")],
)
async def test_the_board_opens_on_the_lane_of_the_person(
    orvance, meeting, staff, role, lane
) -> None:
    board = (await staff[role].browser.call("GET", f"/meetings/{meeting}/board")).json()
    assert board["lane"] == lane


async def test_the_board_follows_an_answer_on_its_way(orvance, staff, desk) -> None:
    slug = await opened(orvance, staff["secretary"], board_review=True)
    asker = await orvance.person()
    question = await ask(asker, slug)
    lanes = [await _lane(staff, slug)]
    version_id = await desk.draft(question["id"])
    lanes.append(await _lane(staff, slug))
    await desk.approve(question["id"], version_id)
    lanes.append(await _lane(staff, slug))
    await desk.step(
        "delegate", question["id"], "answer/board-approval", version_id=version_id, mandate="Oui"
    )
    lanes.append(await _lane(staff, slug))
    await desk.publish(question["id"], version_id)
    lanes.append(await _lane(staff, slug))
    assert lanes == ["triage", "legal", "board", "publish", "settled"]


async def _lane(staff, slug):
    board = (await staff["secretary"].browser.call("GET", f"/meetings/{slug}/board")).json()
    (found,) = [lane["slug"] for lane in board["lanes"] if lane["count"]]
    return found

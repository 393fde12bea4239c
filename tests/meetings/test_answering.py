"""An answer's way: four eyes, versions, market abuse, the board, publication and correction."""

import hashlib
from datetime import timedelta

import pytest

from parvis.core import clock, db
from tests.meetings.conftest import ask, decide, opened, seen


@pytest.fixture
async def question(orvance, meeting):
    """A question whose author waits for an answer."""
    asker = await orvance.person("Hélène Marcillat")
    return await ask(asker, meeting) | {"asker": asker}


async def test_from_question_to_public_answer_and_notice(
    orvance, meeting, staff, desk, question
) -> None:
    await decide(staff["moderator"], question, "publish")
    await desk.answer(question["id"], "Oui, à **2,35 €** par action.")
    page = await orvance.visitor.get(f"/meetings/{meeting}/answers")
    assert page.status_code == 200
    assert "<strong>2,35" in page.text
    assert question["title"].split()[1] in page.text
    told = (await question["asker"].browser.call("GET", "/notifications")).text
    assert "answer_published" in told
    view = await seen(question["asker"], question)
    assert view["delivery"] == "published"
    assert view["answer"]["signed_by"] == "Maxence Thoury"


async def test_publication_records_address_digest_and_first_moment(
    orvance, meeting, desk, question
) -> None:
    await desk.answer(question["id"], "Oui.")
    (answer,) = (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/answers")).json()["items"]
    assert answer["url"].startswith(f"https://{orvance.tenant.host}/meetings/{meeting}/answers#")
    assert answer["current"]["sha256"] == hashlib.sha256(b"Oui.").hexdigest()
    assert answer["first_online_at"] >= answer["current"]["online_at"][:19]


@pytest.mark.parametrize(
    ("also", "step", "given"),
    [
        ("legal", "answer/legal-approval", {"market_abuse": "not_inside"}),
        ("publisher", "answer/publication", {}),
    ],
)
async def test_one_person_never_holds_two_steps_of_one_answer(  # noqa: PLR0917 -- fixtures
    orvance, meeting, staff, desk, question, also, step, given
) -> None:
    both = await orvance.person("Deux Casquettes", roles=["expert", also])
    staff["expert"] = both
    version_id = await desk.draft(question["id"])
    if also == "publisher":
        await desk.approve(question["id"], version_id)
    refused = await both.browser.call(
        "POST", f"/questions/{question['id']}/{step}", {"version_id": version_id, **given}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    case = (await both.browser.call("GET", f"/questions/{question['id']}/case")).json()
    assert case["can"]["barred"] is True


async def test_four_eyes_reach_over_the_versions_of_an_answer(
    orvance, meeting, staff, desk, question
) -> None:
    both = await orvance.person("Deux Casquettes", roles=["expert", "legal"])
    first, staff["expert"] = staff["expert"], both
    version_id = await desk.draft(question["id"])
    await desk.step(
        "legal", question["id"], "answer/return", version_id=version_id, note="À préciser."
    )
    staff["expert"] = first
    again = await desk.draft(question["id"], "Oui, en 2027.")
    refused = await both.browser.call(
        "POST", f"/questions/{question['id']}/answer/legal-approval",
        {"version_id": again, "market_abuse": "not_inside"},
    )  # fmt: skip
    assert refused.status_code == 403


async def test_the_database_itself_refuses_a_second_step_by_one_person(
    orvance, meeting, staff, desk, question
) -> None:
    version_id = await desk.draft(question["id"])
    with pytest.raises(db.UniqueViolation):
        async with orvance.transaction():
            await db.execute(
                "INSERT INTO answer_step"
                " (tenant_id, id, answer_id, version_id, step, member_id, at)"
                " SELECT tenant_id, gen_random_uuid(), answer_id, version_id, 'published',"
                " member_id, at FROM answer_step WHERE tenant_id = $1 AND version_id = $2",
                version_id,
            )


async def test_each_step_needs_its_own_permission(meeting, staff, desk, question) -> None:
    version_id = await desk.draft(question["id"])
    body = {"version_id": version_id, "market_abuse": "not_inside"}
    for role in ("secretary", "expert", "delegate", "publisher"):
        refused = await desk.step(role, question["id"], "answer/legal-approval", **body)
        assert refused.status_code == 403, role
    refused = await desk.step("legal", question["id"], "answer/publication", version_id=version_id)
    assert refused.status_code == 403


async def test_nothing_is_published_before_everybody_approved(
    orvance, meeting, staff, desk, question
) -> None:
    version_id = await desk.draft(question["id"])
    early = await desk.publish(question["id"], version_id)
    assert (early.status_code, early.json()["code"]) == (409, "no_such_move")
    assert (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/answers")).json()["items"] == []


async def test_an_approval_is_of_the_version_that_was_read(meeting, desk, question) -> None:
    old = await desk.draft(question["id"])
    await desk.step("legal", question["id"], "answer/return", version_id=old, note="Non.")
    await desk.draft(question["id"], "Autrement dit, oui.")
    stale = await desk.approve(question["id"], old)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


async def test_public_already_needs_the_address_where_it_is(meeting, desk, question) -> None:
    version_id = await desk.draft(question["id"])
    for url in (None, "partout"):
        refused = await desk.step(
            "legal", question["id"], "answer/legal-approval",
            version_id=version_id, market_abuse="public_already", market_abuse_url=url,
        )  # fmt: skip
        assert set(refused.json()["fields"]) == {"market_abuse_url"}
    done = await desk.step(
        "legal", question["id"], "answer/legal-approval", version_id=version_id,
        market_abuse="public_already", market_abuse_url="https://orvance.exemple/communique",
    )  # fmt: skip
    assert done.status_code == 200


async def test_inside_information_is_held_and_released_by_the_same_lawyer(
    meeting, desk, question
) -> None:
    version_id = await desk.draft(question["id"])
    held = await desk.step(
        "legal", question["id"], "answer/legal-approval", version_id=version_id,
        market_abuse="hold", note="Communiqué du 3.",
    )  # fmt: skip
    assert held.json()["answer"]["state"] == "legal_review"
    assert held.json()["question"]["delivery"] == "legal_review"
    assert (await desk.publish(question["id"], version_id)).status_code == 409
    assert (await desk.approve(question["id"], version_id)).json()["answer"]["state"] == "approved"


async def test_the_boards_delegate_approves_where_the_firm_asks_for_it(
    orvance, staff, desk
) -> None:
    slug = await opened(orvance, staff["secretary"], board_review=True)
    asker = await orvance.person()
    question = await ask(asker, slug)
    version_id = await desk.draft(question["id"])
    approved = await desk.approve(question["id"], version_id)
    assert approved.json()["answer"]["state"] == "board_review"
    assert (await desk.publish(question["id"], version_id)).status_code == 409
    without = await desk.step(
        "delegate", question["id"], "answer/board-approval", version_id=version_id
    )
    assert without.status_code == 422
    done = await desk.step(
        "delegate", question["id"], "answer/board-approval",
        version_id=version_id, mandate="Délibération du 4 mars 2026",
    )  # fmt: skip
    assert done.json()["answer"]["state"] == "approved"
    assert (await desk.publish(question["id"], version_id)).status_code == 200
    assert (await seen(asker, question))["delivery"] == "published"


async def test_a_correction_takes_the_same_way_and_the_old_wording_stays_visible(
    orvance, meeting, staff, desk, question
) -> None:
    first = await desk.answer(question["id"], "Le dividende est de 2,35 €.")
    second = await desk.draft(question["id"], "Le dividende est de 2,53 €.")
    meanwhile = (await orvance.visitor.get(f"/meetings/{meeting}/answers")).text
    assert "2,35" in meanwhile
    assert "2,53" not in meanwhile
    assert (await seen(question["asker"], question))["delivery"] == "published"
    await desk.approve(question["id"], second)
    await desk.publish(question["id"], second)
    (answer,) = (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/answers")).json()["items"]
    assert "2,53" in answer["current"]["body_html"]
    assert ["2,35" in one["body_html"] for one in answer["earlier"]] == [True]
    assert (await seen(question["asker"], question))["delivery"] == "corrected"
    assert first != second


async def test_versions_cannot_be_changed(superuser, orvance, meeting, desk, question) -> None:
    await desk.draft(question["id"])
    may = await superuser.fetchval(
        "SELECT has_table_privilege('parvis_app', 'answer_version', 'UPDATE, DELETE')"
    )
    assert may is False


async def test_the_staff_page_offers_each_person_their_own_step(
    meeting, staff, desk, question
) -> None:
    await desk.draft(question["id"])
    path = f"/admin/questions/{question['id']}"
    legal = (await staff["legal"].browser.get(path)).text
    publisher = (await staff["publisher"].browser.get(path)).text
    assert f'action="{path}/answer/legal-approval"' in legal
    assert "/answer/" not in publisher.replace(f"{path}/answer/return", "")


async def test_a_faulty_staff_form_comes_back_with_its_text(meeting, staff, desk, question) -> None:
    await desk.step("secretary", question["id"], "routing")
    page = await staff["expert"].browser.send_form(
        f"/admin/questions/{question['id']}/answer",
        {"body": "Une réponse gardée", "signed_by": "M"},
    )
    assert page.status_code == 422
    assert "Une réponse gardée" in page.text
    assert 'href="#signed_role"' in page.text


async def test_members_have_no_part_in_answering(orvance, meeting, question) -> None:
    member = await orvance.person("Benoît Lescarret")
    for path in ("/admin/meetings", f"/admin/meetings/{meeting}",
                 f"/admin/questions/{question['id']}"):  # fmt: skip
        assert (await member.browser.get(path)).status_code == 403, path
    refused = await member.browser.call("POST", f"/questions/{question['id']}/routing", {})
    assert refused.status_code == 403


async def test_a_withdrawn_question_is_answered_no_more(meeting, desk, question) -> None:
    version_id = await desk.draft(question["id"])
    await question["asker"].browser.call("POST", f"/questions/{question['id']}/withdrawal")
    refused = await desk.approve(question["id"], version_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_such_move")


async def test_a_quiet_period_puts_every_answer_before_the_board(orvance, staff, desk) -> None:
    until = clock.now().date() + timedelta(days=10)
    slug = await opened(orvance, staff["secretary"], board_review=False, quiet_until=until)
    asker = await orvance.person()
    question = await ask(asker, slug)
    approved = await desk.approve(question["id"], await desk.draft(question["id"]))
    assert approved.json()["answer"]["state"] == "board_review"

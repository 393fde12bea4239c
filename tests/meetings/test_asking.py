"""Asking, through HTTP: channels, receipts, the charter's hold, what is refused and kept."""

from datetime import datetime, timedelta

import pytest

from parvis.core import clock, db
from tests.meetings.conftest import announced, ask, decide, opened, seen

FORM = {"title": "Le dividende sera-t-il maintenu ?", "body": "Pour 2027.", "topic": "dividende"}


async def test_a_question_is_delivered_at_once_and_shown_after_moderation(
    orvance, meeting, staff
) -> None:
    asker, reader = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    question = await ask(asker, meeting)
    assert (question["delivery"], question["visibility"]) == ("admitted_free", "pending")
    hidden = await reader.browser.call("GET", f"/questions/{question['id']}")
    assert hidden.status_code == 404
    await decide(staff["moderator"], question, "publish")
    assert (await seen(reader, question))["visibility"] == "visible"


async def test_the_form_leads_to_a_receipt(orvance, meeting) -> None:
    asker = await orvance.person()
    sent = await asker.browser.send_form(f"/meetings/{meeting}/questions", FORM)
    assert sent.status_code == 303
    receipt = await asker.browser.get(sent.headers["location"])
    assert receipt.status_code == 200
    own = (await asker.browser.call("GET", f"/meetings/{meeting}/questions/mine")).json()
    assert own["items"][0]["receipt"] in receipt.text


async def test_a_receipt_commits_to_number_moment_and_words(orvance, meeting) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    own = (await asker.browser.call("GET", f"/meetings/{meeting}/questions/mine")).json()
    (sent,) = own["items"]
    assert len(sent["receipt"]) == 64
    assert sent["sent_at"] == sent["received_at"]
    assert [one["number"] for one in sent["questions"]] == [question["number"]]
    other = await ask(asker, meeting)
    again = (await asker.browser.call("GET", f"/meetings/{meeting}/questions/mine")).json()
    assert len({one["receipt"] for one in again["items"]}) == 2
    assert other["number"] == question["number"] + 1


async def test_one_submission_holds_several_questions_each_judged_alone(
    orvance, meeting, superuser
) -> None:
    asker = await orvance.person()
    given = {"questions": [{"title": "Combien de sièges au conseil ?"}, {"title": "Et la RSE ?"}]}
    sent = await asker.browser.call("POST", f"/meetings/{meeting}/questions", given)
    assert sent.status_code == 201
    assert [one["number"] for one in sent.json()["questions"]] == [1, 2]
    assert await superuser.fetchval("SELECT count(*) FROM submission") == 1
    given = {"questions": [{"title": "Une question"}, {"title": "Le président est un escroc"}]}
    refused = await asker.browser.call("POST", f"/meetings/{meeting}/questions", given)
    causes = await superuser.fetch(
        "SELECT rule_id, field FROM review_cause WHERE rule_id <> 'questions'"
    )
    assert refused.status_code == 201
    assert [row["rule_id"] for row in causes] == ["accusations"]


@pytest.mark.parametrize("many", [0, 11])
async def test_a_submission_holds_one_to_ten_questions(orvance, meeting, many) -> None:
    asker = await orvance.person()
    given = {"questions": [{"title": f"Question {n} ?"} for n in range(many)]}
    refused = await asker.browser.call("POST", f"/meetings/{meeting}/questions", given)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_what_the_charter_refuses_is_not_kept(orvance, meeting, superuser) -> None:
    asker = await orvance.person()
    given = {"questions": [{"title": "Une question"}, {"title": "Bande d’abrutis"}]}
    refused = await asker.browser.call("POST", f"/meetings/{meeting}/questions", given)
    assert refused.status_code == 403
    assert await superuser.fetchval("SELECT count(*) FROM question") == 0


async def test_a_registered_shareholder_is_admitted_by_right(orvance, meeting) -> None:
    holder = await orvance.person(capacity="shareholder")
    question = await ask(holder, meeting, channel="statutory", holding="registered")
    assert (question["channel"], question["delivery"]) == ("statutory", "admitted_statutory")


async def test_a_registration_nobody_vouches_for_is_checked(orvance, meeting, staff, desk) -> None:
    client = await orvance.person(capacity="client")
    question = await ask(client, meeting, channel="statutory", holding="registered")
    assert question["delivery"] == "eligibility_pending"
    done = await desk.step(
        "secretary", question["id"], "holding", outcome="eligible", reason="Au registre."
    )
    assert done.status_code == 200
    assert (await seen(client, question))["delivery"] == "admitted_statutory"


async def test_the_kind_of_holding_is_asked_for(orvance, meeting) -> None:
    holder = await orvance.person(capacity="shareholder")
    given = {"questions": [{"title": "Une question ?"}], "channel": "statutory"}
    refused = await holder.browser.call("POST", f"/meetings/{meeting}/questions", given)
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {"holding"}


async def test_a_bearer_is_told_what_is_missing_and_until_when(orvance, meeting) -> None:
    holder = await orvance.person(capacity="shareholder")
    question = await ask(holder, meeting, channel="statutory", holding="bearer")
    assert question["delivery"] == "curable"
    own = (await holder.browser.call("GET", f"/meetings/{meeting}/questions/mine")).json()
    (sent,) = own["items"]
    assert sent["eligibility"] == "curable"
    assert sent["eligibility_note"]
    assert sent["cure_until"]["at"] > clock.now().isoformat()
    notices = await holder.browser.call("GET", "/notifications")
    assert "question_moved" in notices.text


async def test_a_late_written_question_becomes_a_free_one_and_its_author_is_told(
    orvance, meeting
) -> None:
    view = (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/fate")).json()
    assert view["items"] == []
    holder = await orvance.person(capacity="shareholder")
    frozen = (await holder.browser.call("GET", f"/meetings/{meeting}")).json()
    late = datetime.fromisoformat(frozen["statutory_until"]["at"]) + timedelta(minutes=1)
    with clock.shift(late - clock.now()):
        later = await orvance.person("Rachid Belkaïn", capacity="shareholder")
        question = await ask(later, meeting, channel="statutory", holding="registered")
        assert question["channel"] == "free"
        assert question["became_free_because"] == "late"
        assert question["delivery"] == "admitted_free"
        notices = (await later.browser.call("GET", "/notifications")).text
        page = (await later.browser.get("/notifications")).text
        fates = (await orvance.visitor.get(f"/api/v1/meetings/{meeting}/fate")).json()
    assert "question_moved" in notices
    assert "la loi ne l’y oblige pas" in page.replace("\u00a0", " ")
    assert [(one["is_late"], one["asked_channel"]) for one in fates["items"]] == [
        (True, "statutory")
    ]


async def test_a_written_question_a_second_before_the_deadline_is_in_time(orvance, meeting) -> None:
    holder = await orvance.person(capacity="shareholder")
    frozen = (await holder.browser.call("GET", f"/meetings/{meeting}")).json()
    early = datetime.fromisoformat(frozen["statutory_until"]["at"]) - timedelta(seconds=30)
    with clock.shift(early - clock.now()):
        holder = await orvance.person("Rachid Belkaïn", capacity="shareholder")
        question = await ask(holder, meeting, channel="statutory", holding="registered")
    assert question["channel"] == "statutory"


async def test_without_a_declared_channel_every_question_is_free(orvance, staff) -> None:
    slug = await opened(orvance, staff["secretary"], statutory_channel=None)
    holder = await orvance.person(capacity="shareholder")
    question = await ask(holder, slug, channel="statutory", holding="registered")
    assert (question["channel"], question["became_free_because"]) == ("free", "no_channel")
    page = (await holder.browser.get(f"/meetings/{slug}")).text
    assert "R. 225-84" in page.replace("\u00a0", " ")
    assert "textarea" in page
    assert 'id="letter"' in page


async def test_after_the_window_the_text_is_kept_and_the_reason_said(orvance, meeting) -> None:
    asker = await orvance.person()
    frozen = (await asker.browser.call("GET", f"/meetings/{meeting}")).json()
    over = datetime.fromisoformat(frozen["free_until"]["at"]) + timedelta(seconds=1)
    with clock.shift(over - clock.now()):
        asker = await orvance.person("Anne Corbineau")
        page = await asker.browser.send_form(f"/meetings/{meeting}/questions", FORM)
        api = await asker.browser.call(
            "POST", f"/meetings/{meeting}/questions", {"questions": [{"title": "Trop tard ?"}]}
        )
    assert page.status_code == 409
    assert FORM["title"] in page.text
    assert FORM["body"] in page.text
    assert (api.status_code, api.json()["code"]) == (409, "window_closed")


async def test_a_meeting_in_the_past_cannot_be_opened(orvance, staff) -> None:
    given = announced(meeting_date=clock.now().date() - timedelta(days=1))
    body = {
        "slug": "passee", "title": given.title, "place": given.place, "preset": "fr",
        "meeting_date": given.meeting_date.isoformat(), "starts": "15:00:00",
    }  # fmt: skip
    refused = await staff["secretary"].browser.call("POST", "/meetings", body)
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {"meeting_date"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"body": "x" * 5001}, "body"),
        ({"topic": "inconnu"}, "topic"),
    ],
)
async def test_a_faulty_form_comes_back_with_its_text(orvance, meeting, changed, field) -> None:
    asker = await orvance.person()
    fields = {"title": "Une phrase gardée ?", "body": "Des précisions gardées."} | changed
    again = await asker.browser.send_form(f"/meetings/{meeting}/questions", fields)
    assert again.status_code == 422
    assert f'href="#{field}"' in again.text
    kept = "Des précisions gardées." if field == "title" else "Une phrase gardée ?"
    assert kept in again.text.replace("\u202f", " ").replace("\u00a0", " ")


async def test_an_author_changes_words_and_a_moderator_reads_them_again(
    orvance, meeting, staff
) -> None:
    asker = await orvance.person()
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, "return")
    assert (await seen(asker, question))["visibility"] == "held"
    changed = await asker.browser.call(
        "PUT", f"/questions/{question['id']}/words", {"title": "En d’autres mots ?"}
    )
    assert changed.status_code == 200
    assert changed.json()["question"]["visibility"] == "pending"
    assert changed.json()["question"]["title"] == "En d’autres mots ?"
    assert changed.json()["question"]["delivery"] == "admitted_free"


async def test_only_its_author_changes_or_withdraws_a_question(orvance, meeting, staff) -> None:
    asker, other = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, "publish")
    path = f"/questions/{question['id']}"
    changed = await other.browser.call("PUT", f"{path}/words", {"title": "Autre chose ?"})
    assert changed.status_code == 403
    assert (await other.browser.call("POST", f"{path}/withdrawal")).status_code == 403
    assert (await asker.browser.call("POST", f"{path}/withdrawal")).status_code == 200
    assert (await other.browser.call("GET", path)).status_code == 404
    own = await seen(asker, question)
    assert (own["delivery"], own["visibility"]) == ("withdrawn", "archived")


async def test_an_approved_question_cannot_be_withdrawn(orvance, staff, desk) -> None:
    slug = await opened(orvance, staff["secretary"], board_review=True)
    asker = await orvance.person()
    question = await ask(asker, slug)
    await desk.approve(question["id"], await desk.draft(question["id"]))
    refused = await asker.browser.call("POST", f"/questions/{question['id']}/withdrawal")
    assert refused.status_code == 409


async def test_every_move_is_in_the_story_and_in_the_journal(orvance, meeting) -> None:
    asker = await orvance.person(capacity="shareholder")
    question = await ask(asker, meeting, channel="statutory", holding="registered")
    story = (await asker.browser.call("GET", f"/questions/{question['id']}")).json()["moves"]
    assert [(one["track"], one["to_state"]) for one in story] == [
        ("delivery", "submitted"),
        ("delivery", "eligible"),
        ("delivery", "admitted_statutory"),
        ("visibility", "pending"),
    ]
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 AND subject_kind = 'question'"
            " AND act LIKE 'question.%y' ORDER BY id"
        )
    assert [row["act"] for row in rows] == ["question.delivery"] * 3 + ["question.visibility"]


@pytest.mark.parametrize(
    "body",
    [
        {"questions": [{"title": "Une\x00question"}]},
        {"questions": [{"title": 3}]},
        {"questions": "une seule ?"},
        {"questions": [{"title": "Oui ?"}], "channel": "autre"},
    ],
)
async def test_a_body_that_makes_no_sense_is_told_clearly(orvance, meeting, body) -> None:
    asker = await orvance.person()
    refused = await asker.browser.call("POST", f"/meetings/{meeting}/questions", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")

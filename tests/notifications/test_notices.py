"""Who is told what, once; and the mail that goes with it."""

from datetime import timedelta
from uuid import UUID

import pytest

from parvis.core import clock, db, events, jobs
from parvis.core.events import (
    AnswerPublished,
    ContributionDecided,
    ContributionShown,
    QuestionStateTold,
)
from parvis.core.ids import AnswerId, ContributionId, DecisionId, MeetingId, QuestionId, new_id
from parvis.features.notifications import mail as notice_mail
from parvis.integrations import mail
from parvis.integrations.mail import Mail, MailUnavailable
from tests.conversations.conftest import HELD, PLACE, comment, publish
from tests.factories import House, Person


class Postbox:
    """A mail server in the process; `is_away` makes it not answer."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.is_away = False

    async def send(self, message: Mail) -> None:
        assert db.current.get() is None, "a transaction is open while the server is waited for"
        if self.is_away:
            raise MailUnavailable
        self.sent.append(message)


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Postbox:
    box = Postbox()
    monkeypatch.setattr(mail, "_mailer", box)
    return box


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Hélène Marcillat", communities=[PLACE])


@pytest.fixture
async def reader(orvance: House) -> Person:
    return await orvance.person("Sabine Auclerc", communities=[PLACE])


async def notices(person: Person) -> list[dict[str, object]]:
    answer = await person.browser.call("GET", "/notifications")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def queued(house: House) -> list[UUID]:
    """Return the notices whose mail waits in the queue of this tenant."""
    async with house.transaction():
        rows = await db.fetch(
            "SELECT args->>'notice_id' AS id FROM procrastinate_jobs"
            " WHERE task_name = 'notifications.mail_notice' AND (args->>'tenant_id')::uuid = $1"
            " ORDER BY id"
        )
    return [UUID(row["id"]) for row in rows]


async def decide(house: House, post: dict[str, object], person: Person, action: str) -> None:
    """Announce a moderator's decision on a held post, as the queue does."""
    async with house.transaction():
        revision_id = await db.fetch_value(
            "SELECT id FROM revision WHERE tenant_id = $1 AND contribution_id = $2",
            UUID(str(post["id"])),
        )
        event = ContributionDecided(
            contribution_id=ContributionId(UUID(str(post["id"]))), revision_id=revision_id,
            decision_id=DecisionId(new_id()), action=action, kind="post", place_id=None,
            author_id=person.id, decided_by=person.id, text="Relisez la règle 3 :\nmerci.",
        )  # fmt: skip
        for _ in range(2):
            await events.publish(event)


async def test_the_author_reads_what_was_decided_and_why(orvance, author, reader) -> None:
    post = await publish(author, "Mon avis", HELD)
    await decide(orvance, post, author, "return")
    (notice,) = await notices(author)
    assert "Mon avis" in str(notice["headline"])
    assert str(notice["text"]).startswith("Relisez la règle 3")
    assert notice["path"] == f"/posts/{post['id']}"
    assert await notices(reader) == []
    page = (await author.browser.get(f"/posts/{post['id']}")).text
    assert "Retournée" in page


async def test_an_escalation_is_not_told(orvance, author) -> None:
    await decide(orvance, await publish(author, "Mon avis", HELD), author, "escalate")
    assert await notices(author) == []


async def test_a_decision_is_mailed_once_in_the_reader_s_language(orvance, author, postbox) -> None:
    post = await publish(author, "Mon <avis>", HELD)
    await decide(orvance, post, author, "refuse")
    (notice_id,) = await queued(orvance)
    for _ in range(2):
        await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    (sent,) = postbox.sent
    assert sent.subject.replace("\u00a0", " ") == "« Mon <avis> » n’est pas publié."
    assert sent.sender_name == orvance.tenant.space
    assert "Relisez la règle 3" in sent.text
    assert "Mon &lt;avis&gt;" in sent.html
    link = f"https://{orvance.tenant.host}{(await notices(author))[0]['path']}"
    assert "/decisions/" in link
    assert link in sent.text
    assert link in sent.html


async def test_a_mail_server_that_is_away_costs_nothing(orvance, author, postbox) -> None:
    await decide(orvance, await publish(author, "Mon avis", HELD), author, "publish")
    (notice_id,) = await queued(orvance)
    postbox.is_away = True
    with pytest.raises(MailUnavailable):
        await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    postbox.is_away = False
    await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    assert len(postbox.sent) == 1


async def test_of_two_workers_one_sends(orvance, author, postbox) -> None:
    """A job that is tried again while its first try still waits for the server sends nothing."""
    await decide(orvance, await publish(author, "Mon avis", HELD), author, "publish")
    (notice_id,) = await queued(orvance)
    async with orvance.transaction():
        await db.execute(
            "UPDATE notice SET mail_claimed_at = $3 WHERE tenant_id = $1 AND id = $2",
            notice_id, clock.now(),
        )  # fmt: skip
    with pytest.raises(notice_mail.ClaimedElsewhereError):
        await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    assert postbox.sent == []
    # Whoever claimed it ended without a note: nobody knows whether it went. It goes, once.
    with clock.shift(notice_mail.CLAIM + timedelta(seconds=1)):
        for _ in range(2):
            await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    assert len(postbox.sent) == 1


async def test_who_has_no_address_gets_no_mail(orvance, author, postbox) -> None:
    await decide(orvance, await publish(author, "Mon avis", HELD), author, "publish")
    (notice_id,) = await queued(orvance)
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET email = NULL WHERE tenant_id = $1 AND id = $2", author.id
        )
    await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    assert postbox.sent == []


async def test_a_comment_is_told_to_the_post_s_author_in_the_app(orvance, author, reader) -> None:
    post = await publish(author, "Un retour")
    await comment(author, post, "J’ajoute un mot.")
    assert await notices(author) == []
    said = await comment(reader, post)
    (notice,) = await notices(author)
    assert "Sabine Auclerc a commenté" in str(notice["headline"])
    assert notice["path"] == f"/comments/{said['id']}"
    assert await queued(orvance) == []


async def test_a_held_comment_is_not_told_before_it_is_shown(orvance, author, reader) -> None:
    post = await publish(author)
    said = await comment(reader, post, HELD)
    assert await notices(author) == []
    async with orvance.transaction():
        await events.publish(
            ContributionShown(
                contribution_id=ContributionId(UUID(said["id"])),
                kind="comment",
                place_id=None,
                parent_id=ContributionId(UUID(post["id"])),
                author_id=reader.id,
            )
        )
    assert len(await notices(author)) == 1


async def test_an_asker_is_told_of_each_move_and_of_the_answer(orvance, author, postbox) -> None:
    question, meeting = QuestionId(new_id()), MeetingId(new_id())
    about = {
        "question_id": question, "meeting_id": meeting, "meeting_slug": "ag",
        "member_id": author.id, "number": 12, "title": "Quel dividende ?",
    }  # fmt: skip
    async with orvance.transaction():
        await events.publish(
            QuestionStateTold(
                **about,
                event_id=new_id(),
                track="delivery",
                from_state="triaged",
                to_state="clustered",
                reason="Avec la question 4.",
            )
        )
        for correction in (False, True):
            await events.publish(
                AnswerPublished(
                    **about,
                    answer_id=AnswerId(new_id()),
                    version_id=new_id(),
                    url="https://x.example/a",
                    is_common=False,
                    is_correction=correction,
                )
            )
    corrected, answered, moved = await notices(author)
    assert "corrigée" in str(corrected["headline"])
    assert "12 a sa réponse" in str(answered["headline"])
    assert (moved["text"], moved["path"]) == ("Avec la question 4.", f"/questions/{question}")
    for notice_id in await queued(orvance):
        await jobs.run(notice_mail.mail_notice, orvance.tenant.id, notice_id=str(notice_id))
    assert len(postbox.sent) == len({sent.dedupe for sent in postbox.sent}) == 3


async def test_opening_a_notice_leads_there_and_counts_as_read(author, reader) -> None:
    said = await comment(reader, await publish(author))
    (notice,) = await notices(author)
    path = f"/notifications/{notice['id']}"
    assert (await reader.browser.get(path)).status_code == 404
    opened = await author.browser.get(path)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/comments/{said['id']}")
    assert (await notices(author))[0]["is_read"] is True


async def test_all_are_marked_as_read_and_nobody_else_s(author, reader) -> None:
    mine, theirs = await publish(author), await publish(reader)
    await comment(reader, mine)
    await comment(reader, mine)
    await comment(author, theirs)
    assert "Notifications, 2" in (await author.browser.get("/notifications")).text
    answer = await author.browser.send_form("/notifications/reading", {})
    assert answer.status_code == 303
    assert all(notice["is_read"] for notice in await notices(author))
    assert not (await notices(reader))[0]["is_read"]


async def test_notices_come_newest_first_page_by_page(author, reader) -> None:
    post = await publish(author)
    written = [(await comment(reader, post))["id"] for _ in range(5)]
    got, after = [], ""
    while after is not None:
        page = (await author.browser.call("GET", f"/notifications?limit=2&after={after}")).json()
        got += [item["path"].removeprefix("/comments/") for item in page["items"]]
        after = page["next_after"]
    assert got == written[::-1]


async def test_a_stranger_s_notice_does_not_exist(author, reader, ardelune) -> None:
    await comment(reader, await publish(author))
    (notice,) = await notices(author)
    stranger = await ardelune.person("Gaëtan Royer-Viel", capacity="shareholder")
    for person, status in ((reader, 404), (stranger, 404), (author, 200)):
        answer = await person.browser.call("POST", f"/notifications/{notice['id']}/reading")
        assert answer.status_code == status


async def test_an_old_notice_says_when_in_words(author, reader) -> None:
    with clock.travel(clock.now() - timedelta(days=1)):
        await comment(reader, await publish(author))
    assert "hier à" in (await author.browser.get("/notifications")).text

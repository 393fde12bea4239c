"""What strangers can make the house send to somebody else: few mails, and none of their words."""

from datetime import UTC, datetime, timedelta

from parvis.core import clock
from tests.factories import House

from .conftest import EMAIL, Postbox, send

LURE = "Votre compte est bloqué : ouvrez banque.example"


async def test_one_mailbox_is_written_to_few_times_whoever_asks(
    orvance: House, postbox: Postbox
) -> None:
    """Clients are as many as one pays for: what counts is who receives it."""
    spellings, morning = (EMAIL, EMAIL.upper(), f" {EMAIL} "), datetime(2026, 11, 22, 9, tzinfo=UTC)
    statuses = []
    for n in range(22):
        # Before the limit of a client counts, its hour is over.
        with clock.travel(morning + timedelta(hours=n // 11)):
            answer = await send(orvance.visitor, "/posts/1", email=spellings[n % 3])
            statuses.append(answer.status_code)
    assert statuses == [201] * 20 + [429] * 2
    with clock.travel(morning + timedelta(hours=2)):
        other = await send(orvance.visitor, "/posts/1", email="autre@notaires.example")
    assert other.status_code == 201


async def test_the_mail_quotes_no_sentence_of_who_had_it_sent(
    orvance: House, postbox: Postbox
) -> None:
    path = f"/http://banque.example/%0A{LURE.replace(' ', '%20')}?x=http://banque.example"
    sent = await send(orvance.visitor, path, name=LURE, law=LURE, reasons=LURE)
    assert sent.status_code == 201, sent.text
    await postbox.deliver()
    [letter] = postbox.to(EMAIL)
    for text in (letter.text, letter.html, letter.to_name, letter.subject):
        assert LURE not in text
        assert "http://banque.example" not in text
        assert "bloqué" not in text
    assert "banque-orvance.localhost/http%3A//banque.example/%0AVotre%20" in letter.text


async def test_a_sentence_is_no_address(orvance: House) -> None:
    for text in (f"/ {LURE}", f"https://{orvance.tenant.host}/ {LURE}", "/a\u200b\u2028b", "/a\tb"):
        answer = await send(orvance.visitor, text)
        assert answer.status_code == 422, text
        assert set(answer.json()["fields"]) == {"addresses"}


async def test_the_page_asks_for_the_mailbox_once(orvance: House, postbox: Postbox) -> None:
    await send(orvance.visitor, "/posts/1")
    await postbox.deliver()
    link = f"/legal-notice/{postbox.link(EMAIL)}"
    assert f'action="{link}/confirmation"' in (await orvance.visitor.get(link)).text
    answer = await orvance.visitor.send_form(f"{link}/confirmation", {})
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert "/confirmation" not in (await orvance.visitor.get(link)).text
    unknown = f"/legal-notices/{postbox.link(EMAIL)[:-1]}x/confirmation"
    answer = await orvance.visitor.call("POST", unknown, {"is_mine": True})
    assert answer.status_code == 404


async def test_the_mailbox_is_confirmed_by_programs_too(orvance: House, postbox: Postbox) -> None:
    await send(orvance.visitor, "/posts/1")
    await postbox.deliver()
    path = f"/legal-notices/{postbox.link(EMAIL)}"
    for is_mine in (False, True):
        answer = await orvance.visitor.call("POST", f"{path}/confirmation", {"is_mine": is_mine})
        assert (answer.status_code, answer.json()["is_unconfirmed"]) == (200, not is_mine)

"""Mail from our own mailer, caught, and shown so that it can do no harm."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from parvis.core.errors import Unavailable
from parvis.demo import ports
from parvis.demo.mail_catcher.app import create_catcher
from parvis.demo.mail_catcher.mailbox import Mailbox
from parvis.demo.mail_catcher.smtp import listen
from parvis.integrations.mail import Mail, MailUnavailable, SmtpMailer

MAIL = Mail(
    to="helene.marcillat@courriel.example",
    to_name="Hélène Marcillat",
    sender_name="Le Cercle Orvance",
    subject="Votre question\na reçu une réponse",
    text="Bonjour Hélène,\nla réponse est en ligne.",
    html="<p>Bonjour <b>Hélène</b><script>alert(1)</script></p>",
    dedupe="answer:1:member:2",
)


class Catch:
    """A catcher on a port of its own, with our mailer before it and a browser behind."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self.mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", sender="cercle@orvance.example")
        self.mailbox = mailbox
        self.browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(create_catcher(mailbox)), base_url="http://127.0.0.1"
        )


@pytest.fixture
async def catch(tmp_path: Path) -> AsyncIterator[Catch]:
    mailbox = Mailbox(tmp_path / "mails", limit=3)
    port = ports.free(8525)
    server = await listen(mailbox, address="127.0.0.1", port=port)
    caught = Catch(mailbox, port)
    yield caught
    await caught.browser.aclose()
    server.close()
    await server.wait_closed()


async def test_mail_arrives_whole(catch: Catch) -> None:
    await catch.mailer.send(MAIL)
    [line] = (await catch.browser.get("/api/mails")).json()
    assert line["subject"] == "Votre question a reçu une réponse"
    assert line["to"] == "Hélène Marcillat <helene.marcillat@courriel.example>"
    found = (await catch.browser.get(f"/api/mails/{line['id']}")).json()
    assert "la réponse est en ligne" in found["text"]
    assert "<b>Hélène</b>" in found["html"]


async def test_the_same_occasion_arrives_once_whoever_sends_it_again(
    catch: Catch, tmp_path: Path
) -> None:
    await catch.mailer.send(MAIL)
    await catch.mailer.send(MAIL)
    [line] = catch.mailbox.newest()
    found = catch.mailbox.get(line.id)
    assert found is not None
    assert found.message_id.startswith("<")
    # A catcher that was started again knows what it has.
    (raw,) = (file.read_bytes() for file in (tmp_path / "mails").glob("*.eml"))
    Mailbox(tmp_path / "mails").add(raw)
    assert len(catch.mailbox.newest()) == 1


async def test_mail_cannot_run_script_on_the_page(catch: Catch) -> None:
    await catch.mailer.send(MAIL)
    handle = catch.mailbox.newest()[0].id
    page = await catch.browser.get(f"/mails/{handle}")
    frame = await catch.browser.get(f"/mails/{handle}/html")
    assert "<script>" not in page.text
    assert "allow-scripts" not in page.text
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


async def test_newest_mail_comes_first_and_the_oldest_goes(catch: Catch) -> None:
    for number in range(4):
        catch.mailbox.add(f"Subject: n{number}\r\n\r\nx".encode())
    assert [line.subject for line in catch.mailbox.newest()] == ["n3", "n2", "n1"]


async def test_page_lists_mails_and_says_so_when_there_are_none(catch: Catch) -> None:
    assert "No mail yet" in (await catch.browser.get("/")).text
    catch.mailbox.add(b"Subject: <b>bold</b>\r\nDate: nonsense\r\n\r\nx")
    page = (await catch.browser.get("/")).text
    assert "<b>bold" not in page
    assert "bold" in page


@pytest.mark.parametrize("handle", ["x", "..%2Fx", "0" * 36])
async def test_unknown_mail_is_404(catch: Catch, handle: str) -> None:
    assert (await catch.browser.get(f"/mails/{handle}")).status_code == 404


async def test_server_that_is_not_there_is_unavailable() -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{ports.free(8625)}", sender="a@orvance.example")
    with pytest.raises(MailUnavailable) as caught:
        async with asyncio.timeout(5):
            await mailer.send(MAIL)
    assert isinstance(caught.value, Unavailable)


def test_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="smtp_url"):
        SmtpMailer("http://127.0.0.1", sender="a@orvance.example")

"""Mail: one message to one person, as text and as HTML, handed to an SMTP server."""

import hashlib
import logging
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from parvis.core import clock
from parvis.core.errors import Unavailable
from parvis.core.i18n import N_
from parvis.settings import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 15
PORTS = {"smtp": 25, "smtps": 465}


class MailUnavailable(Unavailable):
    """The server did not take the mail this time; sending it again later makes sense."""

    code = "mail_unavailable"
    default = N_("Mail cannot be sent right now. Please try again in a moment.")


class MailRefusedError(Exception):
    """The server will never take this mail: sending it again is pointless."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is to receive. `dedupe` names the occasion: it gives the Message-ID."""

    to: str
    to_name: str = ""
    sender_name: str
    subject: str
    text: str
    html: str
    dedupe: str
    headers: Mapping[str, str] = {}


class Mailer(Protocol):
    """Hands mail over."""

    async def send(self, mail: Mail) -> None:
        """Hand `mail` over, or raise MailUnavailable or MailRefusedError.

        A mail sent twice carries the same Message-ID, so that servers may drop the second.
        Waits on the network: never inside a database transaction.
        """


class SmtpMailer:
    """Any SMTP server: `smtps://` speaks TLS at once, `smtp://` as soon as the server offers it."""

    def __init__(self, url: str, *, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("smtp_url is smtp://host:port or smtps://host:port")
        self._sender = sender
        self._connect = partial(
            aiosmtplib.SMTP,
            hostname=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            # A password never goes out in the clear, whatever the server offers.
            start_tls=True if parts.password and parts.scheme == "smtp" else None,
            timeout=TIMEOUT_SECONDS,
        )

    async def send(self, mail: Mail) -> None:
        try:
            async with self._connect() as server:
                await server.send_message(message(mail, sender=self._sender))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            raise _judged(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable from error


class NoMailer:
    """Stands where no server is configured: says in the log what would have gone out."""

    async def send(self, mail: Mail) -> None:
        log.info("mail not sent, smtp_url is empty: %s", mail.dedupe)


def is_address(text: str) -> bool:
    """Tell whether mail can be addressed so: to one mailbox, and by nothing but its address."""
    try:
        Address(addr_spec=text)
    except ValueError:  # the library's defects are of this kind too
        return False
    return True


def message(mail: Mail, *, sender: str) -> EmailMessage:
    """Return the message on the wire: text first, HTML as its alternative."""
    written = EmailMessage(policy=SMTP)
    written["Subject"] = " ".join(mail.subject.split())
    written["From"] = Address(mail.sender_name, addr_spec=sender)
    written["To"] = Address(mail.to_name, addr_spec=mail.to)
    written["Date"] = format_datetime(clock.now())
    written["Message-ID"] = message_id(mail.dedupe, sender)
    written["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        written[name] = value
    written.set_content(mail.text)
    written.add_alternative(mail.html, subtype="html")
    return written


def message_id(dedupe: str, sender: str) -> str:
    """Return the same id for the same occasion, telling nothing about it."""
    digest = hashlib.sha256(dedupe.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def _judged(error: aiosmtplib.SMTPException) -> Exception:
    codes = (
        [refused.code for refused in error.recipients]
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused)
        else [getattr(error, "code", 0)]
    )
    is_final = all(500 <= code < 600 for code in codes)
    # Wrong credentials are ours to mend, and the mail is fine.
    if is_final and not isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return MailRefusedError(str(codes))
    return MailUnavailable()


_mailer: Mailer = NoMailer()


def use(settings: Settings) -> None:
    """Make `mailer()` the one that the settings name."""
    global _mailer  # noqa: PLW0603 -- one mailer a process, chosen once at start
    url, sender = settings.smtp_url, settings.mail_from
    _mailer = SmtpMailer(url, sender=sender) if url else NoMailer()


def mailer() -> Mailer:
    """The mailer of this process."""
    return _mailer

"""The SMTP side: takes any mail to anybody, from this machine."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from parvis.demo.mail_catcher.mailbox import Mailbox

MAX_BYTES = 10_000_000


class Catcher:
    """What aiosmtpd calls for each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 -- aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        self._mailbox.add(content if isinstance(content, bytes) else str(content).encode())
        return "250 caught"


async def listen(mailbox: Mailbox, *, address: str, port: int) -> asyncio.Server:
    """Return a server that fills `mailbox`."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            Catcher(mailbox), loop=loop, data_size_limit=MAX_BYTES, hostname="parvis-demo"
        ),
        address,
        port,
    )

"""Caught mails as files, newest first: they outlive a restart and open in any mail program."""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import msgspec

from parvis.core.ids import new_id

LIMIT = 500
HANDLE = re.compile(r"[0-9a-f-]{36}")


class Summary(msgspec.Struct, frozen=True):
    """A line of the list."""

    id: str
    sender: str
    to: str
    subject: str
    date: datetime | None


class Content(msgspec.Struct, frozen=True):
    """A whole mail; a part it does not have is None."""

    summary: Summary
    message_id: str
    text: str | None
    html: str | None


class Mailbox:
    """The mails caught in `folder`; beyond the limit the oldest are deleted.

    One that comes again under a Message-ID that is here is dropped, as mail servers do: whoever
    sent it could not know that it had arrived.
    """

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)
        self._known = {_message_id(_parse(file)) for file in self._files()}

    def add(self, raw: bytes) -> None:
        """Keep a mail, unless it is here already. Its name sorts by time of arrival."""
        message_id = _message_id(message_from_bytes(raw, policy=policy.default))
        if message_id and message_id in self._known:
            return
        self._known.add(message_id)
        unfinished = self._folder / "arriving"
        unfinished.write_bytes(raw)
        unfinished.rename(self._folder / f"{new_id()}.eml")
        for old in self._files()[self._limit :]:
            old.unlink(missing_ok=True)

    def newest(self) -> list[Summary]:
        return list(self._summaries())

    def get(self, handle: str) -> Content | None:
        """Return a mail by its id, None when there is none."""
        file = self._folder / f"{handle}.eml"
        if not HANDLE.fullmatch(handle) or not file.exists():
            return None
        mail = _parse(file)
        return Content(
            summary=_summary(handle, mail),
            message_id=_message_id(mail),
            text=_part(mail, "plain"),
            html=_part(mail, "html"),
        )

    def _summaries(self) -> Iterator[Summary]:
        for file in self._files():
            yield _summary(file.stem, _parse(file))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"), reverse=True)


def _parse(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def _message_id(mail: EmailMessage) -> str:
    return str(mail.get("Message-ID", ""))


def _summary(handle: str, mail: EmailMessage) -> Summary:
    date = mail.get("Date")
    return Summary(
        id=handle,
        sender=str(mail.get("From", "")),
        to=str(mail.get("To", "")),
        subject=str(mail.get("Subject", "")),
        date=getattr(date, "datetime", None),
    )


def _part(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else None

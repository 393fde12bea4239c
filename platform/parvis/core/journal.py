"""The journal: one row for every act, verdict, decision and sign-in. INSERT and SELECT only."""

from typing import Any

from parvis.core import clock, db
from parvis.core.actor import Actor


async def record(
    actor: Actor | None,
    act: str,
    *,
    subject: tuple[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Add an entry in the open transaction: it stands if and only if the act does.

    `data` never holds personal text in the clear; store `crypto.commit(text)` instead. An actor
    of None is Parvis itself (a job, an operator), named in `data["by"]`.
    """
    kind, subject_id = subject or (None, None)
    await db.insert(
        "journal_entry",
        actor_id=actor.member_id if actor else None,
        act=act,
        subject_kind=kind,
        subject_id=subject_id,
        data=db.jsonb(data or {}),
        at=clock.now(),
    )

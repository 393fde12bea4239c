"""Words of a profile that have to be read first: a contribution like others, but for its place."""

from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.events_people import ProfileHeld, ProfileTakenBack
from parvis.features.charter.verdict import Effect, Verdict
from parvis.features.contributions import actions

_PROFILE = """
    SELECT id FROM contribution
     WHERE tenant_id = $1 AND author_id = $2 AND kind = 'profile' AND withdrawn_at IS NULL
"""


async def keep_held(event: ProfileHeld) -> None:
    """Keep words of a profile that nobody but their author and the moderators may see yet."""
    verdict: Verdict = msgspec.structs.replace(event.verdict, effect=Effect.HOLD)
    member_id = event.actor.require_member()
    known: UUID | None = await db.fetch_value(_PROFILE, member_id)
    if known is None:
        await actions.write(
            event.actor,
            kind="profile",
            place_id=member_id,
            title=event.title,
            body=event.body,
            verdict=verdict,
        )
    else:
        await actions.revise(
            event.actor, known, title=event.title, body=event.body, verdict=verdict
        )


async def take_back(event: ProfileTakenBack) -> None:
    """Take the words of a profile out of the moderators' hands."""
    known: UUID | None = await db.fetch_value(_PROFILE, event.actor.require_member())
    if known is not None:
        await actions.withdraw(event.actor, known)

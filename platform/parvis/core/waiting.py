"""How long words usually wait for a moderator, as their author reads it in place."""

from parvis.core import events
from parvis.core.events_review import WaitAsked
from parvis.core.i18n import N_, translate

_MINUTES, _HOURS, _DAYS = N_("{n} min"), N_("{hours} h"), N_("{n} days")


async def usual(kind: str, locale: str) -> str | None:
    """Return the usual time from writing to a decision, as in “20 min”, “3 h”, “2 days”.

    None where nobody knows, or too few people's words would tell.
    """
    asked = WaitAsked(kind=kind, usual=[])
    await events.publish(asked)
    if not asked.usual:
        return None
    minutes = max(round(asked.usual[0].total_seconds() / 60), 1)
    if minutes < 60:
        return translate(locale, _MINUTES, n=minutes)
    if minutes < 36 * 60:
        return translate(locale, _HOURS, hours=round(minutes / 60))
    return translate(locale, _DAYS, n=round(minutes / (24 * 60)))

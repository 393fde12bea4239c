"""Who may look after the calendar, and what follows its events."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission
from parvis.features.charter.in_force import InForce, charters_of_communities, in_force


def require_keeper(actor: Actor) -> None:
    """Raise NotFound for who may not open the screen: it is none of theirs."""
    if not actor.may(Permission.CHARTER_PUBLISH):
        raise NotFound


def following(current: InForce, name: str) -> Iterator[str]:
    """Yield the windows of a charter that follow an event."""
    for window in current.charter.windows:
        if name in (window.opens.event, window.closes.event):
            yield window.placed.name


async def charters(actor: Actor) -> list[InForce]:
    """Return every charter in force, the tenant's first."""
    current = await in_force(actor.tenant)
    own = await charters_of_communities(actor.tenant)
    return [one for one in (current, *own) if one is not None]

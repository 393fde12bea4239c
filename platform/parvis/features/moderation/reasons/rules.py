"""Who writes ready-made reasons, and who reads them."""

from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission

# A reason speaks for the house under a clause of its charter: whoever publishes that, or runs the
# space, words it. Whoever judges uses it.
WRITERS = frozenset({Permission.CHARTER_PUBLISH, Permission.TENANT_MANAGE})
READERS = WRITERS | {Permission.REVIEW_DECIDE, Permission.NOTICE_DECIDE}


def may_write(actor: Actor) -> bool:
    """Whether the actor may add, change and remove reasons."""
    return not WRITERS.isdisjoint(actor.permissions)


def may_read(actor: Actor) -> bool:
    """Whether there is a list of reasons for the actor."""
    return bool(actor.managed) or not READERS.isdisjoint(actor.permissions)


def require_writer(actor: Actor) -> None:
    """Raise NotFound unless the actor may change reasons: for others there is no such screen."""
    if not may_write(actor):
        raise NotFound


def require_reader(actor: Actor) -> None:
    """Raise NotFound unless the actor may use reasons."""
    if not may_read(actor):
        raise NotFound

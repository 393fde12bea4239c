"""Who may read the journal."""

from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission


def require_reader(actor: Actor) -> None:
    """Raise NotFound unless the actor may read the journal: for others there is none."""
    if not actor.may(Permission.JOURNAL_READ):
        raise NotFound

"""Who may look after legal holds."""

from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission


def require_keeper(actor: Actor) -> None:
    """Raise NotFound for who may not open the screen: it is none of theirs."""
    if not actor.may(Permission.TENANT_MANAGE):
        raise NotFound

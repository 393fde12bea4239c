"""Who sees the overview, and who its figures."""

from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.permissions import Permission


def has_overview(actor: Actor) -> bool:
    """Whether the tenant admin holds anything for the actor: staff, and managers of places."""
    return actor.is_staff or bool(actor.managed)


def require_overview(actor: Actor) -> None:
    """Raise NotFound unless the tenant admin holds anything for the actor."""
    if not has_overview(actor):
        raise NotFound


def may_read_insights(actor: Actor) -> bool:
    """Whether the actor reads figures of the whole space."""
    return actor.may(Permission.TENANT_MANAGE)

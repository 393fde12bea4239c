"""Who may read and publish the report: the tenant admin."""

from parvis.core.actor import Actor
from parvis.core.errors import Conflict, NotFound
from parvis.core.i18n import N_
from parvis.core.permissions import Permission


class ExportIsOff(Conflict):
    """Statements leave the house only where the firm has said so in its file."""

    code = "export_is_off"
    default = N_(
        "The export of statements is off. Where your counsel finds that the firm sends them to "
        "the Commission, set export_statements under [moderation] in tenant.toml."
    )


def require_admin(actor: Actor) -> None:
    """Raise NotFound unless the actor administers the space."""
    if not actor.may(Permission.TENANT_MANAGE):
        raise NotFound


def require_export(actor: Actor) -> None:
    """Raise NotFound to who administers nothing, ExportIsOff where the tenant exports nothing."""
    require_admin(actor)
    if not actor.tenant.settings.exports_statements:
        raise ExportIsOff

"""What the app takes from charter: acts, routes, and the work that is due by the clock."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.data_rights import MemberErased
from parvis.core.dossier import DossierOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import Permission
from parvis.core.retention import RetentionDue
from parvis.features.charter import (
    dossier,
    overview,
    own_data,
    pacing,
    retention,
    routes,
    window_job,
)
from parvis.features.charter.dates import routes as dates
from parvis.features.charter.holds import routes as holds

# The worker knows the jobs of modules that are imported.
PERIODIC = (retention.let_go, window_job.notice_windows)


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(35, N_("My charters"), "/me/charters", "scale")


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.may(Permission.CHARTER_PUBLISH):
        yield NavItem(26, N_("Calendar"), "/admin/calendar", "calendar")
    if actor.may(Permission.TENANT_MANAGE):
        yield NavItem(85, N_("Retention"), "/admin/holds", "clock")


FEATURE = Feature(
    name="charter",
    acts=(
        Act(name="calendar.change", summary="Date an event that windows of the charter follow."),
        Act(name="hold.change", summary="Place a legal hold, or lift it."),
    ),
    handlers=(*routes.HANDLERS, *dates.HANDLERS, *holds.HANDLERS),
    in_mine=_in_mine,
    in_admin=_in_admin,
    subscriptions=(
        (DossierOpened, dossier.show),
        *own_data.SUBSCRIPTIONS,
        *overview.SUBSCRIPTIONS,
        (MemberErased, pacing.forget_member),
        (RetentionDue, retention.let_own_go),
    ),
)

"""What pages offer to go to: the member site, and the tenant admin."""

import msgspec

from parvis.core.actor import Actor
from parvis.core.i18n import N_
from parvis.core.permissions import MEETING_STAFF, Permission


class NavItem(msgspec.Struct, frozen=True):
    """One entry of a navigation: its English label is a msgid."""

    label: str
    href: str
    icon: str
    count: int = 0


def of_site(actor: Actor) -> list[NavItem]:
    """Return the member site's navigation for `actor`: nothing for a visitor."""
    if not actor.signed_in:
        return []
    items = [
        NavItem(N_("Home"), "/", "home"),
        NavItem(N_("Communities"), "/communities", "users"),
    ]
    if actor.tenant.has_meetings:
        items.append(NavItem(N_("Meeting"), "/meetings", "question"))
    items.append(NavItem(N_("Notifications"), "/notifications", "bell", actor.unread))
    if actor.is_staff or actor.managed:
        items.append(NavItem(N_("Administration"), "/admin", "inbox", actor.waiting))
    return items


def of_admin(actor: Actor) -> list[NavItem]:
    """Return the tenant admin's navigation: only the screens this actor may open."""
    items = []
    if actor.may(Permission.REVIEW_DECIDE) or actor.managed:
        items.append(NavItem(N_("Moderation"), "/admin/moderation", "inbox", actor.waiting))
    if actor.tenant.has_meetings and actor.permissions & MEETING_STAFF:
        items.append(NavItem(N_("Meeting questions"), "/admin/meetings", "question"))
    if actor.may(Permission.JOURNAL_READ):
        items.append(NavItem(N_("Journal"), "/admin/journal", "history"))
    return items

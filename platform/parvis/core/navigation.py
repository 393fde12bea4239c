"""What pages offer to go to: the member site, a member’s own pages, and the tenant admin."""

from collections.abc import Callable, Iterable

import msgspec

from parvis.core.actor import Actor


class NavItem(msgspec.Struct, frozen=True):
    """One entry of a navigation: its English label is a msgid; lower places come first."""

    place: int
    label: str
    href: str
    icon: str
    count: int = 0


Entries = Callable[[Actor], Iterable[NavItem]]
_site: list[Entries] = []
_admin: list[Entries] = []
_mine: list[Entries] = []


def use(site: Iterable[Entries], admin: Iterable[Entries], mine: Iterable[Entries]) -> None:
    """Make the navigations those that the features give."""
    _site[:], _admin[:], _mine[:] = site, admin, mine


def of_site(actor: Actor) -> list[NavItem]:
    """Return the member site's navigation for `actor`: nothing for a visitor."""
    return _in_order(_site, actor) if actor.signed_in else []


def of_mine(actor: Actor) -> list[NavItem]:
    """Return what leads from one of a member’s own pages to the others: nothing for a visitor."""
    return _in_order(_mine, actor) if actor.signed_in else []


def of_admin(actor: Actor) -> list[NavItem]:
    """Return the tenant admin's navigation: only the screens this actor may open."""
    return _in_order(_admin, actor)


def _in_order(given: list[Entries], actor: Actor) -> list[NavItem]:
    items = (item for entries in given for item in entries(actor))
    return sorted(items, key=lambda item: item.place)

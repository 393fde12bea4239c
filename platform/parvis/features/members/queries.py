"""How authors appear beside what they wrote."""

import msgspec

from parvis.core import i18n
from parvis.core.capacities import CAPACITIES, role
from parvis.core.i18n import N_
from parvis.core.ids import MemberId
from parvis.features.identity.names import listed

__all__ = ["CAPACITIES", "Author", "author", "author_columns", "role"]

_FORMER = N_("{role}, former member")


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote something, in the capacity they had when they wrote it.

    `role` is that capacity in words, in the reader's language unless the firm words it; it tells
    a former member. `has_page` is false for who is gone, or absent from the directory.
    """

    id: MemberId
    name: str
    capacity: str
    role: str
    is_former: bool = False
    has_page: bool = True

    @property
    def path(self) -> str:
        """Where their page is; empty when there is none."""
        return f"/people/{self.id}" if self.has_page else ""


def author_columns(alias: str) -> str:
    """Return the SQL of the two columns that `author` takes beside a member's name."""
    return (
        f"{alias}.state <> 'active' AS author_is_former,"
        f" ({listed(alias)} OR {alias}.id IS NOT DISTINCT FROM $2) AS author_has_page"
    )


def author(
    locale: str,
    *,
    member_id: MemberId,
    name: str,
    capacity: str,
    label: str | None,
    is_former: bool,
    has_page: bool,
) -> Author:
    """Build an author with the capacity that a revision froze."""
    words = role(capacity, label, locale)
    return Author(
        id=member_id,
        name=name,
        capacity=capacity,
        role=i18n.translate(locale, _FORMER, role=words) if is_former else words,
        is_former=is_former,
        has_page=has_page,
    )

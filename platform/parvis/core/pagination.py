"""Keyset pages: newest first, by UUIDv7 alone, for a row-wise comparison is not leakproof."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from parvis.core.errors import BadRequest
from parvis.core.i18n import N_

T = TypeVar("T")
LAST_ID = UUID(int=(1 << 128) - 1)
PAGE_SIZE = 20
MOST = 100


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """At most `limit` items; `next_after` is None on the last page."""

    items: tuple[T, ...]
    next_after: UUID | None = None


def before(cursor: str | None) -> UUID:
    """Return the id the page's rows must be below: the cursor's, or above every id."""
    if not cursor:
        return LAST_ID
    try:
        return UUID(cursor)
    except ValueError:
        raise BadRequest(N_("The cursor “{cursor}” is not one of ours."), cursor=cursor) from None


def bounded(limit: int | None) -> int:
    """Return a page size between 1 and 100, 20 when none is asked for."""
    return max(1, min(limit or PAGE_SIZE, MOST))


def page_of(rows: Sequence[Any], limit: int, build: Callable[[Any], T]) -> Page[T]:
    """Make a page of rows fetched with LIMIT `limit` + 1, each with an `id`."""
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=tuple(build(row) for row in kept), next_after=kept[-1]["id"] if more else None
    )

"""What the app sees of a feature: one value, `FEATURE`, in the feature's `feature.py`.

It is not in `__init__`, so that who needs one rule of a feature does not import its routes.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from parvis.core.acts import Act
from parvis.core.events import Event
from parvis.core.navigation import Entries


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A capability: its acts, its routes, what it hears of lower tiers, its navigation entries."""

    name: str
    acts: tuple[Act, ...] = ()
    handlers: tuple[Any, ...] = ()
    subscriptions: tuple[tuple[type[Event], Callable[[Any], Awaitable[None]]], ...] = ()
    in_site: Entries | None = None
    in_admin: Entries | None = None
    in_mine: Entries | None = None

"""News of members as others see them, and of what they write about themselves."""

from typing import Any

import msgspec

from parvis.core.actor import Actor
from parvis.core.events import Event
from parvis.core.ids import MemberId


class PersonSection(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature shows on a member's page: its fragment is given this as `section`."""

    template: str
    view: Any


class PersonOpened(Event, frozen=True, kw_only=True):
    """The actor opens the page of a member they may see: features append what they may see too."""

    actor: Actor
    member_id: MemberId
    sections: list[PersonSection]


class ProfileHeld(Event, frozen=True, kw_only=True):
    """Words of a member's profile wait for a moderator, who reads `title` and `body`.

    `verdict` is the charter's, pointing into these two.
    """

    actor: Actor
    title: str
    body: str
    verdict: Any


class ProfileTakenBack(Event, frozen=True, kw_only=True):
    """A member takes back the words of their profile that wait."""

    actor: Actor

"""A listed company's meeting three weeks ahead, opened the way its secretary opens one."""

from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from typing import Any

import pytest

from parvis.core import clock
from parvis.core.actor import Actor, Standing
from parvis.features.meetings.actions.schedule import OpenMeeting, open_meeting
from parvis.features.meetings.facts import StatutoryChannel, Topic
from tests.factories import House, Person

SLUG = "assemblee"
CHANNEL = StatutoryChannel(
    reference="Avis de réunion n° 42", address="questions@orvance.exemple", date=date(2026, 11, 2)
)
STAFF = ("secretary", "expert", "legal", "delegate", "publisher")


def announced(**changes: Any) -> OpenMeeting:
    """A meeting four weeks from today, that takes written questions on the platform."""
    given: dict[str, Any] = {
        "slug": SLUG,
        "title": {"fr": "Assemblée générale mixte", "en": "General meeting"},
        "meeting_date": clock.now().date() + timedelta(days=28),
        "starts": time(15, 0),
        "place": {"fr": "Salons Hautefeuille, Paris 8e"},
        "preset": "fr",
        "seat": "75",
        "statutory_channel": CHANNEL,
        "topics": (Topic("dividende", {"fr": "Dividende", "en": "Dividend"}),),
        "selection_policy": {"fr": "Les plus soutenues de chaque thème."},
    }
    return OpenMeeting(**(given | changes))


async def opened(house: House, secretary: Person, **changes: Any) -> str:
    """Open a meeting in a house and return its slug."""
    given = announced(**changes)
    actor = Actor(
        tenant=house.tenant,
        locale="fr",
        member_id=secretary.id,
        permissions=frozenset({"meeting:manage"}),
        standing=Standing(name_is_verified=True),
    )
    async with house.transaction():
        await open_meeting(actor, given)
    return given.slug


@pytest.fixture
async def staff(orvance: House) -> dict[str, Person]:
    """One person in each group that has a part in an answer, and a moderator."""
    names = dict(
        zip(
            (*STAFF, "moderator"),
            ("Solène Varenne", "Maxence Thoury", "Agathe Morvan", "Hugues Danglade",
             "Clémence Hauterive", "Ludivine Darcel"),
            strict=True,
        )
    )  # fmt: skip
    return {role: await orvance.person(name, roles=[role]) for role, name in names.items()}


@pytest.fixture
async def meeting(orvance: House, staff: dict[str, Person]) -> AsyncIterator[str]:
    """The slug of a meeting that is open for questions, without a board's approval of answers."""
    yield await opened(orvance, staff["secretary"])

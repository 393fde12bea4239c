"""A listed company's meeting three weeks ahead, opened the way its secretary opens one."""

from datetime import date, time, timedelta
from typing import Any

import httpx
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


def acting(house: House, person: Person, *permissions: str) -> Actor:
    """A person as actions see them."""
    return Actor(
        tenant=house.tenant,
        locale="fr",
        member_id=person.id,
        permissions=frozenset(permissions),
        standing=Standing(name_is_verified=True),
    )


async def opened(house: House, secretary: Person, **changes: Any) -> str:
    """Open a meeting in a house and return its slug."""
    given = announced(**changes)
    async with house.transaction():
        await open_meeting(acting(house, secretary, "meeting:manage"), given)
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
async def meeting(orvance: House, staff: dict[str, Person]) -> str:
    """The slug of a meeting that is open for questions, without a board's approval of answers."""
    return await opened(orvance, staff["secretary"])


class Desk:
    """The people who answer, at work through the JSON API."""

    def __init__(self, staff: dict[str, Person]) -> None:
        self.staff = staff

    async def step(self, role: str, question_id: str, path: str, **given: Any) -> httpx.Response:
        """Take one step on a question as somebody of a group."""
        browser = self.staff[role].browser
        return await browser.call("POST", f"/questions/{question_id}/{path}", given)

    async def draft(self, question_id: str, body: str = "Oui.", **more: Any) -> str:
        """Route the question, write its answer, send it to legal; return the version's id."""
        await self.step("secretary", question_id, "routing")
        given = {"body": body, "signed_by": "Maxence Thoury", "signed_role": "Directeur financier"}
        answer = await self.step("expert", question_id, "answer", submit=True, **given, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["answer"]["versions"][0]["id"])

    async def approve(self, question_id: str, version_id: str) -> httpx.Response:
        """Approve a version in law."""
        return await self.step(
            "legal", question_id, "answer/legal-approval",
            version_id=version_id, market_abuse="not_inside",
        )  # fmt: skip

    async def publish(self, question_id: str, version_id: str) -> httpx.Response:
        """Put an approved version online."""
        return await self.step(
            "publisher", question_id, "answer/publication", version_id=version_id
        )

    async def answer(self, question_id: str, body: str = "Oui.") -> str:
        """Take a question all the way to a published answer; return the version's id."""
        version_id = await self.draft(question_id, body)
        assert (await self.approve(question_id, version_id)).status_code == 200
        done = await self.publish(question_id, version_id)
        assert done.status_code == 200, done.text
        return version_id


@pytest.fixture
def desk(staff: dict[str, Person]) -> Desk:
    """The staff of the house at work."""
    return Desk(staff)


async def ask(person: Person, slug: str, title: str = "Le dividende sera-t-il maintenu ?",
              **more: Any) -> dict[str, Any]:  # fmt: skip
    """Ask one question through the API and return it as its author sees it."""
    given = {"questions": [{"title": title}], **more}
    sent = await person.browser.call("POST", f"/meetings/{slug}/questions", given)
    assert sent.status_code == 201, sent.text
    question: dict[str, Any] = sent.json()["questions"][0]
    return question


async def seen(person: Person, question: dict[str, Any]) -> dict[str, Any]:
    """Return a question as somebody who may see it does."""
    answer = await person.browser.call("GET", f"/questions/{question['id']}")
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()["question"]
    return view


async def decide(moderator: Person, question: dict[str, Any], action: str) -> None:
    """Claim the open review of a question and decide it, with a clause where one is needed."""
    queue = (await moderator.browser.call("GET", "/moderation/items")).json()["page"]["items"]
    item = next(one for one in queue if one["contribution_id"] == question["id"])
    path = f"/moderation/items/{item['id']}"
    claimed = await moderator.browser.call("POST", f"{path}/claim", {"version": item["version"]})
    assert claimed.status_code == 200, claimed.text
    given = {"version": claimed.json()["item"]["version"], "action": action}
    if action != "publish":
        given |= {"clause_id": "respect", "facts": "Propos.", "text": "Votre question est écartée."}
    done = await moderator.browser.call("POST", f"{path}/decisions", given)
    assert done.status_code == 201, done.text

"""A house with an onlooker in it, and the things that do not exist for them."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from parvis.core.ids import new_id
from tests.conversations.conftest import LISTED, PLACE, SECRET, comment, publish
from tests.factories import House, Person
from tests.meetings.conftest import ask, opened
from tests.members.conftest import edit

# In everything that is secret, and in nothing else. The charter holds what accuses somebody.
CANARY = "Quatrefages"
HELD = f"{CANARY} est un escroc."


@dataclass
class World:
    """Who is there, and what of it the onlooker may know."""

    house: House
    insider: Person
    onlooker: Person
    own_post: dict[str, Any]
    open_post: dict[str, Any]
    question: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def world(orvance: House) -> World:
    """A meeting, an open community, and two posts that everybody reads."""
    secretary = await orvance.person("Solène Varenne", roles=["secretary"])
    insider = await orvance.person("Hélène Marcillat", communities=[PLACE, LISTED, SECRET])
    onlooker = await orvance.person("Bruno Taillade", communities=[PLACE])
    meeting = await opened(orvance, secretary)
    return World(
        house=orvance,
        insider=insider,
        onlooker=onlooker,
        own_post=await publish(onlooker, "Un retour", "Du vécu."),
        open_post=await publish(insider, "Une question", "Qui sait ?"),
        # The fate of every question is public, its number too: only its words are secret.
        question=await ask(insider, meeting, f"Pourquoi {HELD}"),
    )


async def fill_with_secrets(world: World) -> None:
    """Make everything that the onlooker must not notice, and note by which ids it goes."""
    house, insider = world.house, world.insider
    absent = await house.person(f"Zéphirine {CANARY}", communities=[SECRET, PLACE])
    await edit(absent, in_directory=False, headline=f"Conseil, {CANARY}")
    followed = await absent.browser.call("POST", f"/people/{world.onlooker.id}/follow")
    assert followed.is_success, followed.text
    secret = await publish(absent, f"Entre nous {CANARY}", CANARY, place=SECRET)
    said = await comment(insider, secret, f"Merci {CANARY}.")
    listed = await publish(insider, f"Pacte {CANARY}", CANARY, place=LISTED)
    held = await publish(insider, HELD, HELD)
    assert held["status"] == "held"
    held_comment = await comment(insider, world.own_post, HELD)
    changed = {"title": HELD, "body": HELD}
    edited = await insider.browser.call("PUT", f"/posts/{world.open_post['id']}", changed)
    assert edited.is_success, edited.text
    await edit(insider, headline=HELD)
    report = {"reason": "other", "note": CANARY}
    told = await insider.browser.call(
        "POST", f"/contributions/{world.own_post['id']}/reports", report
    )
    assert told.is_success, told.text
    world.secrets = {
        "slug": SECRET,
        "member_id": str(absent.id),
        "post_id": secret["id"],
        "listed": listed["id"],
        "held": held["id"],
        "comment_id": said["id"],
        "held_comment": held_comment["id"],
        "question_id": world.question["id"],
    }


def never(value: str) -> str:
    """Return something of the same shape that exists nowhere."""
    if value.count("-") == 4 and len(value) == 36:
        return str(new_id())
    return "".join("x" if letter.isalpha() else letter for letter in value)

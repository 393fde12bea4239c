"""A house with an onlooker in it, and the things that do not exist for them."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from tests.conversations.conftest import LISTED, PLACE, SECRET, comment, publish
from tests.factories import House, Person
from tests.meetings.conftest import ask, opened
from tests.members.conftest import edit
from tests.moderation.conftest import act, claim, items, refusal
from tests.redress.conftest import send

# In everything that is secret, and in nothing else. The charter holds what accuses somebody.
CANARY = "Quatrefages"
HELD = f"{CANARY} est un escroc."


@dataclass
class World:
    """Who is there, and what of it the onlooker may know."""

    house: House
    insider: Person
    onlooker: Person
    moderator: Person
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
        moderator=await orvance.person("Ludivine Darcel", roles=["moderator"]),
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
    world.secrets = await what_judges(world, absent, secret["id"]) | {
        "slug": SECRET,
        "member_id": str(absent.id),
        "post_id": secret["id"],
        "listed": listed["id"],
        "held": held["id"],
        "comment_id": said["id"],
        "held_comment": held_comment["id"],
        "question_id": world.question["id"],
    }


async def what_judges(world: World, absent: Person, post_id: str) -> dict[str, str]:
    """Judge words that nobody read, and give notice of a secret post; return what that made."""
    house, moderator = world.house, world.moderator
    await publish(world.insider, f"{HELD} Encore", HELD)
    [newest, *_] = sorted(await items(moderator), key=lambda one: one["id"], reverse=True)
    given = refusal(facts=f"Des mots sur {CANARY}.", text=f"Pas de {CANARY} ici.")
    decided = await act(moderator, await claim(moderator, newest), "decisions", **given)
    assert decided.is_success, decided.text
    sent = await send(absent.browser, f"/posts/{post_id}", reasons=f"{CANARY} n’a rien fait.")
    assert sent.is_success, sent.text
    async with house.transaction():
        notice_id = await db.fetch_value("SELECT id FROM legal_notice WHERE tenant_id = $1")
        hold_id = await db.insert(
            "legal_hold", subject_kind="member", subject_id=absent.id, reason=CANARY,
            placed_at=clock.now(),
        )  # fmt: skip
        rehearsal_id = await db.insert(
            "charter_rehearsal", source=CANARY, source_sha256="", days=1, everywhere=False,
            places=[], state="cancelled", asked_by=moderator.id, asked_at=clock.now(),
        )  # fmt: skip
    return {
        "decision_id": decided.json()["id"],
        "legal_notice_id": str(notice_id),
        "hold_id": str(hold_id),
        "rehearsal_id": str(rehearsal_id),
    }


def never(value: str) -> str:
    """Return something of the same shape that exists nowhere."""
    if value.count("-") == 4 and len(value) == 36:
        return str(new_id())
    return "".join("x" if letter.isalpha() else letter for letter in value)

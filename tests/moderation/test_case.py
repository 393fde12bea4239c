"""A case with what stands around it: the wording before, its neighbours, who it concerns."""

import re

from tests.factories import House, Person
from tests.moderation.conftest import (
    CLAUSE,
    LETTER,
    PLACE,
    Held,
    act,
    claim,
    hold,
    items,
    publish,
    refusal,
)

QUEUE = "/admin/moderation"
REVISED = "Un confrère parle d’un projet de cession après l’été.\n\nQu’en dit le conseil ?"


async def case_of(person: Person, item_id: str) -> dict:
    answer = await person.browser.call("GET", f"/moderation/items/{item_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def comment(person: Person, post_id: str, body: str) -> dict:
    answer = await person.browser.call("POST", f"/posts/{post_id}/comments", {"body": body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_what_came_back_stands_beside_what_was_sent_back(
    held: Held, moderator: Person
) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    returned = await act(moderator, mine, "decisions", **refusal(action="return"))
    assert returned.status_code == 201, returned.text
    assert await items(moderator) == []
    path = f"/posts/{held.id}"
    revised = await held.author.browser.call(
        "PUT", path, {"title": "Une cession ?", "body": REVISED}
    )
    assert revised.status_code == 200, revised.text
    [again] = await items(moderator)
    assert again["id"] == item["id"]
    case = await case_of(moderator, item["id"])
    earlier = case["earlier"]
    assert not earlier["is_live"]
    changed = {
        (part[0], part[1].strip())
        if isinstance(part, list)
        else (part["state"], part["text"].strip())
        for part in earlier["body_parts"]
    }
    assert ("removed", "avant") in changed
    assert ("added", "après") in changed
    page = (await moderator.browser.get(f"{QUEUE}/{item['id']}")).text
    assert "<del>avant" in page
    assert "<ins>après" in page


async def test_a_first_wording_has_none_before(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    assert (await case_of(moderator, item["id"]))["earlier"] is None


async def test_a_comment_shows_what_it_answers_and_what_was_said_around(
    orvance: House, author: Person, reader: Person, moderator: Person
) -> None:
    post = (await publish(reader, "Le pacte Dutreil", "Qui l’a signé ?")).json()
    first = await comment(reader, post["id"], "Moi, l’an dernier.")
    waiting = await comment(author, post["id"], "Un projet de cession suivra.")
    assert waiting["status"] == "held"
    after = await comment(reader, post["id"], "Merci à tous.")
    [item] = await items(moderator)
    context = (await case_of(moderator, item["id"]))["context"]
    assert context["parent"]["title"] == "Le pacte Dutreil"
    assert [one["id"] for one in context["before"]] == [first["id"]]
    assert [one["id"] for one in context["after"]] == [after["id"]]
    page = (await moderator.browser.get(f"{QUEUE}/{item['id']}")).text
    assert "Moi, l’an dernier." in page
    assert "Merci à tous." in page


async def test_the_file_tells_what_was_decided_before(
    orvance: House, held: Held, moderator: Person, reader: Person
) -> None:
    shown = (await publish(held.author, "Le petit-déjeuner", "Qui y sera ?")).json()
    [item] = await items(moderator)
    await act(moderator, await claim(moderator, item), "decisions", **refusal())
    reason = {"reason": "other", "note": "C’est la troisième fois."}
    told = await reader.browser.call("POST", f"/contributions/{shown['id']}/reports", reason)
    assert told.status_code == 204, told.text
    [flag] = await items(moderator)
    found = (await moderator.browser.call("GET", f"/moderation/items/{flag['id']}/author")).json()
    assert [one["action"] for one in found["decisions"]] == ["refuse"]
    assert (found["person"]["refused"], found["person"]["reports"]) == (1, 1)
    page = await moderator.browser.get(f"{QUEUE}/{flag['id']}/author")
    assert page.status_code == 200
    assert "Une cession au Luxembourg" in page.text
    fragment = await moderator.browser.get(
        f"{QUEUE}/{flag['id']}/author", headers={"hx-request": "true"}
    )
    assert "<!DOCTYPE" not in fragment.text
    assert reader.name not in fragment.text, "who reports is not named"


async def test_a_manager_reads_of_their_own_place_only(orvance: House, moderator: Person) -> None:
    other = "marches-prives"
    author = await orvance.person("Georges Malvoisin", communities=[PLACE, other])
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    await hold(orvance, author, place=other, title="Dans l’autre maison")
    [elsewhere] = await items(moderator)
    await act(moderator, await claim(moderator, elsewhere), "decisions", **refusal())
    await hold(orvance, author, title="Ici")
    [here] = await items(manager)
    found = await manager.browser.call("GET", f"/moderation/items/{here['id']}/author")
    assert found.json()["decisions"] == []
    assert found.json()["person"]["refused"] == 0
    assert "Dans l’autre maison" not in found.text
    whole = await moderator.browser.call("GET", f"/moderation/items/{here['id']}/author")
    assert [one["title"] for one in whole.json()["decisions"]] == ["Dans l’autre maison"]


async def test_what_was_typed_survives_a_lost_lease(
    held: Held, moderator: Person, colleague: Person
) -> None:
    """Two moderators: what the first wrote comes back, and goes into the form of the next claim."""
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    await act(moderator, mine, "hand-over", member_id=str(colleague.id))
    written = {
        "version": str(mine["version"]), "action": "refuse", "clause_id": CLAUSE,
        "text": LETTER, "facts": "Une rumeur.", "prepared": f"refuse:{CLAUSE}",
    }  # fmt: skip
    path = f"{QUEUE}/{item['id']}"
    stale = await moderator.browser.send_form(f"{path}/decision", written)
    assert stale.status_code == 409
    assert "Confié à un collègue" in stale.text
    assert LETTER in stale.text.replace("\u00a0", " ")
    [theirs] = await items(colleague, "mine")
    await act(colleague, theirs, "release")
    [free] = await items(moderator)
    again = await moderator.browser.send_form(
        f"{path}/claim", {**written, "version": str(free["version"])}
    )
    assert again.status_code == 200, again.text
    form = again.text.partition('id="decide"')[2]
    assert LETTER in form.replace("\u00a0", " ")
    assert "Une rumeur." in form


async def test_what_was_typed_survives_an_escalation_away_from_a_manager(
    orvance: House, held: Held, moderator: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    [item] = await items(manager)
    mine = await claim(manager, item)
    given = {"facts": "Je ne sais pas trancher."}
    await act(manager, mine, "decisions", action="escalate", **given)
    path, written = f"{QUEUE}/{item['id']}/decision", {
        "version": str(mine["version"]), "action": "refuse", "clause_id": CLAUSE,
        "text": LETTER, "prepared": f"refuse:{CLAUSE}",
    }  # fmt: skip
    gone = await manager.browser.send_form(path, written)
    assert gone.status_code == 404
    assert LETTER in gone.text.replace("\u00a0", " ")
    assert "Un confrère parle" not in gone.text
    nowhere = "/admin/moderation/01890a5d-ac96-774b-bcce-b302099a8057/decision"
    missing = await manager.browser.send_form(nowhere, written)
    plain = re.compile(r'nonce="[^"]+"|value="[^"]{20,}"|hx-nonce="[^"]+"|"x-csrf-token":"[^"]+"')
    assert plain.sub("", gone.text) == plain.sub("", missing.text), "gone and missing are the same"

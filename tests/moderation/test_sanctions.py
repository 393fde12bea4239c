"""Sanctions: who gives which, what is weighed before, what they close, and when they end."""

from datetime import timedelta
from typing import Any

import pytest

from parvis.core import clock
from parvis.core.actor import Actor
from parvis.core.ids import MemberId, new_id
from parvis.features.moderation.sanctions import rules
from parvis.features.moderation.tables import SanctionKind
from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, PLACE, RUMOUR, Held, claim, items, publish

FACTS = "Un texte rapporte une rumeur malgré un avertissement."
LETTER = "Vous lisez, vous n’écrivez plus, jusqu’à la date dite."
PLAIN = "Le conseil peut-il dire où en est la filiale ?"


def in_days(days: int) -> str:
    return (clock.now() + timedelta(days=days)).isoformat()


def warning(**changes: Any) -> dict[str, Any]:
    return {"kind": "warning", "clause_id": CLAUSE, "facts": FACTS, "text": LETTER} | changes


def restriction(kind: str = "read_only", **changes: Any) -> dict[str, Any]:
    """A restriction that says everything it has to."""
    weighed = {"gravity": "serious", "intent": "deliberate", "until": in_days(7)}
    return warning(kind=kind) | weighed | {"without_warning": "La gravité des faits."} | changes


async def give(by: Person, to: Person, given: dict[str, Any]) -> Any:
    return await by.browser.call("POST", f"/members/{to.id}/sanctions", given)


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")


async def test_a_warning_is_told_and_closes_nothing(author: Person, moderator: Person) -> None:
    given = await give(moderator, author, warning())
    assert given.status_code == 201, given.text
    assert given.json()["action"] == "warn"
    assert (await publish(author, "Une question", PLAIN)).status_code == 201
    [notice] = (await author.browser.call("GET", "/notifications")).json()["items"]
    assert (notice["kind"], notice["text"]) == ("measure_taken", LETTER)
    assert notice["path"] == f"/decisions/{given.json()['id']}"


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("clause_id", "clause_id"), ("facts", "facts"), ("text", "text"), ("until", "until"),
        ("gravity", "gravity"), ("intent", "intent"), ("without_warning", "without_warning"),
    ],
)  # fmt: skip
async def test_a_restriction_says_what_the_law_wants_weighed(
    author: Person, moderator: Person, missing: str, field: str
) -> None:
    partial = {name: value for name, value in restriction().items() if name != missing}
    refused = await give(moderator, author, partial)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    assert (await moderator.browser.call("GET", "/decisions")).json()["items"] == []


async def test_after_a_warning_no_reason_is_asked_why_none_came_first(
    author: Person, moderator: Person
) -> None:
    await give(moderator, author, warning())
    given = await give(moderator, author, restriction(without_warning=None))
    assert given.status_code == 201, given.text
    weighing = given.json()["statement"]["local"]["weighing"]
    assert (weighing["warnings"], weighing["gravity"]) == (1, "serious")


@pytest.mark.parametrize(
    "facts",
    [
        "Écrit à jean@exemple.test pour le vendre.", "Appelle au 06 12 34 56 78.",
        "Donne FR76 3000 6000 0112 3456 7890 189.", "Georges Malvoisin rapporte une rumeur.",
    ],
)  # fmt: skip
async def test_facts_with_personal_data_are_refused(
    author: Person, moderator: Person, facts: str
) -> None:
    refused = await give(moderator, author, restriction(facts=facts))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["facts"])


async def test_read_only_reads_and_does_not_write_until_its_instant(
    orvance: House, author: Person, moderator: Person
) -> None:
    given = await give(moderator, author, restriction())
    refused = await publish(author, "Une question", PLAIN)
    assert (refused.status_code, refused.json()["code"]) == (403, "sanctioned")
    [told] = refused.json()["sanctions"]
    assert told["path"] == f"/decisions/{given.json()['id']}"
    assert (await author.browser.call("GET", f"/communities/{PLACE}/posts")).status_code == 200
    assert (await author.browser.call("GET", "/me/decisions")).json()["items"][0]["may_appeal"]
    with clock.shift(timedelta(days=7, minutes=1)):
        await orvance.sign_in_again(author)
        assert (await publish(author, "Une question", PLAIN)).status_code == 201


async def test_a_page_that_is_closed_gives_the_text_back(author: Person, moderator: Person) -> None:
    await give(moderator, author, restriction())
    page = await author.browser.send_form(
        f"/communities/{PLACE}/posts", {"title": "Une question", "body": PLAIN}
    )
    assert page.status_code == 403
    assert PLAIN in page.text
    assert "/appeals/new?decision=" in page.text


async def test_a_suspension_closes_everything_but_what_is_always_open(
    author: Person, admin: Person
) -> None:
    given = await give(admin, author, restriction("suspension"))
    assert given.status_code == 201, given.text
    assert given.json()["statement"]["restriction"]["decision_account"] == (
        "DECISION_ACCOUNT_SUSPENDED"
    )
    for path in ("/", "/communities", "/people", "/notifications", f"/communities/{PLACE}"):
        assert (await author.browser.get(path)).status_code == 403, path
    for path in (
        "/charter", "/me/data", "/me", "/me/decisions", f"/decisions/{given.json()['id']}",
    ):  # fmt: skip
        assert (await author.browser.get(path)).status_code == 200, path
    own = await author.browser.get(f"/decisions/{given.json()['id']}")
    assert "Solène Kerviel" not in own.text
    assert "/appeals/new?decision=" in own.text


async def test_only_who_administers_members_suspends(
    author: Person, moderator: Person, admin: Person
) -> None:
    refused = await give(moderator, author, restriction("suspension"))
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_rights")
    assert (await give(admin, author, restriction("suspension"))).status_code == 201


async def test_a_manager_restricts_in_their_own_community_alone(
    orvance: House, author: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    async with orvance.transaction():
        place = str(await orvance.community_id(PLACE))
    everywhere = await give(manager, author, restriction())
    assert (everywhere.status_code, everywhere.json()["code"]) == (403, "beyond_rights")
    suspended = await give(manager, author, restriction("suspension", place_id=place))
    assert suspended.status_code == 403
    assert (await give(manager, author, restriction(place_id=place))).status_code == 201
    assert (await publish(author, "Une question", PLAIN)).json()["code"] == "sanctioned"
    stranger = await orvance.person("Aurélie Nantua", communities=["marches-prives"])
    assert (await give(manager, stranger, warning(place_id=place))).status_code == 404


async def test_a_sanction_in_one_place_leaves_the_others(
    orvance: House, author: Person, moderator: Person
) -> None:
    both = await orvance.person("Iris Delcourt", communities=[PLACE, "transmission"])
    async with orvance.transaction():
        place = str(await orvance.community_id(PLACE))
    assert (await give(moderator, both, restriction(place_id=place))).status_code == 201
    assert (await publish(both, "Ici", PLAIN)).status_code == 403
    assert (await publish(both, "Là", PLAIN, place="transmission")).status_code == 201


async def test_nobody_restricts_themselves(moderator: Person) -> None:
    refused = await give(moderator, moderator, warning())
    assert (refused.status_code, refused.json()["code"]) == (403, "own_sanction")


async def test_who_holds_rights_is_restricted_by_who_runs_the_space_alone(
    moderator: Person, colleague: Person, admin: Person
) -> None:
    refused = await give(moderator, colleague, warning())
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach")
    assert (await give(admin, colleague, warning())).status_code == 201


async def test_the_last_administrator_stays(orvance: House, admin: Person) -> None:
    """Somebody who came in by emergency access could close the space to all who run it."""
    emergency = Actor(
        tenant=orvance.tenant, locale="fr", member_id=MemberId(new_id()),
        permissions=frozenset({"tenant:manage", "member:manage"}),
    )  # fmt: skip
    async with orvance.transaction():
        subject = await rules.access_subject(emergency, admin.id)
        for kind in (SanctionKind.READ_ONLY, SanctionKind.SUSPENSION):
            with pytest.raises(rules.LastAdministrator):
                await rules.require_may(emergency, subject, kind, None, now=clock.now())
    other = await orvance.person("Marc Aubriot", roles=["admin"], capacity="employee")
    assert (await give(admin, other, restriction("suspension"))).status_code == 201
    async with orvance.transaction():
        with pytest.raises(rules.LastAdministrator):
            await rules.require_may(
                emergency, subject, SanctionKind.SUSPENSION, None, now=clock.now()
            )


async def test_the_same_sanction_twice_at_once_is_given_once(
    author: Person, moderator: Person, colleague: Person
) -> None:
    first = await give(moderator, author, restriction())
    second = await give(colleague, author, restriction())
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["code"] == "already_restricted"


async def test_lifting_is_a_decision_and_opens_again(author: Person, moderator: Person) -> None:
    given = (await give(moderator, author, restriction())).json()
    path = f"/decisions/{given['id']}/reversal"
    bare = await moderator.browser.call("POST", path, {"reason": " "})
    assert (bare.status_code, list(bare.json()["fields"])) == (422, ["reason"])
    lifted = await moderator.browser.call("POST", path, {"reason": "Une erreur sur la personne."})
    assert lifted.status_code == 201, lifted.text
    assert (lifted.json()["action"], lifted.json()["reverses_id"]) == ("lift", given["id"])
    assert (await publish(author, "Une question", PLAIN)).status_code == 201
    again = await moderator.browser.call("POST", path, {"reason": "Encore."})
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")
    kinds = [
        n["kind"] for n in (await author.browser.call("GET", "/notifications")).json()["items"]
    ]
    assert kinds == ["measure_taken", "measure_taken"]


async def test_a_warning_taken_back_no_longer_counts(author: Person, moderator: Person) -> None:
    given = (await give(moderator, author, warning())).json()
    path = f"/decisions/{given['id']}/reversal"
    await moderator.browser.call("POST", path, {"reason": "Une erreur."})
    refused = await give(moderator, author, restriction(without_warning=None))
    assert list(refused.json()["fields"]) == ["without_warning"]


async def test_a_sanction_comes_from_a_case_with_its_words(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    given = await give(moderator, held.author, warning(item_id=mine["id"]))
    assert given.status_code == 201, given.text
    assert given.json()["contribution_id"] == held.id
    elsewhere = await give(moderator, moderator, warning(item_id=mine["id"]))
    assert elsewhere.status_code == 403


async def test_who_judges_nothing_finds_nothing(reader: Person, author: Person) -> None:
    assert (await give(reader, author, warning())).status_code == 404
    assert (await reader.browser.get(f"/admin/members/{author.id}/sanctions")).status_code == 404


async def test_another_tenant_knows_nobody_here(ardelune: House, author: Person) -> None:
    stranger = await ardelune.person("Rémi Castelnau", roles=["moderator", "admin"])
    assert (await give(stranger, author, warning())).status_code == 404


async def test_others_do_not_see_a_sanction(
    author: Person, moderator: Person, reader: Person
) -> None:
    given = (await give(moderator, author, restriction())).json()
    for path in (f"/people/{author.id}", f"/decisions/{given['id']}", "/me/decisions"):
        answer = await reader.browser.get(path)
        assert given["id"] not in answer.text
    assert (await reader.browser.get(f"/decisions/{given['id']}")).status_code == 404
    assert (await reader.browser.call("GET", f"/me/decisions/{given['id']}")).status_code == 404


async def test_the_form_composes_first_and_confirms_what_was_read(
    author: Person, moderator: Person
) -> None:
    path = f"/admin/members/{author.id}/sanctions"
    page = await moderator.browser.get(path)
    assert page.status_code == 200
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    filled = {
        "kind": "read_only", "clause_id": CLAUSE, "facts": FACTS, "gravity": "serious",
        "intent": "careless", "without_warning": "Gravité.", "until_on": day,
    }  # fmt: skip
    unread = await moderator.browser.send_form(path, filled)
    assert unread.status_code == 422
    assert "vous pouvez lire" in unread.text.replace("\xa0", " ").lower()
    composed = await moderator.browser.send_form(f"{path}/letter", filled)
    assert composed.status_code == 200
    prepared = composed.text.split('name="prepared" value="')[1].split('"')[0]
    changed = await moderator.browser.send_form(
        path, {**filled, "text": LETTER, "prepared": prepared, "kind": "warning"}
    )
    assert changed.status_code == 422
    done = await moderator.browser.send_form(path, {**filled, "text": LETTER, "prepared": prepared})
    assert done.status_code == 303, done.text
    record = await moderator.browser.get(done.headers["location"])
    assert LETTER.split(",", maxsplit=1)[0] in record.text
    for bad in ({"until_on": "hier"}, {"place_id": "x"}, {"kind": "exile"}, {"item": "x"}):
        refused = await moderator.browser.send_form(path, {**filled, **bad})
        assert refused.status_code == 422, bad


async def test_a_dossier_tells_of_measures(
    author: Person, moderator: Person, admin: Person
) -> None:
    given = (await give(moderator, author, restriction())).json()
    page = await admin.browser.get(f"/admin/members/{author.id}")
    assert f"/admin/decisions/{given['id']}" in page.text
    assert f"/admin/members/{author.id}/sanctions" in page.text


async def test_the_banner_says_until_when_and_why(author: Person, moderator: Person) -> None:
    given = (await give(moderator, author, restriction())).json()
    page = await author.browser.get(f"/communities/{PLACE}")
    assert f"/decisions/{given['id']}" in page.text
    assert RUMOUR not in page.text

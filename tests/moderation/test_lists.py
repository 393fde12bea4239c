"""Lists, what they are narrowed to, and who has which."""

import re

import pytest

from parvis.core import clock, db
from tests.factories import House, Person
from tests.moderation.conftest import (
    CLAUSE,
    PLACE,
    Held,
    act,
    claim,
    hold,
    items,
    refusal,
)

OTHER = "marches-prives"
NOWHERE = "01890a5d-ac96-774b-bcce-b302099a8057"


async def titles(person: Person, query: str = "") -> list[str]:
    answer = await person.browser.call("GET", f"/moderation/items?which=open&{query}")
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["page"]["items"]]


@pytest.fixture
async def two_places(orvance: House, author: Person) -> None:
    other = await orvance.person("Sabine Auclerc", communities=[OTHER])
    await hold(orvance, author, title="Ici")
    await hold(orvance, other, place=OTHER, title="Là-bas")


async def test_a_list_is_narrowed_by_author_place_clause_and_kind(
    orvance: House, two_places: None, moderator: Person
) -> None:
    async with orvance.transaction():
        place = await orvance.community_id(OTHER)
    assert await titles(moderator) == ["Ici", "Là-bas"]
    assert await titles(moderator, "q=auclerc") == ["Là-bas"]
    assert await titles(moderator, "q=SABINE+auc") == ["Là-bas"]
    assert await titles(moderator, "q=lerc") == []
    assert await titles(moderator, f"place={place}") == ["Là-bas"]
    assert await titles(moderator, f"clause={CLAUSE}") == ["Ici", "Là-bas"]
    assert await titles(moderator, "clause=respect") == []
    assert await titles(moderator, "kind=new") == ["Ici", "Là-bas"]
    assert await titles(moderator, "kind=appeal") == []


async def test_narrowing_works_on_the_page_and_stays_in_its_links(
    two_places: None, moderator: Person
) -> None:
    page = (await moderator.browser.get("/admin/moderation?q=auclerc")).text
    assert "Là-bas" in page
    assert "Ici" not in page.partition('class="plainlist"')[2].partition("</ul>")[0]
    assert "?q=auclerc" in page
    empty = (await moderator.browser.get("/admin/moderation?q=personne")).text
    assert "Rien ne correspond" in empty
    odd = await moderator.browser.get("/admin/moderation?kind=odd&place=odd&after=odd")
    assert odd.status_code == 400


async def test_a_bad_filter_is_told(moderator: Person) -> None:
    answer = await moderator.browser.call("GET", "/moderation/items?kind=odd")
    assert answer.status_code in (400, 422)


async def test_what_concerns_a_moderator_goes_to_the_tenant_admin(
    orvance: House, moderator: Person, colleague: Person
) -> None:
    admin = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    async with orvance.transaction():
        await db.insert(
            "community_member", community_id=await orvance.community_id(PLACE),
            member_id=moderator.id, standing="member", role="member", joined_at=clock.now(),
        )  # fmt: skip
    await hold(orvance, moderator, title="D’un modérateur")
    assert await titles(colleague) == []
    assert await titles(admin) == ["D’un modérateur"]
    [item] = await items(admin)
    assert item["audience"] == "tenant_admin"
    hidden = await colleague.browser.call("GET", f"/moderation/items/{item['id']}")
    missing = await colleague.browser.call("GET", f"/moderation/items/{NOWHERE}")
    assert hidden.status_code == missing.status_code == 404
    assert plain(hidden.text, item["id"]) == plain(missing.text, NOWHERE)
    mine = await claim(admin, item)
    assert (await act(admin, mine, "decisions", action="publish")).status_code == 201


async def test_what_concerns_a_manager_of_the_place_leaves_the_place(
    orvance: House, moderator: Person
) -> None:
    admin = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    other = await orvance.person("Karine Delpuech", manages=[PLACE])
    await hold(orvance, manager, title="De qui anime")
    assert await titles(other) == []
    assert await titles(moderator) == []
    assert await titles(admin) == ["De qui anime"]


async def test_without_another_admin_a_colleague_judges(orvance: House, colleague: Person) -> None:
    admin = await orvance.person(
        "Aurélie Montferrand", roles=["admin", "moderator"], communities=[PLACE]
    )
    await hold(orvance, admin, title="De la seule administratrice")
    assert await titles(colleague) == ["De la seule administratrice"]


async def test_an_escalated_case_leaves_the_managers(
    orvance: House, held: Held, moderator: Person
) -> None:
    manager = await orvance.person("Paul-Henri Sorbets", manages=[PLACE])
    [item] = await items(manager)
    note = {"facts": "À trancher plus haut."}
    mine = await claim(manager, item)
    assert (await act(manager, mine, "decisions", action="escalate", **note)).status_code == 201
    assert await items(manager) == []
    gone = await manager.browser.call("GET", f"/moderation/items/{item['id']}")
    assert gone.status_code == 404
    [up] = await items(moderator, "escalated")
    assert up["id"] == item["id"]
    entries = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert any(manager.name in entry["sentence"] for entry in entries["history"])


async def test_items_of_other_managers_are_missing_byte_for_byte(
    orvance: House, held: Held, moderator: Person
) -> None:
    elsewhere = await orvance.person("Sabine Auclerc", manages=[OTHER])
    [item] = await items(moderator)
    for path in ("", "/author"):
        one = await elsewhere.browser.get(f"/admin/moderation/{item['id']}{path}")
        none = await elsewhere.browser.get(f"/admin/moderation/{NOWHERE}{path}")
        assert one.status_code == none.status_code == 404
        assert plain(one.text, item["id"]) == plain(none.text, NOWHERE)
    for what in ("claim", "release", "hold", "renewal", "hand-over", "decisions"):
        fields = {"member_id": str(elsewhere.id), "action": "publish"}
        one = await act(elsewhere, item, what, **fields)
        none = await act(elsewhere, {**item, "id": NOWHERE}, what, **fields)
        assert one.status_code == none.status_code == 404, what
        assert plain(one.text, item["id"]) == plain(none.text, NOWHERE)


def plain(text: str, item_id: str) -> str:
    """Return an answer without what differs on every request."""
    text = text.replace(item_id, "ID")
    return re.sub(r'nonce="[^"]+"|correlation_id":"[^"]+"|érence\s*: [^<]+|token[^>]+>', "", text)


async def test_counts_follow_the_lists(orvance: House, author: Person, moderator: Person) -> None:
    for n in range(3):
        await hold(orvance, author, title=f"Cas {n}")
    first, second, _ = await items(moderator)
    await claim(moderator, first)
    mine = await claim(moderator, second)
    await act(moderator, mine, "decisions", action="escalate", facts="À voir.")
    counts = (await moderator.browser.call("GET", "/moderation/items")).json()["counts"]
    assert {name: counts[name] for name in ("open", "escalated", "mine", "reported")} == {
        "open": 2, "escalated": 1, "mine": 1, "reported": 0,
    }  # fmt: skip


async def test_nothing_is_offered_to_who_does_not_hold_the_case(
    held: Held, moderator: Person, colleague: Person
) -> None:
    [item] = await items(moderator)
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert case["can"]["claim"]
    assert case["can"]["actions"] == []
    await claim(colleague, item)
    case = (await moderator.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert not case["can"]["claim"]
    theirs = (await colleague.browser.call("GET", f"/moderation/items/{item['id']}")).json()
    assert {"publish", "return", "refuse", "escalate"} <= set(theirs["can"]["actions"])
    refused = await act(colleague, theirs["item"], "decisions", **refusal(action="uphold"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_offered")

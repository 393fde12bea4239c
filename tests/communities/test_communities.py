"""Which communities exist for whom, and how one comes in and goes out."""

import pytest

from parvis.core import clock, db
from tests.factories import House, Person

OPEN, LISTED, SECRET = "clients-du-cercle", "transmission", "conseil-consultatif"


@pytest.fixture
async def insider(orvance: House) -> Person:
    """A member of all three."""
    return await orvance.person("Hélène Marcillat", communities=[OPEN, LISTED, SECRET])


@pytest.fixture
async def outsider(orvance: House) -> Person:
    """A member of none."""
    return await orvance.person("Bruno Taillade")


async def standing(house: House, person: Person, slug: str) -> str | None:
    """Return what the database knows of somebody in a community."""
    async with house.transaction():
        found: str | None = await db.fetch_value(
            "SELECT standing FROM community_member"
            " WHERE tenant_id = $1 AND community_id = $2 AND member_id = $3",
            await house.community_id(slug),
            person.id,
        )
    return found


async def give(house: House, person: Person, slug: str, standing: str) -> None:
    async with house.transaction():
        await db.insert(
            "community_member", community_id=await house.community_id(slug),
            member_id=person.id, standing=standing, joined_at=clock.now(),
        )  # fmt: skip


async def test_a_secret_community_is_listed_to_its_members_alone(insider, outsider) -> None:
    for person, sees in ((insider, True), (outsider, False)):
        listed = (await person.browser.call("GET", "/communities")).json()["items"]
        assert (SECRET in [item["slug"] for item in listed]) is sees
        page = (await person.browser.get("/communities")).text
        assert ("Conseil consultatif" in page) is sees


@pytest.mark.parametrize("known_as", [None, "pending", "invited"])
@pytest.mark.parametrize("path", ["", "/posts", "/membership"])
async def test_a_secret_community_answers_outsiders_like_a_missing_one(
    orvance, insider, outsider, known_as, path
) -> None:
    if known_as:
        await give(orvance, outsider, SECRET, known_as)
    method = "POST" if path == "/membership" else "GET"
    assert (await insider.browser.call(method, f"/communities/{SECRET}{path}")).is_success
    answers = [
        await outsider.browser.call(method, f"/communities/{slug}{path}")
        for slug in (SECRET, "x" * len(SECRET))
    ]
    for answer in answers:
        assert answer.status_code == 404
    bodies = [
        {**answer.json(), "correlation_id": answer.headers["x-correlation-id"]}
        for answer in answers
    ]
    for body in bodies:
        body.pop("correlation_id")
    assert bodies[0] == bodies[1]
    assert _told(answers[0]) == _told(answers[1])


async def test_the_pages_of_a_secret_and_of_a_missing_community_are_the_same(
    insider, outsider
) -> None:
    assert (await insider.browser.get(f"/communities/{SECRET}")).status_code == 200
    missing = "x" * len(SECRET)
    hidden, unknown = [
        await outsider.browser.get(f"/communities/{slug}") for slug in (SECRET, missing)
    ]
    assert hidden.status_code == unknown.status_code == 404
    assert _page(hidden, SECRET) == _page(unknown, missing)


async def test_a_listed_community_shows_outsiders_its_title_only(insider, outsider) -> None:
    sent = {"title": "Pacte Dutreil, retour", "body": "Entre nous."}
    await insider.browser.call("POST", f"/communities/{LISTED}/posts", sent)
    page = (await outsider.browser.get(f"/communities/{LISTED}")).text
    assert "Transmission et pacte Dutreil" in page
    assert "Pacte Dutreil, retour" not in page
    seen = (await outsider.browser.call("GET", f"/communities/{LISTED}")).json()
    assert (seen["members"], seen["can"]["read"]) == (None, False)
    assert (await outsider.browser.call("GET", f"/communities/{LISTED}/posts")).status_code == 403
    assert "Pacte Dutreil, retour" in (await insider.browser.get(f"/communities/{LISTED}")).text


async def test_an_open_community_is_read_by_every_member(insider, outsider) -> None:
    sent = {"title": "Bienvenue", "body": "À tous."}
    await insider.browser.call("POST", f"/communities/{OPEN}/posts", sent)
    assert "Bienvenue" in (await outsider.browser.get(f"/communities/{OPEN}")).text
    seen = (await outsider.browser.call("GET", f"/communities/{OPEN}")).json()
    assert seen["members"] == 1
    assert [act for act, is_open in seen["can"].items() if is_open] == ["read", "join"]


async def test_joining_a_free_community_makes_one_a_member(orvance, outsider) -> None:
    for _ in range(2):
        answer = await outsider.browser.send_form(f"/communities/{OPEN}/membership", {})
        assert answer.status_code == 303
    assert await standing(orvance, outsider, OPEN) == "member"
    assert "Clients du Cercle" in (await outsider.browser.get("/")).text


async def test_joining_on_request_waits_and_is_no_membership(orvance, outsider) -> None:
    asked = await outsider.browser.call("POST", f"/communities/{LISTED}/membership")
    assert asked.json()["standing"] == "pending"
    can = asked.json()["can"]
    assert (can["read"], can["write"], can["join"], can["leave"]) == (False, False, False, True)
    sent = {"title": "t", "body": "b"}
    posted = await outsider.browser.call("POST", f"/communities/{LISTED}/posts", sent)
    assert posted.status_code == 403
    assert "à l’étude" in (await outsider.browser.get(f"/communities/{LISTED}")).text


async def test_a_manager_lets_in_and_declines(orvance, insider, outsider) -> None:
    manager = await orvance.person("Ludivine Darcel", manages=[LISTED])
    other = await orvance.person("Karine Delpuech")
    for person in (outsider, other):
        await person.browser.call("POST", f"/communities/{LISTED}/membership")
    page = (await manager.browser.get(f"/communities/{LISTED}/requests")).text
    assert "Bruno Taillade" in page
    path = f"/communities/{LISTED}/requests"
    admitted = await manager.browser.send_form(f"{path}/{outsider.id}/admission", {})
    assert admitted.status_code == 303
    declined = await manager.browser.call("POST", f"{path}/{other.id}/refusal")
    assert declined.status_code == 204
    assert await standing(orvance, outsider, LISTED) == "member"
    assert await standing(orvance, other, LISTED) is None
    assert (await manager.browser.call("GET", path)).json()["items"] == []
    told = (await outsider.browser.call("GET", "/notifications")).json()["items"]
    assert [notice["path"] for notice in told] == [f"/communities/{LISTED}"]
    again = await manager.browser.call("POST", f"{path}/{other.id}/admission")
    assert again.status_code == 404


async def test_only_managers_decide_who_comes_in(orvance, insider, outsider) -> None:
    await outsider.browser.call("POST", f"/communities/{LISTED}/membership")
    path = f"/communities/{LISTED}/requests"
    for person in (insider, outsider):
        assert (await person.browser.call("GET", path)).status_code == 403
        answer = await person.browser.call("POST", f"{path}/{outsider.id}/admission")
        assert answer.status_code == 403
    assert await standing(orvance, outsider, LISTED) == "pending"


async def test_an_invitation_is_taken_up(orvance, outsider) -> None:
    await give(orvance, outsider, LISTED, "invited")
    joined = await outsider.browser.call("POST", f"/communities/{LISTED}/membership")
    assert joined.json()["standing"] == "member"


async def test_leaving_ends_reading(orvance, insider) -> None:
    left = await insider.browser.call("DELETE", f"/communities/{SECRET}/membership")
    assert left.status_code == 204
    assert await standing(orvance, insider, SECRET) is None
    assert (await insider.browser.get(f"/communities/{SECRET}")).status_code == 404
    answer = await insider.browser.send_form(f"/communities/{LISTED}/membership/end", {})
    assert answer.status_code == 303
    assert await standing(orvance, insider, LISTED) is None


async def test_another_tenant_s_communities_do_not_exist(orvance, insider, ardelune) -> None:
    stranger = await ardelune.person("Gaëtan Royer-Viel", capacity="shareholder")
    for method, path in (("GET", ""), ("POST", "/membership"), ("DELETE", "/membership")):
        answer = await stranger.browser.call(method, f"/communities/{LISTED}{path}")
        assert answer.status_code == 404, (method, path)
    assert (await insider.browser.call("GET", f"/communities/{LISTED}")).status_code == 200


async def test_a_member_s_page_tells_name_capacity_and_who_vouches(orvance, insider) -> None:
    adviser = await orvance.person("Sabine Auclerc", capacity="adviser")
    seen = (await insider.browser.call("GET", f"/people/{adviser.id}")).json()
    assert (seen["name"], seen["role"]) == ("Sabine Auclerc", "Conseiller")
    assert seen["vouched_by"]
    assert seen["vouched_by"] in (await insider.browser.get(f"/people/{adviser.id}")).text
    assert (await orvance.visitor.call("GET", f"/people/{adviser.id}")).status_code == 401


async def test_another_tenant_s_member_does_not_exist(insider, ardelune) -> None:
    stranger = await ardelune.person("Gaëtan Royer-Viel", capacity="shareholder")
    assert (await stranger.browser.call("GET", f"/people/{insider.id}")).status_code == 404
    assert (await stranger.browser.call("GET", f"/people/{stranger.id}")).status_code == 200


# What differs from one answer to the next whatever is asked for.
_EACH_ANSWERS_OWN = {"x-correlation-id", "content-security-policy", "set-cookie"}


def _told(answer) -> dict[str, str]:
    return {k: v for k, v in answer.headers.items() if k not in _EACH_ANSWERS_OWN}


def _page(answer, slug: str) -> str:
    """Return a page without what the request itself gave it: its address, its own ids."""
    nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    text = answer.text.replace(nonce, "").replace(slug, "")
    return text.replace(answer.headers["x-correlation-id"], "")

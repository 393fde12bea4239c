"""Who may work on a charter, and that its screens are pages without JavaScript."""

import pytest

from tests.factories import House
from tests.workshop.conftest import PATH, SOURCE, begun, call, publisher, saved

SCREENS = ("", "/draft", "/clauses", "/difference", "/trial", "/rehearsals", "/publication")
READING = ("", "/draft", "/draft/difference", "/rehearsals")


async def test_every_screen_opens_without_a_draft(orvance: House) -> None:
    person = await publisher(orvance)
    for screen in SCREENS:
        answer = await person.browser.get(PATH + screen)
        assert answer.status_code == 200, (screen, answer.text)


async def test_every_screen_opens_with_a_draft_and_with_an_unsound_one(orvance: House) -> None:
    person = await publisher(orvance)
    draft = await begun(person)
    for source in (SOURCE.replace("Le Cercle", "Ce Cercle"), SOURCE + "\nnothing = 1\n", "a = ["):
        draft = await saved(person, draft, source)
        for screen in SCREENS:
            answer = await person.browser.get(PATH + screen)
            assert answer.status_code == 200, (screen, answer.text)


@pytest.mark.parametrize("roles", [[], ["moderator"], ["legal"], ["secretary"]])
async def test_who_may_not_publish_charters_finds_nothing(orvance: House, roles) -> None:
    await begun(await publisher(orvance))
    outsider = await orvance.person("Bruno Taillade", roles=roles)
    for screen in SCREENS:
        assert (await outsider.browser.get(PATH + screen)).status_code == 404, screen
    for path in READING:
        await call(outsider, "GET", path, status=404)
    await call(outsider, "PUT", "/draft", {"version": 1, "source": "a"}, status=404)
    await call(outsider, "POST", "/draft", {}, status=404)
    await call(outsider, "POST", "/trial", {"text": "a"}, status=404)
    await call(outsider, "POST", "/rehearsals", {}, status=404)
    await call(outsider, "POST", "/publication", {"version": 1, "change": "material"}, status=404)
    await call(outsider, "DELETE", "/draft?version=1", status=404)


async def test_drafts_of_one_house_are_nothing_to_another(orvance: House, ardelune: House) -> None:
    await begun(await publisher(orvance))
    stranger = await publisher(ardelune)
    await call(stranger, "GET", "/draft", status=404)
    await begun(stranger)


async def test_a_manager_works_on_the_charter_of_their_own_community_alone(
    orvance: House,
) -> None:
    manager = await orvance.person("Bruno Taillade", manages=["clients-du-cercle"])
    mine, others = "?community=clients-du-cercle", "?community=conseillers-partenaires"
    draft = await begun(manager, community="clients-du-cercle")
    assert draft["scope"] == "clients-du-cercle"
    assert draft["mistakes"] == []
    for screen in SCREENS:
        assert (await manager.browser.get(f"{PATH}{screen}{mine}")).status_code == 200, screen
    home = (await manager.browser.get(PATH)).text
    assert "community=clients-du-cercle" in home
    assert "community=conseil-consultatif" not in home
    for query in ("", others, "?community=conseil-consultatif", "?community=nowhere"):
        await call(manager, "GET", f"/draft{query}", status=404)
        await call(manager, "POST", f"/draft{query}", {}, status=404)


async def test_a_secret_community_is_unknown_to_publishers_outside_it(orvance: House) -> None:
    person = await publisher(orvance)
    missing = await person.browser.get(f"{PATH}?community=nowhere")
    secret = await person.browser.get(f"{PATH}?community=conseil-consultatif")
    assert (secret.status_code, missing.status_code) == (404, 404)
    assert "conseil-consultatif" not in (await person.browser.get(PATH)).text
    assert "conseil-consultatif" not in (await person.browser.get(f"{PATH}/trial")).text
    member = await orvance.person(
        "Bruno Taillade", roles=["admin"], communities=["conseil-consultatif"]
    )
    assert "conseil-consultatif" in (await member.browser.get(PATH)).text


async def test_the_admin_navigation_names_the_workshop_to_who_may_open_it(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    assert 'href="/admin/charter"' in (await person.browser.get("/admin/members")).text
    moderator = await orvance.person("Bruno Taillade", roles=["moderator"])
    assert 'href="/admin/charter"' not in (await moderator.browser.get("/admin/moderation")).text

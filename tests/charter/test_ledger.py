"""Who answered what: one's own answers, the firm's ledger, the archive of one's data."""

import pytest

from parvis.core.data_rights import OwnDataAsked
from parvis.features.charter import own_data
from tests.charter.community_charter import ACCEPTANCE, charter
from tests.charter.test_versions import changed

PLACE = "transmission"


@pytest.fixture
async def admin(orvance):
    return await orvance.person("Clémence Hauterive", roles=["admin"], communities=[PLACE])


async def rows(person, query=""):
    answer = await person.browser.call("GET", f"/admin/charter/answers{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_member_reads_what_they_answered(orvance, publisher):
    member = await orvance.person(communities=[PLACE], accepted=False)
    await publisher(charter(ACCEPTANCE), PLACE)
    for path, decision in (
        ("/charter", "accepted"), (f"/communities/{PLACE}/charter", "refused"),
        (f"/communities/{PLACE}/charter", "accepted"),
    ):  # fmt: skip
        given = {"decision": decision, "version": 1}
        await member.browser.call("POST", f"{path}/acceptance", given)
    items = (await member.browser.call("GET", "/me/charters")).json()["items"]
    assert [(one["scope"], one["decision"], one["version"], one["how"]) for one in items] == [
        (PLACE, "accepted", 1, "api"),
        (PLACE, "refused", 1, "api"),
        ("tenant", "accepted", 1, "api"),
    ]  # fmt: skip
    assert items[0]["path"] == f"/communities/{PLACE}/charter/1"
    assert len(items[0]["sha256"]) == 64
    page = await member.browser.get("/me/charters")
    assert page.text.count(items[0]["sha256"][:12]) >= 1
    assert "Vous avez accepté la charte en vigueur" in page.text


async def test_own_answers_stay_readable_after_a_refusal(orvance):
    member = await orvance.person()
    given = {"decision": "refused", "version": 1}
    await member.browser.call("POST", "/charter/acceptance", given)
    page = await member.browser.get("/me/charters")
    assert page.status_code == 200
    assert "n’est pas acceptée" in page.text


async def test_own_answers_page_by_cursor(orvance):
    member = await orvance.person()
    for decision in ("withdrawn", "accepted", "withdrawn"):
        given = {"decision": decision, "version": 1}
        await member.browser.call("POST", "/charter/acceptance", given)
    first = (await member.browser.call("GET", "/me/charters?limit=2")).json()
    assert len(first["items"]) == 2
    rest = (await member.browser.call("GET", f"/me/charters?after={first['next_after']}")).json()
    assert [one["decision"] for one in rest["items"]] == ["withdrawn", "accepted"]


async def test_the_firm_sees_who_has_answered_what(orvance, admin, publisher):
    faithful = await orvance.person("Léa Vernier")
    quitting = await orvance.person("Bruno Taillade")
    await orvance.person("Solène Kermarrec", accepted=False)
    await quitting.browser.call(
        "POST", "/charter/acceptance", {"decision": "withdrawn", "version": 1}
    )
    await publisher(changed())
    await faithful.browser.call(
        "POST", "/charter/acceptance", {"decision": "accepted", "version": 2}
    )
    await admin.browser.call("POST", "/charter/acceptance", {"decision": "accepted", "version": 2})
    found = await rows(admin)
    assert (found["scope"], found["version"]) == ("tenant", 2)
    standing = {one["name"]: (one["standing"], one["version"]) for one in found["answers"]["items"]}
    assert standing == {
        "Clémence Hauterive": ("accepted", 2), "Léa Vernier": ("accepted", 2),
        "Bruno Taillade": ("withdrawn", 1), "Solène Kermarrec": ("none", None),
    }  # fmt: skip


async def test_it_is_searched_by_name_and_answer_and_paged(orvance, admin):
    for name in ("Léa Vernier", "Léo Vernet", "Bruno Taillade"):
        await orvance.person(name)
    names = [one["name"] for one in (await rows(admin, "?q=vern"))["answers"]["items"]]
    assert sorted(names) == ["Léa Vernier", "Léo Vernet"]
    assert (await rows(admin, "?q=vern&standing=refused"))["answers"]["items"] == []
    first = (await rows(admin, "?limit=3"))["answers"]
    rest = (await rows(admin, f"?limit=3&after={first['next_after']}"))["answers"]
    assert (len(first["items"]), len(rest["items"])) == (3, 1)
    assert (await admin.browser.get("/admin/charter/answers?q=vern")).text.count("Vernier") == 1


async def test_no_figure_is_given_over_fewer_than_five(orvance, admin):
    assert [one["people"] for one in (await rows(admin))["counts"]] == [None]
    for number in range(4):
        await orvance.person(f"Membre Numéro{number}")
    assert [one["people"] for one in (await rows(admin))["counts"]] == [5]
    assert "moins de cinq" not in (await admin.browser.get("/admin/charter/answers")).text


async def test_a_community_s_ledger_holds_its_people_alone(orvance, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    manager = await orvance.person("Faustine Grandclerc", manages=[PLACE])
    await orvance.person("Léa Vernier", communities=[PLACE])
    await orvance.person("Bruno Taillade")
    found = await rows(manager, f"?community={PLACE}")
    assert sorted(one["name"] for one in found["answers"]["items"]) == [
        "Faustine Grandclerc", "Léa Vernier",
    ]  # fmt: skip


async def test_who_may_not_publish_the_charter_finds_no_ledger(orvance, ardelune, admin):
    member = await orvance.person("Léa Vernier")
    stranger = await ardelune.person(roles=["admin"])
    manager = await orvance.person("Faustine Grandclerc", manages=[PLACE])
    for path in ("/admin/charter/answers", "/api/v1/admin/charter/answers"):
        assert (await member.browser.get(path)).status_code == 404
        assert (await manager.browser.get(path)).status_code == 404
        assert (await manager.browser.get(f"{path}?community={PLACE}")).status_code == 200
        secret = await admin.browser.get(f"{path}?community=conseil-consultatif")
        assert secret.status_code == 404
        assert "Clémence" not in (await stranger.browser.get(path)).text


async def test_what_is_no_answer_cannot_be_asked_for(admin):
    answer = await admin.browser.call("GET", "/admin/charter/answers?standing=maybe")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["standing"])


async def test_a_member_absent_from_the_directory_is_not_shown_to_a_manager(
    orvance, publisher, superuser
):
    manager = await orvance.person("Faustine Grandclerc", manages=[PLACE])
    hidden = await orvance.person("Léa Vernier", communities=[PLACE])
    await superuser.execute("UPDATE member SET in_directory = false WHERE id = $1", hidden.id)
    found = await rows(manager, f"?community={PLACE}")
    assert [one["name"] for one in found["answers"]["items"]] == ["Faustine Grandclerc"]


async def test_an_archive_of_own_data_says_which_charter_was_answered(orvance, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    member = await orvance.person(communities=[PLACE])
    async with orvance.transaction():
        asked = OwnDataAsked(member_id=member.id, sections=[])
        await own_data.give(asked)
        (section,) = asked.sections
        rows = [row async for row in section.rows]
    assert {(row["community"], row["version"]) for row in rows} == {
        (None, 1), ("Transmission et pacte Dutreil", 1),
    }  # fmt: skip

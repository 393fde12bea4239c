"""What changed between versions: in words, by clause, for people and programs; kept by caches."""

import pytest

from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter
from tests.charter.test_versions import SOURCE, changed

PLACE = "transmission"
EDITED = SOURCE.replace(
    "On discute les idées, les décisions et les chiffres, jamais les personnes.",
    "On discute les idées et les décisions, jamais les personnes ni leur famille.",
).replace('"abruti", "abrutie", ', '"abruti", "secretword", ')


@pytest.fixture
async def second(publisher):
    await publisher(changed(source=EDITED))


async def test_the_page_marks_words_that_went_and_came(orvance, second):
    page = await orvance.visitor.get("/charter/2/changes")
    assert page.status_code == 200
    assert "<del>" in page.text
    assert "<ins>" in page.text
    gone = page.text.split("<del>")[1].split("</del>")[0]
    assert "supprimé" in gone
    assert 'id="respect"' in page.text
    assert 'id="no-advice"' not in page.text
    assert "De la version 1 à la version 2" in page.text


async def test_it_speaks_the_reader_s_language(orvance, second):
    page = await orvance.visitor.get("/charter/2/changes?lang=en")
    assert "From version 1 to version 2" in page.text
    assert "Its list has changed." in page.text


async def test_the_words_on_lists_are_never_told(orvance, second):
    for path in ("/charter/2/changes", "/api/v1/charter/2/changes", "/charter/2"):
        assert "secretword" not in (await orvance.visitor.get(path)).text


async def test_programs_read_the_same(orvance, second):
    found = (await orvance.visitor.get("/api/v1/charter/2/changes")).json()
    assert (found["scope"], found["since"], found["version"]) == ("tenant", 1, 2)
    (clause,) = found["clauses"]
    assert (clause["id"], clause["state"], clause["has_moved"]) == ("respect", "changed", False)
    french = next(one for one in clause["text"] if one["locale"] == "fr")
    assert {part["state"] for part in french["parts"]} == {"same", "added", "removed"}
    assert clause["rules"] == [{"id": "insults", "kind": "terms", "state": "changed"}]
    assert len(found["sha256"]) == 2


async def test_any_two_versions_compare(orvance, second, publisher):
    await publisher(changed(source=SOURCE))
    back = (await orvance.visitor.get("/api/v1/charter/3/changes?since=1")).json()
    assert back["clauses"] == []
    page = await orvance.visitor.get("/charter/3/changes?since=1")
    assert "Rien ne change pour les membres" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/charter/1/changes", 404),
        ("/charter/9/changes", 404),
        ("/charter/2/changes?since=9", 404),
        ("/charter/2/changes?since=x", 422),
    ],
)  # fmt: skip
async def test_versions_that_are_not_there_are_404(orvance, second, path, status):
    assert (await orvance.visitor.get(path)).status_code == status
    assert (await orvance.visitor.get(f"/api/v1{path}")).status_code == status


async def test_a_version_to_come_is_not_compared_yet(orvance, publisher):
    await publisher(changed(source=EDITED, more="effective_on = 2999-01-01"))
    assert (await orvance.visitor.get("/charter/2/changes")).status_code == 404
    assert (await orvance.visitor.get("/charter/2")).status_code == 404


async def test_old_versions_say_so_and_lead_to_what_changed(orvance, second):
    page = await orvance.visitor.get("/charter/1")
    assert "n’est plus en vigueur" in page.text
    assert 'href="/charter/2/changes?since=1"' in page.text
    assert 'href="/charter/1#respect"' in page.text


async def test_a_community_s_changes_are_for_those_who_know_it(orvance, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    await publisher(charter(ACCEPTANCE, NO_NAMES), PLACE)
    member = await orvance.person(communities=[PLACE])
    path = f"/communities/{PLACE}/charter/2/changes"
    page = await member.browser.get(path)
    assert "Nouvelle clause" in page.text
    found = (await member.browser.call("GET", path)).json()
    assert (found["scope"], [one["id"] for one in found["clauses"]]) == (PLACE, ["no-names"])
    assert (await orvance.visitor.get(path)).status_code == 303
    answer = await orvance.visitor.get(f"/api/v1{path}")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("path", "keeps"),
    [
        ("/api/v1/charter", "public, no-cache"),
        ("/api/v1/charter/1", "public, max-age=86400"),
        ("/api/v1/charter/2/changes", "public, max-age=86400"),
    ],
)
async def test_what_is_published_is_known_by_its_digest(orvance, second, path, keeps):
    first = await orvance.visitor.get(path)
    assert first.headers["cache-control"] == keeps
    assert "set-cookie" not in first.headers
    known = {"if-none-match": first.headers["etag"]}
    again = await orvance.visitor.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    other = await orvance.visitor.get(path, headers={"if-none-match": '"another"'})
    assert other.status_code == 200


async def test_the_digest_changes_with_what_is_in_force(orvance, publisher):
    before = (await orvance.visitor.get("/api/v1/charter")).headers["etag"]
    await publisher(changed(source=EDITED))
    answer = await orvance.visitor.get("/api/v1/charter", headers={"if-none-match": before})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


async def test_a_community_s_charter_is_kept_by_no_shared_cache(orvance, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    member = await orvance.person(communities=[PLACE])
    answer = await member.browser.call("GET", f"/communities/{PLACE}/charter/1")
    assert answer.headers["cache-control"].startswith("private")

"""The directory: found by any word of the name, in any script; absent means absent."""

import uuid

import pytest

from parvis.core import db
from parvis.features.identity.names import END, folded_words, name_keys, refresh_name_keys
from tests.factories import House
from tests.members.conftest import OPEN, SECRET, become, edit, hide, names

NAMES = [
    ("Élodie Vasseur-Lebrun", ["elodie", "ÉLO", "vass", "lebrun", "lebrun elodie", "Vasseur-Leb"]),
    ("Anna-Lena Anders", ["an", "lena an"]),
    ("Søren Łukasiewicz", ["soren", "luka", "Søren ŁUK"]),
    ("Jean d’Alembert", ["alembert", "d'alembert", "D’ALEM jean"]),
    ("Björk", ["bjork"]),
    ("Сергей Иванов", ["иван", "СЕРГЕЙ"]),
    ("山田太郎", ["山", "山田"]),
    ("김민준", ["김"]),
    ("محمد علي", ["علي", "محمد"]),
    ("Αλέξανδρος Παπαδόπουλος", ["παπαδοπουλος", "αλεξ"]),
    ("Weiß Œuvrard", ["weiss", "oeuvr"]),
]


@pytest.mark.parametrize(("name", "searches"), NAMES)
async def test_any_word_of_a_name_finds_it_in_any_script(
    orvance: House, name: str, searches: list[str]
) -> None:
    await orvance.person(name)
    reader = await orvance.person("Quentin Zwickau")
    for search in searches:
        assert await names(reader, f"?q={search}") == [name], search


async def test_a_search_finds_beginnings_only_and_all_words_must_fit(orvance: House) -> None:
    await orvance.person("Hélène Marcillat")
    reader = await orvance.person("Quentin Zwickau")
    for search in ("arcillat", "helene taillade", "marcillatx", "%", "_", "h_lene", "'", "\\"):
        found = await names(reader, f"?q={search}")
        assert "Hélène Marcillat" not in found or not folded_words(search), search


async def test_the_directory_runs_along_folded_names(orvance: House) -> None:
    for name in ("Zoé Arnal", "Élise Bonnet", "anne tavel", "Anne-Lise Tavel", "Eugène Morel"):
        await orvance.person(name)
    reader = await orvance.person("Bruno Taillade")
    assert await names(reader) == [
        "Anne-Lise Tavel", "anne tavel", "Bruno Taillade", "Élise Bonnet", "Eugène Morel",
        "Zoé Arnal",
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["", "q=taillade", "capacity=client", f"community={OPEN}"])
async def test_pages_hold_everybody_once(orvance: House, query: str) -> None:
    people = [await orvance.person("Bruno Taillade", communities=[OPEN]) for _ in range(7)]
    ids, path = [], f"/people?limit=3&{query}"
    after = ""
    for _ in range(5):
        page = (await people[0].browser.call("GET", f"{path}{after}")).json()
        ids += [one["id"] for one in page["items"]]
        if page["next_after"] is None:
            break
        after = f"&after={page['next_after'].replace(END, '%09')}"
    assert sorted(ids) == sorted(str(one.id) for one in people)


async def test_filters_narrow(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", capacity="adviser", communities=[OPEN])
    bruno = await orvance.person("Bruno Taillade", communities=[OPEN, SECRET])
    await edit(sabine, topics=["Épargne salariale", "Pacte Dutreil"])
    assert await names(bruno, "?capacity=adviser") == ["Sabine Auclerc"]
    assert await names(bruno, f"?community={OPEN}") == ["Bruno Taillade", "Sabine Auclerc"]
    assert await names(bruno, f"?community={SECRET}") == ["Bruno Taillade"]
    assert await names(bruno, "?topic=epargne") == ["Sabine Auclerc"]
    assert await names(bruno, "?topic=dutreil") == []
    assert await names(bruno, f"?topic=pacte&community={OPEN}&q=auc&capacity=adviser") == [
        "Sabine Auclerc"
    ]
    assert await names(bruno, "?topic=pacte&capacity=client") == []
    page = (await bruno.browser.get("/people?q=auc&capacity=adviser")).text
    assert "Sabine Auclerc" in page
    assert 'value="auc"' in page
    assert 'value="adviser" selected' in page


async def test_large_sets_are_walked_along_the_names(orvance: House, monkeypatch) -> None:
    monkeypatch.setattr("parvis.features.members.queries_directory.SMALL_SET", 1)
    sabine = await orvance.person("Sabine Auclerc", capacity="adviser", communities=[OPEN])
    bruno = await orvance.person("Bruno Taillade", communities=[OPEN])
    await orvance.person("Zoé Arnal")
    for person in (sabine, bruno):
        await edit(person, topics=["Pacte Dutreil"])
    everybody = ["Bruno Taillade", "Sabine Auclerc"]
    assert await names(bruno, f"?community={OPEN}&topic=pacte") == everybody
    assert await names(bruno, f"?community={OPEN}&topic=pacte&q=aucl") == ["Sabine Auclerc"]


async def test_a_secret_community_filters_like_one_that_does_not_exist(orvance: House) -> None:
    await orvance.person("Sabine Auclerc", communities=[SECRET])
    outsider = await orvance.person("Bruno Taillade")
    secret = await outsider.browser.get(f"/people?community={SECRET}")
    missing = await outsider.browser.get("/people?community=jamais-vu")
    listed = await outsider.browser.get("/people?community=transmission")
    assert secret.status_code == missing.status_code == listed.status_code == 404
    page = (await outsider.browser.get("/people")).text
    assert SECRET not in page
    assert OPEN in page


async def test_who_asked_to_join_is_not_in(orvance: House) -> None:
    bruno = await orvance.person("Bruno Taillade", communities=[OPEN])
    async with orvance.transaction():
        await db.execute(
            "UPDATE community_member SET standing = 'pending'"
            " WHERE tenant_id = $1 AND member_id = $2",
            bruno.id,
        )
    assert await names(bruno, f"?community={OPEN}") == []


@pytest.mark.parametrize(
    "gone",
    [
        {"in_directory": False},
        {"state": "deactivated"},
        {"kind": "service"},
        {"kind": "emergency"},
    ],
)
async def test_who_is_absent_is_in_no_list_filter_or_search(orvance: House, gone: dict) -> None:
    sabine = await orvance.person("Sabine Auclerc", capacity="adviser", communities=[OPEN])
    await edit(sabine, topics=["Pacte Dutreil"])
    reader = await orvance.person("Bruno Taillade", communities=[OPEN])
    queries = ("", "?q=auclerc", "?capacity=adviser", f"?community={OPEN}", "?topic=pacte")
    for query in queries:
        assert "Sabine Auclerc" in await names(reader, query), query
    await become(orvance, sabine, **gone)
    for query in queries:
        assert "Sabine Auclerc" not in await names(reader, query), query
        assert "Auclerc" not in (await reader.browser.get(f"/people{query}")).text.replace(
            'value="auclerc"', ""
        )
    back = {"in_directory": True, "state": "active", "kind": "person"}
    await become(orvance, sabine, **{key: back[key] for key in gone})
    assert await names(reader, "?q=auclerc") == ["Sabine Auclerc"]


async def test_a_member_hides_and_comes_back_by_themselves(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    reader = await orvance.person("Bruno Taillade")
    await hide(sabine)
    assert await names(reader) == ["Bruno Taillade"]
    assert await names(sabine) == ["Bruno Taillade"]
    await sabine.browser.send_form("/me/profile", {"in_directory": "1"})
    assert await names(reader) == ["Bruno Taillade", "Sabine Auclerc"]


async def test_two_tenants_do_not_see_each_other(orvance: House, ardelune: House) -> None:
    await orvance.person("Sabine Auclerc")
    stranger = await ardelune.person("Solène Kermarrec-Dumas", capacity="shareholder")
    assert await names(stranger) == ["Solène Kermarrec-Dumas"]
    assert await names(stranger, "?q=auclerc") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?capacity=emperor", 400),
        ("?after=xyz", 400),
        (f"?after={'x' * 900}%09", 400),
        ("?after=%00%09", 400),
        (f"?q={'x' * 201}", 422),
        ("?q=%00", 200),
        ("?q=%F0%9F%92%A5", 200),
        ("?topic=%00", 200),
        ("?limit=-5", 200),
        ("?after=zzz%09", 200),
    ],
)
async def test_bad_questions_are_answered_plainly(orvance: House, query: str, status: int) -> None:
    reader = await orvance.person()
    assert (await reader.browser.call("GET", f"/people{query}")).status_code == status
    page = await reader.browser.get(f"/people{query}")
    assert page.status_code == status
    assert (await reader.browser.call("GET", "/people?limit=abc")).status_code == 422


async def test_a_new_name_takes_the_place_of_the_old(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET display_name = 'Sabine Virlay' WHERE tenant_id = $1 AND id = $2",
            sabine.id,
        )
        await refresh_name_keys(sabine.id, "Sabine Virlay")
    assert await names(sabine, "?q=auclerc") == []
    assert await names(sabine, "?q=virlay") == ["Sabine Virlay"]


def test_keys_of_a_name_begin_at_each_word() -> None:
    member_id = uuid.UUID(int=7)
    keys = name_keys(member_id, "Jean-Éric  d’Oléron")
    words = [key.split(END)[0] for key in keys]
    assert words == ["jean eric d oleron", "eric d oleron", "d oleron", "oleron"]
    assert all(key.endswith(member_id.hex) for key in keys)


@pytest.mark.parametrize("name", ["", "…", "💥", "\u200d", "a" * 5000, "a " * 500])
def test_odd_names_have_bounded_keys(name: str) -> None:
    keys = name_keys(uuid.UUID(int=7), name)
    assert 1 <= len(keys) <= 12
    assert all(len(key.encode()) < 2000 for key in keys)

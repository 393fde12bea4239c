"""A member's page, and what they may write on it."""

import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from tests.factories import House
from tests.members.conftest import OPEN, SECRET, edit, seen

CLEAR = {
    "headline": "Transmission d’entreprises familiales",
    "topics": ["Pacte Dutreil", "Épargne salariale"],
    "website": "https://orvance.example/sabine",
}


async def test_others_read_what_a_member_says_of_themselves(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", capacity="adviser")
    reader = await orvance.person("Hélène Marcillat")
    await edit(sabine, **CLEAR, website_visibility="members")
    told = await seen(reader, sabine)
    assert told["headline"] == CLEAR["headline"]
    assert told["topics"] == CLEAR["topics"]
    assert told["contacts"] == [{"kind": "website", "value": CLEAR["website"], "visibility": None}]
    page = (await reader.browser.get(f"/people/{sabine.id}")).text
    assert "Transmission d’entreprises familiales" in page
    assert "orvance.example/sabine" in page
    assert "/people?topic=Pacte" in page


async def test_a_page_says_who_vouches_and_for_what(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    reader = await orvance.person()
    assert (await seen(reader, sabine))["is_identity_verified"] is False
    assert "Nom garanti par" in (await reader.browser.get(f"/people/{sabine.id}")).text
    async with orvance.transaction():
        await db.insert(
            "name_record", member_id=sabine.id, display_name=sabine.name, framework="eidas",
            source="espace-client", at=clock.now(),
        )  # fmt: skip
    assert (await seen(reader, sabine))["is_identity_verified"] is True
    assert "Identité vérifiée par" in (await reader.browser.get(f"/people/{sabine.id}")).text


async def test_firm_and_register_number_stand_in_the_capacity_line(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", capacity="adviser")
    async with orvance.transaction():
        await db.execute(
            "UPDATE member SET firm = 'Cabinet Virlay', register_number = 'ORIAS 12 345 678'"
            " WHERE tenant_id = $1 AND id = $2",
            sabine.id,
        )
    told = await seen(await orvance.person(), sabine)
    assert "Cabinet Virlay" in told["role"]
    assert "ORIAS 12 345 678" in told["role"]


@pytest.mark.parametrize(
    ("visibility", "by_neighbour", "by_stranger"),
    [("nobody", False, False), ("communities", True, False), ("members", True, True)],
)
async def test_each_contact_is_seen_by_those_it_is_for(
    orvance: House, visibility: str, by_neighbour: bool, by_stranger: bool
) -> None:
    sabine = await orvance.person("Sabine Auclerc", communities=[SECRET])
    neighbour = await orvance.person("Hélène Marcillat", communities=[SECRET])
    stranger = await orvance.person("Bruno Taillade", communities=[OPEN])
    await edit(sabine, office="Agence de Lyon", office_visibility=visibility)
    assert bool((await seen(neighbour, sabine))["contacts"]) is by_neighbour
    assert bool((await seen(stranger, sabine))["contacts"]) is by_stranger
    assert (await seen(sabine, sabine))["contacts"][0]["visibility"] == visibility


async def test_an_invited_neighbour_is_none(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", communities=[SECRET])
    invited = await orvance.person("Bruno Taillade", communities=[SECRET])
    await edit(sabine, office="Agence de Lyon", office_visibility="communities")
    assert (await seen(invited, sabine))["contacts"]
    async with orvance.transaction():
        await db.execute(
            "UPDATE community_member SET standing = 'invited'"
            " WHERE tenant_id = $1 AND member_id = $2",
            invited.id,
        )
    assert (await seen(invited, sabine))["contacts"] == []


async def test_communities_of_a_member_are_those_the_reader_may_read(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", communities=[OPEN, SECRET])
    insider = await orvance.person("Hélène Marcillat", communities=[SECRET])
    outsider = await orvance.person("Bruno Taillade")
    path = f"/people/{sabine.id}/communities"
    known = {i["slug"] for i in (await insider.browser.call("GET", path)).json()["items"]}
    assert SECRET in known
    answer = await outsider.browser.call("GET", path)
    assert SECRET not in answer.text
    page = (await outsider.browser.get(f"/people/{sabine.id}")).text
    assert SECRET not in page
    assert "Conseil consultatif" not in page


async def test_posts_of_a_member_are_those_the_reader_may_read(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc", communities=[OPEN, SECRET])
    for place, title in ((OPEN, "Lettre ouverte"), (SECRET, "Ordre du jour secret")):
        post = {"title": title, "body": "Quelques mots."}
        sent = await sabine.browser.call("POST", f"/communities/{place}/posts", post)
        assert sent.status_code == 201, sent.text
    insider = await orvance.person("Hélène Marcillat", communities=[OPEN, SECRET])
    member = await orvance.person("Bruno Taillade", communities=[OPEN])
    path = f"/people/{sabine.id}/posts"
    told = [i["title"] for i in (await insider.browser.call("GET", path)).json()["items"]]
    assert told == ["Ordre du jour secret", "Lettre ouverte"]
    told = [i["title"] for i in (await member.browser.call("GET", path)).json()["items"]]
    assert told == ["Lettre ouverte"]
    page = (await member.browser.get(f"/people/{sabine.id}")).text
    assert "Lettre ouverte" in page
    assert "Ordre du jour secret" not in page


async def test_name_and_capacity_are_no_fields_of_the_profile(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    await edit(sabine, name="Quelqu’un d’autre", capacity="director", display_name="X")
    told = await seen(sabine, sabine)
    assert (told["name"], told["capacity"]) == ("Sabine Auclerc", "client")
    form = (await sabine.browser.get("/me/profile")).text
    assert 'name="capacity"' not in form
    assert "verrouillé" in form
    assert "demandez à l’équipe de la corriger" in form


async def test_a_first_visit_invites_to_write_a_few_words(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    own = (await sabine.browser.get(f"/people/{sabine.id}")).text
    assert "Écrire quelques mots" in own
    other = await orvance.person()
    assert "Écrire quelques mots" not in (await other.browser.get(f"/people/{sabine.id}")).text


async def test_the_form_keeps_and_clears(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    fields = {
        "headline": "  Transmission  ", "topics": "Pacte Dutreil, ; fiscalité\nÉpargne, EPARGNE",
        "office": "Lyon", "office_visibility": "members", "in_directory": "1",
    }  # fmt: skip
    sent = await sabine.browser.send_form("/me/profile", fields)
    assert sent.status_code == 303, sent.text
    told = await seen(sabine, sabine)
    assert told["headline"] == "Transmission"
    assert told["topics"] == ["Pacte Dutreil", "fiscalité", "Épargne"]
    assert "Pacte Dutreil, fiscalité, Épargne" in (await sabine.browser.get("/me/profile")).text
    await sabine.browser.send_form("/me/profile", {"in_directory": "1"})
    told = await seen(sabine, sabine)
    assert (told["headline"], told["topics"], told["contacts"]) == (None, [], [])


async def test_what_is_absent_from_a_patch_stays(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    await edit(sabine, **CLEAR)
    await edit(sabine, headline="")
    told = await seen(sabine, sabine)
    assert told["headline"] is None
    assert told["topics"] == CLEAR["topics"]


BAD = [
    ({"headline": "x" * 161}, "headline"),
    ({"headline": "deux\nlignes"}, "headline"),
    ({"headline": "nul\x00"}, "headline"),
    ({"headline": 7}, "headline"),
    ({"headline": None}, "headline"),
    ({"topics": [f"sujet {n}" for n in range(11)]}, "topics"),
    ({"topics": ["x" * 61]}, "topics"),
    ({"topics": ["sujet"] * 31}, "topics"),
    ({"topics": "sujet"}, "topics"),
    ({"topics": [{"topic": "sujet"}]}, "topics"),
    ({"website": "javascript:alert(1)"}, "website"),
    ({"website": "orvance.example"}, "website"),
    ({"website": "https://orvance.example/<script>"}, "website"),
    ({"phone": "appelez-moi"}, "phone"),
    ({"email": "personne"}, "email"),
    ({"email": "a@b"}, "email"),
    ({"email": "a@b.example>"}, "email"),
    ({"office": "x" * 201}, "office"),
    ({"office_visibility": "everybody"}, "office_visibility"),
    ({"in_directory": "peut-être"}, "in_directory"),
]


@pytest.mark.parametrize(("given", "field"), BAD)
async def test_what_cannot_be_kept_is_named(orvance: House, given: dict, field: str) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    await edit(sabine, headline="Avant")
    answer = await sabine.browser.call("PATCH", "/me/profile", given)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["fields"]
    assert (await seen(sabine, sabine))["headline"] == "Avant"


async def test_a_form_that_cannot_be_kept_comes_back_as_it_was_typed(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    fields = {"headline": "Gérante", "topics": "un, deux", "website": "orvance.example"}
    answer = await sabine.browser.send_form("/me/profile", fields)
    assert answer.status_code == 422
    assert 'value="Gérante"' in answer.text
    assert 'value="un, deux"' in answer.text
    assert 'id="website-error"' in answer.text


async def test_a_contact_that_the_charter_masks_is_refused_at_its_field(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    fields = {"email": "sabine@virlay.example", "in_directory": "1"}
    answer = await sabine.browser.send_form("/me/profile", fields)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert (await seen(sabine, sabine))["contacts"] == []


async def test_words_that_the_charter_masks_are_kept_masked(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    told = await edit(
        sabine, headline="Écrivez à sabine@virlay.example", topics=["mon 06 12 34 56 78", "Dutreil"]
    )
    assert told["words"]["headline"] == "Écrivez à •••••"
    assert told["words"]["topics"] == ["mon •••••", "Dutreil"]
    form = {"headline": "", "topics": "Dutreil, sabine@virlay.example, Lyon"}
    await sabine.browser.send_form("/me/profile", form)
    assert (await seen(sabine, sabine))["topics"] == ["Dutreil", "Lyon"]


async def test_a_visitor_sees_nobody(orvance: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    for path in (f"/people/{sabine.id}", "/people", "/me/profile", "/me/following"):
        assert (await orvance.visitor.call("GET", path)).status_code == 401
        assert (await orvance.visitor.get(path)).status_code == 303


async def test_another_tenants_members_do_not_exist(orvance: House, ardelune: House) -> None:
    sabine = await orvance.person("Sabine Auclerc")
    stranger = await ardelune.person("Solène Kermarrec-Dumas", capacity="shareholder")
    for path in ("", "/photo", "/communities", "/posts"):
        assert (await stranger.browser.get(f"/people/{sabine.id}{path}")).status_code == 404
        assert (await stranger.browser.get(f"/api/v1/people/{sabine.id}{path}")).status_code == 404
    followed = await stranger.browser.call("POST", f"/people/{sabine.id}/follow")
    missing = await stranger.browser.call("POST", f"/people/{new_id()}/follow")
    assert followed.status_code == missing.status_code == 404

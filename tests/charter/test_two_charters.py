"""Two charters due at once: one screen, two ticks, one submit, and the unsent form kept."""

import msgspec
import pytest

from tests.charter.community_charter import ACCEPTANCE, charter
from tests.charter.test_versions import changed

PLACE = "transmission"
POSTS = f"/communities/{PLACE}/posts"
PATH = f"/communities/{PLACE}/charter/acceptance"
CALM = {"title": "Le calendrier", "body": "Quand commencer ?"}
BOTH = {"decision": "accepted", "version": "1", f"version.{PLACE}": "1"}
TICKS = {"agreed": "1", f"agreed.{PLACE}": "1"}


@pytest.fixture
async def newcomer(orvance, publisher):
    await publisher(charter(ACCEPTANCE), PLACE)
    return await orvance.person("Solène Kermarrec", communities=[PLACE], accepted=False)


async def answers(superuser):
    return [
        tuple(row)
        for row in await superuser.fetch(
            "SELECT coalesce(k.slug, 'tenant'), a.decision FROM charter_acceptance a"
            " JOIN charter_version v ON v.id = a.version_id"
            " LEFT JOIN community k ON k.id = v.community_id ORDER BY a.id"
        )
    ]


async def test_json_names_both_and_the_firm_s_first(newcomer):
    problem = (await newcomer.browser.call("GET", f"/communities/{PLACE}/posts")).json()
    assert (problem["scope"], problem["accept_url"]) == ("tenant", "/charter/acceptance")
    assert problem["charters"] == [
        {"scope": "tenant", "version": 1, "accept_url": "/charter/acceptance"},
        {"scope": PLACE, "version": 1, "accept_url": PATH},
    ]


async def test_one_screen_has_two_ticks_and_keeps_the_form(newcomer, superuser):
    screen = await newcomer.browser.send_form(POSTS, CALM)
    assert screen.status_code == 403
    assert f'action="{PATH}"' in screen.text
    for name in TICKS:
        assert screen.text.count(f'type="checkbox" id="{name}" name="{name}"') == 1
    assert "Charte du Cercle Orvance" in screen.text
    assert "Charte du lieu" in screen.text
    assert "Quand commencer ?" in screen.text
    kept = {"resume": POSTS, "kept": msgspec.json.encode([*CALM.items()]).decode()}
    offered = await newcomer.browser.send_form(PATH, {**BOTH, **TICKS, **kept})
    assert f'action="{POSTS}"' in offered.text
    assert ">Quand commencer ?</textarea>" in offered.text
    assert await answers(superuser) == [("tenant", "accepted"), (PLACE, "accepted")]
    assert (await newcomer.browser.send_form(POSTS, CALM)).status_code == 303


@pytest.mark.parametrize("missing", list(TICKS))
async def test_without_one_tick_neither_is_accepted_and_the_tick_is_told(
    newcomer, superuser, missing
):
    ticks = {name: value for name, value in TICKS.items() if name != missing}
    answer = await newcomer.browser.send_form(PATH, {**BOTH, **ticks, "kept": '[["body","x"]]'})
    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text
    (ticked,) = ticks
    assert f'id="{ticked}-error"' not in answer.text
    assert "[[&quot;body&quot;,&quot;x&quot;]]" in answer.text
    assert await answers(superuser) == []


async def test_when_one_of_them_has_changed_neither_is_accepted(newcomer, superuser, publisher):
    await publisher(changed())
    answer = await newcomer.browser.send_form(PATH, {**BOTH, **TICKS})
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.text
    assert f'name="version.{PLACE}" value="1"' in answer.text
    assert await answers(superuser) == []


async def test_refusing_the_community_s_leaves_the_firm_s_to_answer(newcomer, superuser):
    screen = await newcomer.browser.send_form(PATH, {**BOTH, "decision": f"refused.{PLACE}"})
    assert screen.status_code == 200
    assert 'name="version" value="1"' in screen.text
    assert f'name="version.{PLACE}"' not in screen.text
    assert await answers(superuser) == [(PLACE, "refused")]
    form = {"decision": "accepted", "version": "1", "agreed": "1"}
    await newcomer.browser.send_form("/charter/acceptance", form)
    assert (await newcomer.browser.get("/communities")).status_code == 200
    assert (await newcomer.browser.get(f"/communities/{PLACE}")).status_code == 303


async def test_refusing_the_firm_s_closes_the_space(newcomer, superuser):
    answer = await newcomer.browser.send_form(PATH, {**BOTH, "decision": "refused.tenant"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/charter/acceptance")
    assert await answers(superuser) == [("tenant", "refused")]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"decision": "maybe", "version": "1"}, 422),
        ({"version": "1"}, 422),
        ({"decision": "accepted"}, 422),
        ({"decision": "accepted", "version": "one", "agreed": "1"}, 422),
        ({"decision": "accepted", "version": "9" * 5000, "agreed": "1"}, 422),
        ({"decision": "refused.conseil-consultatif", "version.conseil-consultatif": "1"}, 404),
        ({"decision": "refused.nowhere", "version.nowhere": "1"}, 404),
    ],
)
async def test_what_is_no_answer_is_told_and_writes_nothing(newcomer, superuser, form, status):
    answer = await newcomer.browser.send_form(PATH, form)
    assert answer.status_code == status
    assert await answers(superuser) == []


async def test_a_member_who_accepted_the_firm_s_is_asked_for_one(orvance, newcomer, publisher):
    member = await orvance.person(accepted=True)
    page = await member.browser.get(PATH)
    assert f'name="version.{PLACE}"' in page.text
    assert 'name="version"' not in page.text


# --- what was about to be sent ---------------------------------------------------------------


async def test_files_are_named_and_have_to_be_chosen_again(newcomer):
    token = await newcomer.browser.token()
    files = {
        "_csrf_token": (None, token), "title": (None, "Avec pièce"), "body": (None, "Voir."),
        "evidence": ("relevé.pdf", b"%PDF-1.4", "application/pdf"),
    }  # fmt: skip
    screen = await newcomer.browser.post(POSTS, files=files)
    assert screen.status_code == 403
    told = screen.text.replace("\u202f", " ").replace("\xa0", " ")
    assert "« relevé.pdf » : ce fichier est à choisir de nouveau." in told
    kept = {
        "resume": POSTS, "kept": '[["title","Avec pièce"]]', "files": '[["evidence","relevé.pdf"]]',
    }  # fmt: skip
    offered = await newcomer.browser.send_form(PATH, {**BOTH, **TICKS, **kept})
    assert 'enctype="multipart/form-data"' in offered.text
    assert 'name="evidence" type="file"' in offered.text
    assert "relevé.pdf" in offered.text


async def test_an_htmx_form_of_a_community_goes_on_as_a_page(newcomer):
    headers = {"hx-request": "true"}
    answer = await newcomer.browser.send_form(POSTS, CALM, headers=headers)
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert f'method="post" action="{POSTS}" hx-ignore' in answer.text
    assert 'name="title" value="Le calendrier"' in answer.text
    aside = await newcomer.browser.get(f"/communities/{PLACE}", headers=headers)
    assert aside.headers["hx-redirect"].startswith(PATH)

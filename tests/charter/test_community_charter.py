"""A community's own charter over HTTP: it closes that community alone, and adds to the firm's."""

import pytest

from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter

PLACE = "transmission"
POSTS = f"/communities/{PLACE}/posts"
CALM = {"title": "Le calendrier", "body": "Quand commencer ?"}


@pytest.fixture
async def asking(publisher):
    """The community has a charter that asks to be accepted and refuses names."""
    await publisher(charter(ACCEPTANCE, NO_NAMES), PLACE)


@pytest.fixture
async def member(orvance):
    return await orvance.person(communities=[PLACE, "clients-du-cercle"])


async def accept(person, slug=PLACE, version=1, decision="accepted"):
    given = {"decision": decision, "version": version}
    return await person.browser.call("POST", f"/communities/{slug}/charter/acceptance", given)


async def contributions(superuser):
    return await superuser.fetchval("SELECT count(*) FROM contribution")


# --- judged together ------------------------------------------------------------------------


async def test_causes_of_both_charters_are_told_each_with_its_scope(member, asking):
    await accept(member)
    body = {"title": "Idiots", "body": "Demandez à Dupont."}
    answer = await member.browser.call("POST", POSTS, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "charter_refused")
    told = {(c["scope"], c["clause"], c["url"]) for c in answer.json()["causes"]}
    assert told == {
        ("tenant", "respect", "/charter/1#respect"),
        (PLACE, "no-names", f"/communities/{PLACE}/charter/1#no-names"),
    }


async def test_the_strictest_of_both_wins(member, asking, superuser):
    await accept(member)
    body = {"title": "Filiale", "body": "Un projet de cession, dit Dupont."}
    answer = await member.browser.call("POST", POSTS, body)
    effects = {(c["scope"], c["effect"]) for c in answer.json()["causes"]}
    assert answer.status_code == 403
    assert {("tenant", "hold"), (PLACE, "refuse")} <= effects
    assert await contributions(superuser) == 0


async def test_elsewhere_it_says_nothing(member, asking):
    body = {"title": "Une question", "body": "Demandez à Dupont."}
    answer = await member.browser.call("POST", "/communities/clients-du-cercle/posts", body)
    assert answer.status_code == 201


async def test_a_form_is_refused_with_the_clause_of_the_place(member, asking, superuser):
    await accept(member)
    body = {"title": "Une question", "body": "Demandez à Dupont."}
    answer = await member.browser.send_form(POSTS, body)
    assert answer.status_code == 403
    assert f'href="/communities/{PLACE}/charter/1#no-names"' in answer.text
    assert "<mark>Dupont</mark>" in answer.text
    assert await contributions(superuser) == 0


async def test_comments_and_edits_below_a_post_there_are_judged(member, asking):
    await accept(member)
    post = (await member.browser.call("POST", POSTS, CALM)).json()["id"]
    comment = await member.browser.call("POST", f"/posts/{post}/comments", {"body": "Voir Dupont"})
    edit = await member.browser.call("PUT", f"/posts/{post}", {**CALM, "body": "Voir Dupont"})
    assert (comment.status_code, edit.status_code) == (403, 403)


async def test_the_refusal_is_journaled_on_the_charter_it_breaks(member, asking, superuser):
    await accept(member)
    await member.browser.call("POST", POSTS, {**CALM, "body": "Voir Dupont"})
    place = await superuser.fetchval(
        "SELECT v.community_id IS NOT NULL FROM journal_entry j"
        " JOIN charter_version v ON v.id = j.subject_id WHERE j.act = 'charter.act_refused'"
    )
    assert place is True


# --- closed until accepted ------------------------------------------------------------------


async def test_it_closes_that_community_alone(member, asking):
    answer = await member.browser.call("GET", f"/communities/{PLACE}/posts")
    problem = answer.json()
    assert answer.status_code == 403
    assert (problem["code"], problem["scope"], problem["version"], problem["accept_url"]) == (
        "charter_required", PLACE, 1, f"/communities/{PLACE}/charter/acceptance",
    )  # fmt: skip
    for path in ("/communities", "/communities/clients-du-cercle/posts", "/feed"):
        assert (await member.browser.call("GET", path)).status_code in {200, 404}, path
    page = await member.browser.get(f"/communities/{PLACE}")
    assert page.headers["location"] == (
        f"/communities/{PLACE}/charter/acceptance?next=/communities/{PLACE}"
    )


async def test_accepting_it_opens_the_community(member, asking, superuser):
    page = await member.browser.get(f"/communities/{PLACE}/charter/acceptance")
    assert "Charte du lieu" in page.text
    form = {
        "decision": "accepted", f"version.{PLACE}": "1", f"agreed.{PLACE}": "1",
        "next": f"/communities/{PLACE}",
    }  # fmt: skip
    answer = await member.browser.send_form(f"/communities/{PLACE}/charter/acceptance", form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/communities/{PLACE}")
    assert (await member.browser.get(f"/communities/{PLACE}")).status_code == 200
    how = "SELECT how FROM charter_acceptance ORDER BY id DESC LIMIT 1"
    assert await superuser.fetchval(how) == "interstitial"


async def test_refusing_it_leaves_the_rest_open(member, asking):
    form = {"decision": f"refused.{PLACE}", f"version.{PLACE}": "1"}
    path = f"/communities/{PLACE}/charter/acceptance"
    answer = await member.browser.send_form(path, form)
    assert answer.headers["location"] == path
    page = await member.browser.get(path)
    assert "fermée" in page.text
    assert f'action="/communities/{PLACE}/membership/end"' in page.text
    assert (await member.browser.get("/communities")).status_code == 200
    assert (await member.browser.get(f"/communities/{PLACE}")).status_code == 303
    assert (await accept(member)).json()["is_accepted"] is True
    assert (await member.browser.get(f"/communities/{PLACE}")).status_code == 200


async def test_withdrawing_closes_it_again(member, asking):
    await accept(member)
    assert (await accept(member, decision="withdrawn")).json()["decision"] == "withdrawn"
    assert (await member.browser.call("GET", f"/communities/{PLACE}/posts")).status_code == 403


async def test_one_may_always_leave(member, asking):
    answer = await member.browser.call("DELETE", f"/communities/{PLACE}/membership")
    assert answer.status_code == 204


async def test_joining_asks_for_it_and_keeps_how(orvance, asking, superuser):
    outsider = await orvance.person(communities=["clients-du-cercle"])
    assert (await outsider.browser.get(f"/communities/{PLACE}")).status_code == 200
    joining = f"/communities/{PLACE}/membership"
    asked = await outsider.browser.send_form(joining, {})
    assert asked.status_code == 403
    assert f'name="resume" value="{joining}"' in asked.text
    form = {
        "decision": "accepted", f"version.{PLACE}": "1", f"agreed.{PLACE}": "1", "resume": joining,
    }  # fmt: skip
    offered = await outsider.browser.send_form(f"/communities/{PLACE}/charter/acceptance", form)
    assert f'action="{joining}"' in offered.text
    assert (await outsider.browser.send_form(joining, {})).status_code == 303
    how = "SELECT how FROM charter_acceptance ORDER BY id DESC LIMIT 1"
    assert await superuser.fetchval(how) == "join"


async def test_a_number_that_is_not_in_force_is_told(member, asking, superuser):
    answer = await accept(member, version=4)
    assert (answer.status_code, answer.json()["code"]) == (409, "charter_changed")
    assert (await accept(member)).status_code == 200


async def test_a_community_without_a_charter_has_no_page_of_one(member, asking):
    for path in ("charter", "charter/1", "charter/acceptance", "charter/1/changes"):
        answer = await member.browser.get(f"/communities/clients-du-cercle/{path}")
        assert answer.status_code == 404, path

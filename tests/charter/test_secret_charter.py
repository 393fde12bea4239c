"""A secret community's own charter does not exist for outsiders: the same bytes as nothing."""

import re

import pytest

from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter

SECRET, NOWHERE = "conseil-consultatif", "conseil-consultatiX"
PATHS = (
    "/communities/{}/charter", "/communities/{}/charter/1", "/communities/{}/charter/9",
    "/communities/{}/charter/1/changes", "/communities/{}/charter/2/changes?since=1",
    "/communities/{}/charter/acceptance",
)  # fmt: skip


@pytest.fixture
async def asking(publisher):
    await publisher(charter(ACCEPTANCE), SECRET)
    await publisher(charter(ACCEPTANCE, NO_NAMES, title="Charte du conseil"), SECRET)


@pytest.fixture
async def outsider(orvance):
    return plain(await orvance.person(communities=["clients-du-cercle"]))


def plain(person):
    """Have answers sent as they are: the length of a compressed one depends on random bytes."""
    person.browser.headers["accept-encoding"] = "identity"
    return person


def seen(answer, slug):
    """What an outsider can tell of an answer: everything but the address they asked themselves."""
    body = answer.content.replace(slug.encode(), b"SLUG")
    body = body.replace(answer.headers["x-correlation-id"].encode(), b"ID")
    policy = answer.headers.get("content-security-policy", "")
    if found := re.search(r"nonce-([A-Za-z0-9_-]+)", policy):
        body = body.replace(found[1].encode(), b"NONCE")
    kept = {
        name: value.replace(slug, "SLUG")
        for name, value in answer.headers.items()
        if name not in {"x-correlation-id", "content-security-policy", "set-cookie"}
    }
    return answer.status_code, body, kept


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_reading_it_is_the_same_404_as_reading_nothing(outsider, asking, path, prefix):
    await outsider.browser.token()
    answers = [await outsider.browser.get(prefix + path.format(s)) for s in (SECRET, NOWHERE)]
    first, second = (seen(a, s) for a, s in zip(answers, (SECRET, NOWHERE), strict=True))
    assert first == second
    assert first[0] == 404


async def test_answering_it_is_the_same_404(outsider, asking, superuser):
    form = {"decision": "accepted", f"version.{SECRET}": "2", f"agreed.{SECRET}": "1"}
    answers = []
    for slug in (SECRET, NOWHERE):
        path = f"/communities/{slug}/charter/acceptance"
        sent = await outsider.browser.send_form(path, form)
        called = await outsider.browser.call("POST", path, {"decision": "accepted", "version": 2})
        answers.append((seen(sent, slug), seen(called, slug)))
    assert answers[0] == answers[1]
    assert {one[0] for one in answers[0]} == {404}
    count = (
        "SELECT count(*) FROM charter_acceptance a JOIN charter_version v ON v.id = a.version_id"
    )
    assert await superuser.fetchval(f"{count} WHERE v.community_id IS NOT NULL") == 0


async def test_what_is_written_there_is_no_door_either(orvance, outsider, asking):
    """Permalinks of a secret community's post answer as those of no post at all."""
    insider = await orvance.person(communities=[SECRET])
    post = await insider.browser.call(
        "POST", f"/communities/{SECRET}/posts", {"title": "Séance", "body": "Compte rendu."}
    )
    assert post.status_code == 201, post.text
    real, unreal = post.json()["id"], "01934d3a-0000-7000-8000-000000000000"
    for path in ("/posts/{}", "/api/v1/posts/{}", "/api/v1/posts/{}/comments"):
        answers = [await outsider.browser.get(path.format(one)) for one in (real, unreal)]
        first, second = (seen(a, one) for a, one in zip(answers, (real, unreal), strict=True))
        assert first == second, path
        assert first[0] == 404


async def test_error_causes_do_not_name_it(outsider, asking):
    body = {"title": "Idiots", "body": "Voir Dupont.", "community": SECRET}
    for slug in (SECRET, NOWHERE):
        answer = await outsider.browser.call("POST", f"/communities/{slug}/posts", body)
        scopes = {cause["scope"] for cause in answer.json().get("causes", [])}
        assert scopes <= {"tenant"}
        assert "no-names" not in answer.text


async def test_lists_of_answers_and_banners_do_not_name_it(orvance, outsider, asking):
    for path in ("/me/charters", "/charter", "/charter/acceptance", "/communities"):
        text = (await outsider.browser.get(path)).text
        assert "Charte du conseil" not in text
        assert SECRET not in text


async def test_insiders_read_compare_and_answer_it(orvance, asking):
    insider = await orvance.person(communities=[SECRET])
    assert "Charte du conseil" in (await insider.browser.get(f"/communities/{SECRET}/charter")).text
    changes = await insider.browser.get(f"/communities/{SECRET}/charter/2/changes")
    assert "no-names" in changes.text
    mine = await insider.browser.call("GET", "/me/charters")
    assert {one["scope"] for one in mine.json()["items"]} == {"tenant", SECRET}


async def test_a_held_post_is_no_door_to_a_closed_community(orvance, publisher):
    """Who has not accepted the charter is not asked for it below words they cannot see."""
    await publisher(charter(ACCEPTANCE), "clients-du-cercle")
    author = await orvance.person(communities=["clients-du-cercle"])
    held = {"title": "Filiale", "body": "Un projet de cession ?"}
    path = "/communities/clients-du-cercle/posts"
    post = (await author.browser.call("POST", path, held)).json()["id"]
    reader = plain(await orvance.person("Léa Vernier"))
    unreal = "01934d3a-0000-7000-8000-000000000000"
    answers = [await reader.browser.get(f"/posts/{one}") for one in (post, unreal)]
    first, second = (seen(a, one) for a, one in zip(answers, (post, unreal), strict=True))
    assert first == second
    assert first[0] == 404

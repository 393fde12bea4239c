"""What is written where a charter is still to be accepted shows nowhere until it is."""

import pytest

from tests.charter.community_charter import ACCEPTANCE, NO_NAMES, charter

PLACE = "transmission"
COMMUNITIES = [PLACE, "clients-du-cercle"]
TITLE = "Calendrier de transmission"


@pytest.fixture
async def author(orvance):
    return await orvance.person("Rachid Belkaïn", communities=COMMUNITIES)


@pytest.fixture
async def post(author):
    body = {"title": TITLE, "body": "Quand commencer ?"}
    answer = await author.browser.call("POST", f"/communities/{PLACE}/posts", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
async def reader(orvance, author, post, publisher):
    """A member of the community from before its charter was published."""
    found = await orvance.person("Léa Vernier", communities=COMMUNITIES)
    await publisher(charter(ACCEPTANCE), PLACE)
    return found


async def accept(person):
    given = {"decision": "accepted", "version": 1}
    path = f"/communities/{PLACE}/charter/acceptance"
    assert (await person.browser.call("POST", path, given)).status_code == 200


PLACES = (
    "/",
    "/?voice=members",
    "/api/v1/feed",
    "/people/{author}",
    "/api/v1/people/{author}/posts",
)


@pytest.mark.parametrize("path", PLACES)
async def test_its_posts_are_in_no_list_until_it_is_accepted(reader, author, post, path):
    path = path.format(author=author.id)
    before = await reader.browser.get(path)
    assert before.status_code == 200
    assert TITLE not in before.text
    await accept(reader)
    assert TITLE in (await reader.browser.get(path)).text


async def test_its_permalinks_lead_to_the_charter(reader, post):
    page = await reader.browser.get(f"/posts/{post}")
    assert page.status_code == 303
    assert page.headers["location"].startswith(f"/communities/{PLACE}/charter/acceptance?next=")
    api = await reader.browser.call("GET", f"/posts/{post}/comments")
    assert (api.status_code, api.json()["scope"]) == (403, PLACE)


async def test_notices_of_it_and_their_number_wait_too(reader, author, orvance, superuser):
    mine = {"title": "Ma question", "body": "Et ensuite ?"}
    await accept(reader)
    post = (await reader.browser.call("POST", f"/communities/{PLACE}/posts", mine)).json()["id"]
    await accept(author)
    comment = await author.browser.call("POST", f"/posts/{post}/comments", {"body": "Ainsi."})
    assert comment.status_code == 201, comment.text
    notices = await reader.browser.call("GET", "/notifications")
    assert [one["kind"] for one in notices.json()["items"]] == ["comment_on_post"]
    assert 'class="dot"' in (await reader.browser.get("/communities")).text
    await reader.browser.call(
        "POST", f"/communities/{PLACE}/charter/acceptance", {"decision": "withdrawn", "version": 1}
    )
    notices = await reader.browser.call("GET", "/notifications")
    assert notices.json()["items"] == []
    assert 'class="dot"' not in (await reader.browser.get("/communities")).text


async def test_where_reading_needs_no_acceptance_all_stays_open(orvance, author, post, publisher):
    rule = 'kind = "acceptance"\nacts = ["post.publish", "comment.publish"]'
    await publisher(charter(ACCEPTANCE.replace('kind = "acceptance"', rule), NO_NAMES), PLACE)
    reader = await orvance.person("Léa Vernier", communities=COMMUNITIES, accepted=True)
    await reader.browser.call(
        "POST", f"/communities/{PLACE}/charter/acceptance", {"decision": "withdrawn", "version": 1}
    )
    assert TITLE in (await reader.browser.get("/api/v1/feed")).text
    assert (await reader.browser.get(f"/posts/{post}")).status_code == 200
    comment = await reader.browser.call("POST", f"/posts/{post}/comments", {"body": "Bonjour"})
    assert (comment.status_code, comment.json()["code"]) == (403, "charter_required")

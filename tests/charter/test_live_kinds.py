"""Pace, windows, files and instruments over HTTP, on every transport, at the very instant."""

import asyncio
import contextvars
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from parvis.core import clock, db, jobs
from parvis.core.data_rights import MemberErased
from parvis.features.charter import calendar, pacing
from parvis.features.charter.window_job import notice_windows
from tests.charter.examples import clause
from tests.charter.test_versions import SOURCE, changed

POSTS = "/communities/clients-du-cercle/posts"
CIRCLE = ["clients-du-cercle"]
PACE = 'kind = "pace"\nid = "rhythm"\nacts = ["post.publish"]\nmost = 3\nper = "10 minutes"\n'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
RESULTS = datetime(2027, 7, 28, 5, 30, tzinfo=UTC)


def post(n=0):
    return {
        "title": f"Bonjour {n}",
        "body": f"Une question simple, la {n}e.",
        "community": CIRCLE[0],
    }


def with_rules(*rules):
    return changed("editorial", source=SOURCE) + clause(*rules, clause_id="more")


@pytest.fixture
async def publish(publisher):
    """Publish a version of Orvance's charter for one test."""
    return publisher


@pytest.fixture
async def member(orvance):
    return await orvance.person(communities=CIRCLE)


async def written(superuser):
    return await superuser.fetchval("SELECT count(*) FROM contribution")


async def at_once(calls):
    """Run calls side by side, each in a context of its own as separate requests have."""
    tasks = [asyncio.create_task(call, context=contextvars.Context()) for call in calls]
    return await asyncio.gather(*tasks)


# --- pace ------------------------------------------------------------------------------------


async def test_of_ten_posts_at_once_three_are_published(orvance, member, publish, superuser):
    await publish(with_rules(PACE))
    await member.browser.token()
    answers = await at_once(member.browser.call("POST", POSTS, post(n)) for n in range(10))
    assert sorted(one.status_code for one in answers) == [201] * 3 + [403] * 7
    assert await written(superuser) == 3
    refusal = next(one.json() for one in answers if one.status_code == 403)
    (cause,) = refusal["causes"]
    assert (cause["clause"], cause["rule"], cause["effect"]) == ("more", "rhythm", "refuse")
    next_at = datetime.fromisoformat(cause["next_at"])
    assert timedelta(minutes=9) < next_at - clock.now() <= timedelta(minutes=10)


async def test_what_was_refused_does_not_count(orvance, member, publish, superuser):
    await publish(with_rules(PACE))
    for _ in range(5):
        refused = await member.browser.call("POST", POSTS, {**post(), "body": "Idiots !"})
        assert refused.status_code == 403
        missing = await member.browser.call("POST", POSTS, {"title": ""})
        assert missing.status_code == 422
    answers = [await member.browser.call("POST", POSTS, post(n)) for n in range(4)]
    assert [one.status_code for one in answers] == [201, 201, 201, 403]


async def test_the_page_says_when_the_next_is_possible(orvance, member, publish):
    await publish(with_rules(PACE.replace("most = 3", "most = 1")))
    assert (await member.browser.send_form(POSTS, post())).status_code in {200, 303}
    page = await member.browser.send_form(POSTS, post(1))
    assert page.status_code == 403
    assert "Possible à partir du" in page.text
    assert ">Une question simple, la 1e.</textarea>" in page.text


async def test_pace_counts_each_member_and_each_tenant_alone(orvance, ardelune, publish, superuser):
    await publish(with_rules(PACE.replace("most = 3", "most = 1")))
    one, other = [await orvance.person(name, communities=CIRCLE) for name in ("A B", "C D")]
    assert (await one.browser.call("POST", POSTS, post())).status_code == 201
    assert (await other.browser.call("POST", POSTS, post())).status_code == 201
    assert (await one.browser.call("POST", POSTS, post())).status_code == 403
    counted = await superuser.fetch("SELECT DISTINCT tenant_id FROM act_pace")
    assert [row["tenant_id"] for row in counted] == [orvance.tenant.id]


async def test_nothing_is_counted_where_no_charter_asks(ardelune, superuser):
    place = "club-des-actionnaires"
    member = await ardelune.person(communities=[place], capacity="shareholder")
    answer = await member.browser.call("POST", f"/communities/{place}/posts", post())
    assert answer.status_code == 201
    assert await superuser.fetchval("SELECT count(*) FROM act_pace") == 0


async def test_slow_mode_of_a_place_leaves_the_others_alone(orvance, publish):
    await publish(
        with_rules(
            'kind = "pace"\nacts = ["post.publish"]\nevery = "1 hour"\neach_place = true\n'
            'places = ["community"]'
        )
    )
    places = ["clients-du-cercle", "marches-prives"]
    member = await orvance.person(communities=places)
    for expected in (201, 403):
        for place in places:
            answer = await member.browser.call("POST", f"/communities/{place}/posts", post())
            assert answer.status_code == expected


async def test_a_forgotten_member_leaves_no_moments(orvance, member, publish, superuser):
    await publish(with_rules(PACE))
    await member.browser.call("POST", POSTS, post())
    assert await superuser.fetchval("SELECT count(*) FROM act_pace") > 0
    await forgotten(orvance, member)
    assert await superuser.fetchval("SELECT count(*) FROM act_pace") == 0


async def forgotten(house, person):
    """Tell the charter what privacy tells it when somebody is forgotten."""
    async with house.transaction():
        await pacing.forget_member(
            MemberErased(member_id=person.id, at=clock.now(), name="Ancien membre")
        )


# --- windows ---------------------------------------------------------------------------------

OWN_SWITCHES = "SELECT * FROM window_switch WHERE rule_id = 'quiet' ORDER BY id"
OWN_ENTRIES = """
    SELECT act, data FROM journal_entry
     WHERE act LIKE 'charter.window%' AND data->>'rule' = 'quiet' ORDER BY id
"""
QUIET = (
    'kind = "window"\nid = "quiet"\nacts = ["post.publish"]\nopens = "results-x - 15 days"\n'
    'closes = "results-x"\nmode = "premoderate"'
)
LOCKED = QUIET.replace("premoderate", "read_only").replace('"quiet"', '"locked"')


@pytest.fixture
async def results(orvance):
    """Give the house a dated event, as an administrator does."""
    async with orvance.transaction():
        await db.insert(
            "calendar_event", name="results-x", title=db.jsonb({}), at=RESULTS, source="admin"
        )
        await calendar.changed()


async def test_a_window_opens_and_closes_at_its_very_instant(orvance, publish, results):
    await publish(with_rules(QUIET))
    # Fifteen days before, by the clock of Paris: the same hour.
    opens = RESULTS - timedelta(days=15)
    just_before = timedelta(seconds=5)  # a clock that was moved goes on
    seen = []
    for moment in (opens - just_before, opens, RESULTS - just_before, RESULTS):
        with clock.travel(moment):
            member = await orvance.person(communities=CIRCLE)
            answer = await member.browser.call("POST", POSTS, post())
        seen.append(answer.json()["status"])
    assert seen == ["live", "held", "held", "live"]


async def test_a_read_only_window_says_when_it_ends(orvance, publish, results):
    await publish(with_rules(LOCKED))
    with clock.travel(RESULTS - timedelta(hours=1)):
        member = await orvance.person(communities=CIRCLE)
        answer = await member.browser.call("POST", POSTS, post())
    assert answer.status_code == 403
    (cause,) = answer.json()["causes"]
    assert datetime.fromisoformat(cause["next_at"]) == RESULTS


async def test_the_switch_is_written_down_once_and_journaled(orvance, publish, results, superuser):
    published = await publish(with_rules(QUIET))
    opens = RESULTS - timedelta(days=15)
    for moment in (opens - timedelta(days=1), opens, opens, RESULTS - timedelta(hours=1)):
        with clock.travel(moment):
            await run_job(orvance)
    rows = await superuser.fetch(OWN_SWITCHES)
    assert [(row["is_open"], row["moment"]) for row in rows] == [(True, opens)]
    with clock.travel(RESULTS + timedelta(hours=2)):
        await run_job(orvance)
        await run_job(orvance)
    rows = await superuser.fetch(OWN_SWITCHES)
    assert [(row["is_open"], row["moment"]) for row in rows] == [(True, opens), (False, RESULTS)]
    assert {row["charter_version_id"] for row in rows} == {published.id}
    entries = await superuser.fetch(OWN_ENTRIES)
    assert [row["act"] for row in entries] == ["charter.window_opened", "charter.window_closed"]
    assert msgspec.json.decode(entries[0]["data"])["rule"] == "quiet"


async def test_a_window_nobody_saw_open_opened_and_closed(orvance, publish, results, superuser):
    await publish(with_rules(QUIET))
    with clock.travel(RESULTS + timedelta(days=3)):
        await run_job(orvance)
    rows = await superuser.fetch(OWN_SWITCHES)
    assert [row["is_open"] for row in rows] == [True, False]


async def test_an_event_that_moves_moves_its_window(orvance, publish, results, superuser):
    await publish(with_rules(LOCKED))
    async with orvance.transaction():
        await db.execute(
            "UPDATE calendar_event SET at = $2 WHERE tenant_id = $1 AND name = 'results-x'",
            RESULTS + timedelta(days=30),
        )
        await calendar.changed()
    await asyncio.sleep(0.2)  # the notification empties the directory
    with clock.travel(RESULTS - timedelta(hours=1)):
        member = await orvance.person(communities=CIRCLE)
        assert (await member.browser.call("POST", POSTS, post())).status_code == 201


async def test_rules_wake_and_sleep_with_a_window(orvance, publish, results):
    terms = 'kind = "terms"\nid = "figures"\neffect = "refuse"\nwords.any = ["dividende"]'
    switch = (
        'kind = "window"\nid = "listen"\nopens = "results-x - 1 day"\ncloses = "results-x"\n'
        'turns_on = ["more/figures"]\nturns_off = ["respect/insults"]'
    )
    await publish(with_rules(terms, switch))
    said = {}
    for name, moment in (("before", RESULTS - timedelta(days=2)), ("in", RESULTS - timedelta(1))):
        with clock.travel(moment):
            member = await orvance.person(communities=CIRCLE)
            for body in ("Le dividende ?", "Idiots !"):
                answer = await member.browser.call("POST", POSTS, {**post(), "body": body})
                said[name, body] = answer.status_code
    assert said == {
        ("before", "Le dividende ?"): 201, ("before", "Idiots !"): 403,
        ("in", "Le dividende ?"): 403, ("in", "Idiots !"): 201,
    }  # fmt: skip


async def run_job(house):
    """Do the periodic work of one tenant as the worker does."""
    await jobs.run(notice_windows, house.tenant.id)


# --- files -----------------------------------------------------------------------------------

FILES = 'kind = "attachments"\nid = "files"\nacts = ["profile.edit"]\ntypes = ["image/png"]'


@pytest.mark.parametrize(
    ("upload", "passes"),
    [
        (("moi.txt", PNG, "text/plain"), True),
        (("moi.png", b"MZ\x90\0" + b"\0" * 60, "image/png"), False),
        (("moi.png", b"<svg onload=alert(1)>", "image/png"), False),
        (("moi.png", b"%PDF-1.7\n", "image/png"), False),
    ],
)
@pytest.mark.usefixtures("stored")
async def test_a_file_is_what_its_bytes_say(member, publish, upload, passes):
    await publish(with_rules(FILES))
    answer = await member.browser.post(
        "/me/photo",
        data={"_csrf_token": await member.browser.token()},
        files={"photo": upload},
    )
    # A PNG of nothing but its first bytes passes the charter, and fails as a picture.
    assert answer.status_code == (422 if passes else 403)


async def test_uploads_through_the_api_are_judged_too(orvance, member, publish, stored):
    await publish(with_rules(FILES))
    answer = await member.browser.put(
        "/api/v1/me/photo",
        headers={"x-csrf-token": await member.browser.token()},
        files={"data": ("moi.png", b"GIF89a\1\0\1\0", "image/png")},
    )
    assert answer.status_code == 403
    (cause,) = answer.json()["causes"]
    assert (cause["clause"], cause["rule"], cause["field"]) == ("more", "files", "data")


@pytest.mark.parametrize("size", [0, 2_000])
async def test_size_is_counted_in_bytes_sent(orvance, member, publish, stored, size):
    await publish(with_rules('kind = "attachments"\nacts = ["profile.edit"]\nmax_mb = 0.001'))
    answer = await member.browser.put(
        "/api/v1/me/photo",
        headers={"x-csrf-token": await member.browser.token()},
        files={"data": ("moi.png", PNG + b"\0" * size, "image/png")},
    )
    assert answer.status_code == (403 if size else 422)


# --- one clause, every transport -------------------------------------------------------------

ADVICE = {"title": "Une idée", "body": "Achetez FR0000120321 sans hésiter."}
NO_ADVICE = 'kind = "instruments"\nid = "no-advice"\neffect = "refuse"\nacts = ["*"]'


def refusals_of(answer):
    causes = answer.json()["causes"]
    return {(one["clause"], one["rule"]) for one in causes if one["effect"] == "refuse"}


async def test_form_json_token_and_edit_are_refused_by_the_same_clause(
    orvance, member, publish, superuser
):
    calm = await member.browser.call("POST", POSTS, post())
    await publish(with_rules(NO_ADVICE))
    form = await member.browser.send_form(POSTS, {**ADVICE, "community": CIRCLE[0]})
    assert (form.status_code, "/charter/2#more" in form.text) == (403, True)
    part = {name: (None, value) for name, value in ADVICE.items()}
    part["_csrf_token"] = (None, await member.browser.token())
    upload = await member.browser.post(POSTS, files=part)
    assert (upload.status_code, "/charter/2#more" in upload.text) == (403, True)
    json = await member.browser.call("POST", POSTS, ADVICE)
    assert refusals_of(json) == {("more", "no-advice")}
    edit = await member.browser.call("PATCH", f"/posts/{calm.json()['id']}", ADVICE)
    assert edit.status_code in {403, 405}
    if edit.status_code == 405:
        edit = await member.browser.call("PUT", f"/posts/{calm.json()['id']}", ADVICE)
    assert refusals_of(edit) == {("more", "no-advice")}
    made = await member.browser.call(
        "POST", "/me/tokens", {"label": "Tableur", "scopes": ["read", "write"]}
    )
    assert made.status_code == 201, made.text
    program = await orvance.visitor.post(
        f"/api/v1{POSTS}",
        json=ADVICE,
        headers={"authorization": f"Bearer {made.json()['token']}"},
    )
    assert (program.status_code, refusals_of(program)) == (403, {("more", "no-advice")})
    assert await written(superuser) == 1

"""The calendar and legal holds, on screen and in the API: who may, what follows, what stays."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from parvis.core import clock
from parvis.core.ids import new_id
from tests.charter.test_live_kinds import CIRCLE, LOCKED, POSTS, RESULTS, post, with_rules

EVENT = {
    "name": "results-x",
    "title": {"fr": "Résultats", "en": "Results"},
    "at": RESULTS.isoformat(),
}


@pytest.fixture
async def publish(publisher):
    return publisher


@pytest.fixture
async def keeper(orvance):
    return await orvance.person("Aurélie Montferrand", roles=["admin"], communities=CIRCLE)


async def events(keeper):
    answer = await keeper.browser.call("GET", "/admin/calendar")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["events"]}


@pytest.mark.parametrize("roles", [[], ["moderator"], ["secretary"]])
async def test_who_does_not_publish_the_charter_finds_no_calendar(orvance, roles):
    person = await orvance.person(roles=roles)
    assert (await person.browser.get("/admin/calendar")).status_code == 404
    assert (await person.browser.call("GET", "/admin/calendar")).status_code == 404
    assert (await person.browser.call("POST", "/admin/calendar", EVENT)).status_code == 404
    assert (await person.browser.send_form("/admin/calendar", {"name": "x"})).status_code == 404


async def test_an_event_is_dated_moved_and_dropped(keeper, superuser):
    answer = await keeper.browser.call("POST", "/admin/calendar", EVENT)
    assert answer.status_code == 200, answer.text
    later = {**EVENT, "at": (RESULTS + timedelta(days=1)).isoformat()}
    await keeper.browser.call("POST", "/admin/calendar", later)
    found = (await events(keeper))["results-x"]
    assert (found["source"], datetime.fromisoformat(found["at"])) == (
        "admin", RESULTS + timedelta(days=1),
    )  # fmt: skip
    gone = await keeper.browser.call("DELETE", f"/admin/calendar/{found['id']}")
    assert gone.status_code == 204
    assert "results-x" not in await events(keeper)
    acts = await superuser.fetch(
        "SELECT act FROM journal_entry WHERE act LIKE 'calendar.%' ORDER BY id"
    )
    assert [row["act"] for row in acts] == [
        "calendar.event_dated", "calendar.event_dated", "calendar.event_dropped",
    ]  # fmt: skip


async def test_a_form_dates_by_the_house_s_own_clock(keeper):
    fields = {
        "name": "results-x", "title_fr": "Résultats", "title_en": "Results", "day": "2027-07-28",
        "hour": "07:30",
    }  # fmt: skip
    answer = await keeper.browser.send_form("/admin/calendar", fields)
    assert answer.status_code == 303
    assert datetime.fromisoformat((await events(keeper))["results-x"]["at"]) == RESULTS
    page = await keeper.browser.get("/admin/calendar")
    assert "mercredi 28 juillet 2027" in page.text.replace("\u00a0", " ")
    assert "results-h1-2027" in page.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"day": ""}, "Indiquez le jour et l’heure."),
        ({"day": "2027-02-30"}, "Indiquez le jour et l’heure."),
        ({"title_en": ""}, "Ce champ est à remplir."),
        ({"name": "results-2026"}, "fichiers de la maison"),
        ({"name": "ag-2027"}, "Une assemblée porte ce nom"),
    ],
)
async def test_a_form_that_cannot_be_taken_comes_back_with_its_words(
    orvance, keeper, superuser, change, says
):
    secretary = await orvance.person("Secrétaire", roles=["secretary"])
    opened = await secretary.browser.call("POST", "/meetings", MEETING)
    assert opened.status_code == 201, opened.text
    fields = {
        "name": "results-x", "title_fr": "Résultats du semestre", "title_en": "Results",
        "day": "2027-07-28", "hour": "07:30", **change,
    }  # fmt: skip
    answer = await keeper.browser.send_form("/admin/calendar", fields)
    assert answer.status_code == 422
    assert says in answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert 'value="Résultats du semestre"' in answer.text
    assert (
        await superuser.fetchval("SELECT count(*) FROM calendar_event WHERE source = 'admin'") == 0
    )


MEETING = {
    "slug": "ag-2027", "title": {"fr": "Assemblée générale", "en": "General meeting"},
    "meeting_date": "2027-05-20", "starts": "15:00:00", "place": {"fr": "Paris", "en": "Paris"},
    "preset": "fr", "topics": [{"slug": "comptes", "title": {"fr": "Comptes", "en": "Accounts"}}],
    "selection_policy": {"fr": "Toutes", "en": "All"},
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Results X"}, {"name": "2027"}, {"name": ""}, {"at": "2027-07-28T07:30:00"},
        {"at": "demain"}, {"title": {"fr": "x"}}, {"title": {"fr": "x", "en": "x", "de": "x"}},
        {"title": {"fr": "x", "en": "x" * 300}},
    ],
)  # fmt: skip
async def test_bad_events_are_told_at_their_field(keeper, change):
    answer = await keeper.browser.call("POST", "/admin/calendar", {**EVENT, **change})
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() <= {"name", "at", "title", "body"}


async def test_a_window_follows_its_event_at_once(orvance, keeper, publish):
    await keeper.browser.call("POST", "/admin/calendar", EVENT)
    await publish(with_rules(LOCKED))
    with clock.travel(RESULTS - timedelta(days=1)):
        member = await orvance.person(communities=CIRCLE)
        assert (await member.browser.call("POST", POSTS, post())).status_code == 403
    moved = {**EVENT, "at": (RESULTS + timedelta(days=60)).isoformat()}
    assert (await keeper.browser.call("POST", "/admin/calendar", moved)).status_code == 200
    await publish.seen()  # as the database's word does in a moment
    with clock.travel(RESULTS - timedelta(days=1)):
        assert (await member.browser.call("POST", POSTS, post())).status_code == 201


async def test_an_event_that_a_window_follows_stays(keeper, publish):
    await keeper.browser.call("POST", "/admin/calendar", EVENT)
    await publish(with_rules(LOCKED))
    found = (await events(keeper))["results-x"]
    assert found["windows"] == ["more/locked"]
    answer = await keeper.browser.call("DELETE", f"/admin/calendar/{found['id']}")
    assert (answer.status_code, "more/locked" in answer.json()["title"]) == (409, True)
    page = await keeper.browser.send_form(f"/admin/calendar/{found['id']}/removal", {})
    assert (page.status_code, "more/locked" in page.text) == (409, True)
    assert "results-x" in await events(keeper)


async def test_an_event_of_the_files_changes_in_the_files(keeper):
    found = (await events(keeper))["results-2026"]
    assert found["source"] == "file"
    answer = await keeper.browser.call("DELETE", f"/admin/calendar/{found['id']}")
    assert answer.status_code == 409
    moved = await keeper.browser.call("POST", "/admin/calendar", {**EVENT, "name": "results-2026"})
    assert (moved.status_code, list(moved.json()["fields"])) == (422, ["name"])


async def test_a_date_that_lets_windows_overlap_is_refused(keeper, publish):
    await keeper.browser.call("POST", "/admin/calendar", EVENT)
    other = {**EVENT, "name": "strategy-day", "at": "2027-10-01T08:00:00Z"}
    await keeper.browser.call("POST", "/admin/calendar", other)
    second = LOCKED.replace('"locked"', '"second"').replace("results-x", "strategy-day")
    await publish(with_rules(LOCKED, second))
    near = {**other, "at": (RESULTS + timedelta(days=3)).isoformat()}
    answer = await keeper.browser.call("POST", "/admin/calendar", near)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["at"])
    kept = (await events(keeper))["strategy-day"]["at"]
    assert datetime.fromisoformat(kept) == datetime(2027, 10, 1, 8, tzinfo=UTC)


# --- legal holds -----------------------------------------------------------------------------

REASON = "Contentieux en cours"


async def test_only_who_runs_the_space_sees_holds(orvance):
    person = await orvance.person(roles=["moderator"])
    assert (await person.browser.get("/admin/holds")).status_code == 404
    body = {"kind": "tenant", "reason": REASON}
    assert (await person.browser.call("POST", "/admin/holds", body)).status_code == 404
    assert (await person.browser.send_form("/admin/holds", body)).status_code == 404


async def test_a_hold_is_placed_and_lifted(orvance, keeper, superuser):
    held = await orvance.person("Éloi Chassagne")
    fields = {"kind": "member", "subject": f"/admin/members/{held.id}", "reason": REASON}
    assert (await keeper.browser.send_form("/admin/holds", fields)).status_code == 303
    (found,) = (await keeper.browser.call("GET", "/admin/holds")).json()["holds"]
    assert (found["kind"], found["who"], found["reason"]) == ("member", "Éloi Chassagne", REASON)
    page = await keeper.browser.get("/admin/holds")
    assert "Éloi Chassagne" in page.text
    again = await keeper.browser.call("POST", "/admin/holds", fields)
    assert again.status_code == 409
    gone = await keeper.browser.send_form(f"/admin/holds/{found['id']}/lifting", {})
    assert gone.status_code == 303
    twice = await keeper.browser.call("DELETE", f"/admin/holds/{found['id']}")
    assert twice.status_code == 404
    entries = await superuser.fetch(
        "SELECT act, data FROM journal_entry WHERE act LIKE 'hold.%' ORDER BY id"
    )
    assert [row["act"] for row in entries] == ["hold.placed", "hold.lifted"]
    assert REASON not in str([msgspec.json.decode(row["data"] or "{}") for row in entries])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "member", "reason": REASON}, "subject"),
        ({"kind": "member", "subject": "Éloi", "reason": REASON}, "subject"),
        ({"kind": "contribution", "subject": str(new_id()), "reason": REASON}, "subject"),
        ({"kind": "tenant", "reason": ""}, "reason"),
        ({"kind": "everything", "reason": REASON}, "kind"),
    ],
)
async def test_a_hold_names_what_it_protects(keeper, superuser, body, field):
    answer = await keeper.browser.call("POST", "/admin/holds", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    page = await keeper.browser.send_form("/admin/holds", body)
    assert page.status_code == 422
    assert await superuser.fetchval("SELECT count(*) FROM legal_hold") == 0


async def test_another_house_s_member_cannot_be_held(orvance, ardelune, keeper):
    stranger = await ardelune.person("Gaëtan Royer")
    body = {"kind": "member", "subject": str(stranger.id), "reason": REASON}
    answer = await keeper.browser.call("POST", "/admin/holds", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["subject"])

"""Opening a meeting: dates computed once, frozen, shown with their count, accepted generously."""

from datetime import UTC, date, datetime, timedelta

import pytest

from parvis.core import clock, db
from parvis.core.errors import Conflict, Denied
from parvis.features.meetings.actions.schedule import open_meeting
from parvis.features.meetings.facts import StatutoryChannel
from parvis.features.meetings.queries.board import level
from tests.meetings.conftest import acting, announced, opened

MARCH = datetime(2027, 3, 20, 9, tzinfo=UTC)


async def test_the_dates_of_a_french_meeting_are_frozen_with_their_count(orvance, staff) -> None:
    with clock.travel(MARCH):
        slug = await opened(orvance, staff["secretary"], meeting_date=date(2027, 4, 28))
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT d.utc_at, d.last_day, d.trace, m.statutory_until FROM meeting_deadline d"
            " JOIN meeting m ON m.tenant_id = $1 AND m.id = d.meeting_id"
            " WHERE d.tenant_id = $1 AND d.rule_id = 'question' AND m.slug = $2",
            slug,
        )
        journaled = await db.fetch_value(
            "SELECT data ->> 'deadlines' FROM journal_entry WHERE tenant_id = $1"
            " AND act = 'meeting.opened'"
        )
    assert row is not None
    assert row["last_day"] == date(2027, 4, 22)
    assert row["utc_at"] == row["statutory_until"] == datetime(2027, 4, 22, 22, tzinfo=UTC)
    assert row["trace"].count('"business_day"') == 4
    assert "2027-04-22T22:00:00Z" in journaled


async def test_a_stricter_notice_is_announced_and_the_law_still_accepted(orvance, staff) -> None:
    channel = StatutoryChannel(
        reference="Avis", address="q@orvance.exemple", until=date(2027, 4, 20)
    )
    with clock.travel(MARCH):
        slug = await opened(
            orvance, staff["secretary"], meeting_date=date(2027, 4, 28), statutory_channel=channel
        )
    view = (await staff["secretary"].browser.call("GET", f"/meetings/{slug}")).json()
    assert view["statutory_until"]["last_day"] == "2027-04-22"


async def test_a_later_notice_gives_members_more_time(orvance, staff) -> None:
    channel = StatutoryChannel(
        reference="Avis", address="q@orvance.exemple", until=date(2027, 4, 26)
    )
    with clock.travel(MARCH):
        slug = await opened(
            orvance, staff["secretary"], meeting_date=date(2027, 4, 28), statutory_channel=channel
        )
    view = (await staff["secretary"].browser.call("GET", f"/meetings/{slug}")).json()
    assert view["statutory_until"]["last_day"] == "2027-04-26"


async def test_a_german_meeting_closes_by_its_own_rules(orvance, staff) -> None:
    with clock.travel(MARCH):
        slug = await opened(
            orvance, staff["secretary"], preset="de", seat=None, meeting_date=date(2027, 5, 11)
        )
    view = (await staff["secretary"].browser.call("GET", f"/meetings/{slug}")).json()
    assert view["timezone"] == "Europe/Berlin"
    assert view["statutory_until"]["last_day"] == "2027-05-07"


async def test_an_address_belongs_to_one_meeting(orvance, staff) -> None:
    await opened(orvance, staff["secretary"])
    with pytest.raises(Conflict):
        await opened(orvance, staff["secretary"])


async def test_only_those_who_manage_meetings_open_one(orvance, staff) -> None:
    with pytest.raises(Denied):
        async with orvance.transaction():
            await open_meeting(acting(orvance, staff["legal"], "answer:draft"), announced())


async def test_a_meeting_that_opens_later_takes_no_question_yet(orvance, staff) -> None:
    later = clock.now().date() + timedelta(days=3)
    slug = await opened(orvance, staff["secretary"], opens_on=later)
    asker = await orvance.person()
    view = (await asker.browser.call("GET", f"/meetings/{slug}")).json()
    assert view["phase"] == "before"
    refused = await asker.browser.call(
        "POST", f"/meetings/{slug}/questions", {"questions": [{"title": "Déjà ?"}]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")


@pytest.mark.parametrize(
    ("left", "loud"),
    [
        (timedelta(days=2, seconds=1), "calm"),
        (timedelta(days=2), "d2"),
        (timedelta(days=1), "d1"),
        (timedelta(hours=2), "h2"),
        (timedelta(), "over"),
    ],
)
def test_the_alarm_grows_louder(left, loud) -> None:
    assert level(left) == loud

"""Whatever was decided of a shareholder, their question to the meeting reaches the company."""

import pytest

from parvis.core import db
from tests.factories import House, Person
from tests.meetings.conftest import SLUG, opened
from tests.moderation.test_sanctions import give, restriction

QUESTION = {
    "kind": "written",
    "questions": [{"title": "Quel dividende ?", "body": "Quel dividende, et quand ?",
                   "topic": "dividende"}],
}  # fmt: skip


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")


@pytest.fixture
async def meeting(orvance: House) -> str:
    secretary = await orvance.person("Hugues Delatrie", roles=["secretary"], capacity="employee")
    return await opened(orvance, secretary)


@pytest.mark.parametrize("kind", ["read_only", "suspension"])
async def test_a_question_is_delivered_and_waits_before_members_see_it(
    orvance: House, meeting: str, admin: Person, kind: str
) -> None:
    shareholder = await orvance.person("Aurélie Nantua", capacity="shareholder")
    given = await give(admin, shareholder, restriction(kind))
    assert given.status_code == 201, given.text
    assert given.json()["statement"]["local"]["statutory_delivery_unaffected"]
    page = await shareholder.browser.get(f"/meetings/{SLUG}")
    assert page.status_code == 200
    sent = await shareholder.browser.call("POST", f"/meetings/{SLUG}/questions", QUESTION)
    assert sent.status_code == 201, sent.text
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT id, delivery, visibility FROM question WHERE tenant_id = $1"
        )
    assert row is not None
    assert row["visibility"] == "pending"
    assert row["delivery"] not in ("draft", "refused")
    for path in (f"/meetings/{SLUG}/mine", f"/questions/{row['id']}"):
        assert (await shareholder.browser.get(path)).status_code == 200, path
    support = await shareholder.browser.call("POST", f"/questions/{row['id']}/support")
    assert support.json()["code"] == "sanctioned"

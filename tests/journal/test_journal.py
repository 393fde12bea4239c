"""The journal tells the story of a subject to those who may read it, and keeps what it tells."""

from typing import Any

import asyncpg
import pytest

from parvis.core import db
from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, PLACE, TITLE, Held, publish


async def entries(reader: Person, **search: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in search.items())
    answer = await reader.browser.call("GET", f"/journal?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_story_of_a_post_is_on_one_page(refused: Held, auditor: Person) -> None:
    found = await entries(auditor, subject=f"post:{refused.id}")
    acts = [entry["act"] for entry in reversed(found)]
    assert acts == ["post.held", "review.opened", "review.claimed", "review.decided"]
    page = (await auditor.browser.get(f"/admin/journal?subject=post:{refused.id}")).text
    assert page.index("Mise en file") < page.index("Refus décidé par Ludivine Darcel")


async def test_the_journal_holds_no_words_of_members(refused: Held, auditor: Person) -> None:
    answer = await auditor.browser.call("GET", "/journal")
    assert "projet de cession" not in answer.text
    assert TITLE not in answer.text


async def test_only_readers_of_the_journal_know_of_it(
    refused: Held, auditor: Person, moderator: Person, author: Person
) -> None:
    [entry] = await entries(auditor, act="review.decided")
    for path in ("/admin/journal", f"/admin/journal/{entry['id']}"):
        assert (await auditor.browser.get(path)).status_code == 200
        assert (await moderator.browser.get(path)).status_code == 404
        assert (await author.browser.get(path)).status_code == 404


async def test_another_tenants_journal_is_apart(
    refused: Held, auditor: Person, ardelune: House
) -> None:
    [entry] = await entries(auditor, act="review.decided")
    stranger = await ardelune.person("Aude Lanvollon", roles=["admin"], capacity="employee")
    assert await entries(stranger, subject=f"post:{refused.id}") == []
    path = f"/journal/{entry['id']}"
    assert (await stranger.browser.call("GET", path)).status_code == 404
    assert (await auditor.browser.call("GET", path)).json()["act"] == "review.decided"


async def test_entries_are_found_by_act_person_and_day(
    refused: Held, auditor: Person, moderator: Person
) -> None:
    [decided] = await entries(auditor, act="review.decided")
    by_name = await entries(auditor, person="darcel")
    assert {entry["actor"] for entry in by_name} == {moderator.name}
    assert by_name == await entries(auditor, person=str(moderator.id))
    assert decided in await entries(auditor, from_day="2026-01-01")
    assert await entries(auditor, to_day="2026-01-01") == []
    assert await entries(auditor, act="review.decided", from_day="2100-01-01") == []


async def test_pages_go_back_to_the_first_entry(
    orvance: House, auditor: Person, author: Person
) -> None:
    for number in range(60):
        await publish(author, f"Message {number}", "Bonjour à tous.")
    seen, cursor = [], ""
    while cursor is not None:
        answer = await auditor.browser.call("GET", f"/journal?act=post.published&after={cursor}")
        seen += [entry["id"] for entry in answer.json()["items"]]
        cursor = answer.json()["next_after"]
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "subject", ["post", "post:12", "post:00000000-0000-0000-0000-00000000zzzz"]
)
async def test_a_subject_of_another_form_is_told(auditor: Person, subject: str) -> None:
    answer = await auditor.browser.call("GET", f"/journal?subject={subject}")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["subject"])


async def test_who_reported_is_hidden_from_the_author_who_reads_the_journal(
    orvance: House, auditor: Person
) -> None:
    other = await orvance.person("Mathilde Kervadec", roles=["admin"], capacity="director")
    admin = await orvance.person(
        "Octave Brissarthe", roles=["admin"], communities=[PLACE], capacity="employee"
    )
    reporter = await orvance.person("Hélène Marcillat", communities=[PLACE])
    post = (await publish(admin, "Nos horaires", "L’agence ouvre à neuf heures.")).json()["id"]
    given = {"reason": CLAUSE}
    answer = await reporter.browser.call("POST", f"/contributions/{post}/reports", given)
    assert answer.status_code == 204
    [seen] = await entries(other, act="content.reported")
    assert seen["actor"] == reporter.name
    assert "hidden_from" not in seen["data"]
    assert await entries(admin, act="content.reported") == []
    path = f"/journal/{seen['id']}"
    assert (await admin.browser.call("GET", path)).status_code == 404


async def test_entries_cannot_be_changed_or_deleted(refused: Held, orvance: House) -> None:
    for statement in ("UPDATE journal_entry SET act = 'x'", "DELETE FROM journal_entry"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with orvance.transaction():
                await db.execute(f"{statement} WHERE tenant_id = $1")

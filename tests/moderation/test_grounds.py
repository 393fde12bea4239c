"""Grounds: a clause of the version words were written under, or the law; whole or not at all."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, LETTER, Held, act, claim, items, refusal

LAW = {
    "ground": "law", "law": "Code pénal, article 226-10", "law_why": "Le texte dénonce à tort.",
    "clause_id": None,
}  # fmt: skip


async def tried(moderator: Person, **fields: Any) -> Any:
    [item] = await items(moderator, "mine") or [await claim(moderator, (await items(moderator))[0])]
    return await act(moderator, item, "decisions", **fields)


async def test_the_law_can_be_the_ground(held: Held, moderator: Person) -> None:
    decided = await tried(moderator, **refusal(**LAW))
    assert decided.status_code == 201, decided.text
    decision = decided.json()
    assert (decision["ground"], decision["clause_id"]) == ("law", None)
    stated = decision["statement"]["ground"]
    assert stated["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert stated["illegal_content_legal_ground"] == "Code pénal, article 226-10"
    own = await held.author.browser.get(f"/decisions/{decision['id']}")
    assert "226-10" in own.text


@pytest.mark.parametrize("missing", ["law", "law_why"])
async def test_a_law_needs_its_text_and_its_why(
    held: Held, moderator: Person, missing: str
) -> None:
    refused = await tried(moderator, **refusal(**(LAW | {missing: None})))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [missing])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"action": "return", "until": "2999-01-01T00:00:00Z"}, "until"),
        ({"territory": ["FR", "US"]}, "territory"),
        ({"territory": ["France"]}, "territory"),
        ({"facts": "x" * 5001}, "facts"),
        ({"facts": "Appelez le 06 12 34 56 78."}, "facts"),
        ({"facts": "Dit par georges malvoisin."}, "facts"),
        ({"text": "x" * 10001}, "text"),
        ({"law": "x" * 501} | {k: v for k, v in LAW.items() if k != "law"}, "law"),
        ({"clause_id": "transmission:no-rumour"}, "clause_id"),
        ({"clause_id": ""}, "clause_id"),
        ({"category": "no_such"}, "category"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_written(
    held: Held, moderator: Person, change: dict[str, Any], field: str
) -> None:
    refused = await tried(moderator, **refusal(**change))
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    async with held.house.transaction():
        assert await db.fetch_value("SELECT count(*) FROM decision WHERE tenant_id = $1") == 0
    assert (await tried(moderator, **refusal())).status_code == 201


async def test_a_second_decision_is_refused(held: Held, moderator: Person) -> None:
    [item] = await items(moderator)
    mine = await claim(moderator, item)
    assert (await act(moderator, mine, "decisions", **refusal())).status_code == 201
    again = await act(moderator, mine, "decisions", **refusal())
    assert (again.status_code, again.json()["code"]) == (409, "stale")


async def test_scope_and_end_stand_in_the_statement(held: Held, moderator: Person) -> None:
    until = (clock.now() + timedelta(days=30)).isoformat()
    decision = (await tried(moderator, **refusal(until=until, territory=["FR", "BE"]))).json()
    assert decision["statement"]["scope"]["territorial_scope"] == ["FR", "BE"]
    assert decision["statement"]["scope"]["end_date_visibility_restriction"]
    assert decision["territory"] == ["FR", "BE"]


async def test_whom_it_concerns_reads_every_part_but_who_decided(
    held: Held, moderator: Person, reader: Person
) -> None:
    decision = (await tried(moderator, **refusal())).json()
    own = (await held.author.browser.call("GET", f"/me/decisions/{decision['id']}")).json()
    assert own["clause_id"] == CLAUSE
    assert own["text"] == LETTER
    assert own["may_appeal"]
    assert "decided_by" not in own
    page = (await held.author.browser.get(f"/decisions/{decision['id']}")).text
    assert "Ludivine Darcel" not in page
    for title in ("Portée", "Faits", "Origine", "Moyens automatiques", "Comment la contester"):
        assert title in page
    assert (await reader.browser.get(f"/decisions/{decision['id']}")).status_code == 404


PARTS = {
    "statement": None, "facts": None, "text_sent": None, "visibility_code": None,
    "ground_code": None, "category_code": None, "redress_until": None, "charter_version_id": None,
    "clause_id": None, "decided_by": None,
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
async def test_the_database_keeps_no_incomplete_refusal(
    held: Held, moderator: Person, part: str
) -> None:
    await tried(moderator, **refusal())
    copy = """
        INSERT INTO decision SELECT (jsonb_populate_record(d, $2)).* FROM decision d
         WHERE d.tenant_id = $1
    """
    with pytest.raises(asyncpg.CheckViolationError):
        async with held.house.transaction():
            await db.execute(copy, db.jsonb({"id": new_id(), part: None}))


@pytest.mark.parametrize(
    "piece",
    ["restriction", "scope", "facts", "source", "automated_means", "ground", "redress"],
)
async def test_the_database_wants_all_seven_parts(
    held: Held, moderator: Person, piece: str
) -> None:
    decision = (await tried(moderator, **refusal())).json()
    partial = {name: part for name, part in decision["statement"].items() if name != piece}
    with pytest.raises(asyncpg.CheckViolationError):
        async with held.house.transaction():
            await db.execute(
                "INSERT INTO decision SELECT (jsonb_populate_record(d, $2)).* FROM decision d"
                " WHERE d.tenant_id = $1",
                db.jsonb({"id": new_id(), "statement": partial}),
            )


async def test_staff_read_the_list_and_filter_it(
    orvance: House, held: Held, moderator: Person, ardelune: House
) -> None:
    await tried(moderator, **refusal())
    for query, count in {
        "": 1, "?action=refuse": 1, "?action=publish": 0, f"?clause={CLAUSE}": 1,
        "?clause=respect": 0, f"?decided_by={moderator.id}": 1, f"?decided_by={held.author.id}": 0,
        f"?since={clock.now().date()}": 1, "?until=2020-01-01": 0,
    }.items():  # fmt: skip
        listed = await moderator.browser.call("GET", f"/decisions{query}")
        assert len(listed.json()["items"]) == count, query
        assert (await moderator.browser.get(f"/admin/decisions{query}")).status_code == 200
    admin = await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")
    assert len((await admin.browser.call("GET", "/decisions")).json()["items"]) == 1
    stranger = await ardelune.person("Rémi Castelnau", roles=["moderator", "admin"])
    assert (await stranger.browser.call("GET", "/decisions")).json()["items"] == []
    bad = await moderator.browser.get("/admin/decisions?since=hier")
    assert bad.status_code == 422
    assert (await held.author.browser.call("GET", "/decisions")).status_code == 404


async def test_who_decided_about_a_moderator_is_not_theirs_to_read(
    orvance: House, moderator: Person
) -> None:
    """A moderator reads the list of decisions, but none about themselves."""
    admin = await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")
    given = await admin.browser.call(
        "POST", f"/members/{moderator.id}/sanctions",
        {"kind": "warning", "clause_id": CLAUSE, "facts": "Un écart.", "text": LETTER},
    )  # fmt: skip
    path = given.json()["id"]
    assert (await moderator.browser.call("GET", "/decisions")).json()["items"] == []
    assert (await moderator.browser.call("GET", f"/decisions/{path}")).status_code == 404
    assert (await moderator.browser.call("GET", f"/me/decisions/{path}")).status_code == 200


@pytest.mark.parametrize("page", [1, 2])
async def test_the_list_goes_on_page_after_page(
    orvance: House, held: Held, moderator: Person, page: int
) -> None:
    await tried(moderator, **refusal())
    await moderator.browser.call(
        "POST", f"/members/{held.author.id}/sanctions",
        {"kind": "warning", "clause_id": CLAUSE, "facts": "Un écart.", "text": LETTER},
    )  # fmt: skip
    first = (await moderator.browser.call("GET", "/decisions?limit=1")).json()
    assert [one["action"] for one in first["items"]] == ["warn"]
    second = await moderator.browser.call("GET", f"/decisions?limit=1&after={first['next_after']}")
    assert [one["action"] for one in second.json()["items"]] == ["refuse"]
    assert second.json()["next_after"] is None

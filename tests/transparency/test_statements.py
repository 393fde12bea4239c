"""What leaves for the Commission's database is what its field table takes, and names nobody."""

import argparse
import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.core import clock, db
from parvis.features.transparency import commands
from parvis.features.transparency.cli import add_parser
from parvis.features.transparency.masking import MASK, masked
from parvis.features.transparency.statements import statement
from parvis.settings import Settings
from tests.conversations.conftest import HELD, publish
from tests.factories import House, Person
from tests.moderation.test_sanctions import restriction
from tests.redress.conftest import (
    EMAIL,
    FACTS,
    NAME,
    admin,
    author,
    by_law,
    compliance,
    decide,
    moderator,
    post,
    send,
)

from . import field_table
from .field_table import ILLEGAL, INCOMPATIBLE, TABLE, faults

__all__ = ["admin", "author", "compliance", "moderator", "post"]  # fixtures

CLAUSE = {"action": "refuse", "clause_id": "no-rumour", "text": "Retiré.", "facts": FACTS}


@pytest.fixture
async def exporting(orvance: House, superuser) -> House:
    """The bank, once its counsel found that it sends statements."""
    sql = "UPDATE tenant SET settings = jsonb_set(settings, '{exports_statements}', $1::jsonb)"
    await superuser.execute(f"{sql} WHERE slug = 'banque-orvance'", "true")
    orvance.app.state.directory.forget()
    yield orvance
    await superuser.execute(f"{sql} WHERE slug = 'banque-orvance'", "false")
    orvance.app.state.directory.forget()


async def exported(person: Person) -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", "/admin/transparency/statements")
    assert answer.status_code == 200, answer.text
    calls = [json.loads(line) for line in answer.text.splitlines()]
    assert all(set(call) == {"statements"} and len(call["statements"]) <= 100 for call in calls)
    return [one for call in calls for one in call["statements"]]


async def test_every_kind_of_restriction_made_here_is_taken(
    exporting: House, author: Person, moderator: Person, compliance: Person, admin: Person
) -> None:
    await publish(author, "Retenu", HELD)
    await decide(moderator, "open", **CLAUSE)
    await publish(author, "Encore", HELD)
    await decide(moderator, "open", **CLAUSE | {"action": "redact"})
    await publish(author, "Et encore", HELD)
    await decide(moderator, "open", **CLAUSE | {"action": "return"})
    later = (clock.now() + timedelta(days=30)).isoformat()
    await publish(author, "Pour un temps", HELD)
    await decide(moderator, "open", **CLAUSE | {"until": later, "territory": ["FR", "BE"]})
    given = await admin.browser.call(
        "POST", f"/members/{author.id}/sanctions", restriction("read_only")
    )
    assert given.status_code == 201, given.text
    other = await exporting.person("Odile Grandvaux", communities=["clients-du-cercle"])
    written = await publish(other, "Un cabinet", "Ce cabinet perd tous ses dossiers.")
    await send(exporting.visitor, f"/posts/{written['id']}")
    await decide(compliance, **by_law())
    found = await exported(admin)
    assert [faults(one) for one in found] == [[]] * 6
    assert len({one["puid"] for one in found}) == 6
    assert {one["source_type"] for one in found} == {"SOURCE_VOLUNTARY", "SOURCE_ARTICLE_16"}
    assert {one["decision_ground"] for one in found} == {ILLEGAL, INCOMPATIBLE}
    [temporary] = [one for one in found if one["territorial_scope"]]
    assert temporary["end_date_visibility_restriction"] == later[:10]
    assert set(temporary["territorial_scope"]) == {"FR", "BE"}
    said = json.dumps(found, ensure_ascii=False)
    for word in (author.name, moderator.name, compliance.name, NAME, EMAIL, "Malvoisin"):
        assert word not in said


async def test_it_is_off_unless_the_firm_says_so(
    orvance: House, admin: Person, moderator: Person
) -> None:
    path = "/admin/transparency/statements"
    off = await admin.browser.call("GET", path)
    assert (off.status_code, off.json()["code"]) == (409, "export_is_off")
    assert (await moderator.browser.call("GET", path)).status_code == 404
    assert (await orvance.visitor.call("GET", path)).status_code == 401


async def test_another_tenants_admin_exports_nothing_of_ours(
    exporting: House, ardelune: House, author: Person, moderator: Person
) -> None:
    await publish(author, "Retenu", HELD)
    await decide(moderator, "open", **CLAUSE)
    other = await ardelune.person("Étienne Vauzelle", roles=["admin"])
    answer = await other.browser.call("GET", "/admin/transparency/statements")
    assert answer.status_code == 409


def test_the_table_itself_finds_what_is_wrong() -> None:
    sound = row_statement()
    assert faults(sound) == []
    wrong = {
        "decision_ground": "ILLEGAL", "category": "FRAUD", "content_type": "CONTENT_TYPE_TEXT",
        "content_date": "1 mai", "puid": "a b", "decision_facts": "", "territorial_scope": ["UK"],
        "source_type": None, "automated_detection": "true", "unheard_of": "x",
        "decision_facts ": "x", "illegal_content_explanation": "x", "content_language": "fra",
    }  # fmt: skip
    for name, value in wrong.items():
        assert faults(sound | {name: value}), name
    for name in field_table.ONE_OF:
        sound.pop(name, None)
    assert faults(sound)


def row_statement(**changes: Any) -> dict[str, Any]:
    return statement(a_row(**changes))


def a_row(**changes: Any) -> dict[str, Any]:
    """A decision as the export reads it."""
    parts = {
        "restriction": {
            "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
            "content_type": ["CONTENT_TYPE_TEXT"],
            "content_date": "2026-03-01",
        },
        "scope": {"territorial_scope": [], "end_date_visibility_restriction": None},
        "ground": {
            "decision_ground": INCOMPATIBLE,
            "decision_ground_reference_url": "https://club.example/charter/1#no-rumour",
            "incompatible_content_ground": "Pas de rumeur",
            "incompatible_content_explanation": "On ne rapporte pas de rumeur.",
        },
    }
    row = {
        "id": uuid4(), "at": datetime(2026, 3, 2, tzinfo=UTC), "facts": FACTS,
        "statement": json.dumps(parts | changes.pop("parts", {})),
        "visibility_code": "DECISION_VISIBILITY_CONTENT_REMOVED", "provision_code": None,
        "account_code": None, "ground_code": INCOMPATIBLE,
        "category_code": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "source_type": "SOURCE_VOLUNTARY", "automated_detection": False,
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED", "territory": [],
        "until": None, "names": [],
    }  # fmt: skip
    return row | changes


def codes(name: str) -> st.SearchStrategy[str]:
    found = TABLE[name].codes
    assert found
    return st.sampled_from(sorted(found))


TEXTS = st.text(max_size=6000).filter(lambda text: "\x00" not in text)
ROWS = st.fixed_dictionaries(
    {
        "facts": TEXTS,
        "visibility_code": st.none() | codes("decision_visibility"),
        "provision_code": st.none() | codes("decision_provision"),
        "account_code": codes("decision_account"),
        "ground_code": codes("decision_ground"),
        "category_code": codes("category"),
        "source_type": codes("source_type"),
        "automated_detection": st.booleans(),
        "automated_decision": codes("automated_decision"),
        "territory": st.lists(codes("territorial_scope"), max_size=4),
        "parts": st.fixed_dictionaries(
            {
                "ground": st.fixed_dictionaries(
                    {},
                    optional=dict.fromkeys(
                        (
                            "illegal_content_legal_ground",
                            "illegal_content_explanation",
                            "incompatible_content_ground",
                            "incompatible_content_explanation",
                        ),
                        TEXTS,
                    ),
                ),
            }
        ),
    }
)


@given(ROWS)
def test_whatever_was_decided_the_field_table_takes_it(changes: dict[str, Any]) -> None:
    if changes["visibility_code"]:
        parts = {"decision_visibility": [changes["visibility_code"]]}
        changes["parts"]["restriction"] = parts
    assert faults(row_statement(**changes)) == []


PERSONAL = {
    "a mail": ("Écrire à georges@cabinet.example.", "georges@cabinet.example"),
    "a telephone": ("Appeler le 06 12 34 56 78 ce soir.", "06 12 34 56 78"),
    "an account": ("Verser sur FR76 3000 6000 0112 3456 7890 189.", "3000 6000"),
    "a name": ("L’auteur, Georges Malvoisin, insiste.", "Malvoisin"),
    "a family name": ("Malvoisin insiste.", "Malvoisin"),
}


@pytest.mark.parametrize(("text", "datum"), PERSONAL.values(), ids=PERSONAL)
def test_what_identifies_somebody_is_taken_out(text: str, datum: str) -> None:
    said = masked(text, ["Georges Malvoisin"])
    assert datum not in said
    assert MASK in said
    assert said[-1] == "."


@given(st.text(max_size=300))
def test_masking_leaves_no_mail_address_whatever_stands_around(around: str) -> None:
    said = masked(f"{around} zenobie@notaires.example {around}", [])
    assert "zenobie@notaires.example" not in said


def test_the_command_says_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="parvis")
    add_parser(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["moderation", "export-statements", "--tenant", "x", "--from", "hier"])
    assert "--from" in capsys.readouterr().err


@pytest.fixture
def on_this_machine(monkeypatch: pytest.MonkeyPatch, migrated: Settings) -> None:
    """Let commands find the database of the tests, as an operator's environment names theirs."""
    monkeypatch.setattr(commands.settings_module, "load", lambda: migrated)


async def test_the_command_prints_calls_and_tells_the_tenant_first(
    exporting: House,
    on_this_machine: None,
    author: Person,
    moderator: Person,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await publish(author, "Retenu", HELD)
    decision = await decide(moderator, "open", **CLAUSE)
    today = clock.now().date().isoformat()
    line = f"moderation export-statements --from {today} --to {today} --tenant"
    assert await _run(f"{line} banque-orvance --reason Contrôle") == 0
    [call] = capsys.readouterr().out.splitlines()
    assert [one["puid"] for one in json.loads(call)["statements"]] == [decision["id"]]
    assert await _run(f"{line} ardelune") == 1  # its file does not turn the export on
    assert "export_statements" in capsys.readouterr().err
    assert await _run(f"{line} nowhere") == 2
    async with exporting.transaction():
        told = await db.fetch_value(
            "SELECT data ->> 'reason' FROM journal_entry WHERE tenant_id = $1"
            " AND act = 'operator.statements_exported'"
        )
    assert told == "Contrôle"


async def _run(line: str) -> int:
    parser = argparse.ArgumentParser(prog="parvis")
    add_parser(parser.add_subparsers())
    return await asyncio.to_thread(commands.run, parser.parse_args(line.split()))

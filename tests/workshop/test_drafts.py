"""A draft: written by several, checked with lines, and nobody's words are lost."""

import asyncio
import contextvars

import pytest

from parvis.core import db
from parvis.features.journal import sentences
from parvis.features.workshop.source_edits import MOST_CHARACTERS
from tests.factories import House
from tests.workshop.conftest import PATH, SOURCE, begun, call, publisher, saved

WINDOW = """
[[clause.rule]]
kind = "window"
id = "{id}"
from = {start}
to = {end}
mode = "read_only"
"""


def line_with(source: str, words: str) -> int:
    return next(n for n, line in enumerate(source.split("\n"), start=1) if words in line)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2060", "")


async def test_a_draft_begins_with_the_newest_version_comments_included(orvance: House) -> None:
    draft = await begun(await publisher(orvance))
    assert draft["source"] == SOURCE
    assert (draft["based_on"], draft["version"], draft["mistakes"]) == (1, 1, [])


async def test_there_is_one_draft_at_a_time(orvance: House) -> None:
    person = await publisher(orvance)
    await begun(person)
    answer = await call(person, "POST", "/draft", {}, status=409)
    assert answer["code"] == "draft_exists"


async def test_a_draft_may_begin_with_a_file(orvance: House) -> None:
    person = await publisher(orvance)
    token = await person.browser.token()
    text = SOURCE.replace("Le Cercle", "Ce Cercle").replace("\n", "\r\n")
    answer = await person.browser.post(
        f"{PATH}/draft/begin", data={"_csrf_token": token},
        files={"file": ("charter.toml", text.encode())},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    draft = await call(person, "GET", "/draft")
    assert draft["source"] == SOURCE.replace("Le Cercle", "Ce Cercle")


async def test_a_file_that_is_no_text_is_refused(orvance: House) -> None:
    person = await publisher(orvance)
    answer = await person.browser.post(
        f"{PATH}/draft/begin", data={"_csrf_token": await person.browser.token()},
        files={"file": ("charter.toml", b"\xff\xfe")},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "UTF-8" in answer.text
    await call(person, "GET", "/draft", status=404)


async def test_what_a_form_sends_is_kept_with_its_spaces_and_one_kind_of_line_end(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    await begun(person)
    text = SOURCE + "\n# the end   \n"
    fields = {"version": 1, "source": text.replace("\n", "\r\n")}
    answer = await person.browser.send_form(f"{PATH}/draft", fields)
    assert answer.status_code == 303, answer.text
    assert (await call(person, "GET", "/draft"))["source"] == text


async def test_of_two_who_save_the_second_is_told_who_and_when_and_loses_nothing(
    orvance: House,
) -> None:
    first = await publisher(orvance)
    second = await publisher(orvance, "Bruno Taillade")
    draft = await begun(first)
    await saved(first, draft, SOURCE.replace("Le Cercle", "Un Cercle"))
    mine = SOURCE.replace("Le Cercle", "Mon Cercle")
    api = await call(
        second, "PUT", "/draft", {"version": draft["version"], "source": mine}, status=409
    )
    assert api["code"] == "draft_changed"
    assert api["data"]["name"] == "Camille Vauzelle"
    assert api["data"]["version"] == 2
    page = await second.browser.send_form(f"{PATH}/draft", {"version": 1, "source": mine})
    assert page.status_code == 409
    assert "Camille Vauzelle" in page.text
    assert "Mon Cercle Orvance réunit" in page.text  # in the field
    assert "<ins>" in page.text  # how theirs differs
    assert 'name="version" value="2"' in page.text
    assert (await call(first, "GET", "/draft"))["source"].count("Un Cercle") == 2
    again = await second.browser.send_form(f"{PATH}/draft", {"version": 2, "source": mine})
    assert again.status_code == 303
    assert (await call(first, "GET", "/draft"))["source"] == mine


async def test_of_many_who_save_at_once_one_wins(orvance: House) -> None:
    people = [await publisher(orvance, f"Person {n}") for n in range(6)]
    await begun(people[0])
    answers = await asyncio.gather(*(
        asyncio.create_task(
            person.browser.call(
                "PUT", f"{PATH}/draft", {"version": 1, "source": f"{SOURCE}\n# {n}\n"}
            ),
            context=contextvars.Context(),
        )
        for n, person in enumerate(people)
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert (await call(people[0], "GET", "/draft"))["version"] == 2


BAD = [
    ("unknown key", SOURCE.replace('change = "material"', 'changes = "material"'), "changes"),
    ("clause id twice", SOURCE.replace('id = "respect"', 'id = "acceptance"'), "deux fois"),
    (
        "invalid expression",
        SOURCE.replace("'j’achèterais|j’investirais'", "'j’achèterais|(j’investirais'"),
        "(j’investirais",
    ),
    ("no TOML", SOURCE + "\n[[clause\n", ""),
]


@pytest.mark.parametrize(("what", "source", "named"), BAD, ids=[bad[0] for bad in BAD])
async def test_each_mistake_is_told_with_its_line_and_the_draft_is_kept(
    orvance: House, what: str, source: str, named: str
) -> None:
    person = await publisher(orvance)
    fresh = await saved(person, await begun(person), source)
    assert fresh["source"] == source
    assert fresh["mistakes"], what
    lines = source.split("\n")
    mistake = next(
        one for one in fresh["mistakes"]
        if named in one["message"] or named in lines[one["line"] - 1]
    )  # fmt: skip
    page = (await person.browser.get(f"{PATH}/draft")).text
    assert f'data-line="{mistake["line"]}"' in page
    assert f'id="L{mistake["line"]}"' in page
    refused = await call(
        person, "POST", "/publication", {"version": fresh["version"], "change": "material"},
        status=422,
    )  # fmt: skip
    assert refused["code"] == "charter_unsound"
    assert refused["data"]["mistakes"] == fresh["mistakes"]
    await call(person, "POST", "/rehearsals", {}, status=422)
    await call(person, "POST", "/trial", {"text": "Bonjour."}, status=422)


async def test_all_mistakes_are_told_at_once_with_the_nearest_right_key(orvance: House) -> None:
    person = await publisher(orvance)
    source = SOURCE.replace('change = "material"', 'chnage = "material"')
    source = source.replace('kind = "acceptance"', 'kind = "acceptanse"')
    found = await call(person, "POST", "/check", {"source": source})
    assert not found["is_sound"]
    said = {mistake["line"]: mistake["message"] for mistake in found["mistakes"]}
    assert "vouliez-vous dire « change »" in plain(said[line_with(source, "chnage")])
    await call(person, "GET", "/draft", status=404)  # nothing was kept


async def test_overlapping_windows_are_named(orvance: House) -> None:
    person = await publisher(orvance)
    windows = WINDOW.format(id="one", start="2027-01-01", end="2027-02-01")
    windows += WINDOW.format(id="two", start="2027-01-15", end="2027-03-01")
    head, marker, rest = SOURCE.partition('[[clause]]\nid = "real-name"')
    found = await call(person, "POST", "/check", {"source": head + windows + marker + rest})
    assert not found["is_sound"]
    assert any(mistake["line"] > 30 for mistake in found["mistakes"])


async def test_a_text_of_a_megabyte_is_refused_clearly_and_given_back(orvance: House) -> None:
    person = await publisher(orvance)
    draft = await begun(person)
    long = SOURCE + "# é\n" * 250_000
    api = await call(person, "PUT", "/draft", {"version": 1, "source": long}, status=422)
    assert f"{MOST_CHARACTERS // 1000}\u202f000" in api["fields"]["source"]
    page = await person.browser.send_form(f"{PATH}/draft", {"version": 1, "source": long})
    assert page.status_code == 422
    assert 'id="source-error"' in page.text
    assert page.text.count("# é") == 250_000
    assert (await call(person, "GET", "/draft"))["source"] == draft["source"]


async def test_a_discarded_draft_is_gone_and_a_changed_one_is_not_discarded(
    orvance: House,
) -> None:
    person = await publisher(orvance)
    draft = await begun(person)
    await saved(person, draft, SOURCE + "\n# more\n")
    await call(person, "DELETE", "/draft?version=1", status=409)
    await call(person, "DELETE", "/draft?version=2", status=204)
    await call(person, "GET", "/draft", status=404)


async def test_a_clause_written_in_its_form_changes_its_words_alone(orvance: House) -> None:
    person = await publisher(orvance)
    await begun(person)
    fields = {
        "version": 1, "locales": "fr en", "title.fr": "Le respect", "title.en": "Respect",
        "text.fr": "On se respecte.\r\n\r\nToujours.", "text.en": "We respect each other.",
    }  # fmt: skip
    answer = await person.browser.send_form(f"{PATH}/clauses/respect", fields)
    assert answer.status_code == 303, answer.text
    found = await call(person, "GET", "/draft/difference")
    changed = [c for c in found["comparison"]["clauses"] if c["state"] != "same"]
    assert [(clause["id"], clause["state"]) for clause in changed] == [("respect", "changed")]
    assert all(rule["state"] == "same" for rule in changed[0]["rules"])
    source = (await call(person, "GET", "/draft"))["source"]
    assert "# --- Se tenir ---" in source
    assert 'text.fr = """\nOn se respecte.\n\nToujours."""' in source


async def test_a_clause_without_words_is_given_back_with_what_is_missing(orvance: House) -> None:
    person = await publisher(orvance)
    await begun(person)
    fields = {"version": 1, "locales": "fr en", "title.fr": "Un titre à garder"}
    answer = await person.browser.send_form(f"{PATH}/clauses/respect", fields)
    assert answer.status_code == 422
    assert "Un titre à garder" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert (await call(person, "GET", "/draft"))["version"] == 1


async def test_clauses_come_go_and_move(orvance: House) -> None:
    person = await publisher(orvance)
    await begun(person)
    fields = {
        "version": 1, "locales": "fr en", "id": "pets", "title.fr": "Animaux", "title.en": "Pets",
        "text.fr": "Tenus en laisse.", "text.en": "On a lead.",
    }  # fmt: skip
    assert (await person.browser.send_form(f"{PATH}/clauses", fields)).status_code == 303
    twice = await person.browser.send_form(f"{PATH}/clauses", {**fields, "version": 2})
    assert twice.status_code == 422
    await person.browser.send_form(f"{PATH}/clauses/pets/move", {"version": 2, "to": "up"})
    found = (await call(person, "GET", "/draft/difference"))["comparison"]["clauses"]
    assert [clause["id"] for clause in found][-2] == "pets"
    await person.browser.send_form(f"{PATH}/clauses/pets/removal", {"version": 3})
    found = (await call(person, "GET", "/draft/difference"))["comparison"]["clauses"]
    assert {clause["state"] for clause in found} == {"same"}
    missing = await person.browser.send_form(f"{PATH}/clauses/pets/removal", {"version": 4})
    assert missing.status_code == 404


async def test_work_on_a_draft_is_in_the_journal_without_its_words(orvance: House) -> None:
    person = await publisher(orvance)
    draft = await saved(person, await begun(person), SOURCE + "\n# secret plan\n")
    await call(person, "DELETE", f"/draft?version={draft['version']}", status=204)
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT act, data::text AS data FROM journal_entry"
            " WHERE tenant_id = $1 AND subject_kind = 'charter_draft' ORDER BY id"
        )
    assert [row["act"] for row in rows] == [
        "charter.draft_begun", "charter.draft_saved", "charter.draft_discarded",
    ]  # fmt: skip
    assert "secret plan" not in "".join(row["data"] for row in rows)
    assert sentences.SENTENCES.keys() >= {row["act"] for row in rows}

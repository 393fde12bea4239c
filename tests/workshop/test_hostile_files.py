"""Texts that are made to break who reads them: told as mistakes, and the bench stays usable."""

import pytest

from tests.factories import House
from tests.workshop.conftest import SOURCE, begun, call, publisher, saved

DEEP = {
    "arrays": "x = " + "[" * 5000 + "]" * 5000,
    "tables": "x = " + "{a=" * 5000 + "1" + "}" * 5000,
    "a dotted key": ".".join(["a"] * 5000) + " = 1",
    "a header": "[" + ".".join(["a"] * 5000) + "]",
    "a number": "x = " + "1" * 5000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
async def test_a_text_that_no_parser_survives_is_a_mistake(orvance: House, text: str) -> None:
    person = await publisher(orvance)
    source = f"{SOURCE}\n{text}\n"
    answer = await call(person, "POST", "/check", {"source": source})
    assert not answer["is_sound"]
    assert answer["mistakes"]
    draft = await begun(person)
    kept = await saved(person, draft, source)
    assert kept["mistakes"]
    for page in ("", "/draft", "/draft/difference", "/draft/clauses", "/draft/publication"):
        shown = await person.browser.get(f"/admin/charter{page}")
        assert shown.status_code in (200, 404, 409, 422), (page, shown.status_code)
    await call(person, "POST", "/rehearsals", {}, status=422)
    words = {"version": kept["version"], "title": {"fr": "A"}, "text": {"fr": "B"}}
    path = "/api/v1/admin/charter/draft/clauses/no-rumour"
    assert (await person.browser.call("PUT", path.removeprefix("/api/v1"), words)).status_code in (
        404, 409, 422,
    )  # fmt: skip
    await call(person, "POST", "/trial", {"text": "Une rumeur."}, status=422)


async def test_of_ten_thousand_mistakes_the_first_are_told(orvance: House) -> None:
    person = await publisher(orvance)
    source = SOURCE + "\n" + "\n".join(f"k{n} = 1" for n in range(10_000))
    answer = await call(person, "POST", "/check", {"source": source})
    assert len(answer["mistakes"]) == 200

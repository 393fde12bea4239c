"""Real answers of the API, of the main path and of bad input, against the document it serves."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.factories import House, Person
from tests.meetings.conftest import SLUG, STAFF, opened

QUESTIONS = [
    {"title": "Le dividende sera-t-il maintenu ?", "body": "Il l’a été.", "topic": "dividende"},
    {"title": "Qui vérifie les émissions ?"},
]
ANSWER = {"body": "Oui.", "signed_by": "Maxence Thoury", "signed_role": "Directeur financier"}
NOBODY = "018f0000-0000-7000-8000-000000000000"
DEEP = b"[" * 100_000


class Document:
    """What a tenant serves at /schema/openapi.json, and whether an answer keeps to it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def check(self, answer: httpx.Response) -> httpx.Response:
        """Return `answer` when it is documented, status, media type and body."""
        told = self._operation(answer.request)["responses"]
        assert str(answer.status_code) in told, f"{answer.request.url}: {answer.text}"
        response = self._resolved(told[str(answer.status_code)])
        if "content" not in response:
            assert not answer.content, answer.text
            return answer
        media = answer.headers["content-type"].partition(";")[0]
        schema = response["content"][media]["schema"]
        whole = {**schema, "components": self.document["components"]}
        Draft202012Validator(whole).validate(answer.json())
        return answer

    def _operation(self, request: httpx.Request) -> dict[str, Any]:
        found = [
            (path.count("{"), operation)
            for method, path, operation in self.operations()
            if method == request.method
            and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
        ]
        return min(found, key=lambda each: each[0])[1]

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part


@pytest.fixture
async def document(orvance: House) -> Document:
    return Document((await orvance.visitor.get("/schema/openapi.json")).json())


@pytest.fixture
async def people(orvance: House) -> dict[str, Person]:
    """Who has a part in a question, each in their group; `asker` and `reader` have none."""
    roles = (*STAFF, "moderator", "admin")
    people = {role: await orvance.person(f"Camille {role}", roles=[role]) for role in roles}
    people["asker"] = await orvance.person("Gabriel Asker", capacity="shareholder")
    people["reader"] = await orvance.person("Inès Reader", capacity="shareholder")
    await opened(orvance, people["secretary"])
    return people


class Caller:
    """Calls the API as somebody, checking each answer against the document."""

    def __init__(self, document: Document, people: dict[str, Person]) -> None:
        self.document, self.people = document, people

    async def call(
        self, who: str, method: str, path: str, body: Any = None, *, status: int = 200
    ) -> Any:
        answer = await self.people[who].browser.call(method, path, body)
        assert answer.status_code == status, answer.text
        self.document.check(answer)
        return answer.json() if answer.content else None


async def test_the_main_path_answers_what_the_document_says(document, people) -> None:
    caller = Caller(document, people)
    asked = await _ask(caller)
    await _moderate(caller)
    await caller.call("reader", "POST", f"/questions/{asked}/support")
    await _answer(caller, asked)
    public = await caller.call("reader", "GET", f"/meetings/{SLUG}/answers")
    assert [q["title"] for a in public["items"] for q in a["questions"]] == [QUESTIONS[0]["title"]]
    await caller.call("reader", "GET", f"/meetings/{SLUG}/fate")
    await _hear(caller, asked)


async def _ask(caller: Caller) -> str:
    for path in ("/me", "/me/sessions", "/feed", "/communities", "/charter/acceptance"):
        await caller.call("asker", "GET", path)
    meetings = await caller.call("asker", "GET", "/meetings")
    assert [(m["slug"], m["open_statutory"]) for m in meetings["items"]] == [(SLUG, None)]
    await caller.call("asker", "GET", f"/meetings/{SLUG}")
    sent = await caller.call(
        "asker", "POST", f"/meetings/{SLUG}/questions", {"questions": QUESTIONS}, status=201
    )
    await caller.call("asker", "GET", f"/meetings/{SLUG}/questions/mine")
    return str(sent["questions"][0]["id"])


async def _moderate(caller: Caller) -> None:
    queue = await caller.call("moderator", "GET", "/moderation/items")
    for item in queue["page"]["items"]:
        path = f"/moderation/items/{item['id']}"
        seen = await caller.call("moderator", "GET", path)
        await caller.call("moderator", "POST", f"{path}/claim", {"version": 99}, status=409)
        version = {"version": seen["item"]["version"]}
        claimed = await caller.call("moderator", "POST", f"{path}/claim", version)
        decided = {"version": claimed["item"]["version"], "action": "publish"}
        await caller.call("moderator", "POST", f"{path}/decisions", decided, status=201)


async def _answer(caller: Caller, question_id: str) -> None:
    path = f"/questions/{question_id}"
    await caller.call("secretary", "GET", f"/meetings/{SLUG}/board")
    await caller.call("reader", "POST", f"{path}/routing", {}, status=403)
    await caller.call("secretary", "POST", f"{path}/routing", {})
    case = await caller.call("expert", "POST", f"{path}/answer", ANSWER | {"submit": True})
    version = {"version_id": case["answer"]["versions"][0]["id"]}
    stale = {"version_id": NOBODY, "market_abuse": "not_inside"}
    await caller.call("legal", "POST", f"{path}/answer/legal-approval", stale, status=409)
    await caller.call("legal", "POST", f"{path}/answer/legal-approval", stale | version)
    case = await caller.call("publisher", "GET", f"{path}/case")
    assert case["can"]["publish"]
    assert not case["can"]["approve_legal"]
    await caller.call("publisher", "POST", f"{path}/answer/publication", version)


async def _hear(caller: Caller, question_id: str) -> None:
    story = await caller.call("asker", "GET", f"/questions/{question_id}")
    assert story["question"]["delivery"] == "published"
    notices = await caller.call("asker", "GET", "/notifications?limit=1")
    await caller.call("asker", "GET", f"/notifications?after={notices['next_after']}")
    await caller.call("asker", "POST", "/notifications/reading", status=204)
    entries = await caller.call("admin", "GET", f"/journal?subject=question:{question_id}")
    assert len(entries["items"]) > 5


async def test_a_visitor_is_told_to_sign_in_as_documented(document, orvance) -> None:
    for method, path, operation in document.operations():
        address = path.removeprefix("/api/v1").replace("{number}", "1").replace("{year}", "2024")
        answer = await orvance.visitor.call(method, re.sub(r"\{\w+\}", NOBODY, address))
        document.check(answer)
        # 422: a body is read before it is known that its act needs a member.
        assert (answer.status_code in {401, 422}) == bool(operation["security"]), path


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (DEEP, "application/json", 400),
        (b'{"title":', "application/json", 400),
        (b'{"title": "\xff"}', "application/json", 400),
        (b"<title/>", "application/xml", 400),
        (b"null", "application/json", 422),
    ],
)
async def test_each_write_tells_what_it_cannot_read(
    document, orvance, *, content, kind, status
) -> None:
    person = await orvance.person(communities=["clients-du-cercle"])
    headers = {"x-csrf-token": await person.browser.token(), "content-type": kind}
    for path, method in (("/communities/clients-du-cercle/posts", "POST"), ("/me", "PATCH")):
        answer = await person.browser.request(
            method, f"/api/v1{path}", content=content, headers=headers
        )
        assert answer.status_code == status, answer.text
        document.check(answer)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"title": 3, "body": "b"}, "title", "str est attendu ici, et non int."),
        ({"title": "t", "body": "b", "kind": "sermon"}, "kind", "ne fait pas partie des choix"),
        ({"title": "t"}, "body", "Ce champ est à remplir."),
        ({"title": "t" * 161, "body": "b"}, "title", "160 caractères au plus."),
    ],
)
async def test_a_wrong_field_is_named_in_the_callers_language(
    document, orvance, *, body, field, said
) -> None:
    person = await orvance.person(communities=["clients-du-cercle"])
    answer = await person.browser.call("POST", "/communities/clients-du-cercle/posts", body)
    assert answer.status_code == 422
    assert said in document.check(answer).json()["fields"][field].replace("\xa0", " ")


async def test_inputs_are_described_as_they_are_read(document) -> None:
    schemas = document.document["components"]["schemas"]
    one = {"components": document.document["components"], **schemas["NewSubmission"]}
    assert Draft202012Validator(one).is_valid({"questions": QUESTIONS})
    assert not Draft202012Validator(one).is_valid({"questions": [{"body": "no title"}]})
    assert schemas["OpenMeeting"]["properties"]["starts"]["format"] == "time"

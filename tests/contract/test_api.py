"""The API's contract: a valid document, one shape of error, every route declared."""

import msgspec
import pytest
from litestar import Litestar
from openapi_spec_validator import OpenAPIV31SpecValidator

from parvis.core.acts import ACTS, SAFE, UndeclaredRouteError, refuse_undeclared
from parvis.core.problems import Problem


async def test_openapi_is_valid_and_served_by_each_tenant(orvance, ardelune) -> None:
    for house in (orvance, ardelune):
        answer = await house.visitor.get("/schema/openapi.json")
        assert answer.status_code == 200
        document = msgspec.json.decode(answer.content)
        assert document["openapi"].startswith("3.1")
        OpenAPIV31SpecValidator(document).validate()


async def test_openapi_names_every_api_route_once(app: Litestar, orvance) -> None:
    document = msgspec.json.decode((await orvance.visitor.get("/schema/openapi.json")).content)
    described = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    }
    served = {
        (str(method), route.path_format)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if route.path.startswith("/api/v1") and method not in {"OPTIONS", "HEAD"}
    }
    assert described == served
    assert len(served) > 25
    operations = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(operations) == len(set(operations))


async def test_pages_are_not_in_the_api_document(orvance) -> None:
    document = msgspec.json.decode((await orvance.visitor.get("/schema/openapi.json")).content)
    assert [path for path in document["paths"] if not path.startswith("/api/v1")] == []


def test_every_route_that_writes_declares_an_act(app: Litestar) -> None:
    refuse_undeclared(app.routes)
    writing = [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if not set(handler.http_methods) <= SAFE
    ]
    assert len(writing) > 30
    assert {h.opt["act"] for h in writing if "act" in h.opt} <= set(ACTS)


def test_a_route_without_an_act_does_not_start() -> None:
    from litestar import post

    @post("/silent")
    async def silent() -> None: ...

    with pytest.raises(UndeclaredRouteError, match="/silent"):
        refuse_undeclared(Litestar([silent], openapi_config=None).routes)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing-here", None, 404, "not_found"),
        ("GET", "/me", None, 401, "sign_in_required"),
        ("POST", "/communities/none/posts", b"{}", 401, "sign_in_required"),
    ],
)
async def test_errors_have_one_shape(orvance, *, method, path, body, status, code) -> None:
    headers = {"x-csrf-token": await orvance.visitor.token(), "content-type": "application/json"}
    answer = await orvance.visitor.request(method, f"/api/v1{path}", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (problem.status, problem.code) == (status, code)
    assert problem.correlation_id == answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"title": "x"', "application/json", 400),
        (b'{"title": "\xff\xfe"}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"title": 3, "body": []}', "application/json", 422),
        (b'{"title": "a\\u0000b", "body": "c"}', "application/json", 422),
    ],
)
async def test_unreadable_bodies_are_told_clearly(orvance, content, content_type, status) -> None:
    person = await orvance.person(communities=["clients-du-cercle"])
    headers = {"x-csrf-token": await person.browser.token(), "content-type": content_type}
    answer = await person.browser.post(
        "/api/v1/communities/clients-du-cercle/posts", content=content, headers=headers
    )
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status


async def test_an_oversized_body_is_413(orvance) -> None:
    person = await orvance.person(communities=["clients-du-cercle"])
    answer = await person.browser.call(
        "POST", "/communities/clients-du-cercle/posts", {"title": "x", "body": "y" * 3_000_000}
    )
    assert answer.status_code == 413


async def test_a_write_without_a_form_token_is_refused(orvance) -> None:
    person = await orvance.person(communities=["clients-du-cercle"])
    answer = await person.browser.post(
        "/api/v1/communities/clients-du-cercle/posts", json={"title": "a", "body": "b"}
    )
    assert answer.status_code == 403


async def test_answers_carry_the_security_headers(orvance) -> None:
    for path in ("/charter", "/nothing", "/api/v1/me", "/healthz"):
        headers = (await orvance.visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


async def test_a_page_names_its_own_nonce_and_no_inline_script(orvance) -> None:
    answer = await orvance.visitor.get("/charter")
    nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text

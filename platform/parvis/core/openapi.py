"""What the API's document tells beyond its routes: who may call, and how each call is refused."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

from parvis.core.acts import SAFE
from parvis.core.errors import BY_STATUS
from parvis.core.problems import JSON, Problem
from parvis.core.step_up import PERSONAL

COMPONENTS = "#/components"
SESSION, FORM_TOKEN, TOKEN = "session", "formToken", "token"
SCHEMES = {
    SESSION: {
        "type": "apiKey", "in": "cookie", "name": "__Host-sid",
        "description": "Set by signing in through the firm's provider, which begins at /sign-in.",
    },
    FORM_TOKEN: {
        "type": "apiKey", "in": "header", "name": "x-csrf-token",
        "description": "The value of the cookie `__Host-csrf`, which every GET sets.",
    },
    TOKEN: {
        "type": "http", "scheme": "bearer", "bearerFormat": "pvt_…",
        "description": "An API token, made in /me/tokens or by an administrator for a program. It"
        " takes the place of cookie and form token: cookies sent beside it count for nothing."
        " Reading needs its scope `read`, writing `write`; what needs a permission needs it by"
        " name.",
    },
}  # fmt: skip
RETRY = {
    "description": "Seconds after which to try again.",
    "schema": {"type": "integer"},
}

Document = dict[str, Any]


class ApiDocument(JsonRenderPlugin):
    """Serves the document with security and problems on each operation.

    `denials` are the problems a 403 may be beside the usual one.
    """

    def __init__(self, *, path: str, denials: Sequence[type[msgspec.Struct]]) -> None:
        super().__init__(path=path)
        self._denials = denials
        self._complete: Document | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        """Return the completed document, which is made once a process."""
        if self._complete is None:
            self._complete = completed(request.app, openapi_schema, self._denials)
        return super().render(request, self._complete)


def completed(
    app: Litestar, document: Document, denials: Sequence[type[msgspec.Struct]]
) -> Document:
    """Return `document` with its security and every problem that its operations answer."""
    parts = document["components"]
    _, schemas = msgspec.json.schema_components(
        [Problem, *denials], ref_template=f"{COMPONENTS}/schemas/{{name}}"
    )
    options = _options(app)
    paths = {
        path: {method: _told(operation, options[path, method.upper()], method.upper())
               for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }  # fmt: skip
    components = {
        "schemas": parts["schemas"] | schemas,
        "responses": _responses(denials),
        "securitySchemes": SCHEMES,
    }
    return document | {"paths": paths, "components": parts | components}


def _options(app: Litestar) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (route.path_format, method): handler.opt
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
    }


def _told(operation: Document, opt: Mapping[str, Any], method: str) -> Document:
    writes, is_public = method not in SAFE, bool(opt.get("public"))
    needs: dict[str, list[str]] = {} if is_public else {SESSION: []}
    if writes:
        needs[FORM_TOKEN] = []
    kept = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    problems = _statuses(operation, writes=writes, is_public=is_public)
    told = {str(n): {"$ref": f"{COMPONENTS}/responses/{BY_STATUS[n].__name__}"} for n in problems}
    everything_else = {"default": {"$ref": f"{COMPONENTS}/responses/Failure"}}
    return operation | {
        "responses": kept | told | everything_else,
        "security": [needs, *_by_token(opt)] if needs else [],
    }


def _by_token(opt: Mapping[str, Any]) -> list[dict[str, list[str]]]:
    """Return the other way to call an operation; none where only a person may."""
    is_personal = opt.get("session_only") or opt.get("step_up") in PERSONAL
    return [] if is_personal else [{TOKEN: []}]


def _statuses(operation: Document, *, writes: bool, is_public: bool) -> Iterator[int]:
    """Yield the refusals a caller of the operation has to reckon with."""
    has_body = "requestBody" in operation
    reads_input = has_body or any(each["in"] == "query" for each in operation.get("parameters", ()))
    if reads_input:
        yield 400
    if not is_public:
        yield 401
    if not is_public or writes:
        yield 403
    yield 404
    if writes:
        yield 409
    if has_body:
        yield 413
    if reads_input:
        yield 422
    yield 503


def _responses(denials: Sequence[type[msgspec.Struct]]) -> Document:
    told = {
        kind.__name__: _response(kind.default, [Problem, *(denials if status == 403 else ())])
        for status, kind in BY_STATUS.items()
    }
    told["Unavailable"]["headers"] = {"Retry-After": RETRY}
    return told | {"Failure": _response("Any other refusal, or a failure of ours.", [Problem])}


def _response(description: str, shapes: Sequence[type[msgspec.Struct]]) -> Document:
    named = [{"$ref": f"{COMPONENTS}/schemas/{shape.__name__}"} for shape in shapes]
    schema = named[0] if len(named) == 1 else {"anyOf": named}
    return {"description": description, "content": {JSON: {"schema": schema}}}

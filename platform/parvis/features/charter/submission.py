"""What a request brings: the texts to judge, and the form to give back when it goes no further."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar.types import Empty, Scope
from litestar.utils.scope.state import ScopeState

from parvis.core import http
from parvis.core.acts import ACTS
from parvis.core.errors import BadRequest, TooLarge
from parvis.core.http import Req
from parvis.core.middleware import SAFE

# Names of nested form fields: questions.0.title, questions[0][title], questions-0-title.
_NAME_PARTS = re.compile(r"[.\[\]-]+")
MOST_DEPTH = 8
# Twice what any input accepts, ten questions at once too: nobody pays for judging what the
# handler refuses anyway.
MOST_TEXTS = 50
MOST_CHARACTERS = 100_000


class Submission(msgspec.Struct, frozen=True):
    """The texts of an act by field, and the form's own fields as they were typed, in order.

    `community` is the slug of the place that the body itself names, if it does.
    """

    texts: dict[str, str]
    form: tuple[tuple[str, str], ...] = ()
    community: str = ""


def settle_body(scope: Scope) -> None:
    """Make the body readable by everyone after the form token was looked for in it.

    Litestar's check streams a multipart body away without keeping its bytes: whoever then asks
    for them waits for a message that never comes. Its form is kept, so the bytes are not needed.
    """
    state = ScopeState.from_scope(scope)
    if state.form is not Empty and state.body is Empty:
        state.body = b""


async def read(request: Req, act: str) -> Submission:
    """Return what a request brings for `act`, whatever its body says it is.

    A body is looked at as a form and as JSON: the label alone could be made to hide it. What
    neither can read carries no text, and the handler refuses it.
    """
    names = ACTS[act].texts if act in ACTS else ()
    if request.method in SAFE:
        return Submission({})
    form = await _form(request)
    data = await _json(request)
    return Submission(
        texts=_judged([*_form_texts(form, names), *_json_texts(data, names)]),
        form=tuple((name, value) for name, value in form if not name.startswith("_")),
        community=_community(form, data),
    )


def _judged(texts: list[tuple[str, str]]) -> dict[str, str]:
    """Return the texts by path. Errors: BadRequest when two share one, TooLarge beyond measure.

    Two texts of one path are a body made to be read in two ways (a form that is JSON as well, a
    key that contains a path): the judge could be shown one and the handler the other.
    """
    by_path = dict(texts)
    if len(by_path) != len(texts):
        raise BadRequest
    if len(texts) > MOST_TEXTS or sum(map(len, by_path.values())) > MOST_CHARACTERS:
        raise TooLarge
    return by_path


async def _form(request: Req) -> list[tuple[str, str]]:
    """Return the fields that are text, stripped as handlers get them; files are left out."""
    form = await http.read_form(request)
    return [
        (name, value.strip())
        for name in dict.fromkeys(form)
        for value in form.getall(name)
        if isinstance(value, str)
    ]


def _community(form: list[tuple[str, str]], data: Any) -> str:
    named = data.get("community") if isinstance(data, dict) else dict(form).get("community")
    return named if isinstance(named, str) else ""


def _form_texts(form: list[tuple[str, str]], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for name, value in form:
        if _NAME_PARTS.split(name.rstrip("]"))[-1] in names:
            number = seen[name] = seen.get(name, -1) + 1
            yield (f"{name}.{number}" if number else name), value


async def _json(request: Req) -> Any:
    try:
        return msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _json_texts(
    value: Any, names: tuple[str, ...], path: str = "", depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield every string under a key of `names`, wherever it stands, by its dotted path."""
    if depth > MOST_DEPTH:
        return
    for key, inner in _items(value):
        inner_path = f"{path}.{key}" if path else str(key)
        if isinstance(inner, str):
            if key in names:
                yield inner_path, inner
        else:
            yield from _json_texts(inner, names, inner_path, depth + 1)


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)

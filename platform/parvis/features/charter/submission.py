"""What a request brings: the texts to judge, and the form to give back when it goes no further."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import msgspec
from litestar.datastructures import UploadFile

from parvis.core import http, kept_form
from parvis.core.acts import ACTS
from parvis.core.errors import BadRequest, TooLarge
from parvis.core.http import Req
from parvis.core.kept_form import Form
from parvis.core.middleware import SAFE
from parvis.features.charter.sniffing import sniff
from parvis.features.charter.verdict import FileFacts

# Names of nested form fields: questions.0.title, questions[0][title], questions-0-title.
_NAME_PARTS = re.compile(r"[.\[\]-]+")
MOST_DEPTH = 8
# Twice what any input accepts, ten questions at once too: nobody pays for judging what the
# handler refuses anyway.
MOST_TEXTS = 50
MOST_CHARACTERS = 100_000
MOST_FILES = 20
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Submission(msgspec.Struct, frozen=True):
    """The texts of an act by field, and the form's own fields as they were typed, in order.

    `community` is the slug of the place that the body itself names, if it does; `files` what its
    bytes say of each file that comes along.
    """

    texts: dict[str, str]
    form: Form = ()
    community: str = ""
    files: tuple[FileFacts, ...] = ()


async def read(request: Req, act: str) -> Submission:
    """Return what a request brings for `act`, whatever its body says it is.

    A body is looked at as a form and as JSON: the label alone could be made to hide it. What
    neither can read carries no text, and counts as a file.
    """
    names = ACTS[act].texts if act in ACTS else ()
    if request.method in SAFE:
        return Submission({})
    form = await kept_form.text_fields(request)
    data = await _json(request)
    return Submission(
        texts=_judged([*_form_texts(form, names), *_json_texts(data, names)]),
        form=kept_form.without_own(form),
        community=_community(form, data),
        files=await _files(request, data),
    )


async def _files(request: Req, data: Any) -> tuple[FileFacts, ...]:
    """Return what the files of a form are. Errors: TooLarge for more than any form has.

    Litestar keeps what is large on disk, and the whole body is bounded: here a head is read.
    """
    body = await request.body()
    if data is None and body and request.content_type[0] not in _FORMS:
        return (FileFacts(field="", type=sniff(BytesIO(body)), size=len(body)),)
    form = await http.read_form(request)
    uploads = [
        (name, upload)
        for name in dict.fromkeys(form)
        for upload in form.getall(name)
        if isinstance(upload, UploadFile)
    ]
    if len(uploads) > MOST_FILES:
        raise TooLarge
    facts = (_facts(name, upload) for name, upload in uploads)
    return tuple(found for found in facts if found is not None)


def _facts(name: str, upload: UploadFile) -> FileFacts | None:
    """Return what a file is; None for a field that was left empty."""
    size = upload.file.seek(0, os.SEEK_END)
    if not size and not upload.filename:
        return None
    return FileFacts(field=name, type=sniff(upload.file), size=size)


async def close_files(request: Req) -> None:
    """Close what was uploaded with a form that no handler is going to read."""
    if request.method in SAFE:
        return
    for upload in (await http.read_form(request)).values():
        if isinstance(upload, UploadFile):
            await upload.close()


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
    """Yield every string under a key of `names`, wherever it stands, by its dotted path.

    Those of a list of strings go by their places: `topics.0`.
    """
    if depth > MOST_DEPTH:
        return
    for key, inner in _items(value):
        inner_path = f"{path}.{key}" if path else str(key)
        if isinstance(inner, str):
            if key in names:
                yield inner_path, inner
        elif key in names and isinstance(inner, list) and all(isinstance(x, str) for x in inner):
            yield from ((f"{inner_path}.{n}", text) for n, text in enumerate(inner))
        else:
            yield from _json_texts(inner, names, inner_path, depth + 1)


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)

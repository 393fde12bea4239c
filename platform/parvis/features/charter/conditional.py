"""Answers that caches may keep: a published version never changes, so a digest names it."""

import hashlib
from typing import TypeVar

import msgspec
from litestar import Response

from parvis.core.http import Req

T = TypeVar("T", bound=msgspec.Struct)
A_DAY = "max-age=86400"
ASK_FIRST = "no-cache"


def published(request: Req, view: T, *, is_final: bool, is_public: bool) -> Response[T | None]:
    """Return `view` with its digest as ETag, or 304 where the reader has it already.

    One that `is_final` is about numbered versions, which stay as they are; one that `is_public`
    is the same for everybody, and shared caches may keep it.
    """
    etag = f'"{hashlib.sha256(msgspec.json.encode(view)).hexdigest()[:32]}"'
    headers = {
        "etag": etag,
        "cache-control": ", ".join(
            ("public" if is_public else "private", A_DAY if is_final else ASK_FIRST)
        ),
    }
    known = request.headers.get("if-none-match", "")
    if etag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(None, status_code=304, headers=headers)
    return Response(view, headers=headers)

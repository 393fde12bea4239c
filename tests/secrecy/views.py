"""All that one person can get from a house: every page a link leads to, every list of the API."""

import re
from collections.abc import Iterator
from html import unescape
from inspect import signature
from typing import Any
from urllib.parse import quote

import httpx
from litestar import Litestar

from tests.factories import Browser

STARTS = ("/", "/communities", "/people", "/notifications", "/charter", "/me/data", "/me/profile")
MOST_PAGES = 300
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
# Doors out, the same page in another language, and files that never change.
_NOT_FOLLOWED = re.compile(r"^/(?:static|theme|auth|sign-|scim)|[?&](?:lang|next)=")
_NONCE = re.compile(r"'nonce-([\w-]+)'")
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


async def whole_view(app: Litestar, browser: Browser) -> dict[str, str]:
    """Return every answer somebody gets from links and from the API's lists, by its address."""
    seen: dict[str, str] = {}
    waiting = [*STARTS, *api_lists(app)]
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        assert len(seen) < MOST_PAGES, "the house has grown: follow fewer links"
        answer = await browser.get(path)
        seen[path] = stripped(answer, path)
        waiting += [link for link in links(answer) if link not in seen]
    return seen


def api_lists(app: Litestar) -> list[str]:
    """Return every address of the API that is read and names nothing."""
    return sorted(path for path in readable(app) if path.startswith("/api/") and "{" not in path)


def readable(app: Litestar) -> Iterator[str]:
    """Yield the path of every route that answers GET."""
    yield from queries(app)


def queries(app: Litestar) -> dict[str, set[str]]:
    """Return what each route that answers GET can be asked for, by its path."""
    return {
        route.path_format: set(signature(handler.fn).parameters) - {"request"}
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if "GET" in handler.http_methods
    }


def links(answer: httpx.Response) -> list[str]:
    if "html" not in answer.headers.get("content-type", ""):
        return []
    found = (unescape(link) for link in _LINK.findall(answer.text))
    return [link for link in dict.fromkeys(found) if not _NOT_FOLLOWED.search(link)]


def stripped(answer: httpx.Response, *own: str) -> str:
    """Return an answer without what differs between any two, and what the asker wrote: `own`."""
    text = f"{answer.status_code} {headers(answer)}\n{answer.text}"
    marks = [answer.headers.get("x-correlation-id", "")]
    marks += _NONCE.findall(answer.headers.get("content-security-policy", ""))
    marks += _TOKEN.findall(answer.text)
    quoted = {quote(one, safe=safe) for one in own for safe in ("/", "")}
    for mark in sorted({*marks, *own, *quoted} - {"", "/"}, key=len, reverse=True):
        text = text.replace(mark, "…")
    return text


def headers(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return what the headers say, without those that every answer has anew."""
    anew = {"x-correlation-id", "content-security-policy", "set-cookie", "date", "content-length"}
    return sorted((k, v) for k, v in answer.headers.items() if k not in anew)


def difference(one: dict[str, str], other: dict[str, str]) -> dict[str, Any]:
    """Return what is in one view and not in the other, for a failure to be read."""
    paths = dict.fromkeys(one.keys() ^ other.keys(), "one view only")
    for path in one.keys() & other.keys():
        if one[path] != other[path]:
            first = next(
                (pair for pair in zip(one[path].split("\n"), other[path].split("\n"), strict=False)
                 if pair[0] != pair[1]),
                ("", "longer"),
            )  # fmt: skip
            paths[path] = " → ".join(line[:200] for line in first)
    return paths

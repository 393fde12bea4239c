"""The pages and calls that are measured, each with the part of the floor it is held against."""

import statistics
from dataclasses import dataclass, replace

import httpx

from tests.bench.data import Contest
from tests.bench.load import Target

WITHOUT_PAGES = 20_000  # what the floor's page weighs when only calls are measured


@dataclass(frozen=True)
class Contender:
    """A page or call of Parvis, and the floor it is held against."""

    name: str
    parvis: Target
    floor_path: str
    bytes: int = 0


def contenders(contest: Contest, url: str, only: str) -> list[Contender]:
    """Return what is compared, weighed; `only` those whose name contains it."""
    reading = {
        "Host": contest.host,
        "Cookie": f"__Host-sid={contest.session}",
        "Accept": "text/html",
    }
    with httpx.Client(base_url=url, headers=reading) as http:
        token = http.get("/charter").cookies["__Host-csrf"]
        # A browser keeps the token it was given: only the first page has to make one.
        reading["Cookie"] += f"; __Host-csrf={token}"
        writing = reading | {"x-csrf-token": token, "Accept": "application/json"}
        found = [
            *_pages(contest, url, reading),
            *_calls(contest, f"{url}/api/v1", reading),
            _post(f"{url}/api/v1/communities/{contest.community_slug}/posts", writing),
        ]
        return [replace(c, bytes=_weight(http, c)) for c in found if only in c.name]


def page_bytes(found: list[Contender]) -> int:
    """Return what our pages weigh on average: the floor's page is given the same weight."""
    weights = [c.bytes for c in found if c.floor_path == "/page"]
    return round(statistics.mean(weights)) if weights else WITHOUT_PAGES


def _pages(contest: Contest, url: str, headers: dict[str, str]) -> list[Contender]:
    paths = {
        "home feed": "/",
        "community page": f"/communities/{contest.community_slug}",
        "meeting page": f"/meetings/{contest.meeting_slug}",
    }
    return [
        Contender(name, Target(f"{url}{path}", headers), "/page") for name, path in paths.items()
    ]


def _calls(contest: Contest, api: str, headers: dict[str, str]) -> list[Contender]:
    paths = {
        "JSON feed": "/feed",
        "JSON questions": f"/meetings/{contest.meeting_slug}/questions",
    }
    return [
        Contender(name, Target(f"{api}{path}", headers), "/rows") for name, path in paths.items()
    ]


def _post(url: str, headers: dict[str, str]) -> Contender:
    body = '{"title": "Retour {n}", "body": "Un propos de mesure, le {n}e, sans lien."}'
    return Contender("post, judged and journaled", Target(url, headers, body), "/insert")


def _weight(http: httpx.Client, contender: Contender) -> int:
    """Return how many bytes the page weighs; a page that fails must not be measured."""
    if contender.parvis.body is not None:
        body = contender.parvis.body.replace("{n}", "0")
        headers = contender.parvis.headers | {"content-type": "application/json"}
        http.post(contender.parvis.url, content=body, headers=headers).raise_for_status()
        return 0
    answer = http.get(contender.parvis.url)
    if answer.status_code != 200:
        raise SystemExit(f"{contender.name}: {answer.status_code} {answer.text[:200]}")
    return len(answer.content)

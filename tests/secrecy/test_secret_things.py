"""What is secret leaves no trace in anything that somebody else can get.

Not by a list of places to look: the whole view of an onlooker is taken before and after, and it is
the same, to the byte. Then every address and every query is tried with the secret's own ids and
with ids of nothing.
"""

import re
from datetime import datetime, timedelta

import pytest
from litestar import Litestar

from parvis.core import clock
from tests.factories import Browser
from tests.isolation.test_routes import SLUGS, SOURCES, routes_with_objects
from tests.secrecy.conftest import CANARY, World, fill_with_secrets, never
from tests.secrecy.views import difference, queries, stripped, whole_view

ONLOOKERS = ("member", "visitor", "pending")
# Names of ids whose object may be one of the secrets, by the secret it may be.
NAMED = {
    "post_id": ("post_id", "held"),
    "comment_id": ("comment_id", "held_comment"),
    "contribution_id": ("post_id", "held", "comment_id", "held_comment", "question_id"),
    "member_id": ("member_id",),
    "question_id": ("question_id",),
    "decision_id": ("decision_id",),
    "legal_notice_id": ("legal_notice_id",),
    "hold_id": ("hold_id",),
    "rehearsal_id": ("rehearsal_id",),
}


def onlooker(world: World, who: str) -> Browser:
    return world.house.visitor if who == "visitor" else world.onlooker.browser


async def view_at(app: Litestar, browser: Browser, moment: datetime) -> dict[str, str]:
    """Return the whole view as the clock shows `moment` when it begins."""
    with clock.shift(moment - clock.now()):
        return await whole_view(app, browser)


@pytest.mark.parametrize("who", ONLOOKERS)
async def test_the_whole_view_is_the_same_with_and_without_secrets(
    app: Litestar, world: World, who: str
) -> None:
    browser = onlooker(world, who)
    if who == "pending":
        await browser.call("POST", "/communities/transmission/membership")
    # Both views begin at one moment, some time after everything in them.
    moment = clock.now() + timedelta(minutes=5)
    before = await view_at(app, browser, moment)
    assert len(before) > (15 if who == "visitor" else 60)
    await fill_with_secrets(world)
    after = await view_at(app, browser, moment)
    assert difference(before, after) == {}
    assert [path for path, text in after.items() if CANARY in text] == []


async def test_the_secrets_are_there_for_who_may_know_them(app: Litestar, world: World) -> None:
    """The test above would pass on secrets that nobody made."""
    await fill_with_secrets(world)
    seen = await whole_view(app, world.insider.browser)
    assert len([path for path, text in seen.items() if CANARY in text]) > 12


async def test_secret_and_missing_are_answered_with_the_same_bytes(
    app: Litestar, world: World
) -> None:
    await fill_with_secrets(world)
    tried, told = 0, []
    for method, route in routes_with_objects(app):
        for path, nothing in addresses(world, route):
            for who in ("member", "visitor"):
                browser = onlooker(world, who)
                real, missing = [await ask(browser, method, at) for at in (path, nothing)]
                tried += 1
                if real != missing:
                    told.append((who, method, path, real[:40], missing[:40]))
    assert told == []
    assert tried > 150


def addresses(world: World, route: str) -> list[tuple[str, str]]:
    """Return the addresses of a route with a secret in it, each with one that has nothing."""
    names = re.findall(r"{(\w+)}", route)
    secrets = [world.secrets[one] for name in names for one in NAMED.get(name, ())]
    if "/communities/{slug}" in route:
        secrets.append(world.secrets["slug"])
    return [(filled(route, one), filled(route, never(one))) for one in secrets]


def filled(route: str, value: str) -> str:
    """Put `value` where the route names an object, and what exists nowhere in other places."""
    fixed = {name: "1" if name == "number" else "x" for name in ("number", "rest", "path", "token")}
    return re.sub(
        r"{(\w+)}",
        lambda m: value if m[1] in NAMED or m[1] == "slug" else fixed.get(m[1], NOBODY),
        route,
    )


NOBODY = "0192f0c1-2222-7aaa-8bbb-000000000000"


async def ask(browser: Browser, method: str, path: str) -> str:
    body = {} if method == "GET" else {"json": {}}
    headers = {"x-csrf-token": await browser.token()}
    answer = await browser.request(method, path, headers=headers, **body)
    return stripped(answer, path, path.rsplit("/", 1)[-1])


async def test_no_query_finds_what_is_secret(app: Litestar, world: World) -> None:
    await fill_with_secrets(world)
    values = [*world.secrets.values(), CANARY, f"Zéphirine {CANARY}"]
    asked = [(path, name) for path, names in queries(app).items() for name in sorted(names)]
    moment, told = clock.now(), []
    for path, name in asked:
        # What may be asked of pages with an object of their own is tried where that is nothing.
        address = re.sub(r"{\w+}", NOBODY, path)
        for value in values:
            with clock.shift(moment - clock.now()):
                real, missing = [
                    await query(world.onlooker.browser, address, name, one)
                    for one in (value, never(value))
                ]
            if real != missing and "/dev/" not in path and f"{{{name}}}" not in path:
                told.append((path, name, value))
    assert told == []
    assert len(asked) > 50


async def query(browser: Browser, path: str, name: str, value: str) -> str:
    answer = await browser.get(path, params={name: value})
    # A page may repeat what it was asked for, or the beginning of it.
    return stripped(answer, value, value[:20], str(answer.url.query, "ascii"))


def test_every_kind_of_object_is_either_tried_here_or_somebody_s_own() -> None:
    """A new kind of id is thought about: may one of its objects be secret?"""
    own = {
        "notice_id", "item_id", "answer_id", "submission_id", "session_id", "entry_id",
        "document_id", "connection_id", "domain_id", "test_id", "token_id", "export_id",
        "invitation_id", "import_id", "scim_token_id", "scim_group_id",
        "event_id", "reason_id",
    }  # fmt: skip
    assert SOURCES.keys() - NAMED.keys() - own == set()
    assert set(SLUGS) == {"/communities/", "/meetings/", "/auth/oidc/"}


async def test_a_mail_or_notice_about_a_secret_is_written_to_nobody_else(
    world: World, superuser
) -> None:
    await fill_with_secrets(world)
    told = await superuser.fetch(
        "SELECT kind, data FROM notice WHERE member_id = $1", world.onlooker.id
    )
    assert [row for row in told if CANARY in str(dict(row))] == []

"""No way in writes unjudged: every route of the application is walked, and asked.

A route that the charter has no say in is listed here by hand, with the reason it gives itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar, asgi, get, websocket_listener
from litestar.response import ServerSentEvent
from litestar.routes import HTTPRoute

from parvis.core.acts import SAFE, UndeclaredRouteError, refuse_undeclared
from parvis.core.ids import new_id

# What writes and asks no charter, by the reason that the route itself declares.
OPEN = {
    "Nobody else ever sees whether a notice was read.": {
        "POST /api/v1/notifications/reading",
        "POST /api/v1/notifications/{notice_id:uuid}/reading",
        "POST /notifications/reading",
    },
    "One may always leave.": {
        "DELETE /api/v1/communities/{slug:str}/membership",
        "POST /communities/{slug:str}/membership/end",
    },
    "Thanks may always be taken back.": {
        "DELETE /api/v1/posts/{post_id:uuid}/thanks",
    },
    "To show less of oneself needs nobody's leave.": {
        "DELETE /api/v1/me/photo",
        "POST /me/photo/removal",
    },
    "To stop following somebody needs nobody's leave.": {
        "DELETE /api/v1/people/{member_id:uuid}/follow",
        "POST /people/{member_id:uuid}/follow/end",
    },
    "Which summaries one is sent is nobody else’s matter.": {
        "POST /admin/moderation/mails",
        "PUT /api/v1/moderation/preferences",
    },
    "answering to a charter cannot wait for its acceptance": {
        "POST /api/v1/communities/{slug:str}/charter/acceptance",
        "POST /communities/{slug:str}/charter/acceptance",
    },
    "answering to the charter cannot wait for its acceptance": {
        "POST /api/v1/charter/acceptance",
        "POST /charter/acceptance",
    },
    "anybody may say that something is illegal here, and contest the answer (DSA art. 16, 20)": {
        "POST /api/v1/legal-notices",
        "POST /api/v1/legal-notices/{token:str}/appeals",
        "POST /api/v1/legal-notices/{token:str}/confirmation",
        "POST /legal-notice",
        "POST /legal-notice/{token:str}/appeals",
        "POST /legal-notice/{token:str}/confirmation",
    },
    "confirming who one is needs no charter": {
        "POST /auth/step-up",
    },
    "it reads what is there, and the journal keeps who took it": {
        "POST /admin/journal/proof",
        "POST /api/v1/journal/proofs",
    },
    "leaving needs no charter": {
        "POST /sign-out",
    },
    "nobody is signed in yet": {
        "POST /auth/discover",
        "POST /emergency",
        "POST /emergency/enrol/{token:str}",
    },
    "one's own language and sessions need no charter": {
        "DELETE /api/v1/me/sessions",
        "DELETE /api/v1/me/sessions/{session_id:uuid}",
        "PATCH /api/v1/me",
        "POST /me",
        "POST /me/sessions/end-others",
        "POST /me/sessions/{session_id:uuid}/end",
    },
    "one's own tokens need no charter: their use does": {
        "DELETE /api/v1/me/tokens/{token_id:uuid}",
        "POST /api/v1/me/tokens",
        "POST /me/tokens",
        "POST /me/tokens/{token_id:uuid}/revoke",
    },
    "programs are let in and shut out whatever the charter says; what they do, it judges": {
        "DELETE /api/v1/admin/programs/{member_id:uuid}",
        "DELETE /api/v1/admin/tokens/{token_id:uuid}",
        "POST /admin/tokens",
        "POST /admin/tokens/revoke/{token_id:uuid}",
        "POST /admin/tokens/{member_id:uuid}",
        "POST /admin/tokens/{member_id:uuid}/end",
        "POST /api/v1/admin/programs",
        "POST /api/v1/admin/programs/{member_id:uuid}/tokens",
    },
    "reads a text and keeps nothing of it": {
        "POST /api/v1/admin/charter/check",
    },
    "the law gives these rights whatever the charter says": {
        "DELETE /api/v1/me/data/erasure",
        "POST /api/v1/me/data/erasure",
        "POST /api/v1/me/data/exports",
        "POST /me/data/erasure",
        "POST /me/data/erasure/withdrawal",
        "POST /me/data/exports",
    },
    "the provider's signature stands for it": {
        "POST /auth/oidc/{slug:str}/backchannel",
    },
    "whoever was restricted may contest it, before any charter and under any sanction": {
        "POST /api/v1/decisions/{decision_id:uuid}/appeals",
        "POST /appeals/new",
    },
}
# Judged where the words are understood, on what would be shown (provisioning/judging.py): there is
# no member whom the middleware could judge. tests/provisioning shows each refusal.
JUDGED_INSIDE = {
    f"{method} {path}"
    for method in ("DELETE", "PATCH", "POST", "PUT")
    for path in ("/scim/v2", "/scim/v2/{rest:path}")
}
# Routes that say of themselves that their answer goes on after it has begun: none so far.
STREAMS: set[str] = set()
ROLES = ("admin", "moderator", "secretary", "expert", "legal", "delegate", "publisher")


def handlers(app: Litestar) -> Iterator[tuple[Any, Any]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or (route.route_handler,):
            yield route, handler


def writing(app: Litestar) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and options of everything that may write."""
    return [
        (method, route.path, handler.opt)
        for route, handler in handlers(app)
        for method in sorted(set(getattr(handler, "http_methods", {"*"})) - SAFE)
    ]


def named(method: str, path: str) -> str:
    return f"{method} {path}"


def test_everything_that_writes_without_a_verdict_is_listed_with_its_reason(app: Litestar) -> None:
    found = defaultdict(set)
    for method, path, opt in writing(app):
        if opt.get("open"):
            found[opt["open"]].add(named(method, path))
    assert dict(found) == OPEN


def test_nothing_is_both_public_and_judged(app: Litestar) -> None:
    """The middleware passes by what is public: an act declared there would be a promise unkept."""
    public = {
        named(method, path)
        for method, path, opt in writing(app)
        if opt.get("public") and not opt.get("open")
    }
    assert public == JUDGED_INSIDE


def test_every_route_speaks_http(app: Litestar) -> None:
    """The middleware hears nothing of sockets and mounted applications: there are none."""
    assert [route.path for route in app.routes if not isinstance(route, HTTPRoute)] == []


def streams(app: Litestar) -> set[str]:
    return {
        route.path
        for route, handler in handlers(app)
        if re.search(r"Stream|ServerSent|Iterator|Generator", returned(handler))
    }


def returned(handler: Any) -> str:
    signature = getattr(handler, "parsed_fn_signature", None)
    return str(signature.return_type.annotation) if signature else ""


def test_every_stream_is_listed(app: Litestar) -> None:
    assert streams(app) == STREAMS


# --- what the walk would catch ---------------------------------------------------------------


def application(*added: Any) -> Litestar:
    return Litestar([*added], openapi_config=None)


def test_a_socket_does_not_start_unless_something_judges_it() -> None:
    @websocket_listener("/talk", opt={"act": "message.send"})
    async def talk(data: str) -> str:
        return data

    with pytest.raises(UndeclaredRouteError, match="/talk is a socket or a mounted"):
        refuse_undeclared(application(talk).routes)


def test_a_mounted_application_does_not_start_unless_something_judges_it() -> None:
    @asgi("/elsewhere", is_mount=True, copy_scope=True, opt={"act": "post.publish"})
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(UndeclaredRouteError, match="/elsewhere is a socket or a mounted"):
        refuse_undeclared(application(elsewhere).routes)


def test_a_stream_of_events_would_have_to_be_listed() -> None:
    @get("/events")
    async def events() -> ServerSentEvent:
        return ServerSentEvent(iter(()))

    assert streams(application(events)) == {"/events"}


# --- every one of them, asked ----------------------------------------------------------------


def address(path: str) -> str:
    """Return a path with something in place of each parameter."""
    values = {"uuid": str(new_id()), "int": "1", "str": "nulle-part", "path": "x"}
    return re.sub(r"\{\w+:(\w+)\}", lambda found: values[found[1]], path)


async def test_who_accepted_no_charter_writes_nothing_anywhere(
    app: Litestar, orvance, superuser
) -> None:
    """Each route is asked as it stands: the answer is the charter's, before any handler ran."""
    newcomer = await orvance.person("Solène Kermarrec", roles=ROLES, accepted=False)
    await newcomer.browser.token()
    before = await everything(superuser)
    asked = [
        (method, path) for method, path, opt in writing(app) if opt.get("act")
        and not opt.get("public")
    ]  # fmt: skip
    answers = {}
    for method, path in asked:
        headers = {"accept": "application/json", "x-csrf-token": await newcomer.browser.token()}
        answer = await newcomer.browser.request(method, address(path), json={}, headers=headers)
        answers[named(method, path)] = (answer.status_code, answer.json().get("code"))
    assert len(answers) > 60
    assert {one for one in answers.items() if one[1] != (403, "charter_required")} == set()
    assert await everything(superuser) == before


async def everything(superuser: Any) -> dict[str, int]:
    """How many rows each table has."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name: await superuser.fetchval(f"SELECT count(*) FROM {name}") for (name,) in tables}

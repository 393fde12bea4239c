"""What anybody may read, without signing in: answers, fates, a feed, a fragment to embed."""

import re
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from parvis.core import http
from parvis.core.http import Req
from parvis.features.meetings.numbers import LARGEST, NumberInQuery
from parvis.features.meetings.queries import public
from parvis.features.meetings.queries.public import Fates, PublicAnswers

PUBLIC = {"public": True}
TAGS = ["public"]
ATOM = "application/atom+xml; charset=utf-8"
# What members write may hold characters that no XML document can, and readers drop such a feed.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A firm's own site fetches these from its pages: they carry nothing of anybody's session.
_ELSEWHERE = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "public, max-age=60",
    "vary": "Accept-Language, Cookie",
}


@get("/meetings/{slug:str}/answers", opt=PUBLIC, include_in_schema=False)
async def answers_page(
    request: Req, slug: FromPath[str], before: NumberInQuery = LARGEST
) -> Response[Any]:
    """Show the answers of a meeting: the page on which an answer counts as given."""
    view = await public.answers(http.actor_of(request), slug, before)
    return http.page(request, "meetings/public/answers.html", view)


@get("/meetings/{slug:str}/answers/fragment", opt=PUBLIC, include_in_schema=False)
async def answers_fragment(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Return the answers alone, for the firm's own site to embed."""
    view = await public.answers(http.actor_of(request), slug, LARGEST)
    page = http.fragment(request, "meetings/public/_answers.html", view)
    page.headers.update(_ELSEWHERE)
    return page


@get("/meetings/{slug:str}/answers.atom", opt=PUBLIC, include_in_schema=False)
async def answers_feed(request: Req, slug: FromPath[str]) -> Response[Any]:
    """Return the answers as an Atom feed."""
    view = await public.answers(http.actor_of(request), slug, LARGEST)
    site = request.app.state.settings.public_url(http.tenant_of(request).host)
    feed = http.html(request, "meetings/public/answers.atom.html", view, site=site)
    return Response(_NOT_XML.sub("", feed.lstrip()), media_type=ATOM, headers=_ELSEWHERE)


@get("/meetings/{slug:str}/fate", opt=PUBLIC, include_in_schema=False)
async def fate_page(request: Req, slug: FromPath[str], after: NumberInQuery = 0) -> Response[Any]:
    """Show what became of every question."""
    view = await public.fates(http.actor_of(request), slug, after)
    return http.page(request, "meetings/public/fate.html", view)


@get("/api/v1/meetings/{slug:str}/answers", opt=PUBLIC, operation_id="listPublicAnswers", tags=TAGS)
async def list_answers(
    request: Req, slug: FromPath[str], before: NumberInQuery = LARGEST
) -> PublicAnswers:
    """Return the answers that are online, newest question first."""
    return await public.answers(http.actor_of(request), slug, before)


@get("/api/v1/meetings/{slug:str}/fate", opt=PUBLIC, operation_id="listFates", tags=TAGS)
async def list_fates(request: Req, slug: FromPath[str], after: NumberInQuery = 0) -> Fates:
    """Return what became of every question, in order of number."""
    return await public.fates(http.actor_of(request), slug, after)


HANDLERS = (
    answers_page, answers_fragment, answers_feed, fate_page, list_answers, list_fates
)  # fmt: skip

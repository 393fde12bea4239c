"""What is answered to an act that goes no further: as JSON, as a page, as a fragment."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response

from parvis.core import http, i18n, kept_form
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.core.kept_form import KeptField, kept_fields, kept_files
from parvis.core.middleware import SAFE, correlation_id
from parvis.core.problems import JSON
from parvis.features.charter import queries
from parvis.features.charter.in_force import InForce, charter_path, reading
from parvis.features.charter.interstitial import acceptance_page
from parvis.features.charter.submission import Submission
from parvis.features.charter.verdict import Cause, Effect, Verdict

ACCEPTANCE = "/acceptance"
REQUIRED = N_("Please read and accept the charter before you go on.")
REFUSED = N_("This goes against the charter, so it was not published.")


class RefusedCause(msgspec.Struct, frozen=True, kw_only=True):
    """One reason of a refusal, in the reader's language, with the address of its clause.

    `next_at`: when the same act becomes possible, where the rule can tell.
    """

    scope: str
    clause: str
    rule: str
    effect: Effect
    field: str | None
    span: tuple[int, int] | None
    next_at: datetime | None
    title: str
    reason: str
    url: str


class RefusedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """403: the act goes against the charter. Every cause is told."""

    title: str
    correlation_id: str
    causes: tuple[RefusedCause, ...]
    type: str = "about:blank"
    status: int = 403
    code: str = "charter_refused"


class RequiredCharter(msgspec.Struct, frozen=True, kw_only=True):
    """A charter that has to be accepted first: "tenant" or a community's slug, and where."""

    scope: str
    version: int
    accept_url: str


class RequiredProblem(msgspec.Struct, frozen=True, kw_only=True):
    """403: the charter in force has to be accepted first, at `accept_url`.

    Where several are due, `charters` names them all, and these fields the first.
    """

    title: str
    correlation_id: str
    scope: str
    version: int
    accept_url: str
    charters: tuple[RequiredCharter, ...]
    type: str = "about:blank"
    status: int = 403
    code: str = "charter_required"


class ClauseRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """One clause that speaks against the act: why, and the words meant."""

    id: str
    title: str
    reasons: tuple[str, ...]
    quotes: tuple[str, ...]
    next_at: datetime | None
    url: str


class RefusedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a refusal: the clauses, and the form to correct and send again."""

    clauses: tuple[ClauseRefusal, ...]
    path: str
    fields: tuple[KeptField, ...]


class RequiredFragment(msgspec.Struct, frozen=True, kw_only=True):
    """A form that waits for the charter, to be sent on as a whole page."""

    path: str
    fields: tuple[KeptField, ...]


def refused(request: Req, verdict: Verdict, sent: Submission) -> Response[Any]:
    """Answer 403 with every cause; a page also gives the text back to be corrected."""
    locale = http.actor_of(request).locale
    causes = tuple(_cause(cause, locale) for cause in verdict.causes)
    if http.wants_json(request):
        problem = RefusedProblem(
            title=i18n.translate(locale, REFUSED),
            correlation_id=correlation_id(request.scope),
            causes=causes,
        )
        return _problem(problem)
    view = RefusedPage(
        clauses=_by_clause([c for c in causes if c.effect is Effect.REFUSE], sent),
        path=request.url.path,
        fields=kept_fields(sent.form, locale),
    )
    name = "charter/_refused.html" if http.is_htmx(request) else "charter/refused.html"
    return http.page(request, name, view, status=403)


async def required(request: Req, asked: list[InForce], sent: Submission) -> Response[Any]:
    """Answer which charters come first: 403 for programs, the charters themselves for people.

    What was about to be sent is kept on the page and offered again after acceptance.
    """
    actor = http.actor_of(request)
    if http.wants_json(request):
        return _problem(_required_problem(request, asked))
    if request.method in SAFE:
        return http.to_door(request, lambda path: _acceptance_of(asked, path))
    files = await kept_form.files(request)
    if http.is_htmx(request):
        fields = (*kept_fields(sent.form, actor.locale), *kept_files(files))
        view = RequiredFragment(path=request.url.path, fields=fields)
        return http.page(request, "charter/_required.html", view, status=403)
    async with reading(actor.tenant):
        page = await acceptance_page(
            actor, asked, resume=http.path_of(request), form=sent.form, files=files
        )
    return http.page(request, "charter/acceptance.html", page, status=403)


def _required_problem(request: Req, asked: list[InForce]) -> RequiredProblem:
    charters = tuple(
        RequiredCharter(
            scope=one.scope,
            version=one.version.number,
            accept_url=f"{one.path}{ACCEPTANCE}",
        )
        for one in asked
    )
    first = charters[0]
    return RequiredProblem(
        title=i18n.translate(http.actor_of(request).locale, REQUIRED),
        correlation_id=correlation_id(request.scope),
        scope=first.scope,
        version=first.version,
        accept_url=first.accept_url,
        charters=charters,
    )


def _acceptance_of(asked: list[InForce], next_path: str) -> str:
    """Return the page that asks for all of them; a community's own asks for the firm's too."""
    return f"{asked[-1].path}{ACCEPTANCE}?next={quote(next_path, safe='/')}"


def _cause(cause: Cause, locale: str) -> RefusedCause:
    return RefusedCause(
        scope=cause.scope,
        clause=cause.clause,
        rule=cause.rule,
        effect=cause.effect,
        field=cause.field,
        span=cause.span,
        next_at=cause.next_at,
        title=queries.spoken(cause.title_by_locale, locale),
        reason=queries.spoken(cause.reason_by_locale, locale),
        url=_url(cause),
    )


def _url(cause: Cause) -> str:
    path = charter_path(cause.scope)
    return f"{path}/{cause.version}#{cause.clause}" if cause.version else f"{path}#{cause.clause}"


def _by_clause(causes: list[RefusedCause], sent: Submission) -> tuple[ClauseRefusal, ...]:
    grouped: dict[str, list[RefusedCause]] = {}
    for cause in causes:
        grouped.setdefault(cause.url, []).append(cause)
    return tuple(_clause(group, sent) for group in grouped.values())


def _clause(causes: list[RefusedCause], sent: Submission) -> ClauseRefusal:
    first = causes[0]
    quotes = (sent.texts[c.field][slice(*c.span)] for c in causes if c.field and c.span)
    return ClauseRefusal(
        id=first.clause,
        title=first.title,
        reasons=tuple(dict.fromkeys(cause.reason for cause in causes if cause.reason)),
        quotes=tuple(dict.fromkeys(quotes)),
        next_at=_in_whole_minutes(cause.next_at for cause in causes),
        url=first.url,
    )


def _in_whole_minutes(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the last of several moments, to the minute after it: pages show no seconds."""
    last = max((moment for moment in moments if moment), default=None)
    return last and (last + timedelta(seconds=59, microseconds=999_999)).replace(
        second=0, microsecond=0
    )


def _problem(problem: msgspec.Struct) -> Response[Any]:
    return Response(msgspec.json.encode(problem), status_code=403, media_type=JSON)

"""Decisions as JSON: staff's list and record, one's own, and taking one back."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from parvis.core import http
from parvis.core.http import Req
from parvis.core.pagination import Page
from parvis.features.moderation.decisions import own, queries, rules
from parvis.features.moderation.decisions.own import OwnDecision
from parvis.features.moderation.decisions.queries import DecisionLine, DecisionPage, Search
from parvis.features.moderation.decisions.routes import OWN, REVERSE, ReversalInput, take_back
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.tables import Action

TAGS = ["moderation"]
After = Annotated[str | None, QueryParameter(description="`next_after` of the page before.")]
Limit = Annotated[int | None, QueryParameter(description="Items a page, 1 to 100; 20 by default.")]


@get("/api/v1/decisions", operation_id="listDecisions", tags=TAGS)
async def list_decisions(
    request: Req,
    *,
    action: FromQuery[Action | None] = None,
    clause: FromQuery[str | None] = None,
    decided_by: FromQuery[UUID | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    after: After = None,
    limit: Limit = None,
) -> Page[DecisionLine]:
    """List decisions, newest first; `since` and `until` are days, both included."""
    search = Search(action=action, clause=clause, decided_by=decided_by, since=since, until=until)
    return await queries.decisions(http.actor_of(request), search, after=after, limit=limit)


@get("/api/v1/decisions/{decision_id:uuid}", operation_id="getDecision", tags=TAGS)
async def get_decision(request: Req, decision_id: FromPath[UUID]) -> DecisionPage:
    """Return one decision with its whole record and its story."""
    actor = http.actor_of(request)
    return await queries.page(actor, await rules.access_decision(actor, decision_id))


@post(
    "/api/v1/decisions/{decision_id:uuid}/reversal",
    opt=REVERSE,
    operation_id="reverseDecision",
    tags=TAGS,
)
async def reverse_decision(
    request: Req, decision_id: FromPath[UUID], data: JSONBody[ReversalInput]
) -> DecisionView:
    """Take a decision back and undo what it did. 409 the second time."""
    return await take_back(http.actor_of(request), decision_id, data)


@get(
    "/api/v1/me/decisions", opt={"open": OWN}, operation_id="listMyDecisions", tags=["me"],
)  # fmt: skip
async def list_own(request: Req, after: After = None, limit: Limit = None) -> Page[OwnDecision]:
    """List what was decided about the caller, newest first."""
    return await own.own_decisions(http.actor_of(request), after=after, limit=limit)


@get(
    "/api/v1/me/decisions/{decision_id:uuid}", opt={"open": OWN}, operation_id="getMyDecision",
    tags=["me"],
)  # fmt: skip
async def get_own(request: Req, decision_id: FromPath[UUID]) -> OwnDecision:
    """Return one decision about the caller with the whole statement of reasons."""
    return await own.own_decision(http.actor_of(request), decision_id)


HANDLERS = (list_decisions, get_decision, reverse_decision, list_own, get_own)

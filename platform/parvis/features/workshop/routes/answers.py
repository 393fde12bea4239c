"""Who has accepted which version of a charter."""

from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from parvis.core import http
from parvis.core.http import Req
from parvis.features.workshop import answers, rules
from parvis.features.workshop.answers import Asked, Ledger
from parvis.features.workshop.routes.pages import PATH, page


@get(f"{PATH}/answers", include_in_schema=False)
async def answers_page(
    request: Req,
    *,
    community: FromQuery[str | None] = None,
    q: FromQuery[str] = "",
    standing: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """Show who has answered what, and how many."""
    actor = http.actor_of(request)
    scope = await rules.access_scope(actor, community)
    asked = _asked(q, standing)
    view = await answers.ledger(actor, scope, asked, after=after)
    return page(request, "answers", view, scope, asked=asked)


@get(
    f"/api/v1{PATH}/answers",
    operation_id="listCharterAnswers",
    tags=["charter"],
)
async def list_answers(
    request: Req,
    *,
    community: FromQuery[str | None] = None,
    q: FromQuery[str] = "",
    standing: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Ledger:
    """Return who has answered what to a charter, for those who may publish it.

    `standing`: accepted, earlier, refused, withdrawn or none. Figures over fewer than five people
    are null.
    """
    actor = http.actor_of(request)
    scope = await rules.access_scope(actor, community)
    return await answers.ledger(actor, scope, _asked(q, standing), after=after, limit=limit)


def _asked(q: str, standing: str) -> Asked:
    """Return what is searched for. Errors: Invalid, naming the parameter."""
    return http.convert({"q": q, **({"standing": standing} if standing else {})}, Asked)


HANDLERS = (answers_page, list_answers)

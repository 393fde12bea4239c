"""Sanctions as JSON."""

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.step_up import StepUp
from parvis.features.moderation.decisions.grounds import CLAUSE_FIRST
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.sanctions import actions, letters, queries, rules
from parvis.features.moderation.sanctions.actions import SanctionInput
from parvis.features.moderation.sanctions.occasions import case_of
from parvis.features.moderation.sanctions.queries import SanctionsView

TAGS = ["moderation"]
PATH = "/api/v1/members/{member_id:uuid}/sanctions"


class SanctionLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The text the member would read, in their language."""

    text: str


@get(PATH, operation_id="listSanctions", tags=TAGS)
async def list_sanctions(request: Req, member_id: FromPath[UUID]) -> SanctionsView:
    """Return what a member was given, what happened before, and what may be given now."""
    actor = http.actor_of(request)
    subject = await rules.access_subject(actor, member_id)
    case = await case_of(actor, subject, place_id=None, item_id=None)
    return await queries.sanctions(actor, subject, case)


@post(
    f"{PATH}/letter",
    opt={"act": "member.sanction"},
    operation_id="proposeSanctionLetter",
    tags=TAGS,
    status_code=200,
)
async def propose_letter(
    request: Req, member_id: FromPath[UUID], data: JSONBody[SanctionInput]
) -> SanctionLetter:
    """Return the text proposed for a sanction; nothing is decided."""
    actor = http.actor_of(request)
    subject = await rules.access_subject(actor, member_id)
    case = await case_of(actor, subject, place_id=data.place_id, item_id=data.item_id)
    found = case.find(data.clause_id)
    if found is None:
        raise Invalid(fields={"clause_id": CLAUSE_FIRST})
    text = letters.compose(
        case.occasion,
        data.kind,
        found[1],
        facts=data.facts or "",
        place=case.place,
        until=data.until,
    )
    return SanctionLetter(text=text)


@post(
    PATH,
    opt={"act": "member.sanction", "step_up": StepUp.DECIDE},
    operation_id="giveSanction",
    tags=TAGS,
)
async def give_sanction(
    request: Req, member_id: FromPath[UUID], data: JSONBody[SanctionInput]
) -> DecisionView:
    """Warn a member, close writing to them, or suspend them. 409 when the same holds already."""
    actor = http.actor_of(request)
    subject = await rules.access_subject(actor, member_id)
    case = await case_of(actor, subject, place_id=data.place_id, item_id=data.item_id)
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    return await actions.give(actor, subject, data, case, site=site)


HANDLERS = (list_sanctions, propose_letter, give_sanction)

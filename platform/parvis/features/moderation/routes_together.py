"""Several cases of one cause at once: choose, read every letter, confirm, see the outcome."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody

from parvis.core import db, http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.i18n import N_, translate
from parvis.core.step_up import StepUp
from parvis.features.moderation import bulk, screens
from parvis.features.moderation.bulk import (
    ChosenItem,
    Groups,
    TogetherInput,
    TogetherResults,
)
from parvis.features.moderation.queries import ItemSummary
from parvis.features.moderation.tables import RESTRICTIONS, Action

PATH = "/admin/moderation/together"
TAGS = ["moderation"]
OWN = {"act": "review.decide", "step_up": StepUp.DECIDE, "transaction": "own"}
_CHOOSE = N_("Choose at least one case, and what to decide.")


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """One chosen case and the text its author would read."""

    item: ItemSummary
    text: str


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """The page in its states: the causes, the cases of one, the letters, the results."""

    groups: Groups | None = None
    clause_id: str = ""
    rule_id: str = ""
    action: str = ""
    items: tuple[ItemSummary, ...] = ()
    drafted: tuple[Drafted, ...] = ()
    results: TogetherResults | None = None
    error: str = ""


@get(PATH, include_in_schema=False)
async def together_page(
    request: Req, clause: FromQuery[str] = "", rule: FromQuery[str] = ""
) -> Response[Any]:
    """Show by which rules several cases wait, or the cases of one rule."""
    return await _page(request, clause, rule)


@post(
    f"{PATH}/letters",
    opt={"act": "review.decide"},
    include_in_schema=False,
    status_code=200,
)
async def letters(request: Req) -> Response[Any]:
    """Show the text each author would read; nothing is decided."""
    fields = await http.form_fields(request)
    clause, rule = str(fields.get("clause_id", "")), str(fields.get("rule_id", ""))
    action, chosen = fields.get("action"), _chosen(fields)
    if action not in set(Action) or not chosen:
        said = translate(http.actor_of(request).locale, _CHOOSE)
        return await _page(request, clause, rule, error=said, status=422)
    actor = http.actor_of(request)
    versions = {one.id: one.version for one in chosen}
    items = [item for item in await bulk.alike(actor, clause, rule) if item.id in versions]
    drafted = [await _drafted(request, item, Action(action), clause) for item in items]
    view = Together(clause_id=clause, rule_id=rule, action=action, drafted=tuple(drafted))
    return http.page(request, "moderation/together.html", view)


@post(PATH, opt=OWN, include_in_schema=False, status_code=200)
async def decide_together(request: Req) -> Response[Any]:
    """Decide each case and show what became of it."""
    fields = await http.form_fields(request)
    actor = http.actor_of(request)
    given = http.convert(
        {
            "action": fields.get("action"),
            "clause_id": fields.get("clause_id"),
            "rule_id": fields.get("rule_id"),
            "items": [msgspec.to_builtins(one) for one in _chosen(fields)],
        },
        TogetherInput,
    )
    results = await bulk.decide(actor, given, site=_site(request))
    view = Together(clause_id=given.clause_id, rule_id=given.rule_id, results=results)
    async with db.transaction(actor.tenant.id):
        return http.page(request, "moderation/together.html", view)


@get("/api/v1/moderation/together", operation_id="listCasesAlike", tags=TAGS)
async def list_groups(request: Req) -> Groups:
    """Return the rules that are the only cause of several cases: these can be decided together."""
    return await bulk.groups(http.actor_of(request))


@post(
    "/api/v1/moderation/together",
    opt=OWN,
    operation_id="decideTogether",
    tags=TAGS,
    status_code=200,
)
async def decide_several(request: Req, data: JSONBody[TogetherInput]) -> TogetherResults:
    """Decide cases of one single cause, each by itself; what fails for one stops no other."""
    return await bulk.decide(http.actor_of(request), data, site=_site(request))


async def _drafted(request: Req, item: ItemSummary, action: Action, clause: str) -> Drafted:
    if action not in RESTRICTIONS:
        return Drafted(item=item, text="")
    letter = await screens.letter(http.actor_of(request), item.id, action, clause)
    return Drafted(item=item, text=letter.text if letter else "")


async def _page(
    request: Req, clause: str, rule: str, *, error: str = "", status: int = 200
) -> Response[Any]:
    actor = http.actor_of(request)
    if clause and rule:
        items = await bulk.alike(actor, clause, rule)
        view = Together(clause_id=clause, rule_id=rule, items=items, error=error)
    else:
        view = Together(groups=await bulk.groups(actor), error=error)
    return http.page(request, "moderation/together.html", view, status=status)


def _chosen(fields: dict[str, Any]) -> list[ChosenItem]:
    """Return the cases of a form: `item` is “id:version”, `text-id` what its author reads."""
    given = fields.get("item", [])
    found = []
    for one in given if isinstance(given, list) else [given]:
        item_id, _, version = str(one).partition(":")
        try:
            found.append(
                ChosenItem(
                    id=UUID(item_id), version=int(version), text=fields.get(f"text-{item_id}")
                )
            )
        except ValueError:
            raise Invalid(fields={"item": _CHOOSE}) from None
    return found


def _site(request: Req) -> str:
    site: str = request.app.state.settings.public_url(http.tenant_of(request).host)
    return site


HANDLERS = (together_page, letters, decide_together, list_groups, decide_several)

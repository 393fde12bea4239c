"""My data: a copy of it, and being forgotten. Open to who has not accepted the charter, too."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from parvis.core import db, http, i18n
from parvis.core.errors import AppError, Conflict, Invalid, NotFound
from parvis.core.http import Req, actor_of, redirect
from parvis.core.i18n import N_
from parvis.core.step_up import StepUp
from parvis.features.privacy import actions, queries, rules
from parvis.features.privacy.actions import Confirmation
from parvis.features.privacy.queries import DataPage, ExportView
from parvis.integrations.storage import storage

RIGHTS = "the law gives these rights whatever the charter says"
# A program must not learn, take out or take away what is a person's.
MINE = {"open": RIGHTS, "session_only": True}
FRESH = {"open": RIGHTS, "step_up": StepUp.EXPORT}
PAGE, PART = "privacy/data.html", "privacy/_exports.html"


@get("/me/data", opt=MINE, include_in_schema=False)
async def data_page(request: Req) -> Response[Any]:
    view = await queries.data_page(actor_of(request))
    name = PART if http.is_htmx(request) else PAGE
    return http.page(request, name, view, errors={}, problem="")


@post("/me/data/exports", opt=FRESH, include_in_schema=False)
async def ask_export_page(request: Req) -> Redirect:
    await actions.ask_export(actor_of(request))
    return redirect("/me/data")


@get(
    "/me/data/exports/{export_id:uuid}/archive",
    opt=FRESH | {"transaction": "own"},
    include_in_schema=False,
)
async def download_page(request: Req, export_id: FromPath[UUID]) -> Redirect:
    return await _download(request, export_id)


@post("/me/data/erasure", opt=FRESH, include_in_schema=False)
async def ask_erasure_page(request: Req) -> Response[Any] | Redirect:
    """Ask to be forgotten, or say at the field why not."""
    actor = actor_of(request)
    try:
        await actions.ask_erasure(actor, await http.decode(request, Confirmation))
    except (Invalid, Conflict) as error:
        view = await queries.data_page(actor)
        return http.page(request, PAGE, view, status=error.status, **_wrong(request, error))
    return redirect("/me/data")


def _wrong(request: Req, error: AppError) -> dict[str, Any]:
    locale = actor_of(request).locale
    errors = {name: i18n.translate(locale, said) for name, said in error.fields.items()}
    return {"errors": errors, "problem": "" if errors else i18n.translate(locale, error.message)}


@post("/me/data/erasure/withdrawal", opt=MINE, include_in_schema=False)
async def withdraw_erasure_page(request: Req) -> Redirect:
    await actions.withdraw_erasure(actor_of(request))
    return redirect("/me/data")


TAGS = ["own data"]


@get("/api/v1/me/data", opt=MINE, operation_id="getMyData", tags=TAGS)
async def my_data(request: Req) -> DataPage:
    """Return your archives, your wish to be forgotten, and what would stay as a proof."""
    return await queries.data_page(actor_of(request))


@post(
    "/api/v1/me/data/exports",
    opt=FRESH,
    operation_id="askMyData",
    tags=TAGS,
    status_code=202,
)
async def ask_export(request: Req) -> ExportView:
    """Have an archive of your data made; while one is being made, it is that one."""
    actor = actor_of(request)
    export_id = await actions.ask_export(actor)
    return next(one for one in await queries.exports(actor) if one.id == export_id)


@get(
    "/api/v1/me/data/exports/{export_id:uuid}/archive",
    opt=FRESH | {"transaction": "own"},
    operation_id="downloadMyData",
    tags=TAGS,
    status_code=303,
)
async def download(request: Req, export_id: FromPath[UUID]) -> Redirect:
    """Lead to the archive, at an address good for five minutes."""
    return await _download(request, export_id)


async def _download(request: Req, export_id: UUID) -> Redirect:
    actor = actor_of(request)
    async with db.transaction(actor.tenant.id):
        name = await actions.take_export(actor, await rules.access_export(actor, export_id))
    if name is None:
        raise NotFound(N_("This copy is no longer there. Ask for a new one."))
    filename = f"{actor.tenant.slug}-{export_id}.zip"
    address = await storage().presign_get(actor.tenant.id, name, filename=filename)
    return Redirect(address, status_code=303)


@post(
    "/api/v1/me/data/erasure",
    opt=FRESH,
    operation_id="askErasure",
    tags=TAGS,
    status_code=202,
)
async def ask_erasure(request: Req, data: JSONBody[Confirmation]) -> DataPage:
    """Ask to be forgotten in seven days; `confirm` is your name, typed."""
    actor = actor_of(request)
    await actions.ask_erasure(actor, data)
    return await queries.data_page(actor)


@delete("/api/v1/me/data/erasure", opt=MINE, operation_id="withdrawErasure", tags=TAGS)
async def withdraw_erasure(request: Req) -> None:
    """Stay after all."""
    await actions.withdraw_erasure(actor_of(request))


HANDLERS = (
    data_page, ask_export_page, download_page, ask_erasure_page, withdraw_erasure_page, my_data,
    ask_export, download, ask_erasure, withdraw_erasure,
)  # fmt: skip

"""The pages of a notifier, for anybody: the form, the acknowledgement, the page behind a link."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parvis.core import addresses, http
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.features.moderation.appeals import actions as appeals
from parvis.features.moderation.appeals.actions import NoticeAppealInput
from parvis.features.moderation.legal_notices import actions, categories, queries
from parvis.features.moderation.legal_notices.inputs import NoticeInput

Answer = Response[Any] | Redirect
PAGE = "moderation/legal_notice.html"
FOLLOWED = "moderation/legal_notice_followed.html"
ANYBODY = "anybody may say that something is illegal here, and contest the answer (DSA art. 16, 20)"
OPEN = {"open": ANYBODY, "public": True}


@get("/legal-notice", opt=OPEN, include_in_schema=False)
async def notice_form(request: Req, address: FromQuery[str | None] = None) -> Response[Any]:
    """Ask what is illegal and where; filled in with the page it was opened from."""
    fields = {"addresses": _whole(request, address)} | await queries.own_contact(
        http.actor_of(request)
    )
    return _form(request, fields, {})


@post("/legal-notice", opt=OPEN, include_in_schema=False)
async def send_notice(request: Req) -> Answer:
    """Keep the notice and acknowledge it, or show it again with every field at fault."""
    fields = await http.form_fields(request)
    try:
        given = http.convert(_given(fields), NoticeInput)
        filed = await actions.file(
            http.actor_of(request), given, client=http.client_address(request)
        )
    except Invalid as error:
        return _form(request, fields, _said(request, error), status=422)
    if filed.is_mailed:
        # The link goes to the mailbox: who can open it there is who wrote from there.
        return http.redirect(f"/legal-notice/received?{urlencode({'n': filed.reference})}")
    return http.redirect(f"/legal-notice/{filed.token}")


@get("/legal-notice/received", opt=OPEN, include_in_schema=False)
async def received(request: Req, n: FromQuery[str] = "") -> Response[Any]:
    """Acknowledge a notice on screen, with its reference and where the link went."""
    return http.page(
        request, "moderation/legal_notice_received.html", n if actions.is_reference(n) else ""
    )


@get("/legal-notice/{token:str}", opt=OPEN, include_in_schema=False)
async def follow(request: Req, token: FromPath[str]) -> Response[Any]:
    """Show where a notice stands, to whoever has its secret link. Errors: NotFound."""
    return await _followed(request, token, {}, {})


@post("/legal-notice/{token:str}/confirmation", opt=OPEN, include_in_schema=False)
async def confirm(request: Req, token: FromPath[str]) -> Answer:
    """Note that a person opened the link that was mailed: mail servers open links by themselves."""
    await actions.confirm(http.actor_of(request), token)
    return http.redirect(f"/legal-notice/{token}")


@post("/legal-notice/{token:str}/appeals", opt=OPEN, include_in_schema=False)
async def contest(request: Req, token: FromPath[str]) -> Answer:
    """Contest how a notice was decided, and show that it arrived."""
    try:
        given = await http.decode(request, NoticeAppealInput)
        await appeals.file_by_notifier(token, given)
    except Invalid as error:
        sent = await http.form_fields(request)
        field = f"text-{sent.get('notice_id', '')}"
        said = dict.fromkeys([field], next(iter(_said(request, error).values()), ""))
        return await _followed(request, token, {field: sent.get("text", "")}, said, status=422)
    return http.redirect(f"/legal-notice/{token}")


async def _followed(
    request: Req,
    token: str,
    fields: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[Any]:
    view = await queries.filing(token, http.actor_of(request).locale)
    return http.page(
        request, FOLLOWED, view, status=status, token=token, fields=fields, errors=errors
    )


def _form(
    request: Req, fields: dict[str, Any], errors: dict[str, str], *, status: int = 200
) -> Response[Any]:
    return http.page(
        request, PAGE, fields, status=status, errors=errors, categories=categories.LABELS
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the form as a notice: one address on a line, the tick as a boolean."""
    known = {name: fields[name] for name in NoticeInput.__struct_fields__ if name in fields}
    addresses_given = known.get("addresses", "")
    lines = addresses_given if isinstance(addresses_given, list) else addresses_given.splitlines()
    return known | {"addresses": lines, "good_faith": "good_faith" in fields}


def _whole(request: Req, address: str | None) -> str:
    """Return the address to begin with: a page of this site in full, or nothing."""
    path = http.same_origin_path(address, fallback="")
    return addresses.site(http.tenant_of(request)) + path if path else ""


def _said(request: Req, error: AppError) -> dict[str, str]:
    locale = http.actor_of(request).locale
    return {name: translate(locale, text, **error.data) for name, text in error.fields.items()}


HANDLERS = (notice_form, send_notice, received, follow, confirm, contest)

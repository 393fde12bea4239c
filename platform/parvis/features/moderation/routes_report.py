"""The page on which a member reports words of another."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.http import Req
from parvis.core.i18n import translate
from parvis.features.moderation import actions_report, queries_report
from parvis.features.moderation.actions_report import ReportInput

Answer = Response[Any] | Redirect
PATH = "/contributions/{contribution_id:uuid}/report"


@get(PATH, include_in_schema=False)
async def report_form(request: Req, contribution_id: FromPath[UUID]) -> Response[Any]:
    """Ask a member why; once they have reported it, say that moderators will look."""
    return await _page(request, contribution_id, {}, {})


@post(PATH, opt={"act": "content.report"}, include_in_schema=False)
async def report(request: Req, contribution_id: FromPath[UUID]) -> Answer:
    """Report and say so, or show the form again with what is wrong."""
    try:
        given = await http.decode(request, ReportInput)
        await actions_report.report(http.actor_of(request), contribution_id, given)
    except Invalid as error:
        locale = http.actor_of(request).locale
        said = {k: translate(locale, v, **error.data) for k, v in error.fields.items()}
        fields = await http.form_fields(request)
        return await _page(request, contribution_id, fields, said, status=422)
    return http.redirect(f"/contributions/{contribution_id}/report")


async def _page(
    request: Req,
    contribution_id: FromPath[UUID],
    fields: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[Any]:
    view = await queries_report.report_view(http.actor_of(request), contribution_id)
    return http.page(
        request, "moderation/report.html", view, status=status, fields=fields, errors=errors
    )


HANDLERS = (report_form, report)

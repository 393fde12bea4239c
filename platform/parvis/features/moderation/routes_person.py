"""The file of whom a case concerns, beside the case and on a page of its own."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from parvis.core import http
from parvis.core.http import Req
from parvis.features.moderation import queries_person
from parvis.features.moderation.queries_person import PersonFile
from parvis.features.moderation.routes import position_of


@get("/admin/moderation/{item_id:uuid}/author", include_in_schema=False)
async def author_file(request: Req, item_id: FromPath[UUID]) -> Response[Any]:
    """Show what was decided about somebody before; htmx puts it beside the case."""
    view = await queries_person.person_file(http.actor_of(request), item_id)
    name = "moderation/_file.html" if http.is_htmx(request) else "moderation/file.html"
    return http.page(request, name, view, tail=position_of(request).tail)


@get(
    "/api/v1/moderation/items/{item_id:uuid}/author",
    operation_id="getReviewItemAuthor",
    tags=["moderation"],
)
async def get_author_file(request: Req, item_id: FromPath[UUID]) -> PersonFile:
    """Return what was decided about whom an item concerns, newest first."""
    return await queries_person.person_file(http.actor_of(request), item_id)


HANDLERS = (author_file, get_author_file)

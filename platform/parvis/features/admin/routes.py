"""The first screen of the tenant admin, its JSON, and the figures as CSV."""

from typing import Any

from litestar import Response, get

from parvis.core import http
from parvis.core.http import Req, actor_of
from parvis.features.admin import insights, queries
from parvis.features.admin.queries import Overview

TAGS = ["administration"]


@get("/admin", include_in_schema=False)
async def overview_page(request: Req) -> Response[Any]:
    """Show what waits for the reader, and how the space is doing."""
    view = await queries.overview(actor_of(request))
    return http.page(request, "admin/overview.html", view)


@get("/api/v1/admin/overview", operation_id="getOverview", tags=TAGS)
async def get_overview(request: Req) -> Overview:
    """Return what waits for you in the tenant admin, and how the space is doing."""
    return await queries.overview(actor_of(request))


@get("/admin/insights.csv", include_in_schema=False)
async def insights_file(request: Req) -> Response[str]:
    """Give the figures as a file."""
    return _csv(await insights.as_csv(actor_of(request)))


@get("/api/v1/admin/insights.csv", operation_id="getInsights", tags=TAGS, media_type="text/csv")
async def get_insights(request: Req) -> Response[str]:
    """Return the figures of the space as CSV: none over fewer than five people."""
    return _csv(await insights.as_csv(actor_of(request)))


def _csv(text: str) -> Response[str]:
    headers = {"content-disposition": 'attachment; filename="insights.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


HANDLERS = (overview_page, get_overview, insights_file, get_insights)

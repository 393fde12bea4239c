"""Is the process alive, and can it serve? For load balancers; tells nothing about tenants."""

from typing import Any

from litestar import Request, Response, get

from parvis.core.db import Database
from parvis.core.errors import Unavailable


@get("/healthz", opt={"outside": True}, include_in_schema=False, sync_to_thread=False)
def alive() -> Response[str]:
    """Answer 200 as long as the process runs."""
    return Response("alive\n", media_type="text/plain")


@get("/readyz", opt={"outside": True}, include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[str]:
    """Answer 200 when the database answers, 503 when it does not."""
    database: Database = request.app.state.database
    try:
        async with database.across_tenants() as connection:
            await connection.fetchval("SELECT 1")
    except Unavailable:
        return Response("the database does not answer\n", status_code=503, media_type="text/plain")
    return Response("ready\n", media_type="text/plain")

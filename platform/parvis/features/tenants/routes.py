"""The firm's own public pages: who answers for the space, and how accessible it is."""

from litestar import Response, get

from parvis.core import http


@get("/legal", opt={"public": True}, include_in_schema=False)
async def legal_page(request: http.Req) -> Response[str]:
    """Show who publishes and hosts the space, and whom to write to."""
    return http.page(request, "tenants/legal.html", http.tenant_of(request).settings.legal)


@get("/accessibility", opt={"public": True}, include_in_schema=False)
async def accessibility_page(request: http.Req) -> Response[str]:
    """Show the accessibility statement: what was checked, what was not, whom to tell."""
    return http.page(request, "tenants/accessibility.html", http.tenant_of(request).settings.legal)


HANDLERS = (legal_page, accessibility_page)

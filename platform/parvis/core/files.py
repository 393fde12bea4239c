"""Static files and themes on the wire: kept by a browser for ever, for their address names them."""

from __future__ import annotations

from litestar import Response, get

from parvis.core import assets, theming
from parvis.core.errors import NotFound

IMMUTABLE = "public, max-age=31536000, immutable"


@get("/static/{path:path}", opt={"outside": True}, include_in_schema=False, sync_to_thread=False)
def static_file(path: str) -> Response[bytes]:
    """Serve a file of static/ whose content still is what its address says."""
    return _served(assets.find(f"/static{path}"))


@get("/theme/{path:path}", opt={"outside": True}, include_in_schema=False, sync_to_thread=False)
def theme_file(path: str) -> Response[bytes]:
    """Serve a theme's stylesheet, logo or icon."""
    return _served(theming.find(f"/theme{path}"))


def _served(file: assets.Asset | None) -> Response[bytes]:
    if file is None:
        raise NotFound
    headers = {"cache-control": IMMUTABLE}
    return Response(file.content, media_type=file.media_type, headers=headers)

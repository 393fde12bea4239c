"""Files whose address carries their hash: served from memory, kept by browsers for ever."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from parvis.core import assets, theming
from parvis.core.assets import Asset

IMMUTABLE = "public, max-age=31536000, immutable"


@get(
    ["/static/{rest:path}", "/theme/{rest:path}"],
    opt={"outside": True, "compressed": True},
    include_in_schema=False,
    sync_to_thread=False,
)
def immutable_file(
    request: Request[Any, Any, Any],
    rest: FromPath[str],  # noqa: ARG001 -- the whole path is read, the folder too
) -> Response[bytes]:
    """Serve one of our own or a theme's files; any other address does not exist."""
    path = request.scope["path"]
    found = assets.find(path) or theming.find(path)
    if found is None:
        return Response(b"not found\n", status_code=404, media_type="text/plain")
    return _response(found, gzip="gzip" in request.headers.get("accept-encoding", ""))


def _response(file: Asset, *, gzip: bool) -> Response[bytes]:
    headers = {"cache-control": IMMUTABLE, "vary": "Accept-Encoding"}
    content = file.content
    if gzip and file.gzipped is not None:
        content = file.gzipped
        headers["content-encoding"] = "gzip"
    return Response(content, media_type=file.media_type, headers=headers)

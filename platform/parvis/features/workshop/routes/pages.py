"""How the workshop's screens are drawn, and how one leads to another."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from parvis.core import http
from parvis.core.http import Req
from parvis.features.workshop import rules
from parvis.features.workshop.forms import Typed
from parvis.features.workshop.rules import Scope

PATH = "/admin/charter"
Answer = Response[Any] | Redirect


def page(
    request: Req,
    name: str,
    view: Any,
    scope: Scope | None,
    *,
    typed: Typed | None = None,
    status: int = 200,
    **more: Any,
) -> Response[Any]:
    """Return one of the workshop's screens; `here` is the tab that is current."""
    more.setdefault("here", name)
    return http.page(
        request, f"workshop/{name}.html", view, scope=scope, typed=typed or Typed(), status=status,
        **more,
    )  # fmt: skip


def to(scope: Scope, path: str = "", anchor: str = "") -> Redirect:
    """Answer 303 to another screen of the same charter."""
    query = f"?{urlencode({'community': scope.slug})}" if scope.slug else ""
    return http.redirect(f"{PATH}{path}{query}{f'#{anchor}' if anchor else ''}")


async def needs_draft(request: Req, scope: Scope, here: str) -> Response[Any] | None:
    """Return the page that offers to begin a draft, where a screen has none to show."""
    if await rules.find_draft(scope) is not None:
        return None
    return page(request, "nothing", None, scope, here=here)

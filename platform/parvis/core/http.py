"""Between HTTP and the features: input into Structs, views into pages, fragments or JSON."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec
from litestar import Request, Response
from litestar.enums import RequestEncodingType
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState

from parvis.core import i18n, navigation, proxies, templating
from parvis.core.actor import Actor
from parvis.core.errors import BadRequest, Invalid
from parvis.core.i18n import N_
from parvis.core.middleware import LANGUAGE_COOKIE, nonce
from parvis.core.tenancy import Tenant

T = TypeVar("T")
Req = Request[Any, Any, Any]
HTML = "text/html"
# What static/parvis.js writes when a reader switches by hand.
SCHEMES = ("light", "dark")

_TOO_LONG = re.compile(r"length <= (\d+)")
_TOO_SHORT = re.compile(r"length >= (\d+)")
_FIELD = re.compile(r"`\$\.?([a-zA-Z_]+)")
_WRONG_KIND = re.compile(r"^Expected `([^`]+)`, got `([^`]+)`")
_NO_CHOICE = re.compile(r"^Invalid enum value '?(.*?)'?(?: - at |$)")
_MISSING = re.compile(r"required field `(\w+)`")


async def decode(request: Req, shape: type[T]) -> T:
    """Return the body, form or JSON, as `shape`; raise Invalid naming the field at fault."""
    if request.content_type[0] == "application/json":
        return decode_json(await request.body(), shape)
    return convert(await form_fields(request), shape)


def decode_json(body: bytes, shape: type[T]) -> T:
    """Return JSON bytes as `shape`."""
    try:
        return _refuse_nul(msgspec.json.decode(body, type=shape))
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(N_("The body is not valid JSON: {reason}"), reason=str(error)) from None


def convert(fields: dict[str, Any], shape: type[T]) -> T:
    """Return form fields as `shape`."""
    try:
        return _refuse_nul(msgspec.convert(fields, shape, strict=False))
    except msgspec.ValidationError as error:
        raise invalid(error) from None


async def form_fields(request: Req) -> dict[str, Any]:
    """Return the form's fields: text stripped, empty ones left out, repeated ones as lists."""
    form = await read_form(request)
    fields: dict[str, Any] = {}
    for name in form:
        values = [v.strip() if isinstance(v, str) else v for v in form.getall(name)]
        kept = [v for v in values if v != ""]
        if kept and not name.startswith("_"):
            fields[name] = kept[0] if len(kept) == 1 else kept
    return fields


async def read_form(request: Req) -> Any:
    """Return the submitted form, or raise BadRequest when its bytes are not text."""
    try:
        body = await request.body()
        if request.content_type[0] == RequestEncodingType.URL_ENCODED:
            unquote_to_bytes(body).decode()  # Litestar would put � where the bytes are not text
        return await request.form()
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest(N_("The form holds bytes that are not text.")) from error


def _refuse_nul(value: T) -> T:
    """PostgreSQL stores no NUL character; say so rather than fail on it."""
    fields = msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else {}
    for name, text in fields.items():
        if isinstance(text, str) and "\x00" in text:
            raise Invalid(fields={name: N_("This text holds a character that cannot be stored.")})
    return value


def invalid(error: msgspec.ValidationError) -> Invalid:
    """Turn msgspec's message into one a person can act on, naming the field."""
    said = str(error)
    found = _MISSING.search(said) or _FIELD.search(said)
    field = found.group(1) if found else "body"
    message, data = _told(said)
    return Invalid(fields={field: message}, **data)


def _told(said: str) -> tuple[str, dict[str, Any]]:
    """Return our sentence for what msgspec said, and its values."""
    data: dict[str, Any] = {}
    if _MISSING.search(said):
        message = N_("Please fill this in.")
    elif wrong := _WRONG_KIND.search(said):
        message = N_("{expected} is expected here, not {got}.")
        data = {"expected": wrong.group(1), "got": wrong.group(2)}
    elif no_choice := _NO_CHOICE.search(said):
        message, data = N_("“{value}” is not one of the choices."), {"value": no_choice.group(1)}
    elif too_long := _TOO_LONG.search(said):
        message, data = N_("At most {most} characters, please."), {"most": int(too_long.group(1))}
    elif too_short := _TOO_SHORT.search(said):
        least = int(too_short.group(1))
        message = N_("Please fill this in.") if least == 1 else N_("At least {least} characters.")
        data = {"least": least}
    else:
        message, data = N_("This is not what is expected here: {reason}"), {"reason": said}
    return message, data


def actor_of(request: Req) -> Actor:
    """Return who is asking: a member or a visitor."""
    actor: Actor = request.state.actor
    return actor


def tenant_of(request: Req) -> Tenant:
    """Return whose house this is."""
    tenant: Tenant = request.state.tenant
    return tenant


def client_address(request: Req) -> str:
    """Return the address the request came from, as far as trusted proxies tell (IPv6: its /64)."""
    peer = request.scope.get("client")
    trusted = proxies.networks(request.app.state.settings.trusted_proxies)
    forwarded = request.headers.getall("x-forwarded-for", [])
    return proxies.client(peer[0] if peer else None, forwarded, trusted)


def is_htmx(request: Req) -> bool:
    """Whether htmx asks for a fragment (a boosted or restored page is a page)."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def wants_json(request: Req) -> bool:
    """Whether the answer, an error's too, must be JSON."""
    accepts = request.headers.get("accept", "")
    return request.scope["path"].startswith(("/api/", "/schema/")) or (
        "application/json" in accepts and "text/html" not in accepts
    )


def locale_hint(request: Req, locales: tuple[str, ...]) -> str:
    """Return the language asked for by address, cookie or browser, among the tenant's."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in locales:
        return str(asked)
    return i18n.negotiate(request.headers.get("accept-language"), locales)


def page(
    request: Req, name: str, view: Any = None, *, status: int = 200, **more: Any
) -> Response[str]:
    """Return a whole page (or the fragment a template starting with `_` is)."""
    return Response(
        html(request, name, view, **more),
        status_code=status,
        media_type=HTML,
        headers={"vary": "HX-Request, Cookie"},
    )


fragment = page


def html(request: Req, name: str, view: Any = None, **more: Any) -> str:
    """Render a template with what every page has: tenant, actor, path, nonce, navigation."""
    actor, tenant = actor_of(request), tenant_of(request)
    csrf = ScopeState.from_scope(request.scope).csrf_token
    context = {
        "tenant": tenant,
        "actor": actor,
        "path": request.scope["path"],
        "locale": actor.locale,
        "nonce": nonce(request.scope),
        "csrf_token": csrf if isinstance(csrf, str) else request.cookies.get("__Host-csrf", ""),
        "nav": navigation.of_site(actor),
        "admin_nav": navigation.of_admin(actor),
        "mine_nav": navigation.of_mine(actor),
        "scheme": scheme if (scheme := request.cookies.get("scheme")) in SCHEMES else None,
        "alternate_locales": _other_locales(request),
        "view": view,
        **more,
    }
    return templating.render(
        theme=tenant.theme,
        locale=actor.locale,
        timezone=tenant.timezone,
        name=name,
        context=context,
    )


def _other_locales(request: Req) -> list[str]:
    """Languages the page can also be had in: none for what only a sent form is answered with."""
    locales = tenant_of(request).locales if request.method == "GET" else ()
    return [code for code in locales if code != actor_of(request).locale]


def path_of(request: Req) -> str:
    """Return the path and query asked for."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.scope['path']}?{query}" if query else request.scope["path"]


def page_behind(request: Req) -> str:
    """Return the path of the page that htmx asks a fragment from; "/" where it names none."""
    try:
        parts = urlsplit(request.headers.get("hx-current-url", ""))
    except ValueError:
        return "/"
    return same_origin_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def to_door(request: Req, door: Callable[[str], str]) -> Response[Any]:
    """Send a reader to a page that must come first; `door(path)` is its address, to come back.

    A page goes there itself. A fragment takes its page along, unless it came unasked beside a
    form (`opt={"aside": True}`): what is being typed there must not be lost for it.
    """
    if not is_htmx(request):
        return redirect(door(path_of(request)))
    if request.route_handler.opt.get("aside"):
        return Response(None, status_code=204)
    # A sign-in page swapped into the middle of another page helps nobody.
    return Response(b"", headers={"hx-redirect": door(page_behind(request))})


def redirect(path: str) -> Redirect:
    """Answer 303 to a path of this site."""
    return Redirect(path, status_code=303)


def same_origin_path(path: str | None, fallback: str = "/") -> str:
    """Return `path` when it stays on this site, else `fallback`: no open redirector."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return fallback
    parts = urlsplit(path)
    is_plain = not parts.scheme and not parts.netloc and path.isprintable()
    return path if is_plain else fallback

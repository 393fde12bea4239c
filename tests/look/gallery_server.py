"""The gallery and its files, on loopback, under the policy that every page is sent with."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

from parvis.core import assets, templating, theming
from parvis.core.actor import Actor
from parvis.core.ids import MemberId, TenantId, new_id
from parvis.core.navigation import NavItem
from parvis.core.tenancy import Tenant

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
)
# What the gallery's "show more" answers to htmx, with a nonce of its own as the server would.
FRAGMENT = '<p class="more" id="page-{page}"><a class="btn" href="#main">{page}</a></p>'
REFUSAL = '<div class="alert" role="alert" tabindex="-1" data-errors id="refused">No</div>'
NAV = [
    NavItem(10, "Home", "/", "home"),
    NavItem(20, "Communities", "/communities", "users"),
    NavItem(60, "Administration", "/admin", "inbox", 7),
]


@contextmanager
def running() -> Iterator[str]:
    """Serve until the block ends; the value is the site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        file = assets.find(path) or theming.find(path)
        if file is not None:
            self.answer(200, file.content, file.media_type)
        elif "after" in query:
            self.answer(200, FRAGMENT.format(page=query["after"][0]).encode())
        elif path == "/":
            self.page("gallery.html", query)
        elif path == "/error":
            self.page("error.html", query)
        elif path == "/sign-in":
            self.page("identity/sign_in.html", query)
        else:
            self.answer(404, b"")

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["content-length"]))
        is_ours = b"_csrf_token=t0" in form and self.headers["x-csrf-token"] == "t0"
        self.answer(422 if is_ours else 403, REFUSAL.encode())

    def page(self, name: str, query: dict[str, list[str]]) -> None:
        self.nonce = secrets.token_urlsafe(12)
        theme, locale = query["theme"][0], query["locale"][0]
        html = templating.render(
            theme=theme,
            locale=locale,
            timezone="Europe/Paris",
            name=name,
            context=context(theme, locale, self.nonce),
        )
        self.answer(200, html.encode())

    def answer(
        self, status: int, body: bytes, media_type: str = "text/html; charset=utf-8"
    ) -> None:
        nonce = getattr(self, "nonce", secrets.token_urlsafe(12))
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY.format(nonce=nonce))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name in the library
        """Stay silent: the tests speak."""


def context(theme: str, locale: str, nonce: str) -> dict[str, object]:
    tenant = Tenant(
        id=TenantId(new_id()),
        slug=theme,
        name="Banque Orvance",
        space="Le Cercle Orvance",
        locales=("fr", "en"),
        timezone="Europe/Paris",
        theme=theme,
        host="localhost",
    )
    actor = Actor(
        tenant=tenant,
        locale=locale,
        member_id=MemberId(new_id()),
        name="Hélène Marcillat",
        unread=3,
    )
    return {
        "tenant": tenant,
        "actor": actor,
        "path": "/",
        "nonce": nonce,
        "csrf_token": "t0",
        "nav": NAV,
        "admin_nav": [],
        "mine_nav": [],
        "alternate_locales": [code for code in ("fr", "en") if code != locale],
        "view": SimpleNamespace(
            title="Nothing here",
            status=404,
            fields={},
            correlation_id="aB3xYz",
            connections=[SimpleNamespace(slug="a", label="Espace client")],
            next_path="/",
            events=[],
            asks_email=True,
            email="",
            problem="",
        ),
    }

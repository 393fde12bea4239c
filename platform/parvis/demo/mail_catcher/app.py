"""The page of caught mails, and the same as JSON."""

from pathlib import Path

import minijinja
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from parvis.demo.mail_catcher.mailbox import Content, Mailbox, Summary

FOLDER = Path(__file__).parent
Http = Request[object, object, State]
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A mail is somebody else's page: no script, no form, no picture fetched from afar, its own origin.
# Its links open beside it, as in a mail program.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'"
)
_templates = minijinja.Environment(
    loader=lambda name: (FOLDER / "templates" / name).read_text("utf-8"),
    undefined_behavior="strict",
)


def create_catcher(mailbox: Mailbox) -> Litestar:
    """Return the application that shows `mailbox`."""
    static = create_static_files_router("/static", [FOLDER / "static"])
    return Litestar(
        route_handlers=[index, mail, mail_html, index_json, mail_json, static],
        state=State({"mailbox": mailbox}),
        openapi_config=None,
        logging_config=None,
    )


@get("/", sync_to_thread=True)
def index(request: Http) -> Response[str]:
    return _page("index.html", mails=_mailbox(request).newest())


@get("/mails/{handle:str}", sync_to_thread=True)
def mail(request: Http, handle: FromPath[str]) -> Response[str]:
    return _page("mail.html", mail=_content(request, handle), sandbox=SANDBOX)


@get("/mails/{handle:str}/html", sync_to_thread=True)
def mail_html(request: Http, handle: FromPath[str]) -> Response[str]:
    html = _content(request, handle).html or ""
    return _html('<base target="_blank">' + html, MAIL_POLICY)


@get("/api/mails", sync_to_thread=True)
def index_json(request: Http) -> list[Summary]:
    return _mailbox(request).newest()


@get("/api/mails/{handle:str}", sync_to_thread=True)
def mail_json(request: Http, handle: FromPath[str]) -> Content:
    return _content(request, handle)


def _mailbox(request: Http) -> Mailbox:
    mailbox: Mailbox = request.app.state.mailbox
    return mailbox


def _content(request: Http, handle: str) -> Content:
    found = _mailbox(request).get(handle)
    if found is None:
        raise NotFoundException("no such mail")
    return found


def _page(template: str, **values: object) -> Response[str]:
    return _html(_templates.render_template(template, **values), PAGE_POLICY)


def _html(content: str, policy: str) -> Response[str]:
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(content, media_type=MediaType.HTML, headers=headers)

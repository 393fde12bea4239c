"""The provider's pages: who to be, and the few ways in which that ends."""

from pathlib import Path
from urllib.parse import urlsplit

import minijinja
from litestar import MediaType, Response

from parvis.demo.identity_provider.authorization import LEVELS, AuthorizationRequest
from parvis.demo.identity_provider.directory import Persona
from parvis.demo.identity_provider.texts import TEXTS

FOLDER = Path(__file__).parent
_templates = minijinja.Environment(
    loader=lambda name: (FOLDER / "templates" / name).read_text("utf-8"),
    undefined_behavior="strict",
)
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def chooser(request: AuthorizationRequest, handle: str) -> Response[str]:
    """The page of clickable people."""
    client = request.client
    people = list(client.personas.values())
    groups = {
        "members": [person for person in people if not person.groups],
        "staff": [person for person in people if person.groups],
    }
    action = f"/{request.issuer.name}/requests/{handle}"
    return _page(
        "chooser.html",
        request.locale,
        title=client.label.get(request.locale, request.issuer.name),
        firm=client.tenant,
        groups={
            title: [_card(p, request.locale) for p in group] for title, group in groups.items()
        },
        action=action,
        is_strong=request.level == LEVELS[1],
        # Chromium holds the redirect that follows a form to form-action as well.
        form_target=_origin(request.redirect_uri),
    )


def message(kind: str, *, locale: str = "fr", status: int = 200) -> Response[str]:
    """A page that says one of the texts, with its lead."""
    words = TEXTS[locale]
    return _page(
        "message.html", locale, status=status, title=words[kind], lead=words[f"{kind}_lead"]
    )


def _card(person: Persona, locale: str) -> dict[str, str]:
    names = person.name.replace("-", " ").split()
    return {
        "sub": person.sub,
        "name": person.name,
        "initials": (names[0][0] + names[-1][0]).upper(),
        "capacity": person.capacity_label,
        "language": person.locale,
        "about": person.about.get(locale, ""),
    }


def _page(
    template: str, locale: str, *, status: int = 200, form_target: str = "", **values: object
) -> Response[str]:
    html = _templates.render_template(template, locale=locale, t=TEXTS[locale], **values)
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_target}".strip()
    )
    return Response(
        html,
        status_code=status,
        media_type=MediaType.HTML,
        headers=HEADERS | {"Content-Security-Policy": policy},
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

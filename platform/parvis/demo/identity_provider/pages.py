"""The provider's pages: who to be, and the few ways in which that ends."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import minijinja
from litestar import MediaType, Response

from parvis.demo.identity_provider.authorization import LEVELS, AuthorizationRequest
from parvis.demo.identity_provider.directory import Client, Issuer, Persona
from parvis.demo.identity_provider.presences import Presence
from parvis.demo.identity_provider.texts import TEXTS

FOLDER = Path(__file__).parent
_templates = minijinja.Environment(
    loader=lambda name: (FOLDER / "templates" / name).read_text("utf-8"),
    undefined_behavior="strict",
)
# With "no-referrer" a browser would not say on whose page a form stood either.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def chooser(
    request: AuthorizationRequest, handle: str, here: Iterable[Presence] = ()
) -> Response[str]:
    """The page of clickable people; whom the application or this browser means stands first."""
    client, locale = request.client, request.locale
    people = list(client.personas.values())
    likely = _likely(request, here)
    others = [person for person in people if person is not likely]
    groups = {
        "likely": [likely] if likely else [],
        "members": [person for person in others if not person.groups],
        "staff": [person for person in others if person.groups],
    }
    return _page(
        "chooser.html",
        locale,
        title=client.label.get(locale, request.issuer.name),
        firm=client.tenant,
        groups={title: [_card(p, locale) for p in group] for title, group in groups.items()},
        action=f"/{request.issuer.name}/requests/{handle}",
        is_strong=request.level == LEVELS[1],
        # Chromium holds the redirect that follows a form to form-action as well.
        form_target=_origin(request.redirect_uri),
    )


def account(issuer: Issuer, here: Iterable[Presence]) -> Response[str]:
    """Who is signed in in this browser, and the firms whose directory this is."""
    clients = list(issuer.clients.values())
    locale = clients[0].locale
    present = [
        {
            "firm": one.client.tenant,
            "name": one.persona.name,
            "action": f"/{issuer.name}/sign-out/{one.client.client_id}",
        }
        for one in here
    ]
    return _page(
        "account.html",
        locale,
        title=issuer.name,
        present=present,
        directories=[
            {"firm": one.tenant, "address": f"/{issuer.name}/directory/{one.client_id}"}
            for one in clients
        ],
    )


def directory(issuer: Issuer, client: Client, known: dict[str, bool] | None) -> Response[str]:
    """A firm's people, and whether the application still admits each."""
    locale = client.locale
    return _page(
        "directory.html",
        locale,
        title=client.label.get(locale, issuer.name),
        firm=client.tenant,
        is_answered=known is not None,
        account=f"/{issuer.name}",
        action=f"/{issuer.name}/directory/{client.client_id}",
        people=[
            _card(person, locale) | {"standing": _standing(known or {}, person)}
            for person in client.personas.values()
        ],
    )


def _standing(known: dict[str, bool], person: Persona) -> str:
    """Whether the directory has told the application of somebody, and what."""
    if person.sub not in known:
        return "untold"
    return "active" if known[person.sub] else "ended"


def _likely(request: AuthorizationRequest, here: Iterable[Presence]) -> Persona | None:
    """The person whose address was typed, else the one signed in here; None for nobody."""
    people = request.client.personas.values()
    hinted = [p for p in people if request.hint and p.email.casefold() == request.hint]
    present = [p.persona for p in here if p.client.client_id == request.client.client_id]
    return next(iter([*hinted, *present]), None)


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

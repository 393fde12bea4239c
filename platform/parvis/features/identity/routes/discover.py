"""The door's e-mail field: who has an address is led to where its people sign in."""

from typing import Any

import msgspec
from litestar import Response, post

from parvis.core import db, http, i18n, rates
from parvis.core.errors import AppError, Invalid
from parvis.core.http import Req, actor_of, client_address, page, tenant_of
from parvis.core.middleware import host_of
from parvis.core.rates import TooMany
from parvis.features.identity import attempts, queries, sessions, sign_in
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains import discovery
from parvis.features.identity.domains.discovery import MOST_TRIES, TRIES_SECONDS, DiscoveryInput
from parvis.features.identity.queries import OnwardView, SignInChoice
from parvis.features.identity.routes.door import OWN, onward, refused, site_of, visit_of
from parvis.features.identity.rules import SignInRefused
from parvis.features.identity.sessions import BROWSER_COOKIE


class ChooserView(msgspec.Struct, frozen=True, kw_only=True):
    """Several ways in for one address."""

    email: str
    next_path: str
    ways: tuple[SignInChoice, ...]


@post(
    "/auth/discover",
    opt={"open": "nobody is signed in yet"} | OWN,
    exception_handlers={SignInRefused: refused},
    include_in_schema=False,
    status_code=200,
)
async def discover(request: Req) -> Response[Any]:
    """Lead to the provider of the address's domain, or let choose between several."""
    tenant = tenant_of(request)
    try:
        await rates.spend(
            "discover",
            client_address(request),
            limit=MOST_TRIES,
            seconds=TRIES_SECONDS,
            tenant_id=tenant.id,
        )
        given = await http.decode(request, DiscoveryInput)
        async with db.transaction(tenant.id):
            ways = await discovery.ways_for(given)
    except (Invalid, TooMany) as error:
        return await _door_again(request, error)
    next_path = http.same_origin_path(given.next)
    if len(ways) > 1:
        return _chooser(request, given, next_path, ways)
    return await _lead(request, given, next_path, ways[0])


async def _lead(
    request: Req, given: DiscoveryInput, next_path: str, way: Connection
) -> Response[Any]:
    label = way.label_in(actor_of(request).locale)
    if host_of(request.scope) != tenant_of(request).host:
        # Cookies do not cross hosts, and no address of ours carries a person's: it is asked anew.
        url = f"{site_of(request)}/auth/oidc/{way.slug}/start"
        return onward(page(request, "identity/onward.html", OnwardView(label, url)), url)
    begun = await sign_in.begin(visit_of(request), way.slug, next_path, login_hint=given.email)
    answer = onward(page(request, "identity/onward.html", OnwardView(label, begun.url)), begun.url)
    seconds = int(attempts.LIFETIME.total_seconds())
    answer.set_cookie(sessions.cookie(BROWSER_COOKIE, begun.browser_token, seconds=seconds))
    return answer


def _chooser(
    request: Req, given: DiscoveryInput, next_path: str, ways: tuple[Connection, ...]
) -> Response[Any]:
    locale = actor_of(request).locale
    choices = tuple(SignInChoice(way.slug, way.label_in(locale)) for way in ways)
    view = ChooserView(email=given.email, next_path=next_path, ways=choices)
    return page(request, "identity/choose_way.html", view)


async def _door_again(request: Req, error: AppError) -> Response[Any]:
    """Show the door with what was typed and what was wrong; its links still lead in."""
    if http.wants_json(request):
        raise error
    actor, fields = actor_of(request), await http.form_fields(request)
    said = error.fields.get("email", error.message)
    typed = fields.get("email", "")
    async with db.transaction(actor.tenant.id):
        view = await queries.sign_in_view(
            actor,
            http.same_origin_path(str(fields.get("next", "/"))),
            email=typed if isinstance(typed, str) else "",
            problem=i18n.translate(actor.locale, said, **error.data),
        )
    answer = page(request, "identity/sign_in.html", view, status=error.status)
    if "retry_after" in error.data:
        answer.headers["retry-after"] = str(error.data["retry_after"])
    return answer


HANDLERS = (discover,)

"""The way in without any provider, and the page on which one enrols for it."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parvis.core import http, i18n, rates
from parvis.core.errors import Invalid
from parvis.core.http import Req, actor_of, page, redirect, tenant_of
from parvis.features.identity import sessions
from parvis.features.identity.emergency import actions as emergency
from parvis.features.identity.emergency import rules
from parvis.features.identity.emergency.actions import (
    ENROL_PATH,
    EmergencyInput,
    EnrolInput,
    Enrolling,
)
from parvis.features.identity.emergency.rules import EmergencyRefused
from parvis.features.identity.routes.door import OWN, visit_of
from parvis.features.identity.sessions import SESSION_COOKIE

# Long passphrases withstand more, but nobody types more often than this.
TRIES, SECONDS = 10, 900
OPEN = {"open": "nobody is signed in yet"}


class EmergencyForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form to sign in with; `error` tells that something was wrong, and never what."""

    email: str = ""
    error: str = ""


class EnrolPage(msgspec.Struct, frozen=True, kw_only=True):
    """What an emergency administrator enrols with: the secret as a picture and as letters."""

    name: str
    path: str
    secret: str
    side: int
    picture: str
    least: int
    fields: dict[str, str] = {}


@get("/emergency", opt={"public": True}, include_in_schema=False)
async def emergency_page(request: Req) -> Response[Any] | Redirect:
    if actor_of(request).signed_in:
        return redirect("/admin")
    return page(request, "identity/emergency.html", EmergencyForm())


@post("/emergency", opt=OPEN | OWN, include_in_schema=False)
async def emergency_sign_in(request: Req) -> Response[Any] | Redirect:
    given = await http.decode(request, EmergencyInput)
    await _spend(request, given.email)
    try:
        token = await emergency.sign_in(visit_of(request), given)
    except EmergencyRefused as error:
        message = i18n.translate(actor_of(request).locale, error.message)
        form = EmergencyForm(email=given.email, error=message)
        return page(request, "identity/emergency.html", form, status=error.status)
    answer = redirect("/admin")
    answer.set_cookie(sessions.cookie(SESSION_COOKIE, token))
    return answer


async def _spend(request: Req, email: str) -> None:
    """Count a try, by the visitor's address and by the account's. Errors: TooMany."""
    tenant_id = tenant_of(request).id
    for what, key in (
        ("emergency", http.client_address(request)),
        ("emergency account", email.strip().casefold()),
    ):
        await rates.spend(what, key, limit=TRIES, seconds=SECONDS, tenant_id=tenant_id)


@get(f"{ENROL_PATH}{{token:str}}", opt={"public": True}, include_in_schema=False)
async def enrol_page(request: Req, token: FromPath[str]) -> Response[Any]:
    who = await emergency.access_enrolment(tenant_of(request), token)
    return _enrol(request, token, who)


@post(f"{ENROL_PATH}{{token:str}}", opt=OPEN, include_in_schema=False, status_code=200)
async def enrol(request: Req, token: FromPath[str]) -> Response[Any]:
    tenant = tenant_of(request)
    await rates.spend("emergency enrolment", token, limit=TRIES, seconds=SECONDS)
    who = await emergency.access_enrolment(tenant, token)
    try:
        await emergency.enrol(tenant, who, await http.decode(request, EnrolInput))
    except Invalid as error:
        return _enrol(request, token, who, error)
    return page(request, "identity/emergency_enrolled.html", who.email)


def _enrol(request: Req, token: str, who: Enrolling, error: Invalid | None = None) -> Response[Any]:
    tenant, locale = tenant_of(request), actor_of(request).locale
    uri = rules.enrolment_uri(who.secret, account=who.email, issuer=tenant.space)
    side, picture = rules.qr_path(uri)
    said = error.fields if error else {}
    view = EnrolPage(
        name=who.name,
        path=ENROL_PATH + token,
        secret=" ".join(who.secret[n : n + 4] for n in range(0, len(who.secret), 4)),
        side=side,
        picture=picture,
        least=rules.LEAST,
        fields={
            name: i18n.translate(locale, message, **(error.data if error else {}))
            for name, message in said.items()
        },
    )
    status = error.status if error else 200
    return page(request, "identity/emergency_enrol.html", view, status=status)


HANDLERS = (emergency_page, emergency_sign_in, enrol_page, enrol)

"""The report of a test sign-in, in words: each check, what was expected, what came, what became."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import i18n
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES
from parvis.core.i18n import N_
from parvis.features.identity import reasons
from parvis.features.identity.connections import Connection
from parvis.features.identity.connections.testing import Ours, Outcome, TestRow, access_test
from parvis.integrations.login import Step

MOST_SHOWN = 2000


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """One check: what it is, what was expected, and why it failed where it did."""

    step: str
    state: str
    title: str
    expected: str
    why: str
    detail: str


class ClaimView(msgspec.Struct, frozen=True):
    """A claim as it was received, its value as JSON."""

    name: str
    value: str


class BecomesView(msgspec.Struct, frozen=True):
    """One thing that would be known of the person here."""

    term: str
    text: str


class TestView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report. `state`: begun, passed, failed."""

    id: UUID
    connection_id: UUID
    connection: str
    state: str
    created_at: datetime
    expires_at: datetime
    checks: tuple[CheckView, ...]
    claims: tuple[ClaimView, ...]
    becomes: tuple[BecomesView, ...]


# Title and expectation of each step; placeholders are the connection's own settings.
STEPS: dict[str, tuple[str, str]] = {
    Step.METADATA: (
        N_("The provider describes itself"),
        N_("Issuer {issuer} to the letter, https addresses, PKCE with S256."),
    ),
    Step.PUSHED: (
        N_("The request was pushed to the provider"),
        N_("The provider takes the request from us before the browser arrives."),
    ),
    Step.CALLBACK: (
        N_("The browser came back with a code"),
        N_("A code for this very sign-in, in this browser, from {issuer}."),
    ),
    Step.TOKENS: (
        N_("The provider gave tokens for the code"),
        N_("An ID token and an access token, for client {client_id} proved by {auth_method}."),
    ),
    Step.SIGNATURE: (
        N_("The ID token is signed by the provider"),
        N_("One of {algorithms}, with a key the provider publishes."),
    ),
    Step.ID_TOKEN: (
        N_("The ID token is about this sign-in"),
        N_("iss {issuer}, aud {client_id} alone, our nonce, issued a moment ago, a subject."),
    ),
    Step.USERINFO: (
        N_("The userinfo answer is about the same person"),
        N_("The same subject as in the ID token. Skipped where the provider offers none."),
    ),
    Ours.PROFILE: (
        N_("The claims make a member"),
        N_("A name, and what the map of claims asks for."),
    ),
    Ours.ADMISSION: (
        N_("The connection lets the person in"),
        N_("As the connection’s admission says: {admission}."),
    ),
}
ADMISSIONS: dict[str, str] = {
    "invite_only": N_("who was invited"),
    "scim_only": N_("whom the directory sent (SCIM)"),
    "jit": N_("everybody the provider vouches for"),
}


async def test_view(actor: Actor, test_id: UUID) -> TestView:
    """Return the report of a test. Errors: NotFound for everybody but who ran it."""
    found = await access_test(actor, test_id)
    report, locale = found.report, actor.locale
    return TestView(
        **{name: getattr(found, name) for name in ("id", "state", "created_at", "expires_at")},
        connection_id=found.connection.id,
        connection=found.connection.label_in(locale),
        checks=_checks(found, locale),
        claims=tuple(
            ClaimView(name, _shown(value))
            for name, value in sorted(report.claims.items() if report else ())
        ),
        becomes=tuple(_becomes(report.outcome, found.connection, locale)) if report else (),
    )


def _checks(found: TestRow, locale: str) -> tuple[CheckView, ...]:
    values = _values(found.connection, locale)
    return tuple(
        CheckView(
            step=check.step,
            state=check.state,
            title=i18n.translate(locale, STEPS[check.step][0]),
            expected=i18n.translate(locale, STEPS[check.step][1], **values),
            why=reasons.told(check.reason, locale),
            detail=check.detail,
        )
        for check in found.checks
    )


def _values(connection: Connection, locale: str) -> dict[str, str]:
    return {
        "issuer": connection.issuer,
        "client_id": connection.client_id,
        "auth_method": connection.auth_method,
        "algorithms": ", ".join(connection.algorithms),
        "admission": i18n.translate(locale, ADMISSIONS[connection.admission]),
    }


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


COLUMNS: dict[str, str] = {
    "email": N_("E-mail address"),
    "capacity": N_("Capacity"),
    "capacity_label": N_("Words for the capacity"),
    "headline": N_("Headline"),
    "firm": N_("Firm"),
    "register_number": N_("Register number"),
}
NOTHING = N_("none")


def _becomes(outcome: Outcome, connection: Connection, locale: str) -> list[BecomesView]:
    """Return what would become of the person, in the order an administrator asks for it."""

    def say(text: str, **values: str) -> str:
        return i18n.translate(locale, text, **values)

    lines: list[BecomesView] = []
    if outcome.name is not None:
        who = connection.label_in(locale)
        vouched = (
            N_("{name}, vouched for by {who}")
            if outcome.is_vouched
            else N_("{name}, vouched for by nobody")
        )
        lines.append(BecomesView(say(N_("Name")), say(vouched, name=outcome.name, who=who)))
    if outcome.framework is not None:
        lines.append(BecomesView(say(N_("Identity checked under")), outcome.framework))
    for column, label in COLUMNS.items():
        if column in outcome.columns:
            value = outcome.columns[column]
            given = (
                say(CAPACITIES[value]) if column == "capacity" and value in CAPACITIES else value
            )
            lines.append(BecomesView(say(label), given or say(NOTHING)))
    if outcome.groups is not None:
        lines.append(BecomesView(say(N_("Groups")), ", ".join(outcome.groups) or say(NOTHING)))
    assurance = outcome.assurance or say(N_("not mapped"))
    lines.append(BecomesView(say(N_("Assurance (acr)")), f"{outcome.acr or '–'} → {assurance}"))
    if outcome.is_newcomer is not None:
        member = N_("a newcomer would be let in") if outcome.is_newcomer else N_("a known member")
        lines.append(BecomesView(say(N_("Admission")), say(member)))
    return lines

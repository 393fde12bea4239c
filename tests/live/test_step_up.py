"""Confirming who one is at oidc-provider: what it is asked for, and what it may answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from psycopg.types.json import Jsonb

from tests.live.browser import LiveBrowser, onward
from tests.live.certified import HIGH, LOW, Certified
from tests.live.house import LiveHouse

pytestmark = pytest.mark.live_op("certified")
SLUGS = ("certified-basic", "certified-keys")


@pytest.fixture(params=SLUGS)
def slug(live: LiveHouse, request: pytest.FixtureRequest) -> Iterator[str]:
    """A connection that tells two levels apart, pushed and not."""
    live.change_connection(request.param, acr_map=Jsonb({LOW: "basic", HIGH: "strong"}))
    yield request.param
    live.change_connection(request.param, acr_map=Jsonb({}))


@pytest.fixture
def inside(live: LiveHouse, op: Certified, browser: LiveBrowser, slug: str) -> LiveBrowser:
    """Anna's browser, signed in with a password alone."""
    asked = browser.get(f"{live.site}/auth/oidc/{slug}/start?next=/me")
    back = op.sign_in(browser, asked, "anna", acr=LOW)
    assert onward(back) == f"{live.site}/me", live.last_event()
    return browser


def confirm(live: LiveHouse, browser: LiveBrowser) -> httpx.Response:
    """Press the button of the page that asks to confirm."""
    given = {"kind": "export", "next": "/me", "path": "", "kept": ""}
    return browser.send_form(f"{live.site}/auth/step-up", given)


def session_of(live: LiveHouse) -> dict[str, object]:
    (row,) = live.rows(
        "SELECT acr, auth_time, end_reason FROM auth_session ORDER BY id DESC LIMIT 1"
    )
    return row


def test_provider_asks_again_and_the_session_is_a_new_and_surer_one(
    live: LiveHouse, op: Certified, inside: LiveBrowser
) -> None:
    before = inside.cookies(live.site)["__Host-sid"]
    page = inside.follow(confirm(live, inside), until=f"{op.issuer}/interaction/")
    assert page.json()["prompt"] == "login"
    assert page.json()["params"]["acr_values"] == HIGH
    back = op.fill_in(inside, page, "anna", acr=HIGH, amr=["pwd", "otp"])
    assert onward(back) == f"{live.site}/me", live.last_event()
    assert inside.cookies(live.site)["__Host-sid"] != before
    now = session_of(live)
    assert now["acr"] == HIGH
    assert now["auth_time"] > datetime.now(UTC) - timedelta(minutes=1)
    with LiveBrowser() as thief:
        thief.cookies(live.site)["__Host-sid"] = before
        assert thief.get(f"{live.site}/api/v1/me").status_code == 401


def test_answer_that_is_not_sure_enough_changes_nothing(
    live: LiveHouse, op: Certified, inside: LiveBrowser
) -> None:
    page = inside.follow(confirm(live, inside), until=f"{op.issuer}/interaction/")
    back = op.fill_in(inside, page, "anna", acr=LOW)
    assert back.status_code >= 400
    assert live.last_event() == ("step_up_failed", "assurance_too_low")
    assert session_of(live)["acr"] != HIGH


def test_somebody_else_cannot_confirm(live: LiveHouse, op: Certified, inside: LiveBrowser) -> None:
    inside.cookies(op.issuer).clear()  # whoever sits there now never met the provider
    page = inside.follow(confirm(live, inside), until=f"{op.issuer}/interaction/")
    back = op.fill_in(inside, page, "sudarsono", acr=HIGH)
    assert back.status_code >= 400, back.text
    assert live.last_event() == ("step_up_failed", "other_person")
    assert inside.get(f"{live.site}/api/v1/me").json()["name"] == "Anna Berliet"


def test_old_sign_in_that_the_provider_passes_off_as_new_is_refused(
    live: LiveHouse, op: Certified, inside: LiveBrowser
) -> None:
    page = inside.follow(confirm(live, inside), until=f"{op.issuer}/interaction/")
    hours_ago = int((datetime.now(UTC) - timedelta(hours=3)).timestamp())
    op.fill_in(inside, page, "anna", acr=HIGH, auth_time=str(hours_ago))
    assert live.last_event() == ("step_up_failed", "not_fresh")

"""Signing in and out at oidc-provider, which passed the foundation's own conformance tests."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.live.browser import LiveBrowser, onward
from tests.live.certified import Certified, signing_keys
from tests.live.house import LiveHouse

PATIENCE = 15.0  # a little more than a provider's keys are left in peace
pytestmark = pytest.mark.live_op("certified")


def start(live: LiveHouse, browser: LiveBrowser, slug: str) -> httpx.Response:
    return browser.get(f"{live.site}/auth/oidc/{slug}/start?next=/me")


def is_inside(live: LiveHouse, browser: LiveBrowser) -> bool:
    return browser.get(f"{live.site}/api/v1/me").status_code == 200


def test_secret_with_signs_proves_us_and_a_name_of_one_word_arrives(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    back = op.sign_in(browser, start(live, browser, "certified-basic"), "sudarsono")
    assert onward(back) == f"{live.site}/me", back.text
    me = browser.get(f"{live.site}/api/v1/me").json()
    assert me["name"] == "Sudarsono"
    assert me["groups"] == ["Moderation"]


def test_person_who_gives_up_at_the_provider_has_no_session(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    back = op.sign_in(
        browser, start(live, browser, "certified-basic"), "anna", error="access_denied"
    )
    assert back.status_code >= 400
    assert not is_inside(live, browser)
    assert live.last_event() == ("sign_in_failed", "provider_refused")


def test_signing_out_here_signs_out_there_and_comes_back(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    op.sign_in(browser, start(live, browser, "certified-basic"), "anna")
    left = browser.send_form(f"{live.site}/sign-out", {})
    page = browser.follow(left, until=f"{op.issuer}/session/end")
    back = browser.follow(op.confirm_sign_out(browser, page), until=f"{live.site}/signed-out")
    assert back.status_code == 200
    assert not is_inside(live, browser)
    # The provider asks who it is again: its own session is over too.
    asked = browser.follow(
        start(live, browser, "certified-basic"), until=op.issuer + "/interaction"
    )
    assert asked.json()["reasons"] == ["no_session"]


def test_pushed_request_and_a_signature_prove_us(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    """FAPI 2.0's way: nothing of the request passes through the browser, and no secret exists."""
    asked = start(live, browser, "certified-keys")
    shown = parse_qs(urlsplit(onward(asked) or "").query)
    assert set(shown) == {"client_id", "request_uri"}
    back = op.sign_in(browser, asked, "wang")
    assert onward(back) == f"{live.site}/me", live.last_event()
    assert browser.get(f"{live.site}/api/v1/me").json()["name"] == "王小明"


def test_same_person_through_another_connection_is_the_same_member(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    """Who somebody is hangs on issuer and subject, not on the way they came in."""
    seen = set()
    for slug in ("certified-basic", "certified-keys"):
        op.sign_in(browser, start(live, browser, slug), "anna")
        seen.add(browser.get(f"{live.site}/api/v1/me").json()["id"])
        browser.cookies(live.site).clear()
        browser.cookies(op.issuer).clear()
    assert len(seen) == 1


def test_name_that_the_provider_verified_carries_how_it_did(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    live.change_connection("certified-keys", trust_frameworks=["eidas"])
    op.sign_in(browser, start(live, browser, "certified-keys"), "nguyen")
    assert browser.get(f"{live.site}/api/v1/me").json()["name"] == "Nguyễn Thị Minh Khai"
    (record,) = live.rows(
        "SELECT framework, level FROM name_record WHERE display_name = %s", "Nguyễn Thị Minh Khai"
    )
    assert record == {"framework": "eidas", "level": "substantial"}


def test_new_keys_of_the_provider_are_asked_for_but_not_at_every_token(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    op.start(signing_keys("second"))
    op.sign_in(browser, start(live, browser, "certified-basic"), "anna")
    began, tries = time.monotonic(), [live.last_event()]
    # A moment ago the keys were fetched: until that moment is over, none of the tokens is worth
    # a request to the provider.
    while tries[-1][0] == "sign_in_failed" and time.monotonic() < began + PATIENCE:
        time.sleep(1)
        browser.cookies(op.issuer).clear()
        op.sign_in(browser, start(live, browser, "certified-basic"), "anna")
        tries.append(live.last_event())
    assert tries[-1] == ("sign_in_succeeded", None)
    assert set(tries[:-1]) <= {("sign_in_failed", "key_unknown")}
    assert is_inside(live, browser)

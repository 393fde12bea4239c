"""Signing in and out at oidc-provider, which passed the foundation's own conformance tests."""

import httpx
import pytest

from tests.live.browser import LiveBrowser, onward
from tests.live.certified import Certified
from tests.live.house import LiveHouse

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

"""Signing in and out at canaille: a product with its own pages, passwords and opinions."""

import httpx
import pytest

from tests.live.browser import LiveBrowser, onward
from tests.live.canaille import Canaille
from tests.live.house import LiveHouse

pytestmark = pytest.mark.live_op("canaille")


def start(live: LiveHouse, browser: LiveBrowser, slug: str) -> httpx.Response:
    return browser.get(f"{live.site}/auth/oidc/{slug}/start?next=/me")


def test_secret_proves_us_and_the_name_arrives(
    live: LiveHouse, canaille_op: Canaille, browser: LiveBrowser
) -> None:
    back = canaille_op.sign_in(browser, start(live, browser, "canaille-basic"), "anna")
    assert onward(back) == f"{live.site}/me", back.text
    me = browser.get(f"{live.site}/api/v1/me").json()
    assert me["name"] == "Anna Berliet"
    (identity,) = live.rows("SELECT sub FROM identity WHERE issuer = %s", canaille_op.issuer)
    assert identity["sub"] != "anna"  # a user name may pass to somebody else


def test_signature_proves_us_where_it_is_meant_for_the_token_endpoint(
    live: LiveHouse, canaille_op: Canaille, browser: LiveBrowser
) -> None:
    back = canaille_op.sign_in(browser, start(live, browser, "canaille-keys"), "anna")
    assert onward(back) == f"{live.site}/me", live.last_event()
    assert browser.get(f"{live.site}/api/v1/me").json()["name"] == "Anna Berliet"


def test_wrong_password_never_comes_back_to_us(
    live: LiveHouse, canaille_op: Canaille, browser: LiveBrowser
) -> None:
    page = canaille_op.sign_in(browser, start(live, browser, "canaille-basic"), "anna", "wrong")
    assert str(page.url).startswith(canaille_op.issuer)


def test_signing_out_here_signs_out_there_and_comes_back(
    live: LiveHouse, canaille_op: Canaille, browser: LiveBrowser
) -> None:
    canaille_op.sign_in(browser, start(live, browser, "canaille-basic"), "anna")
    left = browser.send_form(f"{live.site}/sign-out", {})
    back = browser.follow(left, until=f"{live.site}/signed-out")
    assert any(str(step).startswith(canaille_op.issuer) for step in browser.visited), (
        browser.visited
    )
    assert back.status_code == 200
    assert browser.get(f"{live.site}/api/v1/me").status_code == 401
    asked = browser.follow(
        start(live, browser, "canaille-basic"), until=canaille_op.issuer + "/login"
    )
    assert asked.status_code == 200

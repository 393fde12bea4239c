"""Leaving at oidc-provider: it tells us itself, from its own process, over a socket."""

import pytest

from tests.live.browser import LiveBrowser
from tests.live.certified import Certified
from tests.live.house import LiveHouse

pytestmark = pytest.mark.live_op("certified")


def sign_in(live: LiveHouse, op: Certified, browser: LiveBrowser, slug: str) -> None:
    asked = browser.get(f"{live.site}/auth/oidc/{slug}/start?next=/me")
    op.sign_in(browser, asked, "anna")
    assert is_inside(live, browser), live.last_event()


def is_inside(live: LiveHouse, browser: LiveBrowser) -> bool:
    return browser.get(f"{live.site}/api/v1/me").status_code == 200


@pytest.mark.parametrize("slug", ["certified-basic", "certified-keys"])
def test_who_leaves_at_the_provider_has_left_here(
    live: LiveHouse, op: Certified, browser: LiveBrowser, slug: str
) -> None:
    sign_in(live, op, browser, slug)
    op.sign_out(browser)
    assert not is_inside(live, browser)
    (session,) = live.rows("SELECT end_reason FROM auth_session ORDER BY id DESC LIMIT 1")
    assert session["end_reason"] == "ended_by_provider"


def test_only_the_session_that_was_left_ends(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    with LiveBrowser() as elsewhere:
        sign_in(live, op, browser, "certified-basic")
        sign_in(live, op, elsewhere, "certified-basic")
        op.sign_out(browser)
        assert not is_inside(live, browser)
        assert is_inside(live, elsewhere)


def test_both_connections_of_a_browser_hear_of_it(
    live: LiveHouse, op: Certified, browser: LiveBrowser
) -> None:
    sign_in(live, op, browser, "certified-basic")
    first = dict(browser.cookies(live.site))
    browser.cookies(live.site).clear()
    # The same person goes on at once: the provider still knows them.
    asked = browser.get(f"{live.site}/auth/oidc/certified-keys/start?next=/me")
    browser.follow(asked, until=f"{live.site}/me")
    assert is_inside(live, browser)
    op.sign_out(browser)
    assert not is_inside(live, browser)
    browser.cookies(live.site).update(first)
    assert not is_inside(live, browser)


@pytest.mark.parametrize("body", [{}, {"logout_token": "x.y.z"}])
def test_anybody_else_is_refused(
    live: LiveHouse, browser: LiveBrowser, body: dict[str, str]
) -> None:
    answer = browser.post(f"{live.site}/auth/oidc/certified-basic/backchannel", body)
    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"

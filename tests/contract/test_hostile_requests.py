"""Requests that no browser makes are told so, and are never our failure."""

import pytest


@pytest.mark.parametrize(
    "host", ["ardelune.localhost:99999", "ardelune.localhost:x", "", ":", "\xe9"]
)
async def test_a_host_that_is_none_has_no_tenant(ardelune, host: str) -> None:
    answer = await ardelune.visitor.get("/sign-in", headers={"host": host.encode("latin-1")})
    assert answer.status_code in {400, 404}
    assert "Ardelune" not in answer.text


@pytest.mark.parametrize("page", ["http://[::1", "//", "javascript:alert(1)", "https://x]/"])
async def test_a_page_that_is_none_leads_home(ardelune, page: str) -> None:
    headers = {"hx-request": "true", "hx-current-url": page}
    answer = await ardelune.visitor.get("/notifications", headers=headers)
    assert answer.status_code < 400
    assert answer.headers["hx-redirect"].startswith("/sign-in")
    newcomer = await ardelune.person(accepted=False)
    answer = await newcomer.browser.get("/notifications", headers=headers)
    assert answer.headers["hx-redirect"].startswith("/charter/acceptance?next=/")


@pytest.mark.parametrize("body", [b"body=%ff%fe", b"body=\xff\xfe"])
async def test_a_form_that_is_no_text_is_told_so(ardelune, body: bytes) -> None:
    place = "club-des-actionnaires"
    person = await ardelune.person(communities=[place])
    answer = await person.browser.post(
        f"/communities/{place}/posts",
        content=body + b"&title=x&_csrf_token=" + (await person.browser.token()).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400

"""A notice that is judged anew after an appeal is not judged by who was overruled."""

from typing import Any

import pytest

from tests.conversations.conftest import publish
from tests.factories import House, Person

from .conftest import EMAIL, Postbox, by_law, decide, items, reversed_, send

KEPT = {"action": "publish", "facts": "Une opinion, sans fait imputé."}


@pytest.fixture
async def contested(
    orvance: House, author: Person, compliance: Person, postbox: Postbox
) -> dict[str, Any]:
    """A notice that compliance left without effect, and that its sender contests."""
    post = await publish(author, "Un cabinet à éviter", "Ce cabinet perd tous ses dossiers.")
    await send(orvance.visitor, f"/posts/{post['id']}")
    await postbox.deliver()
    await decide(compliance, **KEPT)
    token = postbox.link(EMAIL)
    filing = (await orvance.visitor.call("GET", f"/legal-notices/{token}")).json()
    body = {"notice_id": filing["notices"][0]["id"], "text": "Relisez bien."}
    answer = await orvance.visitor.call("POST", f"/legal-notices/{token}/appeals", body)
    assert answer.status_code == 201, answer.text
    return post


async def test_who_was_overruled_does_not_judge_the_notice_anew(
    compliance: Person, second: Person, contested: dict[str, Any]
) -> None:
    await decide(second, "appeals", **reversed_())
    assert await items(compliance) == []
    assert await items(compliance, "open") == []
    [item] = await items(second)
    path = f"/moderation/items/{item['id']}"
    seen = await compliance.browser.call("GET", path)
    assert (seen.status_code, seen.json()["code"]) == (403, "own_decision")
    body = {"version": item["version"]}
    assert (await compliance.browser.call("POST", f"{path}/claim", body)).status_code == 403
    shown = (await second.browser.call("GET", path)).json()
    assert str(compliance.id) not in {one["id"] for one in shown["colleagues"]}
    await decide(second, **by_law())


async def test_where_nobody_else_judges_notices_the_admin_judges_it_anew(
    admin: Person, compliance: Person, contested: dict[str, Any]
) -> None:
    await decide(admin, "appeals", **reversed_())
    assert await items(compliance) == []
    [item] = await items(admin)
    assert item["contribution_id"] == contested["id"]
    await decide(admin, **by_law())

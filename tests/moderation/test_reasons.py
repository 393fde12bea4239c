"""Ready-made reasons: who words them, and how a letter takes one up."""

from typing import Any

import pytest

from tests.factories import House, Person
from tests.moderation.conftest import CLAUSE, Held, claim, items

BODY = "Une rumeur fait du tort même quand elle est prudente."


def reason(**changes: Any) -> dict[str, Any]:
    return {
        "clause_id": CLAUSE, "action": "refuse", "locale": "fr", "title": "Rumeur prudente",
        "body": BODY,
    } | changes  # fmt: skip


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Solène Kerviel", roles=["admin"], capacity="employee")


async def add(person: Person, **changes: Any) -> Any:
    return await person.browser.call("POST", "/moderation/reasons", reason(**changes))


async def test_a_letter_takes_up_the_reason_that_was_chosen(
    held: Held, moderator: Person, admin: Person
) -> None:
    kept = (await add(admin)).json()
    await add(admin, locale="en", title="In English")
    await add(admin, action="return", title="Pour renvoyer")
    item = await claim(moderator, (await items(moderator))[0])
    path = f"/moderation/items/{item['id']}/letter?action=refuse&clause_id={CLAUSE}"
    letter = (await moderator.browser.call("GET", path)).json()
    assert [one["title"] for one in letter["reasons"]] == ["Rumeur prudente"]
    assert BODY not in letter["text"]
    chosen = (await moderator.browser.call("GET", f"{path}&reason={kept['id']}")).json()
    assert BODY in chosen["text"]
    # The fixed parts stay: the rule, the means, the ways to contest.
    for part in ("Motif", "contester", "Georges Malvoisin"):
        assert part in chosen["text"]


async def test_the_form_offers_reasons_without_javascript(
    held: Held, moderator: Person, admin: Person
) -> None:
    kept = (await add(admin)).json()
    item = await claim(moderator, (await items(moderator))[0])
    base = f"/admin/moderation/{item['id']}"
    filled = {"version": item["version"], "action": "refuse", "clause_id": CLAUSE}
    page = await moderator.browser.send_form(f"{base}/letter", filled)
    assert f'value="{kept["id"]}"' in page.text
    composed = await moderator.browser.send_form(f"{base}/letter", {**filled, "reason": kept["id"]})
    assert BODY in composed.text
    for wrong in ("x", "01a20209-5d4e-78b4-85ef-41db9f7457d4"):
        other = await moderator.browser.send_form(f"{base}/letter", {**filled, "reason": wrong})
        assert other.status_code == 200
        assert BODY not in other.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clause_id": "no-such"}, "clause_id"), ({"action": "publish"}, "action"),
        ({"locale": "de"}, "locale"), ({"title": " "}, "title"), ({"body": "x" * 4001}, "body"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(admin: Person, change: dict[str, str], field: str) -> None:
    refused = await add(admin, **change)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    page = await admin.browser.send_form("/admin/reasons", reason(**change))
    assert page.status_code == 422
    assert (await admin.browser.call("GET", "/moderation/reasons")).json()["items"] == []


async def test_a_title_is_used_once(admin: Person) -> None:
    assert (await add(admin)).status_code == 201
    again = await add(admin)
    assert (again.status_code, again.json()["code"]) == (409, "same_title")


async def test_moderators_read_and_do_not_write(
    orvance: House, moderator: Person, admin: Person, reader: Person, ardelune: House
) -> None:
    kept = (await add(admin)).json()
    assert (await add(moderator, title="Autre")).status_code == 404
    assert len((await moderator.browser.call("GET", "/moderation/reasons")).json()["items"]) == 1
    assert (await moderator.browser.get("/admin/reasons")).status_code == 200
    assert (await reader.browser.get("/admin/reasons")).status_code == 404
    stranger = await ardelune.person("Rémi Castelnau", roles=["admin"])
    path = f"/moderation/reasons/{kept['id']}"
    assert (await stranger.browser.call("PUT", path, reason())).status_code == 404
    assert (await stranger.browser.call("DELETE", path)).status_code == 404
    assert (await stranger.browser.call("GET", "/moderation/reasons")).json()["items"] == []


async def test_reasons_are_changed_and_removed_on_their_page(admin: Person) -> None:
    assert (await admin.browser.send_form("/admin/reasons", reason())).status_code == 303
    [one] = (await admin.browser.call("GET", "/moderation/reasons")).json()["items"]
    page = await admin.browser.get(f"/admin/reasons?edit={one['id']}")
    assert BODY in page.text
    changed = await admin.browser.send_form(
        f"/admin/reasons/{one['id']}", reason(body="Autrement dit.")
    )
    assert changed.status_code == 303
    [one] = (await admin.browser.call("GET", "/moderation/reasons")).json()["items"]
    assert (one["body"], one["updated_by"]) == ("Autrement dit.", "Solène Kerviel")
    await admin.browser.send_form(f"/admin/reasons/{one['id']}/removal", {})
    assert (await admin.browser.call("GET", "/moderation/reasons")).json()["items"] == []

"""Somebody who was here before their directory is one member with its entry from then on."""

from typing import Any

from tests.factories import House
from tests.identity.conftest import Rows, Visitor
from tests.identity.test_admission import settings_of
from tests.provisioning.conftest import provider_at

__all__ = ["settings_of"]
MEMBERS = "SELECT id, state FROM member WHERE tenant_id = $1 ORDER BY id"
HELD = "SELECT member_id, source FROM group_member WHERE tenant_id = $1"


async def test_an_entry_goes_over_to_whom_a_sign_in_shows(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(external_id_claim="oid", claim_map="{}")
    assert (await visitor.sign_in(oid="4711")).status_code == 303
    entra = await provider_at(orvance, "espace-client")
    user = await entra.user(externalId="4711")
    group = await entra.group("Juristes", [user["id"]])
    admin = await orvance.person("Aude Adjani", roles=["admin"])
    page = f"/admin/connections/{await connection(rows)}/scim-groups/{group['id']}"
    await admin.browser.call("PUT", page, {"group": "legal"})
    anna, stand_in, _ = await rows(MEMBERS)
    assert (await entra.member(user["id"]))["id"] == stand_in["id"]
    await visitor.sign_in(oid="4711")
    assert (await entra.member(user["id"]))["id"] == anna["id"]
    assert [one["state"] for one in await rows(MEMBERS)] == ["active", "deactivated", "active"]
    held = {one["member_id"] for one in await rows(HELD) if one["source"] == "scim"}
    assert held == {anna["id"]}
    assert (await visitor.browser.get("/api/v1/me")).status_code == 200
    await entra.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    assert (await visitor.browser.get("/api/v1/me")).status_code == 401
    assert (await visitor.sign_in(oid="4711")).status_code == 403


async def test_an_entry_of_somebody_who_signs_in_themselves_stays_theirs(
    visitor: Visitor, orvance: House, rows: Rows, settings_of: Any
) -> None:
    await settings_of(external_id_claim="oid")
    assert (await visitor.sign_in(oid="4711")).status_code == 303
    entra = await provider_at(orvance, "espace-client")
    user = await entra.user(externalId="4711")
    other = (await entra.member(user["id"]))["id"]
    async with orvance.transaction():
        await orvance._open_session(other, "x")
    await visitor.sign_in(oid="4711")
    assert (await entra.member(user["id"]))["id"] == other
    assert {one["state"] for one in await rows(MEMBERS)} == {"active"}


async def connection(rows: Rows) -> Any:
    (row,) = await rows("SELECT id FROM connection WHERE tenant_id = $1 AND slug = 'espace-client'")
    return row["id"]

"""Inviting one person: the form, the mail, the link, and all the ways in which it is void."""

from datetime import timedelta
from typing import Any

import pytest

from parvis.core import clock, db, jobs
from parvis.features.members.mail import send_invitation
from parvis.integrations.mail import MailUnavailable
from tests.factories import House

from .administration import (
    LISTED,
    OPEN,
    SECRET,
    WAY,
    Postbox,
    acts,
    administrator,
    queued,
    rows,
    work,
)

MAIL = "members.send_invitation"
ALL = "SELECT * FROM invitation WHERE tenant_id = $1 ORDER BY id"
PATH = "/admin/members/invitations"


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Postbox:
    return Postbox.of(monkeypatch)


def given(**more: Any) -> dict[str, Any]:
    return {"email": "Anna.Berliet@Exemple.test", "connection": WAY, **more}


async def test_an_invitation_is_mailed_in_the_invitees_language(
    orvance: House, postbox: Postbox
) -> None:
    admin = await administrator(orvance)
    answer = await admin.browser.send_form(PATH, given(locale="en"))
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert await work(orvance, MAIL) == 1
    (mail,) = postbox.sent
    assert mail.to == "anna.berliet@exemple.test"
    assert mail.subject == "Bertille Chavagnac invites you to Le Cercle Orvance"
    assert f"https://{orvance.tenant.host}" in mail.text
    assert "lang=en" in mail.text
    assert (await acts(orvance))[-1] == "member.invited"


async def test_the_mail_goes_out_once_and_its_token_is_not_kept(
    orvance: House, postbox: Postbox
) -> None:
    admin = await administrator(orvance)
    await admin.browser.call("POST", "/admin/invitations", given())
    (job,) = await queued(orvance, MAIL)
    (before,) = await rows(orvance, ALL)
    postbox.is_away = True
    with pytest.raises(MailUnavailable):
        await jobs.run(send_invitation, orvance.tenant.id, **job[1])
    postbox.is_away = False
    for _ in range(3):
        await jobs.run(send_invitation, orvance.tenant.id, **job[1])
    assert len(postbox.sent) == 1
    (after,) = await rows(orvance, ALL)
    assert after["sent_at"] is not None
    assert after["token_sealed"] is None
    token = postbox.token()
    assert token.encode() not in before["token_sealed"]
    assert token not in str(after)
    entries = await rows(orvance, "SELECT data FROM journal_entry WHERE tenant_id = $1")
    assert all("exemple.test" not in row["data"] and token not in row["data"] for row in entries)


async def test_the_link_says_who_invites_to_what(orvance: House, postbox: Postbox) -> None:
    admin = await administrator(orvance, communities=[SECRET])
    body = given(communities=[LISTED, SECRET], locale="fr")
    answer = await admin.browser.call("POST", "/admin/invitations", body)
    assert answer.status_code == 201, answer.text
    await work(orvance, MAIL)
    page = await orvance.visitor.get(f"/invitation/{postbox.token()}?lang=fr")
    assert page.status_code == 200
    assert "Bertille Chavagnac" in page.text
    assert "Marchés privés" in page.text
    assert f"/auth/oidc/{WAY}/start?invitation={postbox.token()}" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    for text in (page.text, postbox.sent[0].text, postbox.sent[0].html):
        assert "Conseil consultatif" not in text
        assert SECRET not in text


async def test_every_void_link_shows_the_same_page(
    orvance: House, ardelune: House, postbox: Postbox
) -> None:
    admin = await administrator(orvance)
    pages = [await orvance.visitor.get(f"/invitation/{'x' * 43}?lang=fr")]
    pages.append(await orvance.visitor.get("/invitation/short?lang=fr"))
    changes = ("revoked_at = now()", "accepted_at = now()", "expires_at = now()")
    for n, change in enumerate(changes):
        body = {"email": f"anna{n}@exemple.test", "connection": WAY}
        await admin.browser.call("POST", "/admin/invitations", body)
        await work(orvance, MAIL)
        async with orvance.transaction():
            await db.execute(
                f"UPDATE invitation SET {change} WHERE tenant_id = $1 AND email = $2",
                body["email"],
            )
        pages.append(await orvance.visitor.get(f"/invitation/{postbox.token()}?lang=fr"))
    await admin.browser.call("POST", "/admin/invitations", given())
    await work(orvance, MAIL)
    assert (await orvance.visitor.get(f"/invitation/{postbox.token()}")).status_code == 200
    elsewhere = await ardelune.visitor.get(f"/invitation/{postbox.token()}?lang=fr")
    assert {page.status_code for page in [*pages, elsewhere]} == {404}
    # Only the address in the link of the other language differs.
    shown = {page.text.split("door__form")[1].split("</main>")[0] for page in [*pages, elsewhere]}
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "anna"}, "email"),
        ({"email": "anna@localhost"}, "email"),
        ({"email": "anna berliet@exemple.test"}, "email"),
        ({"email": "anna@exemple.test\u202e"}, "email"),
        ({"email": "anna@exemple.test,eve@elsewhere.test"}, "email"),
        ({"email": "anna@exemple.test>,<eve@elsewhere.test"}, "email"),
        ({"email": "anna,eve@elsewhere.test"}, "email"),
        ({"email": "anna<eve@elsewhere.test"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a" * 300}, "email"),
        ({"connection": "nowhere"}, "connection"),
        ({"locale": "de"}, "locale"),
        ({"capacity": "king"}, "capacity"),
        ({"firm": "x" * 121}, "firm"),
        ({"register_number": "ORIAS <b>"}, "register_number"),
        ({"register_number": "---"}, "register_number"),
        ({"register_number": "1" * 61}, "register_number"),
        ({"capacity_label": "x" * 161}, "capacity_label"),
        ({"groups": ["kings"]}, "groups"),
        ({"groups": "expert"}, "groups"),
        ({"communities": ["nowhere"]}, "communities"),
        ({"communities": [SECRET]}, "communities"),
        ({"groups": ["expert"] * 51}, "groups"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    orvance: House, body: dict[str, Any], field: str
) -> None:
    admin = await administrator(orvance)
    answer = await admin.browser.call("POST", "/admin/invitations", given(**body))
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["fields"]) == [field]
    assert await rows(orvance, ALL) == []


async def test_the_form_comes_back_with_what_was_typed(orvance: House) -> None:
    admin = await administrator(orvance, locale="en")
    fields = given(email="anna", firm="Cabinet Virlay", groups=["expert"])
    answer = await admin.browser.send_form(PATH, fields)
    assert answer.status_code == 422
    assert 'value="Cabinet Virlay"' in answer.text
    assert 'value="expert" checked' in answer.text
    assert 'href="#email"' in answer.text


async def test_an_address_is_invited_once_a_way_and_a_member_never(orvance: House) -> None:
    admin = await administrator(orvance)
    assert (await admin.browser.call("POST", "/admin/invitations", given())).status_code == 201
    again = await admin.browser.call("POST", "/admin/invitations", given())
    assert (again.status_code, list(again.json()["fields"])) == (422, ["email"])
    other_way = await admin.browser.call(
        "POST", "/admin/invitations", given(connection="partenaires")
    )
    assert other_way.status_code == 201
    member = await orvance.person("Anna Bertin")
    (known,) = await rows(
        orvance, "SELECT email FROM member WHERE tenant_id = $1 AND id = $2", member.id
    )
    answer = await admin.browser.call(
        "POST", "/admin/invitations", given(email=known["email"].upper())
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["email"])


async def test_an_invitation_that_ran_out_makes_room_for_a_new_one(orvance: House) -> None:
    admin = await administrator(orvance)
    await admin.browser.call("POST", "/admin/invitations", given())
    with clock.travel(clock.now() + timedelta(days=15)):
        fresh = await administrator(orvance, "Ludivine Darcel")
        answer = await fresh.browser.call("POST", "/admin/invitations", given())
        assert answer.status_code == 201, answer.text
    states = [row["revoked_at"] is None for row in await rows(orvance, ALL)]
    assert states == [False, True]


async def test_sending_again_voids_the_earlier_link(orvance: House, postbox: Postbox) -> None:
    admin = await administrator(orvance)
    made = (await admin.browser.call("POST", "/admin/invitations", given())).json()
    await work(orvance, MAIL)
    answer = await admin.browser.send_form(f"{PATH}/{made['id']}/resending", {})
    assert answer.status_code == 303
    await work(orvance, MAIL)
    assert len(postbox.sent) == 2
    assert postbox.sent[0].dedupe != postbox.sent[1].dedupe
    old, new = postbox.token(0), postbox.token(1)
    assert (await orvance.visitor.get(f"/invitation/{old}")).status_code == 404
    assert (await orvance.visitor.get(f"/invitation/{new}")).status_code == 200


async def test_nobodys_mailbox_is_filled_by_sending_again(orvance: House) -> None:
    admin = await administrator(orvance)
    made = (await admin.browser.call("POST", "/admin/invitations", given())).json()
    path = f"/admin/invitations/{made['id']}/resending"
    told = [(await admin.browser.call("POST", path)).status_code for _ in range(6)]
    assert told == [200] * 5 + [429]


async def test_a_withdrawn_invitation_is_void_and_stays_so(
    orvance: House, postbox: Postbox
) -> None:
    admin = await administrator(orvance)
    made = (await admin.browser.call("POST", "/admin/invitations", given())).json()
    await work(orvance, MAIL)
    path = f"/admin/invitations/{made['id']}"
    assert (await admin.browser.call("DELETE", path)).status_code == 204
    assert (await orvance.visitor.get(f"/invitation/{postbox.token()}")).status_code == 404
    assert (await admin.browser.call("DELETE", path)).status_code == 409
    assert (await admin.browser.call("POST", f"{path}/resending")).status_code == 409
    form = await admin.browser.send_form(f"{PATH}/{made['id']}/resending", {})
    assert form.status_code == 409
    assert 'role="alert"' in form.text
    listed = (await admin.browser.call("GET", "/admin/invitations?state=revoked")).json()
    assert [one["state"] for one in listed["items"]] == ["revoked"]


async def test_a_withdrawn_invitation_is_not_mailed_any_more(
    orvance: House, postbox: Postbox
) -> None:
    admin = await administrator(orvance)
    made = (await admin.browser.call("POST", "/admin/invitations", given())).json()
    await admin.browser.call("DELETE", f"/admin/invitations/{made['id']}")
    await work(orvance, MAIL)
    assert postbox.sent == []


async def test_nobody_gives_a_group_they_do_not_reach(orvance: House) -> None:
    """Who looks after members is not thereby who runs the tenant."""
    helper = await orvance.person("Ludivine Darcel", roles=["legal"])
    async with orvance.transaction():
        await db.execute(
            "UPDATE role_group SET permissions = '{member:manage,answer:approve_legal}'"
            " WHERE tenant_id = $1 AND slug = 'legal'"
        )
    try:
        for group, status in (("admin", 422), ("moderator", 422), ("legal", 201)):
            answer = await helper.browser.call("POST", "/admin/invitations", given(groups=[group]))
            assert answer.status_code == status, group
        form = await helper.browser.get(f"{PATH}/new")
        assert 'value="admin"' not in form.text
        assert 'value="legal"' in form.text
    finally:
        async with orvance.transaction():
            await db.execute(
                "UPDATE role_group SET permissions = '{answer:approve_legal}'"
                " WHERE tenant_id = $1 AND slug = 'legal'"
            )


async def test_nobody_else_invites(orvance: House, ardelune: House) -> None:
    member = await orvance.person(roles=["moderator"], communities=[OPEN])
    assert (await member.browser.call("POST", "/admin/invitations", given())).status_code == 404
    assert (await member.browser.send_form(PATH, given())).status_code == 404
    admin = await administrator(orvance)
    made = (await admin.browser.call("POST", "/admin/invitations", given())).json()
    stranger = await administrator(ardelune)
    for method, path in (("DELETE", ""), ("POST", "/resending")):
        for person in (member, stranger):
            answer = await person.browser.call(method, f"/admin/invitations/{made['id']}{path}")
            assert answer.status_code == 404
    listed = (await stranger.browser.call("GET", "/admin/invitations")).json()
    assert listed["items"] == []

"""Anybody says that something is illegal here; nobody learns by that what there is."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from parvis.core import clock, db
from tests.conversations.conftest import HELD, publish
from tests.factories import House, Person

from .conftest import (
    CHILD_ABUSE,
    EMAIL,
    NAME,
    PLACE,
    REASONS,
    SECRET,
    Postbox,
    a_notice,
    act,
    by_law,
    claim,
    decide,
    items,
    send,
)

REFERENCE = re.compile(r"SI-[2-9A-Z]{4}-[2-9A-Z]{4}")


async def test_a_notice_without_an_account_reaches_compliance_and_nobody_else(
    orvance: House, post: dict[str, Any], compliance: Person, moderator: Person
) -> None:
    answer = await send(orvance.visitor, f"/posts/{post['id']}")
    assert answer.status_code == 201, answer.text
    assert REFERENCE.fullmatch(answer.json()["reference"])
    assert answer.json()["url"] is None  # the link goes to the mailbox
    [item] = await items(compliance)
    assert (item["kind"], item["contribution_id"]) == ("legal_notice", post["id"])
    for which in ("open", "notices"):
        assert await items(moderator, which) == []
    seen = await compliance.browser.call("GET", f"/moderation/items/{item['id']}/notices")
    [notice] = seen.json()
    assert (notice["reasons"], notice["name"], notice["email"]) == (REASONS, NAME, EMAIL)
    assert not notice["is_confirmed"]


async def test_the_answer_is_the_same_whatever_stands_there(
    orvance: House, ardelune: House, author: Person, post: dict[str, Any]
) -> None:
    held = await publish(author, "Retenu", HELD)
    member = await orvance.person("Odile Grandvaux", communities=[SECRET])
    secret = await publish(member, "Entre nous", "Rien de public.", place=SECRET)
    reader = await ardelune.person("Bruno Taillade")
    there = f"/people/{reader.id}"
    pages, forms = set(), set()
    for path in (f"/posts/{post['id']}", f"/posts/{held['id']}", f"/posts/{secret['id']}",
                 f"/posts/{uuid4()}", there, "/communities/nowhere"):  # fmt: skip
        answer = await send(orvance.visitor, path)
        pages.add((answer.status_code, REFERENCE.sub("SI", answer.text)))
        sent = await orvance.visitor.send_form(
            "/legal-notice",
            a_notice(path) | {"addresses": f"https://{orvance.tenant.host}{path}"},
        )
        where = REFERENCE.sub("SI", sent.headers["location"])
        forms.add((sent.status_code, where, sent.text))
    assert len(pages) == 1
    assert len(forms) == 1


async def test_what_is_held_and_what_is_secret_is_judged_all_the_same(
    orvance: House, author: Person, compliance: Person
) -> None:
    member = await orvance.person("Odile Grandvaux", communities=[SECRET])
    secret = await publish(member, "Entre nous", "Rien de public.", place=SECRET)
    held = await publish(author, "Retenu", HELD)
    await send(orvance.visitor, f"/posts/{secret['id']}", f"/posts/{held['id']}")
    assert {item["contribution_id"] for item in await items(compliance)} == {
        secret["id"], held["id"],
    }  # fmt: skip


async def test_a_notice_joins_the_item_there_is_and_takes_it_to_compliance(
    orvance: House, author: Person, compliance: Person, moderator: Person
) -> None:
    held = await publish(author, "Retenu", HELD)
    [before] = await items(moderator, "open")
    await send(orvance.visitor, f"/posts/{held['id']}")
    [item] = await items(compliance)
    assert item["id"] == before["id"]
    assert await items(moderator, "open") == []


WRONG = {
    "no addresses": ({"addresses": []}, "addresses"),
    "elsewhere": ({"addresses": ["https://elsewhere.example/posts/1"]}, "addresses"),
    "another tenant's host": ({"addresses": ["https://ardelune.localhost/posts/1"]}, "addresses"),
    "two slashes": ({"addresses": ["//elsewhere.example/"]}, "addresses"),
    "not an address": ({"addresses": ["le message de Georges"]}, "addresses"),
    "a script": ({"addresses": ["javascript:alert(1)"]}, "addresses"),
    "eleven": ({"addresses": [f"/posts/{n}" for n in range(11)]}, "addresses"),
    "endless": ({"addresses": ["/" + "x" * 2001]}, "addresses"),
    "a broken address": ({"addresses": ["https://[::1/"]}, "addresses"),
    "no category": ({"category": None}, "category"),
    "an unknown category": ({"category": "STATEMENT_CATEGORY_GRUMPINESS"}, "category"),
    "the charter's own": ({"category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"}, "category"),
    "no reasons": ({"reasons": "   "}, "reasons"),
    "reasons of 5001": ({"reasons": "x" * 5001}, "reasons"),
    "a null in them": ({"reasons": "a\x00b"}, "reasons"),
    "a law of 501": ({"law": "x" * 501}, "law"),
    "no name": ({"name": None}, "name"),
    "no mail": ({"email": ""}, "email"),
    "no mail address": ({"email": "zenobie"}, "email"),
    "a mail with a line": ({"email": "z@a.example\nbcc: all@a.example"}, "email"),
    "no good faith": ({"good_faith": False}, "good_faith"),
}


@pytest.mark.parametrize(("changes", "field"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    orvance: House, superuser: asyncpg.Connection, changes: dict[str, Any], field: str
) -> None:
    answer = await orvance.visitor.call("POST", "/legal-notices", a_notice("/posts/1") | changes)
    assert answer.status_code == 422, answer.text
    assert set(answer.json()["fields"]) == {field}
    assert await superuser.fetchval("SELECT count(*) FROM legal_notice") == 0
    assert await superuser.fetchval("SELECT count(*) FROM review_item") == 0


async def test_every_missing_field_is_named_at_once_and_nothing_typed_is_lost(
    orvance: House,
) -> None:
    typed = {"reasons": "Une phrase que je ne veux pas retaper.", "law": "art. 29"}
    answer = await orvance.visitor.send_form("/legal-notice", typed)
    assert answer.status_code == 422
    for field in ("addresses", "category", "name", "email", "good_faith"):
        assert f'id="{field}-error"' in answer.text, field
    assert 'id="reasons-error"' not in answer.text
    assert typed["reasons"] in answer.text
    assert "Choisissez de quoi il s’agit." in answer.text  # in the reader's language


async def test_the_sexual_abuse_of_children_may_be_notified_unnamed(
    orvance: House, compliance: Person, post: dict[str, Any]
) -> None:
    answer = await send(
        orvance.visitor, f"/posts/{post['id']}", category=CHILD_ABUSE, name=None, email=None
    )
    assert answer.status_code == 201, answer.text
    url = answer.json()["url"]
    page = await orvance.visitor.get(url)
    assert page.status_code == 200
    assert REASONS in page.text
    [item] = await items(compliance)
    [notice] = (
        await compliance.browser.call("GET", f"/moderation/items/{item['id']}/notices")
    ).json()
    assert (notice["name"], notice["email"], notice["standing"]) == (None, None, None)


async def test_it_is_acknowledged_by_mail_once_with_a_link_that_is_nobody_elses(
    orvance: House, ardelune: House, superuser: asyncpg.Connection, postbox: Postbox
) -> None:
    sent = await orvance.visitor.send_form(
        "/legal-notice", a_notice() | {"addresses": "/posts/1\n/posts/2"}
    )
    assert sent.status_code == 303
    page = await orvance.visitor.get(sent.headers["location"])
    reference = REFERENCE.search(page.text)
    assert reference
    await postbox.deliver()
    [letter] = postbox.to(EMAIL)
    assert reference[0] in letter.subject
    token = postbox.link(EMAIL)
    followed = await orvance.visitor.get(f"/legal-notice/{token}")
    assert followed.status_code == 200
    assert f"{reference[0]}-1" in followed.text
    assert f"{reference[0]}-2" in followed.text
    assert NAME not in followed.text
    assert EMAIL not in followed.text
    assert (await ardelune.visitor.get(f"/legal-notice/{token}")).status_code == 404
    assert (await orvance.visitor.get(f"/legal-notice/{token[:-1]}x")).status_code == 404
    stored = await superuser.fetchval("SELECT count(*) FROM legal_notice n WHERE n::text LIKE $1",
                                      f"%{token}%")  # fmt: skip
    assert stored == 0


async def test_both_sides_are_told_and_the_author_never_who_it_was(
    orvance: House,
    author: Person,
    compliance: Person,
    post: dict[str, Any],
    postbox: Postbox,
) -> None:
    await send(orvance.visitor, f"/posts/{post['id']}")
    await postbox.deliver()
    decision = await decide(compliance, **by_law())
    assert decision["statement"]["source"]["source_type"] == "SOURCE_ARTICLE_16"
    assert (await author.browser.get(f"/posts/{post['id']}")).status_code in (200, 404)
    told = (await author.browser.call("GET", "/notifications")).text
    assert LETTER_START in told
    mine = [told, (await author.browser.call("GET", f"/me/decisions/{decision['id']}")).text]
    for text in mine:
        assert NAME not in text
        assert EMAIL not in text
    await postbox.deliver()
    outcome = postbox.to(EMAIL)[-1]
    assert "décidé" in outcome.subject or "traité" in outcome.subject
    assert "visible" in outcome.text
    assert author.name not in outcome.text
    page = await orvance.visitor.get(f"/legal-notice/{postbox.link(EMAIL)}")
    assert "1881" in page.text
    assert "Contester" not in page.text  # it was followed: nothing to contest


LETTER_START = "Votre texte a été retiré."


async def test_a_place_that_is_nothing_is_dismissed_or_brought_to_the_words_meant(
    orvance: House, compliance: Person, post: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    await send(orvance.visitor, "/communities/nowhere")
    [item] = await items(compliance)
    assert item["target_kind"] == "legal_notice"
    item = await claim(compliance, item)
    lost = await act(compliance, item, "place", address=f"/posts/{uuid4()}")
    assert lost.status_code == 422
    assert "address" in lost.json()["fields"]
    found = await act(compliance, item, "place", address=f"/posts/{post['id']}")
    assert found.status_code == 201, found.text
    [moved] = await items(compliance)
    assert moved["id"] == found.json()["item_id"]
    assert moved["contribution_id"] == post["id"]
    await decide(compliance, **by_law())
    statuses = await superuser.fetch("SELECT status FROM legal_notice")
    assert [row["status"] for row in statuses] == ["decided"]


async def test_a_trusted_flagger_comes_first_once_the_mailbox_has_answered(
    orvance: House,
    compliance: Person,
    post: dict[str, Any],
    superuser: asyncpg.Connection,
    postbox: Postbox,
) -> None:
    await superuser.execute(
        "UPDATE tenant SET settings = jsonb_set(settings, '{trusted_flaggers}',"
        " '[\"notaires.example\"]') WHERE slug = 'banque-orvance'"
    )
    try:
        orvance.app.state.directory.forget()
        await send(orvance.visitor, f"/posts/{post['id']}")
        await postbox.deliver()
        [item] = await items(compliance)
        notices = f"/moderation/items/{item['id']}/notices"
        assert not (await compliance.browser.call("GET", notices)).json()[0]["is_trusted"]
        link = f"/legal-notice/{postbox.link(EMAIL)}"
        await orvance.visitor.get(link)  # as mail servers do by themselves
        await orvance.visitor.get(f"/api/v1/legal-notices/{postbox.link(EMAIL)}")
        assert not (await compliance.browser.call("GET", notices)).json()[0]["is_trusted"]
        await orvance.visitor.send_form(f"{link}/confirmation", {})
        assert (await compliance.browser.call("GET", notices)).json()[0]["is_trusted"]
        [sooner] = await items(compliance)
        assert sooner["due_at"] <= item["due_at"]
        decision = await decide(compliance, **by_law())
        assert decision["statement"]["source"]["source_type"] == "SOURCE_TRUSTED_FLAGGER"
    finally:
        await superuser.execute(
            "UPDATE tenant SET settings = settings - 'trusted_flaggers'"
            " WHERE slug = 'banque-orvance'"
        )
        orvance.app.state.directory.forget()


async def test_too_many_from_one_address_wait(orvance: House) -> None:
    for _ in range(20):
        assert (await send(orvance.visitor, "/posts/1")).status_code == 201
    answer = await send(orvance.visitor, "/posts/1")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_another_tenants_compliance_sees_nothing(
    orvance: House, ardelune: House, post: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    await send(orvance.visitor, f"/posts/{post['id']}")
    other = await ardelune.person("Étienne Vauzelle", roles=["compliance"])
    assert await items(other) == []
    item_id = await superuser.fetchval("SELECT id FROM review_item")
    for path in (f"/moderation/items/{item_id}", f"/moderation/items/{item_id}/notices"):
        assert (await other.browser.call("GET", path)).status_code == 404


async def test_unfounded_notices_are_warned_about_before_they_wait(
    orvance: House, compliance: Person, superuser: asyncpg.Connection, postbox: Postbox
) -> None:
    async def measure(**body: Any) -> Any:
        notice_id = await superuser.fetchval("SELECT id FROM legal_notice ORDER BY id LIMIT 1")
        return await compliance.browser.call(
            "POST", f"/moderation/notices/{notice_id}/measures", body
        )

    facts = "Trois signalements sur trois, sans lien avec la page."
    await send(orvance.visitor, "/communities/nowhere")
    early = await measure(kind="warning", facts=facts)
    assert early.status_code == 403  # none was found unfounded
    await decide(compliance, action="dismiss", facts="Rien à cette adresse.",
                 is_manifestly_unfounded=True)  # fmt: skip
    sudden = await measure(kind="suspension", facts=facts, days=30)
    assert sudden.status_code == 409  # a warning comes first
    for wrong in ({"kind": "exile", "facts": facts}, {"kind": "warning", "facts": ""},
                  {"kind": "suspension", "facts": facts, "days": 400}):  # fmt: skip
        assert (await measure(**wrong)).status_code == 422
    assert (await measure(kind="warning", facts=facts)).status_code == 201
    answer = await measure(kind="suspension", facts=facts, days=30)
    assert answer.status_code == 201, answer.text
    await postbox.deliver()
    postbox.sent.clear()
    await send(orvance.visitor, "/communities/elsewhere", email=EMAIL.upper())
    [item] = await items(compliance)
    due = clock.now() + timedelta(days=30)
    assert item["due_at"] >= due.isoformat()[:10]
    await postbox.deliver()
    assert "manifestement" in postbox.sent[-1].text


async def test_a_members_notice_fills_itself_in_and_is_their_own_data(
    orvance: House, author: Person, post: dict[str, Any]
) -> None:
    reader = await orvance.person("Hélène Marcillat", communities=[PLACE])
    page = await reader.browser.get(f"/legal-notice?address=/posts/{post['id']}")
    assert f"https://{orvance.tenant.host}/posts/{post['id']}" in page.text
    assert "Hélène Marcillat" in page.text
    foreign = await reader.browser.get("/legal-notice?address=https://elsewhere.example/x")
    assert "elsewhere.example" not in foreign.text
    await send(reader.browser, f"/posts/{post['id']}")
    async with orvance.transaction():
        mine = await db.fetch_value(
            "SELECT count(*) FROM legal_notice WHERE tenant_id = $1 AND member_id = $2", reader.id
        )
    assert mine == 1
    # Who brings it does not judge it, whatever their group.
    both = await orvance.person("Odile Grandvaux", roles=["compliance"], communities=[PLACE])
    await send(both.browser, f"/posts/{post['id']}")
    assert await items(both) == []


async def test_a_form_from_elsewhere_or_without_its_token_is_refused(orvance: House) -> None:
    answer = await orvance.visitor.post(
        "/legal-notice", data=a_notice("/posts/1"), headers={"origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert (await orvance.visitor.post("/legal-notice", data={})).status_code == 403


async def test_every_page_leads_to_the_form(orvance: House, author: Person) -> None:
    for browser in (orvance.visitor, author.browser):
        assert 'href="/legal-notice' in (await browser.get("/charter")).text

"""A decision is contested for six months, by whom it hit or who had notified, before another."""

import asyncio
import contextvars
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.core.ids import new_id
from tests.conversations.conftest import HELD, publish
from tests.factories import House, Person
from tests.moderation.test_sanctions import restriction

from .conftest import (
    ANSWER,
    EMAIL,
    FACTS,
    PLACE,
    Postbox,
    act,
    appeal,
    by_law,
    claim,
    decide,
    items,
    reversed_,
    send,
    upheld,
)

CLAUSE = {"action": "refuse", "clause_id": "no-rumour", "text": "Retiré.", "facts": FACTS}


@pytest.fixture(autouse=True)
async def reader(orvance: House) -> Person:
    return await orvance.person("Hélène Marcillat", communities=[PLACE])


@pytest.fixture
async def refused(author: Person, moderator: Person, reader: Person) -> dict[str, Any]:
    """A post that readers saw, that one reported and a moderator refused: the decision."""
    written = await publish(author, "Un fonds à fuir", "Les frais y dévorent tout.")
    report = {"reason": "other", "note": "Un dénigrement."}
    path = f"/contributions/{written['id']}/reports"
    answer = await reader.browser.call("POST", path, report)
    assert answer.status_code == 204, answer.text
    return await decide(moderator, "open", **CLAUSE)


async def mine(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.browser.call("GET", "/me/appeals")).json()["items"]
    return found


async def notices(person: Person) -> str:
    return (await person.browser.call("GET", "/notifications")).text


async def test_an_appeal_is_acknowledged_and_judged_by_somebody_else(
    refused: dict[str, Any], author: Person, moderator: Person, colleague: Person
) -> None:
    answer = await appeal(author, refused["id"], "Ce n’est pas une rumeur.")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["outcome"], answer.json()["text"]) == (None, "Ce n’est pas une rumeur.")
    assert "réclamation" in await notices(author)
    [item] = await items(colleague, "appeals")
    assert (item["kind"], item["target_kind"]) == ("appeal", "decision")
    assert await items(moderator, "appeals") == []  # who decided first does not even see it
    seen = await moderator.browser.call("GET", f"/moderation/items/{item['id']}")
    assert seen.status_code in (403, 404)
    decision = await decide(colleague, "appeals", **upheld())
    assert decision["action"] == "uphold"
    [told] = await mine(author)
    assert (told["outcome"], told["answer"]) == ("upheld", ANSWER)
    assert ANSWER in await notices(author)
    page = await author.browser.get("/me/appeals")
    assert ANSWER in page.text
    assert colleague.name not in page.text


async def test_a_reversal_restores_the_words_and_the_record(
    refused: dict[str, Any], author: Person, reader: Person, colleague: Person
) -> None:
    path = f"/posts/{refused['contribution_id']}"
    assert (await reader.browser.get(path)).status_code == 404
    await appeal(author, refused["id"])
    decision = await decide(colleague, "appeals", **reversed_())
    assert decision["reverses_id"] == refused["id"]
    assert (await reader.browser.get(path)).status_code == 200
    [told] = await mine(author)
    assert told["outcome"] == "reversed"
    assert reversed_()["text"] in told["answer"]
    again = await appeal(author, refused["id"])
    assert (again.status_code, again.json()["code"]) in {
        (409, "already_appealed"), (409, "already_reversed"),
    }  # fmt: skip


async def test_six_months_to_the_instant(
    refused: dict[str, Any], author: Person, orvance: House
) -> None:
    async with orvance.transaction():
        until = await db.fetch_value(
            "SELECT redress_until FROM decision WHERE tenant_id = $1 AND id = $2",
            UUID(refused["id"]),
        )
    with clock.travel(until):
        await orvance.sign_in_again(author)
        late = await appeal(author, refused["id"])
        page = await author.browser.get(f"/appeals/new?decision={refused['id']}")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert "ne peut plus être contestée" in page.text
    with clock.travel(until - timedelta(seconds=5)):
        await orvance.sign_in_again(author)
        assert (await appeal(author, refused["id"])).status_code == 201


async def test_strangers_and_other_tenants_find_no_decision(
    refused: dict[str, Any], reader: Person, ardelune: House, orvance: House
) -> None:
    foreign = await ardelune.person("Bruno Taillade")
    answers = [await appeal(one, refused["id"]) for one in (reader, foreign)]
    answers.append(await appeal(reader, uuid4()))
    assert {answer.status_code for answer in answers} == {404}
    told = [answer.json() | {"correlation_id": ""} for answer in answers]
    assert told[0] == told[1] == told[2]
    pages = [
        await reader.browser.get(f"/appeals/new?decision={one}") for one in (refused["id"], uuid4())
    ]
    assert {page.status_code for page in pages} == {404}
    assert (await orvance.visitor.call("GET", "/me/appeals")).status_code == 401
    visitor = await orvance.visitor.call(
        "POST", f"/decisions/{refused['id']}/appeals", {"text": "x"}
    )
    assert visitor.status_code == 401


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "a\x00b"])
async def test_what_an_appeal_lacks_is_said_at_its_field(
    refused: dict[str, Any], author: Person, text: str
) -> None:
    answer = await appeal(author, refused["id"], text)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"text"}
    page = await author.browser.send_form(f"/appeals/new?decision={refused['id']}", {"text": text})
    assert page.status_code == 422
    assert "text-error" in page.text
    assert await mine(author) == []


async def test_a_form_files_it_and_a_second_one_is_told_so(
    refused: dict[str, Any], author: Person
) -> None:
    path = f"/appeals/new?decision={refused['id']}"
    assert (await author.browser.get(path)).status_code == 200
    sent = await author.browser.send_form(path, {"text": "Relisez, je vous prie."})
    assert (sent.status_code, sent.headers["location"]) == (303, "/me/appeals")
    assert (await author.browser.send_form(path, {"text": "Encore."})).status_code == 409
    assert "déjà" in (await author.browser.send_form(path, {"text": "Encore."})).text
    assert len(await mine(author)) == 1


async def test_two_at_once_are_one(refused: dict[str, Any], author: Person) -> None:
    await author.browser.token()
    answers = await asyncio.gather(*(appeal(author, refused["id"]) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert len(await mine(author)) == 1


async def test_it_is_open_before_the_charter_and_under_a_suspension(
    refused: dict[str, Any], author: Person, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("DELETE FROM charter_acceptance WHERE member_id = $1", author.id)
    row = await superuser.fetchrow("SELECT * FROM decision WHERE id = $1", UUID(refused["id"]))
    await superuser.execute(
        "INSERT INTO sanction (tenant_id, id, member_id, kind, decision_id, charter_version_id,"
        " clause_id, starts_at, until) VALUES ($1, $2, $3, 'suspension', $4, $5, $6, $7, $8)",
        row["tenant_id"], new_id(), author.id, row["id"], row["charter_version_id"],
        row["clause_id"], clock.now(), clock.now() + timedelta(days=7),
    )  # fmt: skip
    form = await author.browser.get(f"/appeals/new?decision={refused['id']}")
    assert form.status_code == 200
    assert (await appeal(author, refused["id"])).status_code == 201
    assert (await author.browser.get("/me/appeals")).status_code == 200
    assert (await author.browser.get("/legal-notice")).status_code == 200


async def test_the_database_itself_refuses_the_first_decider(
    refused: dict[str, Any], author: Person, moderator: Person, superuser: asyncpg.Connection
) -> None:
    await appeal(author, refused["id"])
    with pytest.raises(asyncpg.CheckViolationError):
        await superuser.execute(
            "UPDATE appeal SET outcome = 'upheld', decided_by = $1, decided_at = now(),"
            " outcome_decision_id = decision_id",
            moderator.id,
        )
    with pytest.raises(asyncpg.CheckViolationError):  # nor may a machine decide alone
        await superuser.execute(
            "UPDATE appeal SET outcome = 'upheld', decided_at = now(),"
            " outcome_decision_id = decision_id"
        )


async def test_where_nobody_else_may_decide_the_tenant_admin_does(
    refused: dict[str, Any], author: Person, admin: Person, moderator: Person
) -> None:
    await appeal(author, refused["id"])
    [item] = await items(admin, "appeals")
    assert item["kind"] == "appeal"
    decision = await decide(admin, "appeals", **upheld())
    assert decision["action"] == "uphold"


@pytest.mark.parametrize("missing", ["text", "facts"])
async def test_an_answer_without_reasons_decides_nothing(
    refused: dict[str, Any], author: Person, colleague: Person, missing: str
) -> None:
    await appeal(author, refused["id"])
    [item] = await items(colleague, "appeals")
    for body in (upheld(**{missing: ""}), reversed_(**{missing: " "})):
        [item] = await items(colleague, "appeals")
        if item["status"] != "claimed":
            item = await claim(colleague, item)
        answer = await act(colleague, item, "decisions", **body)
        assert answer.status_code == 422, answer.text
        assert missing in answer.json()["fields"]
    assert (await mine(author))[0]["outcome"] is None


async def test_nothing_else_is_offered_on_an_appeal(
    refused: dict[str, Any], author: Person, colleague: Person
) -> None:
    await appeal(author, refused["id"])
    [item] = await items(colleague, "appeals")
    item = await claim(colleague, item)
    answer = await act(colleague, item, "decisions", **CLAUSE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_offered")


@pytest.fixture
async def kept(
    orvance: House,
    author: Person,
    compliance: Person,
    postbox: Postbox,
) -> dict[str, Any]:
    """A post that was notified and left as it was: the decision, the link and the notice."""
    written = await publish(author, "Un cabinet à éviter", "Ce cabinet perd tous ses dossiers.")
    await send(orvance.visitor, f"/posts/{written['id']}")
    await postbox.deliver()
    decision = await decide(compliance, action="publish", facts="Une opinion, sans fait imputé.")
    await postbox.deliver()
    token = postbox.link(EMAIL)
    filing = (await orvance.visitor.call("GET", f"/legal-notices/{token}")).json()
    return {
        "decision": decision, "token": token, "notice": filing["notices"][0], "post": written,
        "by": compliance,
    }  # fmt: skip


def path_of(kept: dict[str, Any]) -> str:
    return f"/legal-notices/{kept['token']}/appeals"


def body_of(kept: dict[str, Any], text: str = "Relisez bien.") -> dict[str, Any]:
    return {"notice_id": str(kept["notice"]["id"]), "text": text}


async def test_a_notifier_contests_without_an_account_and_the_notice_is_judged_anew(
    orvance: House,
    kept: dict[str, Any],
    second: Person,
    author: Person,
    postbox: Postbox,
) -> None:
    assert kept["notice"]["may_appeal"]
    sent = await orvance.visitor.send_form(f"/legal-notice/{kept['token']}/appeals", body_of(kept))
    assert sent.status_code == 303, sent.text
    again = await orvance.visitor.call("POST", path_of(kept), body_of(kept))
    assert (again.status_code, again.json()["code"]) == (409, "already_appealed")
    assert await items(kept["by"], "appeals") == []
    await decide(second, "appeals", **reversed_())
    await postbox.deliver()
    assert reversed_()["text"] in postbox.to(EMAIL)[-1].text.replace("\u202f", " ").replace(
        "\xa0", " "
    )
    [item] = await items(second, "notices")
    assert item["contribution_id"] == kept["post"]["id"]
    await decide(second, "notices", **by_law())
    await postbox.deliver()
    filing = (await orvance.visitor.call("GET", f"/legal-notices/{kept['token']}")).json()
    [notice] = filing["notices"]
    assert notice["outcome"]["is_granted"]
    assert notice["appeal"]["outcome"] == "reversed"


async def test_a_notifier_is_told_that_the_decision_stands(
    orvance: House,
    kept: dict[str, Any],
    second: Person,
    author: Person,
    postbox: Postbox,
) -> None:
    answer = await orvance.visitor.call("POST", path_of(kept), body_of(kept))
    assert answer.status_code == 201, answer.text
    before = await notices(author)
    await decide(second, "appeals", **upheld())
    await postbox.deliver()
    assert "première décision est confirmée" in postbox.to(EMAIL)[-1].text
    assert "tribunaux" in postbox.to(EMAIL)[-1].text
    page = await orvance.visitor.get(f"/legal-notice/{kept['token']}")
    assert ANSWER in page.text.replace("\u202f", " ").replace("\xa0", " ")
    assert await notices(author) == before  # nothing happened to the author, who is told nothing


async def test_a_link_leads_to_its_own_notices_only(
    orvance: House, ardelune: House, kept: dict[str, Any]
) -> None:
    other = kept | {"notice": {"id": uuid4()}}
    wrong = kept | {"token": kept["token"][:-1] + "x"}
    for house, one in ((orvance, other), (orvance, wrong), (ardelune, kept)):
        answer = await house.visitor.call("POST", path_of(one), body_of(one))
        assert answer.status_code == 404


async def test_a_notice_that_was_followed_leaves_nothing_to_contest(
    orvance: House,
    author: Person,
    compliance: Person,
    second: Person,
    postbox: Postbox,
) -> None:
    written = await publish(author, "Un cabinet à éviter", "Ce cabinet perd tous ses dossiers.")
    await send(orvance.visitor, f"/posts/{written['id']}")
    decision = await decide(compliance, **by_law())
    await postbox.deliver()
    token = postbox.link(EMAIL)
    [notice] = (await orvance.visitor.call("GET", f"/legal-notices/{token}")).json()["notices"]
    asked = {"token": token, "notice": notice}
    assert (await orvance.visitor.call("POST", path_of(asked), body_of(asked))).status_code == 409
    # The author contests it before the other one of compliance; the notifier learns of that.
    await appeal(author, decision["id"])
    await decide(second, "appeals", **reversed_())
    await postbox.deliver()
    assert "annulée" in postbox.to(EMAIL)[-1].text
    [notice] = (await orvance.visitor.call("GET", f"/legal-notices/{token}")).json()["notices"]
    assert notice["outcome"]["is_final"]
    assert not notice["may_appeal"]
    assert (await orvance.visitor.call("POST", path_of(asked), body_of(asked))).status_code == 409


async def test_an_appeal_and_the_words_going_away_do_not_cross(
    refused: dict[str, Any], author: Person, orvance: House
) -> None:
    """Whoever comes second waits for the first: the appeal stands, and nothing breaks."""
    contribution_id = UUID(refused["contribution_id"])
    await author.browser.token()
    held, go = asyncio.Event(), asyncio.Event()

    async def keep_the_words() -> None:
        async with orvance.transaction():
            await db.fetch_value(
                "SELECT id FROM contribution WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
                contribution_id,
            )
            held.set()
            await go.wait()
            await db.execute(
                "UPDATE contribution SET withdrawn_at = $3 WHERE tenant_id = $1 AND id = $2",
                contribution_id, clock.now(),
            )  # fmt: skip

    keeping = asyncio.create_task(keep_the_words(), context=contextvars.Context())
    await held.wait()
    filing = asyncio.create_task(appeal(author, refused["id"]), context=contextvars.Context())
    await asyncio.sleep(0.2)
    assert not filing.done()
    go.set()
    await keeping
    assert (await filing).status_code == 201
    assert len(await mine(author)) == 1


async def test_held_words_can_be_contested_too(
    author: Person, moderator: Person, colleague: Person
) -> None:
    await publish(author, "Retenu", HELD)
    decision = await decide(moderator, "open", **CLAUSE)
    assert (await appeal(author, decision["id"])).status_code == 201
    await decide(colleague, "appeals", **reversed_())
    post = await author.browser.call("GET", f"/posts/{decision['contribution_id']}")
    assert post.status_code == 200


async def test_a_suspended_member_contests_it_and_is_let_in_again(
    author: Person, admin: Person, moderator: Person, colleague: Person
) -> None:
    given = await admin.browser.call(
        "POST", f"/members/{author.id}/sanctions", restriction("suspension")
    )
    assert given.status_code == 201, given.text
    assert (await author.browser.call("GET", "/feed")).status_code == 403
    answer = await appeal(author, given.json()["id"], "Je n’ai rien fait de tel.")
    assert answer.status_code == 201, answer.text
    assert await items(admin, "appeals") == []
    decision = await decide(colleague, "appeals", **reversed_())
    assert decision["reverses_id"] == given.json()["id"]
    assert (await author.browser.call("GET", "/feed")).status_code == 200
    assert (await mine(author))[0]["outcome"] == "reversed"

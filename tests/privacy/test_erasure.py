"""Being forgotten: the words go, the proofs stay, and nobody is left behind the name."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from parvis.core import clock, db, jobs
from parvis.core.errors import NotFound
from parvis.features.privacy import work
from parvis.integrations.storage import S3Storage
from tests.factories import House

from .conftest import CANARY, KEPT, SECRET_WORDS, Life, make_archive

FORMER = "Ancien membre"
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type NOT IN (
           'uuid', 'bytea', 'integer', 'bigint', 'boolean', 'date', 'timestamp with time zone')
"""
# What may still hold words of somebody who was forgotten, and why (decision 0021).
PROOFS = {
    ("revision", "title"): "a written question put to a general meeting by right",
    ("revision", "excerpt"): "the same",
    ("revision", "body"): "the same",
    ("revision", "body_html"): "the same",
}


async def ask(life: Life) -> str:
    """Ask to be forgotten, as the page does; return the wish's id."""
    answer = await life.person.browser.send_form(
        "/me/data/erasure", {"confirm": f" {life.person.name.upper()} "}
    )
    assert answer.status_code == 303, answer.text
    view = (await life.person.browser.call("GET", "/me/data")).json()
    return str(view["erasure"]["id"])


async def carry_out(life: Life, erasure_id: str, *, days: float = 7.01) -> None:
    with clock.travel(clock.now() + timedelta(days=days)):
        await jobs.run(work.erase, life.house.tenant.id, erasure_id=erasure_id)


async def forget(life: Life, superuser: asyncpg.Connection) -> None:
    await carry_out(life, await ask(life))
    names = await superuser.fetch(
        "SELECT args ->> 'name' AS name FROM procrastinate_jobs"
        " WHERE task_name = 'privacy.drop_object'"
    )
    for row in names:
        await jobs.run(work.drop_object, life.house.tenant.id, name=row["name"])


async def holding(superuser: asyncpg.Connection, word: str) -> set[tuple[str, str]]:
    """Return every column of every table in which a word stands."""
    found = set()
    for row in await superuser.fetch(COLUMNS):
        table, column = row["table_name"], row["column_name"]
        sql = f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE $1'
        if await superuser.fetchval(sql, f"%{word}%"):
            found.add((table, column))
    return found


async def test_no_word_of_theirs_is_left_anywhere(
    life: Life, superuser: asyncpg.Connection
) -> None:
    assert len(await holding(superuser, CANARY)) > 15  # the scan finds what is there
    await forget(life, superuser)
    assert await holding(superuser, CANARY) == set()
    assert await holding(superuser, KEPT) <= set(PROOFS)
    assert ("revision", "title") in await holding(superuser, KEPT)


async def test_nothing_of_others_goes_with_them(life: Life, superuser: asyncpg.Connection) -> None:
    before = await superuser.fetchval(
        "SELECT count(*) FROM revision WHERE body LIKE $1", f"%{SECRET_WORDS}%"
    )
    await forget(life, superuser)
    after = await superuser.fetchval(
        "SELECT count(*) FROM revision WHERE body LIKE $1", f"%{SECRET_WORDS}%"
    )
    assert before == after == 2
    post = (await life.other.browser.call("GET", f"/posts/{life.others_post['id']}")).json()
    assert (post["thanks"], post["comments"]) == (0, 0)
    assert (await life.other.browser.get("/me")).status_code == 200


async def test_the_stored_files_are_deleted(
    life: Life, stored: S3Storage, superuser: asyncpg.Connection
) -> None:
    export_id = await make_archive(life)
    archive = f"privacy/{life.person.id}/{export_id}.zip"
    await forget(life, superuser)
    for name in (*life.objects, archive):
        with pytest.raises(NotFound):
            await stored.open(life.house.tenant.id, name)


async def test_pages_show_nothing_but_the_question_on_record(
    life: Life, superuser: asyncpg.Connection
) -> None:
    await forget(life, superuser)
    browser = life.other.browser
    assert (await browser.get(f"/posts/{life.post['id']}")).status_code == 404
    assert (await browser.get(f"/questions/{life.free_question['id']}")).status_code == 404
    assert (await browser.get(f"/people/{life.person.id}")).status_code == 404
    staff = life.secretary.browser
    taken_back = await staff.get(f"/questions/{life.free_question['id']}")
    assert CANARY not in taken_back.text
    kept = await staff.get(f"/questions/{life.kept_question['id']}")
    assert kept.status_code == 200
    assert KEPT in kept.text
    assert FORMER in kept.text
    assert CANARY not in kept.text


async def test_the_proofs_stay_and_are_empty(life: Life, superuser: asyncpg.Connection) -> None:
    count = "SELECT count(*) FROM {} WHERE {} = $1"
    tables = (("journal_entry", "actor_id"), ("charter_acceptance", "member_id"),
              ("submission", "member_id"))  # fmt: skip
    before = [await superuser.fetchval(count.format(*one), life.person.id) for one in tables]
    digests = await superuser.fetch("SELECT digest FROM revision ORDER BY id")
    await forget(life, superuser)
    after = [await superuser.fetchval(count.format(*one), life.person.id) for one in tables]
    assert all(late >= early > 0 for early, late in zip(before, after, strict=True))
    assert await superuser.fetch("SELECT digest FROM revision ORDER BY id") == digests
    salts = await superuser.fetch(
        "SELECT r.salt, r.contribution_id FROM revision r WHERE r.author_id = $1", life.person.id
    )
    kept = UUID(life.kept_question["id"])
    assert {row["contribution_id"] == kept for row in salts if row["salt"] is not None} == {True}
    assert await superuser.fetchval("SELECT count(*) FROM decision WHERE facts IS NOT NULL") == 2


async def test_they_are_signed_out_for_good_and_come_back_as_somebody_else(
    life: Life, superuser: asyncpg.Connection
) -> None:
    await forget(life, superuser)
    assert (await life.person.browser.get("/me")).headers["location"].startswith("/sign-in")
    for table in ("identity", "auth_session", "api_token", "group_member", "member_name_key"):
        assert not await superuser.fetchval(
            f"SELECT count(*) FROM {table} WHERE member_id = $1", life.person.id
        ), table
    member = await superuser.fetchrow("SELECT * FROM member WHERE id = $1", life.person.id)
    assert (member["display_name"], member["state"]) == (FORMER, "deactivated")
    assert member["erased_at"] is not None


@pytest.mark.parametrize("closed_by", ["administrator", "directory"])
async def test_a_wish_uttered_in_time_is_no_way_around_being_shut_out(
    life: Life, superuser: asyncpg.Connection, closed_by: str
) -> None:
    """What the provider calls them stays with an empty shell, and is refused at the door."""
    erasure_id = await ask(life)
    if closed_by == "administrator":
        admin = await life.house.person("Cyprien Hautbois", roles=["admin"])
        path = f"/admin/members/{life.person.id}/deactivation"
        assert (await admin.browser.call("POST", path)).status_code == 200
    else:
        await superuser.execute(
            "UPDATE member SET state = 'deactivated', deactivated_at = now() WHERE id = $1",
            life.person.id,
        )
        await superuser.execute(
            "UPDATE scim_user SET is_active = false, ended_membership = true WHERE member_id = $1",
            life.person.id,
        )
    await carry_out(life, erasure_id)
    left = await superuser.fetchval(
        "SELECT count(*) FROM identity WHERE member_id = $1", life.person.id
    )
    assert left == (1 if closed_by == "administrator" else 0)
    member = await superuser.fetchrow("SELECT * FROM member WHERE id = $1", life.person.id)
    assert (member["display_name"], member["state"]) == (FORMER, "deactivated")
    assert await holding(superuser, CANARY) == set()


async def test_it_waits_a_week_and_can_be_taken_back(life: Life) -> None:
    erasure_id = await ask(life)
    await carry_out(life, erasure_id, days=6.9)
    page = await life.person.browser.get("/me/data")
    assert "Vous avez demandé l’effacement" in page.text
    assert (await life.person.browser.get("/")).status_code == 200
    stayed = await life.person.browser.send_form("/me/data/erasure/withdrawal", {})
    assert stayed.status_code == 303
    await carry_out(life, erasure_id)
    assert (await life.person.browser.call("GET", "/me")).json()["name"] == life.person.name
    again = await life.person.browser.call("DELETE", "/me/data/erasure")
    assert again.status_code == 404


async def test_it_is_told_by_mail_at_once(life: Life) -> None:
    await ask(life)
    told = (await life.person.browser.call("GET", "/notifications")).json()["items"][0]
    assert (told["kind"], told["path"]) == ("erasure_asked", "/me/data")


@pytest.mark.parametrize("typed", ["", "Sabine Auclerc", CANARY])
async def test_another_name_confirms_nothing(life: Life, typed: str) -> None:
    answer = await life.person.browser.send_form("/me/data/erasure", {"confirm": typed})
    assert answer.status_code == 422
    assert 'id="confirm-error"' in answer.text
    assert (await life.person.browser.call("GET", "/me/data")).json()["erasure"] is None


async def test_asked_twice_it_is_one_wish(life: Life) -> None:
    assert await ask(life) == await ask(life)


async def test_carried_out_twice_it_does_no_harm(life: Life, superuser: asyncpg.Connection) -> None:
    erasure_id = await ask(life)
    await carry_out(life, erasure_id)
    await carry_out(life, erasure_id)
    done = await superuser.fetchval(
        "SELECT count(*) FROM journal_entry WHERE act = 'privacy.erased'"
    )
    assert done == 1


async def test_the_last_administrator_stays(orvance: House, superuser: asyncpg.Connection) -> None:
    admin = await orvance.person("Clémence Hauterive", roles=["admin"])
    page = await admin.browser.get("/me/data")
    assert "Vous êtes la dernière personne à administrer" in page.text
    refused = await admin.browser.call("POST", "/me/data/erasure", {"confirm": admin.name})
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
    other = await orvance.person("Odile Ferrand", roles=["admin"])
    asked = await admin.browser.call("POST", "/me/data/erasure", {"confirm": admin.name})
    assert asked.status_code == 202
    # The other one leaves meanwhile: it is put off, day by day, rather than lock everybody out.
    async with orvance.transaction():
        await db.execute(
            "DELETE FROM group_member WHERE tenant_id = $1 AND member_id = $2", other.id
        )
    with clock.travel(clock.now() + timedelta(days=8)):
        await jobs.run(work.erase, orvance.tenant.id, erasure_id=asked.json()["erasure"]["id"])
    assert (await admin.browser.call("GET", "/me")).json()["name"] == admin.name
    acts = await superuser.fetch("SELECT act FROM journal_entry WHERE subject_kind = 'member'")
    assert "privacy.erasure_postponed" in {row["act"] for row in acts}


async def test_what_stays_is_said_before(life: Life) -> None:
    proofs = (await life.person.browser.call("GET", "/me/data")).json()["proofs"]
    said = [proof["what"] for proof in proofs]
    assert "Questions à une assemblée générale qui figurent à son dossier (1)" in said
    assert "Vos réponses à la charte (1)" in said
    page = await life.person.browser.get("/me/data")
    assert "Leur texte reste, sans aucun nom." in page.text.replace(" ", " ")


async def test_the_web_cannot_take_words_from_who_did_not_ask(
    life: Life, settings, superuser: asyncpg.Connection
) -> None:
    connection = await asyncpg.connect(settings.database_url)
    whose = (life.house.tenant.id, life.person.id)
    try:
        for sql in (
            "SELECT forget_names($1, $2)",
            "SELECT forget_words($1, $2, '{}')",
            "SELECT forget_letters($1, $2)",
            "UPDATE revision SET body = '' WHERE tenant_id = $1 AND author_id = $2",
        ):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(f"SET LOCAL parvis.tenant_id = '{whose[0]}'")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql, *whose)
            await transaction.rollback()
    finally:
        await connection.close()


async def test_another_tenants_wish_is_not_ours(life: Life, ardelune: House) -> None:
    erasure_id = await ask(life)
    with clock.travel(clock.now() + timedelta(days=8)):
        await jobs.run(work.erase, ardelune.tenant.id, erasure_id=erasure_id)
    assert (await life.person.browser.call("GET", "/me")).json()["name"] == life.person.name


async def test_administrators_see_it_coming_in_the_dossier(life: Life) -> None:
    admin = await life.house.person("Clémence Hauterive", roles=["admin"])
    path = f"/admin/members/{life.person.id}"
    assert "Effacement demandé" not in (await admin.browser.get(path)).text
    await ask(life)
    page = await admin.browser.get(path)
    assert page.status_code == 200
    assert "Effacement demandé" in page.text

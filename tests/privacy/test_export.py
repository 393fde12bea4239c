"""My data as an archive: everything about me, nothing about others, and only for me."""

import json
import re
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from parvis.core import clock, db, jobs
from parvis.core.errors import NotFound
from parvis.features.privacy import work
from parvis.integrations.storage import S3Storage, StorageUnavailable
from tests.factories import House

from .conftest import CANARY, KEPT, SECRET_WORDS, Life, download, make_archive, sections


async def test_the_archive_holds_everything_about_its_member(life: Life) -> None:
    archive = await download(life, await make_archive(life))
    found = sections(archive)
    words = {row["title"] or row["body"] for row in found["words"]}
    assert words == {
        f"Titre {CANARY}", f"Réponse {CANARY}", f"Retenu {CANARY}", f"Quel dividende {KEPT} ?",
        f"Une visite {CANARY} ?",
    }  # fmt: skip
    assert found["member"][0]["email"] == f"{CANARY}@exemple.test"
    assert found["decisions"][0]["text_sent"] == f"Bonjour {CANARY},"
    assert found["decisions"][0]["statement"]["ground"] == "x"
    assert found["reports"][0]["note"] == f"Note {CANARY}"
    assert found["contacts"][0]["value"] == f"{CANARY} 06"
    assert {row["delivery"] for row in found["questions"]} == {
        "admitted_statutory", "admitted_free",
    }  # fmt: skip
    assert "conseil-consultatif" in {row["slug"] for row in found["communities"]}
    filled = {name for name, rows in found.items() if rows}
    assert filled >= {
        "member", "names", "identities", "sessions", "tokens", "charter_answers", "journal",
        "communities", "words", "thanks", "submissions", "questions", "question_steps",
        "decisions", "reports", "notices", "contacts", "topics", "follows", "profiles",
        "invitations", "directory_entries", "exports",
    }  # fmt: skip
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert len(files) == 2
    assert archive.read(files[0]) == b"%PDF-1.7 proof"


async def test_the_archive_holds_nothing_about_others(life: Life) -> None:
    archive = await download(life, await make_archive(life))
    everything = archive.read("data.json").decode() + archive.read("index.html").decode()
    assert SECRET_WORDS not in everything
    assert "Sujet d’une autre" not in everything
    assert life.other.name not in everything
    assert "token_hash" not in everything
    assert "sealed" not in everything
    # The moderator who decided is other's id, and there only for whom the member follows.
    assert everything.count(str(life.other.id)) == 2


async def test_what_its_member_was_not_told_is_not_in_it(life: Life) -> None:
    """Reports left without consequence, notes among moderators, the way of an answer inside."""
    hidden = "Entre nous"
    async with life.house.transaction():
        row = await db.fetch_row(
            "SELECT id, revision_id, item_id, contribution_id FROM decision WHERE tenant_id = $1"
        )
        assert row is not None
        now = clock.now()
        item_id = await db.insert(
            "review_item", contribution_id=UUID(life.post["id"]), revision_id=row["revision_id"],
            kind="flag", contribution_kind="post", place_id=row["item_id"],
            author_id=life.person.id, status="decided", due_at=now, created_at=now,
        )  # fmt: skip
        for action, item in (("publish", item_id), ("publish", row["item_id"])):
            await db.insert(
                "decision", item_id=item, contribution_id=row["contribution_id"], action=action,
                revision_id=row["revision_id"], decided_by=life.other.id, facts=hidden,
                automated_detection=False, at=now,
            )  # fmt: skip
        await db.insert(
            "question_event", question_id=UUID(life.kept_question["id"]), track="delivery",
            from_state="legal_review", to_state="drafting", by_member=life.secretary.id,
            reason=hidden, at=now,
        )  # fmt: skip
    archive = await download(life, await make_archive(life))
    assert hidden not in archive.read("data.json").decode()
    found = sections(archive)
    assert [row["action"] for row in found["decisions"]] == ["refuse", "uphold", "publish"]
    states = {row["to_state"] for row in found["question_steps"]}
    assert "drafting" not in states
    assert "admitted_statutory" in states


async def test_every_row_has_only_columns_that_are_told(life: Life) -> None:
    archive = await download(life, await make_archive(life))
    for section in json.loads(archive.read("data.json"))["sections"]:
        for row in section["rows"]:
            assert list(row) == list(section["columns"]), section["name"]


async def test_times_are_utc_and_the_page_reads_in_the_members_language(life: Life) -> None:
    archive = await download(life, await make_archive(life))
    assert re.search(r'"created_at":"\d{4}-\d\d-\d\dT[\d:.]+Z"', archive.read("data.json").decode())
    page = archive.read("index.html").decode()
    assert '<html lang="fr">' in page
    assert "Ce que vous avez écrit" in page
    assert "<script" not in page
    assert "http" not in re.sub(r"<dd>.*?</dd>", "", page)
    assert f"Texte {CANARY}" in page
    assert archive.read("style.css")


async def test_words_cannot_escape_into_the_page(life: Life) -> None:
    from tests.conversations.conftest import publish

    await publish(life.person, "<script>alert(1)</script>", "</dd><img src=x>")
    archive = await download(life, await make_archive(life))
    page = archive.read("index.html").decode()
    assert "<script" not in page
    assert "<img" not in page


async def test_it_is_told_and_mailed_when_ready(life: Life, superuser: asyncpg.Connection) -> None:
    await make_archive(life)
    told = (await life.person.browser.call("GET", "/notifications")).json()["items"][0]
    assert told["headline"] == "La copie de vos données est prête."
    assert told["path"] == "/me/data"
    mailed = await superuser.fetchval(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail_notice'"
        " AND args ->> 'notice_id' = $1", told["id"],
    )  # fmt: skip
    assert mailed == 1


async def test_asked_again_while_waiting_it_is_the_same_one(life: Life) -> None:
    first = await life.person.browser.call("POST", "/me/data/exports")
    second = await life.person.browser.call("POST", "/me/data/exports")
    assert first.json()["id"] == second.json()["id"]
    page = await life.person.browser.get("/me/data")
    assert "Votre copie est en préparation" in page.text
    assert "every 3s" in page.text
    given_up = await _later(life, timedelta(days=3), "POST", "/me/data/exports")
    assert given_up.json()["id"] != first.json()["id"]


async def test_four_in_a_day_are_too_many(life: Life) -> None:
    for _ in range(3):
        await make_archive(life)
    answer = await life.person.browser.call("POST", "/me/data/exports")
    assert answer.status_code == 429


async def test_a_job_done_twice_or_begun_anew_does_no_harm(
    life: Life, stored: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (await life.person.browser.call("POST", "/me/data/exports")).json()
    tenant_id = life.house.tenant.id

    async def killed(*_: object, **__: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(stored, "put_file", killed)
        with pytest.raises(StorageUnavailable):
            await jobs.run(work.collect, tenant_id, export_id=asked["id"])
    for _ in range(2):
        await jobs.run(work.collect, tenant_id, export_id=asked["id"])
    (export,) = (await life.person.browser.call("GET", "/me/data")).json()["exports"]
    assert (export["state"], export["percent"]) == ("ready", 100)
    notices = (await life.person.browser.call("GET", "/notifications")).json()["items"]
    assert [one["kind"] for one in notices].count("own_data_ready") == 1


async def test_it_is_gone_after_a_week(life: Life, stored: S3Storage) -> None:
    export_id = await make_archive(life)
    name = f"privacy/{life.person.id}/{export_id}.zip"
    tenant_id = life.house.tenant.id
    await jobs.run(work.expire, tenant_id, export_id=str(export_id))  # too early: it stays
    assert (await stored.open(tenant_id, name)).size_bytes > 100
    path = f"/me/data/exports/{export_id}/archive"
    assert (await _later(life, timedelta(days=8), "GET", path)).status_code == 404
    with clock.travel(clock.now() + timedelta(days=8)):
        await jobs.run(work.expire, tenant_id, export_id=str(export_id))
    with pytest.raises(NotFound):
        await stored.open(tenant_id, name)


async def test_an_archive_is_nobody_elses(life: Life, ardelune: House) -> None:
    export_id = await make_archive(life)
    admin = await life.house.person("Clémence Hauterive", roles=["admin"])
    stranger = await ardelune.person("Marc Oberlin")
    for person in (admin, life.other, stranger):
        answer = await person.browser.get(f"/me/data/exports/{export_id}/archive")
        assert answer.status_code == 404


async def test_taking_data_out_asks_for_a_fresh_sign_in(life: Life) -> None:
    export_id = await make_archive(life)
    with clock.travel(clock.now() + timedelta(minutes=11)):
        for method, path in (
            ("POST", "/me/data/exports"), ("GET", f"/me/data/exports/{export_id}/archive"),
            ("POST", "/me/data/erasure"),
        ):  # fmt: skip
            answer = await life.person.browser.call(method, path, {} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required"), path


async def test_data_rights_come_before_the_charter(orvance: House) -> None:
    newcomer = await orvance.person("Bruno Taillade", accepted=False)
    assert (await newcomer.browser.get("/")).headers["location"].startswith("/charter/acceptance")
    assert (await newcomer.browser.get("/me/data")).status_code == 200
    assert (await newcomer.browser.send_form("/me/data/exports", {})).status_code == 303
    asked = await newcomer.browser.send_form("/me/data/erasure", {"confirm": newcomer.name})
    assert asked.status_code == 303


async def test_a_visitor_has_no_data_here(orvance: House) -> None:
    assert (await orvance.visitor.get("/me/data")).status_code == 303
    answer = await orvance.visitor.call("POST", "/me/data/exports")
    assert answer.status_code == 401


async def test_a_program_takes_nothing_out(life: Life) -> None:
    from tests.identity.test_tokens import Program, mint

    program = Program(life.house, await mint(life.person, "read", "write"))
    for method, path in (
        ("GET", "/me/data"), ("POST", "/me/data/exports"), ("DELETE", "/me/data/erasure"),
    ):  # fmt: skip
        assert (await program.call(method, path)).status_code == 403, path


async def test_a_big_account_is_read_a_page_at_a_time(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parvis.core import own_data

    monkeypatch.setattr(own_data, "PAGE", 2)
    archive = await download(life, await make_archive(life))
    assert len(sections(archive)["words"]) == 5


async def _later(life: Life, how_long: timedelta, method: str, path: str):
    """Call at a later time, with the session as fresh as it is now."""
    then = clock.now() + how_long
    async with life.house.transaction():
        await db.execute(
            "UPDATE auth_session SET auth_time = $3, idle_until = $4, absolute_until = $4"
            " WHERE tenant_id = $1 AND member_id = $2",
            life.person.id, then, then + timedelta(hours=1),
        )  # fmt: skip
    with clock.travel(then):
        return await life.person.browser.call(method, path)

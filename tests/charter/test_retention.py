"""What was kept as long as the charter says goes, in batches, and never under a legal hold."""

from datetime import timedelta

import msgspec
import pytest

from parvis.core import clock, db, jobs
from parvis.core.ids import new_id
from parvis.features.charter import retention
from tests.charter.test_live_kinds import with_rules

KEEP = (
    'kind = "retention"\nkeep.sign_ins = "13 months"\nkeep.read_notices = "90 days"\n'
    'keep.sessions = "30 days"\nkeep.review_notes = "1 year"\nkeep.rehearsals = "30 days"\n'
    'keep.charter_drafts = "1 year"\nkeep.legal_notices = "3 years"'
)
OLD, NEW = timedelta(days=800), timedelta(days=5)


@pytest.fixture
async def publish(publisher):
    return publisher


async def sign_ins(house, superuser):
    return await superuser.fetchval(
        "SELECT count(*) FROM auth_event WHERE tenant_id = $1", house.tenant.id
    )


async def signed_in(house, superuser, *, ago, member_id=None, times=1):
    await superuser.executemany(
        "INSERT INTO auth_event (tenant_id, id, kind, member_id, at)"
        " VALUES ($1, $2, 'signed_in', $3, $4)",
        [(house.tenant.id, new_id(), member_id, clock.now() - ago) for _ in range(times)],
    )


async def let_go(house):
    await jobs.run(retention.let_go, house.tenant.id)


async def hold(house, kind, subject_id=None):
    async with house.transaction():
        await db.insert(
            "legal_hold", subject_kind=kind, subject_id=subject_id, reason="Contentieux",
            placed_at=clock.now(),
        )  # fmt: skip


async def test_what_is_old_goes_and_the_journal_counts_it(orvance, ardelune, publish, superuser):
    await publish(with_rules(KEEP))
    for house in (orvance, ardelune):
        await signed_in(house, superuser, ago=OLD, times=3)
        await signed_in(house, superuser, ago=NEW)
    await let_go(orvance)
    assert await sign_ins(orvance, superuser) == 1
    assert await sign_ins(ardelune, superuser) == 4  # whose own night has not come
    entry = await superuser.fetchrow(
        "SELECT tenant_id, data FROM journal_entry WHERE act = 'charter.retention_kept'"
    )
    assert entry["tenant_id"] == orvance.tenant.id
    assert msgspec.json.decode(entry["data"]) == {"gone": {"sign_ins": 3}}


async def test_nothing_is_journaled_when_nothing_goes(orvance, publish, superuser):
    await publish(with_rules(KEEP))
    await let_go(orvance)
    acts = await superuser.fetch("SELECT act FROM journal_entry")
    assert "charter.retention_kept" not in {row["act"] for row in acts}


async def test_a_full_batch_goes_on_in_another_transaction(
    orvance, publish, superuser, monkeypatch
):
    monkeypatch.setattr(retention, "MOST", 5)
    await publish(with_rules(KEEP))
    await signed_in(orvance, superuser, ago=OLD, times=7)
    await let_go(orvance)
    assert await sign_ins(orvance, superuser) == 2
    queued = await superuser.fetchval(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'charter.retention'"
    )
    assert queued == 1
    await let_go(orvance)
    assert await sign_ins(orvance, superuser) == 0


async def test_a_hold_on_the_space_keeps_everything(orvance, publish, superuser):
    await publish(with_rules(KEEP))
    await signed_in(orvance, superuser, ago=OLD)
    await hold(orvance, "tenant")
    await let_go(orvance)
    assert await sign_ins(orvance, superuser) == 1


async def test_the_database_itself_minds_the_hold(orvance, superuser):
    await signed_in(orvance, superuser, ago=OLD)
    await hold(orvance, "tenant")
    with pytest.raises(db.PostgresError, match="has to be kept"):
        async with orvance.transaction():
            await db.fetch_value("SELECT forget_sign_ins($1, $2, 10)", clock.now() - NEW)
    assert await sign_ins(orvance, superuser) == 1


async def test_the_log_of_sign_ins_is_closed_to_any_other_deletion(orvance, superuser):
    await signed_in(orvance, superuser, ago=OLD)
    with pytest.raises(db.PostgresError, match="permission denied"):
        async with orvance.transaction():
            await db.execute("DELETE FROM auth_event WHERE tenant_id = $1")


async def test_what_happened_yesterday_never_goes(orvance, superuser):
    with pytest.raises(db.PostgresError, match="has to be kept"):
        async with orvance.transaction():
            await db.fetch_value("SELECT forget_sign_ins($1, $2, 10)", clock.now())


async def test_another_tenant_s_log_cannot_be_named(orvance, ardelune, superuser):
    await signed_in(ardelune, superuser, ago=OLD)
    async with orvance.transaction():
        gone = await db.fetch_value(
            "SELECT forget_sign_ins($2, $3, 10) WHERE $1::uuid IS NOT NULL",
            ardelune.tenant.id, clock.now() - NEW,
        )  # fmt: skip
    assert gone == 0
    assert await sign_ins(ardelune, superuser) == 1


async def test_a_hold_on_a_member_keeps_what_concerns_them(orvance, publish, superuser):
    await publish(with_rules(KEEP))
    held, other = [await orvance.person(name) for name in ("A B", "C D")]
    for person in (held, other):
        await signed_in(orvance, superuser, ago=OLD, member_id=person.id)
        await noticed(orvance, person)
    await hold(orvance, "member", held.id)
    await let_go(orvance)
    rows = await superuser.fetch("SELECT member_id FROM auth_event WHERE kind = 'signed_in'")
    assert {row["member_id"] for row in rows} == {held.id}
    rows = await superuser.fetch("SELECT member_id FROM notice")
    assert {row["member_id"] for row in rows} == {held.id}


async def noticed(house, person, *, read=OLD):
    async with house.transaction():
        await db.insert(
            "notice", member_id=person.id, kind="comment_on_post", subject_kind="contribution",
            subject_id=new_id(), dedupe=str(new_id()), created_at=clock.now() - OLD,
            read_at=clock.now() - read if read else None,
        )  # fmt: skip


async def test_unread_notices_stay(orvance, publish, superuser):
    await publish(with_rules(KEEP))
    person = await orvance.person()
    for read in (OLD, NEW, None):
        await noticed(orvance, person, read=read)
    await let_go(orvance)
    assert await superuser.fetchval("SELECT count(*) FROM notice") == 2


async def test_ended_sessions_go_and_open_ones_stay(orvance, publish, superuser):
    await publish(with_rules(KEEP))
    gone, stays = [await orvance.person(name) for name in ("A B", "C D")]
    await superuser.execute(
        "UPDATE auth_session SET absolute_until = now() - interval '60 days' WHERE member_id = $1",
        gone.id,
    )
    await let_go(orvance)
    rows = await superuser.fetch("SELECT member_id FROM auth_session")
    assert {row["member_id"] for row in rows} == {stays.id}


async def test_moments_that_no_rule_can_ask_for_go(orvance, superuser):
    person = await orvance.person()
    async with orvance.transaction():
        for ago in (timedelta(days=40), timedelta(days=2)):
            await db.insert(
                "act_pace", member_id=person.id, rule=f"tenant:a/{ago.days}",
                moments=[clock.now() - ago],
            )  # fmt: skip
    await let_go(orvance)
    assert await superuser.fetchval("SELECT rule FROM act_pace") == "tenant:a/2"

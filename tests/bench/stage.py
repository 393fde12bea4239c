"""Sets the stage: one tenant from its files, the contest's rows, a meeting with questions."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from parvis import app as parvis_app
from parvis.core import db
from parvis.core.ids import new_id
from parvis.features.tenants.actions import apply_folder
from parvis.settings import REPOSITORY, Settings
from tests.bench.data import QUESTIONS, Contest, Filler, sign_in

SLUG = "ardelune"
MEETING = "assemblee-de-mesure"


async def build(superuser: asyncpg.Connection, settings: Settings) -> Contest:
    """Fill the database and return what the load needs to know."""
    parvis_app.set_up(settings)
    database = await db.Database(settings.database_url, settings).start()
    db.use(database)
    try:
        await apply_folder(REPOSITORY / "tenants" / SLUG, settings=settings)
    finally:
        db.use(None)
        await database.stop()
    tenant_id = await superuser.fetchval("SELECT id FROM tenant WHERE slug = $1", SLUG)
    filler = Filler(superuser, tenant_id)
    members = await filler.fill()
    await _meeting(superuser, filler, members)
    reader = await superuser.fetchrow(
        "SELECT m.member_id, m.community_id, c.slug FROM community_member m"
        " JOIN community c ON c.id = m.community_id WHERE m.tenant_id = $1 AND c.slug LIKE 'bench%'"
        " LIMIT 1",
        tenant_id,
    )
    session = await sign_in(superuser, tenant_id, reader["member_id"])
    await superuser.execute("ANALYZE")
    return Contest(
        tenant_id=tenant_id,
        host=f"{SLUG}.localhost",
        session=session,
        community_id=reader["community_id"],
        community_slug=reader["slug"],
        meeting_slug=MEETING,
    )


async def _meeting(superuser: asyncpg.Connection, filler: Filler, members: list[UUID]) -> None:
    now = datetime.now(UTC)
    meeting_id = new_id()
    await filler.copy("meeting", [(
        meeting_id, MEETING, '{"fr": "Assemblée de mesure", "en": "Meeting"}', "fr",
        now + timedelta(days=30), (now + timedelta(days=30)).date(), "Europe/Paris",
        '{"fr": "Nantes", "en": "Nantes"}', "open", now - timedelta(days=20),
        now + timedelta(days=25), now + timedelta(days=28), QUESTIONS, now,
    )], "id slug title preset starts_at meeting_date timezone place state opens_at statutory_until "
        "free_until question_count created_at")  # fmt: skip
    questions = [(filler.next_id(), meeting_id, None) for _ in range(QUESTIONS)]
    await filler.contributions("question", questions, members)
    submissions = [(filler.next_id(), filler.random.choice(members)) for _ in questions]
    await filler.copy("submission", [
        (i, meeting_id, member, "platform", now, now, "eligible", f"R-{n}")
        for n, (i, member) in enumerate(submissions)
    ], "id meeting_id member_id via sent_at received_at eligibility receipt")  # fmt: skip
    await filler.copy("question", [
        (i, meeting_id, submission, n + 1, "dividende", "free", "free", "routed", "visible",
         filler.random.randint(0, 400))
        for n, ((i, *_), (submission, _)) in enumerate(zip(questions, submissions, strict=True))
    ], "id meeting_id submission_id number topic channel asked_channel delivery visibility "
       "support_count")  # fmt: skip
    await superuser.execute(
        "UPDATE revision SET title = left(body, 120) WHERE tenant_id = $1 AND title = ''"
        " AND contribution_id = ANY ($2)",
        filler.tenant_id, [i for i, *_ in questions],
    )  # fmt: skip
    await superuser.execute("UPDATE tenant SET has_meetings = true WHERE id = $1", filler.tenant_id)

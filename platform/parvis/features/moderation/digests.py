"""One mail a period to each moderator for whom something waits; none where nothing does."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db, events, jobs, tenancy
from parvis.core.actor import Actor
from parvis.core.events_review import JudgeTold
from parvis.core.ids import new_id
from parvis.core.tenancy import Tenant
from parvis.features.moderation import queries, recipients, rules, working_time
from parvis.features.moderation.queries_lists import WAITING, in_scope, scope_values
from parvis.features.moderation.recipients import Judge


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a moderator is sent digests. Overdue cases and legal notices are mailed anyway."""

    digests: bool


_OLDEST = "SELECT min(i.due_at) FROM review_item i WHERE i.tenant_id = $1 AND {scope} AND {waiting}"
_WANTS = "SELECT digests FROM review_preference WHERE tenant_id = $1 AND member_id = $2"
_PREFER = """
    INSERT INTO review_preference (tenant_id, id, member_id, digests) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, member_id) DO UPDATE SET digests = excluded.digests
"""


@jobs.job("moderation.digests", every="*/15 * * * *")
async def digests() -> None:
    """Tell each moderator what waits, once a period, when the working day has begun."""
    tenant = await tenancy.current_tenant()
    period = period_of(tenant, clock.now())
    if period is None:
        return
    for judge in await recipients.judges():
        if judge.wants_digests:
            await _tell(judge, period, tenant.timezone)


def period_of(tenant: Tenant, now: datetime) -> str | None:
    """Return what names this period's digest; None while none is due.

    Due within working hours of a working day: of each one, or of the first in its week.
    """
    settings, local = tenant.settings, now.astimezone(ZoneInfo(tenant.timezone))
    opens, closes = settings.working_hours
    day = local.date()
    if not (working_time.works_on(settings, day) and opens <= local.hour < closes):
        return None
    if settings.review_digest == "daily":
        return day.isoformat()
    earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
    if settings.review_digest == "off" or any(
        working_time.works_on(settings, one) for one in earlier
    ):
        return None
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


async def _tell(judge: Judge, period: str, timezone: str) -> None:
    counts = await queries.counts(judge.scope)
    waiting = counts.open + counts.escalated
    if not waiting:
        return
    oldest = await db.fetch_value(
        _OLDEST.format(scope=in_scope(judge.scope), waiting=WAITING), *scope_values(judge.scope)
    )
    await events.publish(
        JudgeTold(
            member_id=judge.member_id,
            kind="review_digest",
            subject_id=judge.member_id,
            data={
                **msgspec.structs.asdict(counts),
                "count": waiting,
                "oldest_due": oldest.isoformat(),
                "timezone": timezone,
            },
            dedupe=f"review-digest/{judge.member_id}/{period}",
        )
    )


async def preferences(actor: Actor) -> Preferences:
    """Return what the actor wants of the queue's mails. Errors: NotFound to who has no queue."""
    rules.scope_of(actor)
    wants = await db.fetch_value(_WANTS, actor.require_member())
    return Preferences(digests=wants is not False)


async def prefer(actor: Actor, given: Preferences) -> None:
    """Keep what the actor wants of the queue's mails. Errors: NotFound to who has no queue."""
    rules.scope_of(actor)
    await db.execute(_PREFER, new_id(), actor.require_member(), given.digests)

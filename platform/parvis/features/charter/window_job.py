"""Windows that opened or closed are noticed, written down and journaled, once each.

They need nobody to open them (charter/kinds/window.py): this only keeps the record of it.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from parvis.core import clock, db, ids, jobs, journal, tenancy
from parvis.features.charter.calendar import read_events
from parvis.features.charter.in_force import InForce, charters_of_communities, in_force
from parvis.features.charter.kinds.window import Bounds
from parvis.features.charter.moments import Calendar
from parvis.features.charter.verdict import TENANT_SCOPE

# The moment itself is what is written down: it may be noticed a little later.
EVERY_FIVE_MINUTES = "*/5 * * * *"


class Switch(msgspec.Struct, frozen=True):
    """A window that opened, or closed, at `moment`."""

    is_open: bool
    moment: datetime


_LAST = """
    SELECT DISTINCT ON (v.community_id, s.clause_id, s.rule_id)
           v.community_id, s.clause_id, s.rule_id, s.is_open, s.moment
      FROM window_switch s
      JOIN charter_version v ON v.tenant_id = s.tenant_id AND v.id = s.charter_version_id
     WHERE s.tenant_id = $1
     ORDER BY v.community_id, s.clause_id, s.rule_id, s.id DESC
"""
_ADD = """
    INSERT INTO window_switch (tenant_id, id, charter_version_id, clause_id, rule_id, is_open,
                               moment, noticed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id
"""


@jobs.job("charter.windows", every=EVERY_FIVE_MINUTES)
async def notice_windows() -> None:
    """Write down every window of the charters in force that switched since it was last looked."""
    tenant = await tenancy.current_tenant()
    current = await in_force(tenant)
    charters = [one for one in (current, *await charters_of_communities(tenant)) if one]
    if any(one.charter.windows for one in charters) or await _has_switched():
        last = await _last()
        calendar = await read_events()
        for one in charters:
            await _notice(one, calendar, last)


async def _has_switched() -> bool:
    found = "SELECT EXISTS (SELECT FROM window_switch WHERE tenant_id = $1)"
    return bool(await db.fetch_value(found))


async def _last() -> dict[tuple[object, str], Switch]:
    return {
        (row["community_id"], f"{row['clause_id']}/{row['rule_id']}"): Switch(
            row["is_open"], row["moment"]
        )
        for row in await db.fetch(_LAST)
    }


async def _notice(
    current: InForce, calendar: Calendar, last: dict[tuple[object, str], Switch]
) -> None:
    now, since = clock.now(), current.version.effective_at
    bounds = {
        window.placed.name: window.bounds(calendar, current.charter.zone)
        for window in current.charter.windows
    }
    # A window that a new version no longer has is over, too.
    gone = (name for place, name in last if place == current.community_id and name not in bounds)
    for name in [*bounds, *gone]:
        before = last.get((current.community_id, name))
        for switch in switches(bounds.get(name), before, now, since=since):
            await _add(current, name, switch, now)


def switches(
    bounds: Bounds | None, last: Switch | None, now: datetime, *, since: datetime
) -> Iterator[Switch]:
    """Yield how a window switched since `last`, in order; `since`: its charter is in force.

    A window that opened and closed unseen did both. One whose event was moved while it was open
    closes when that is noticed.
    """
    is_open = bounds is not None and bounds[0] <= now < bounds[1]
    if last is not None and last.is_open:
        if not is_open:
            closed = bounds[1] if bounds is not None and bounds[1] <= now else now
            yield Switch(is_open=False, moment=max(closed, last.moment))
        return
    begun = max(since, last.moment) if last is not None else since
    if bounds is None or bounds[0] > now or bounds[1] <= begun:
        return
    yield Switch(is_open=True, moment=max(bounds[0], begun))
    if not is_open:
        yield Switch(is_open=False, moment=bounds[1])


async def _add(current: InForce, name: str, switch: Switch, now: datetime) -> None:
    clause, _, rule = name.partition("/")
    version = current.version.id
    added = await db.fetch_value(
        _ADD, ids.new_id(), version, clause, rule, switch.is_open, switch.moment, now
    )
    if added is None:
        return
    data = {"clause": clause, "rule": rule, "moment": switch.moment}
    if current.scope != TENANT_SCOPE:
        data["scope"] = current.scope
    act = "charter.window_opened" if switch.is_open else "charter.window_closed"
    await journal.record(None, act, subject=("charter_version", version), data=data)

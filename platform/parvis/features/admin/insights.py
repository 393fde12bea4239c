"""How the space is doing: figures that a worker counts every hour, so that no page waits."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

import msgspec

from parvis.core import clock, db, events, i18n, jobs
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.events_admin import Insight, InsightsCounted
from parvis.core.i18n import N_
from parvis.features.admin import rules

# A figure over fewer people than this may tell of one of them.
FEWEST = 5
MOST_SHOWN = 60

# What each figure is called, in the order in which they are read.
NAMES: dict[str, str] = {
    "active_members": N_("Active members, 30 days"),
    "charter_acceptance": N_("Members who accepted the charter"),
    "answered_questions": N_("Questions answered in communities, 30 days"),
    "first_answer": N_("Time to the first answer, half of them"),
    "meeting_answers": N_("Questions to meetings answered, one year"),
    "meeting_answer": N_("Time to the answer online, half of them"),
    "decision_half": N_("Time to decide, half of the cases"),
    "decision_most": N_("Time to decide, nine cases in ten"),
    "backlog_age": N_("Age of what waits for a decision, half of it"),
    "reversals": N_("Decisions taken back, one year"),
    "business_communities": N_("Communities about business"),
}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as it is shown: `text` is written for the reader; `part` is a clause, or ""."""

    name: str
    part: str
    label: str
    unit: str
    value: float
    text: str
    counted_at: dt.datetime


@jobs.job("admin.count_insights", every="11 * * * *")
async def count_insights() -> None:
    """Count every figure anew; those over too few people are not even kept."""
    counted = InsightsCounted(found=[])
    await events.publish(counted)
    await db.execute("DELETE FROM insight WHERE tenant_id = $1")
    for one in counted.found:
        if one.among >= FEWEST:
            await _keep(one)


async def _keep(one: Insight) -> None:
    await db.insert(
        "insight",
        name=one.name,
        part=one.of,
        unit=one.unit,
        value=one.value,
        among=one.among,
        counted_at=clock.now(),
    )


_ALL = f"""
    SELECT name, part, unit, value, counted_at FROM insight WHERE tenant_id = $1
     ORDER BY name, part LIMIT {MOST_SHOWN}
"""


async def figures(actor: Actor) -> tuple[Figure, ...]:
    """Return the figures as last counted, in the order of `NAMES`; none to who may not."""
    if not rules.may_read_insights(actor):
        return ()
    rows = await db.fetch(_ALL)
    order = {name: place for place, name in enumerate(NAMES)}
    known = [row for row in rows if row["name"] in order]
    known.sort(key=lambda row: (order[row["name"]], row["part"]))
    return tuple(_figure(row, actor.locale) for row in known)


def _figure(row: db.Record, locale: str) -> Figure:
    return Figure(
        name=row["name"],
        part=row["part"],
        label=i18n.translate(locale, NAMES[row["name"]]),
        unit=row["unit"],
        value=row["value"],
        text=_text(row["unit"], row["value"], locale),
        counted_at=row["counted_at"],
    )


def _text(unit: str, value: float, locale: str) -> str:
    """Write a figure: "1 204", "37 %", "45 min", "3 h", "2 days"."""
    if unit == "share":
        return i18n.translate(locale, N_("{n} %"), n=round(100 * value))
    if unit == "count":
        return i18n.number(round(value), locale)
    if value < 1:
        return i18n.translate(locale, N_("{n} min"), n=round(60 * value))
    if value < 48:
        return i18n.translate(locale, N_("{n} h"), n=round(value))
    return i18n.ntranslate(locale, "{n} day", "{n} days", round(value / 24))


async def as_csv(actor: Actor) -> str:
    """Return the figures as CSV, numbers as they are. Errors: NotFound to who may not."""
    if not rules.may_read_insights(actor):
        raise NotFound
    return _written(await figures(actor))


def _written(found: Sequence[Figure]) -> str:
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\r\n")
    lines.writerow(["name", "part", "label", "unit", "value", "counted_at"])
    for one in found:
        at = f"{one.counted_at:%Y-%m-%dT%H:%M:%SZ}"
        lines.writerow([one.name, one.part, one.label, one.unit, round(one.value, 4), at])
    return made.getvalue()

"""What `parvis meeting` runs: the dates of a meeting, from its date alone."""

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from parvis.core.errors import Invalid
from parvis.core.i18n import N_, translate
from parvis.features.meetings.deadlines import (
    CountedDay,
    Deadline,
    compute_deadlines,
    seat_matters,
)
from parvis.features.meetings.presets import Preset, load_preset

_HEADINGS = ("deadline", "mode", "local time", "UTC", "last day")


def run(args: argparse.Namespace) -> int:
    """Print the dates and return 0, or say on stderr which option is wrong and return 2."""
    try:
        preset = load_preset(args.preset)
        date = _meeting_date(args.date)
        found = compute_deadlines(preset, date, mode=args.mode, seat=args.seat)
    except Invalid as error:
        _complain(error)
        return 2
    if args.seat and not seat_matters(preset):
        _warn(f"--seat is not used: no date of {preset.id} depends on the seat")
    if args.json:
        text = json.dumps(_document(preset, found), ensure_ascii=False, indent=2)
    else:
        text = "\n".join(_report(preset, date, found))
    sys.stdout.write(f"{text}\n")
    return 0


def _meeting_date(text: str) -> dt.date:
    # fromisoformat alone takes 20260521 and 2026-W21-4 too.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    message = N_('"{text}" is not a date. Write it as YYYY-MM-DD.')
    raise Invalid(message, fields={"date": message}, text=text)


def _complain(error: Invalid) -> None:
    for option, message in error.fields.items():
        _warn(f"--{option}: {translate('en', message, **error.data)}")


def _warn(text: str) -> None:
    sys.stderr.write(f"parvis meeting deadlines: {text}\n")


def _document(preset: Preset, found: Iterable[Deadline]) -> dict[str, Any]:
    return {"preset": preset.id, "deadlines": [_entry(one) for one in found]}


def _entry(deadline: Deadline) -> dict[str, Any]:
    return {
        "id": deadline.id,
        "mode": deadline.mode,
        "kind": deadline.kind,
        "local": deadline.local.isoformat(),
        "utc": f"{deadline.utc:%Y-%m-%dT%H:%M:%SZ}",
        "last_day": deadline.last_day.isoformat(),
        "trace": [_traced(day) for day in deadline.trace],
        "basis": deadline.basis,
        "authority": deadline.authority,
        "rules_version": deadline.rules_version,
        "holidays_version": deadline.holidays_version,
    }


def _traced(day: CountedDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "counted": day.counted,
        "number": day.number,
        "why": day.why,
        "holiday": dict(day.holiday) if day.holiday else None,
    }


def _report(preset: Preset, date: dt.date, found: tuple[Deadline, ...]) -> list[str]:
    return [
        f"{preset.name['en']} ({preset.id}): meeting of {date:%A} {date.day} {date:%B %Y}",
        f"rules {preset.rules_version}, {preset.verified_by} ({preset.verified_on})",
        "The notice of the meeting always wins.",
        "",
        *_table([_HEADINGS, *(_row(one) for one in found)]),
        "",
        *_traces(found),
    ]


def _row(deadline: Deadline) -> tuple[str, ...]:
    return (
        deadline.id,
        deadline.mode,
        f"{_local_time(deadline)} {deadline.tz}",
        f"{deadline.utc:%Y-%m-%d %H:%MZ}",
        deadline.last_day.isoformat(),
    )


def _local_time(deadline: Deadline) -> str:
    """Write midnight at the end of a day as 24:00, the way a notice does."""
    local = deadline.local
    if local.time() == dt.time.min and local.date() != deadline.last_day:
        return f"{deadline.last_day:%a %Y-%m-%d} 24:00"
    return f"{local:%a %Y-%m-%d %H:%M}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _traces(found: tuple[Deadline, ...]) -> list[str]:
    """Write how each date was counted; once for modes that share the rule."""
    lines: list[str] = []
    for _, shared in groupby(found, key=lambda one: (one.id, one.basis)):
        deadline = next(shared)
        lines += [f"{deadline.id}: {deadline.basis}"]
        lines += [f"  {remark['en']}" for remark in (deadline.condition, deadline.note) if remark]
        lines += [*_counted(deadline.trace), ""]
    return lines[:-1]


def _counted(trace: tuple[CountedDay, ...]) -> Iterator[str]:
    """Write one line a day, but one line for a run of calendar days, where none is skipped."""
    for is_run, days in groupby(trace, key=lambda one: one.why == "calendar_day"):
        run = tuple(days)
        if is_run and len(run) > 1:
            span = f"{run[0].day:%a %Y-%m-%d} to {run[-1].day:%a %Y-%m-%d}"
            yield f"  {run[0].number}-{run[-1].number}  {span}  calendar days"
        else:
            yield from map(_day_line, run)


def _day_line(day: CountedDay) -> str:
    mark = str(day.number) if day.counted else "-"
    why = day.holiday["en"] if day.holiday else day.why.replace("_", " ")
    return f"  {mark}  {day.day:%a %Y-%m-%d}  {why}"

"""What `parvis charter` runs: the verdict of a charter file on a text, without a database."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from parvis.core import clock
from parvis.features.charter.document import load
from parvis.features.charter.judge import CompiledCharter, compile_charter, judge, paces_of
from parvis.features.charter.kinds.pace import MOST as MOST_COUNTED
from parvis.features.charter.moments import Calendar, moment
from parvis.features.charter.sniffing import sniff
from parvis.features.charter.verdict import ActText, Cause, FileFacts, Person, Verdict
from parvis.features.charter.vocabulary import ACTS, CAPACITIES, GROUP_PREFIX, PLACE_PREFIX
from parvis.features.tenants.problems import TenantFileError, hint

FIELD = "body"


def run(args: argparse.Namespace) -> int:
    """Print the verdict; 0 whatever it is, 2 when the file, the act or the text cannot be used."""
    try:
        _require_known_act(args.act)
        zone = _zone(args.timezone)
        charter = compile_charter(load(args.charter), timezone=zone.key)
        calendar, now = _calendar(args.events, zone), _moment(args.at, zone)
        act = _with_paces(_act_text(args), args.count, charter, calendar, now)
    except (TenantFileError, UnreadableInputError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    verdict = judge(act, charter, calendar, now)
    sys.stdout.write(_as_json(verdict, act) if args.json else _as_text(verdict, act, charter))
    return 0


class UnreadableInputError(Exception):
    """What was given on the command line cannot be judged."""


def _require_known_act(act: str) -> None:
    if act not in ACTS:
        raise UnreadableInputError(f'there is no act "{act}"{hint(act, ACTS)}')


def _act_text(args: argparse.Namespace) -> ActText:
    """Return the act of a member in good standing: verified name, charter accepted."""
    return ActText(
        act=args.act,
        person=Person(labels=_labels(args.roles), published=args.published),
        fields={FIELD: _text(args)},
        place=frozenset(args.places) | {PLACE_PREFIX + place for place in args.places},
        recipients=tuple(_labels([role]) for role in args.recipients),
        language=args.language,
        files=tuple(_file(path) for path in args.files),
    )


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise UnreadableInputError(
            f'"{name}" is not a time zone{hint(name, available_timezones())}'
        )
    return ZoneInfo(name)


def _calendar(events: list[str], zone: ZoneInfo) -> Calendar:
    pairs = (event.partition("=") for event in events)
    return {name: _moment(written, zone) for name, _, written in pairs}


def _moment(written: str | None, zone: ZoneInfo) -> datetime:
    if written is None:
        return clock.now()
    found = moment(written)
    at = found.on({}, zone) if found else None
    if at is None:
        raise UnreadableInputError(f'"{written}" is no moment: write 2027-07-20T10:00')
    return at


def _file(path: Path) -> FileFacts:
    try:
        with path.open("rb") as file:
            return FileFacts(field="file", type=sniff(file), size=path.stat().st_size)
    except OSError as error:
        raise UnreadableInputError(f"{path}: cannot be read: {error}") from None


def _with_paces(
    act: ActText, count: int, charter: CompiledCharter, calendar: Calendar, now: datetime
) -> ActText:
    """Return the act as that of somebody who did the same `count` times a moment ago."""
    if not 0 <= count <= MOST_COUNTED:
        raise UnreadableInputError(f"--count: from 0 to {MOST_COUNTED}")
    keys = paces_of(act, charter, calendar, now)
    return msgspec.structs.replace(act, paces=dict.fromkeys(keys, (now,) * count))


def _text(args: argparse.Namespace) -> str:
    if args.text is not None:
        return str(args.text)
    try:
        if args.text_file == "-":
            return sys.stdin.read()
        return Path(args.text_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{args.text_file}: cannot be read: {error}") from None


def _labels(roles: list[str]) -> frozenset[str]:
    """Return what charters may call these roles: a capacity as it is, else a group."""
    return frozenset(
        role if role in CAPACITIES or role.startswith(GROUP_PREFIX) else GROUP_PREFIX + role
        for role in roles
    )


def _as_json(verdict: Verdict, act: ActText) -> str:
    causes = [
        {
            "clause": cause.clause,
            "rule": cause.rule,
            "effect": cause.effect,
            # A cause about the whole act is about the whole text.
            "span": cause.span or (0, len(act.fields[FIELD])),
        }
        | ({"next_at": cause.next_at} if cause.next_at else {})
        for cause in verdict.causes
    ]
    return msgspec.json.encode({"effect": verdict.effect, "causes": causes}).decode() + "\n"


def _as_text(verdict: Verdict, act: ActText, charter: CompiledCharter) -> str:
    lines = [
        verdict.effect.upper(),
        *(_cause_line(cause, act, charter) for cause in verdict.causes),
    ]
    return "\n".join(lines) + "\n"


def _cause_line(cause: Cause, act: ActText, charter: CompiledCharter) -> str:
    title = cause.title_by_locale[charter.document.locales[0]]
    line = f"  {cause.effect:6}  {cause.clause} / {cause.rule}  ({title})"
    if cause.next_at is not None:
        line += f"  possible from {cause.next_at.astimezone(charter.zone):%Y-%m-%d %H:%M:%S}"
    if cause.span is None:
        return line
    start, end = cause.span
    return f"{line}  [{start}, {end}] “{act.fields[FIELD][start:end]}”"

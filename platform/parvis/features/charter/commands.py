"""What `parvis charter` runs: the verdict of a charter file on a text, without a database."""

import argparse
import sys
from pathlib import Path

import msgspec

from parvis.core import clock
from parvis.features.charter.document import load
from parvis.features.charter.judge import CompiledCharter, compile_charter, judge
from parvis.features.charter.verdict import ActText, Cause, Person, Verdict
from parvis.features.charter.vocabulary import ACTS, CAPACITIES, GROUP_PREFIX, PLACE_PREFIX
from parvis.features.tenants.problems import TenantFileError, hint

FIELD = "body"


def run(args: argparse.Namespace) -> int:
    """Print the verdict; 0 whatever it is, 2 when the file, the act or the text cannot be used."""
    try:
        _require_known_act(args.act)
        charter = compile_charter(load(args.charter))
        act = _act_text(args)
    except (TenantFileError, UnreadableInputError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    verdict = judge(act, charter, {}, clock.now())
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
    )


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
    if cause.span is None:
        return line
    start, end = cause.span
    return f"{line}  [{start}, {end}] “{act.fields[FIELD][start:end]}”"

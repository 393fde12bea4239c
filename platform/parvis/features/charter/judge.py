"""The judge: an act and a charter in, a verdict out. No input or output, no clock of its own."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from parvis.core.ids import CharterVersionId
from parvis.features.charter.document import CharterDocument, Clause
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.kinds.pace import counted
from parvis.features.charter.kinds.window import Window, windows_of
from parvis.features.charter.rule import UTC, Check, Finding, PlacedRule, Reading
from parvis.features.charter.verdict import TENANT_SCOPE, ActText, Cause, Verdict, verdict_of
from parvis.features.charter.vocabulary import READ, act_matches
from parvis.features.charter.windows import asleep


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Which charter this is: its scope, and the version published; none for a draft or a file."""

    scope: str = TENANT_SCOPE
    number: int = 0
    version_id: CharterVersionId | None = None


OF_A_FILE = Source()


class CompiledCharter(msgspec.Struct, frozen=True, kw_only=True):
    """A charter made ready to judge with; made once for each version and process."""

    document: CharterDocument
    clauses: dict[str, Clause]
    checks: tuple[Check, ...]
    has_places: bool
    # Whether a rule besides acceptance covers reading.
    limits_reading: bool = False
    paces: tuple[PlacedRule, ...] = ()
    windows: tuple[Window, ...] = ()
    zone: ZoneInfo = UTC
    grace_until: datetime | None = None
    source: Source = OF_A_FILE


def compile_charter(
    document: CharterDocument,
    *,
    grace_until: datetime | None = None,
    source: Source = OF_A_FILE,
    timezone: str = "UTC",
) -> CompiledCharter:
    """Return the charter ready to judge; rules of one kind are compiled together.

    `timezone` is the tenant's: where a day of a window begins.
    """
    placed = [rule for clause in document.clauses for rule in clause.rules]
    by_kind = {name: [one for one in placed if one.rule.kind == name] for name in KINDS}
    return CompiledCharter(
        document=document,
        clauses={clause.id: clause for clause in document.clauses},
        checks=tuple(KINDS[name].compile(rules) for name, rules in by_kind.items() if rules),
        # A pace that counts in each place by itself asks for the place as well.
        has_places=any(one.rule.places or getattr(one.rule, "each_place", False) for one in placed),
        limits_reading=any(
            act_matches(pattern, READ)
            for one in placed
            if one.rule.kind != "acceptance"
            for pattern in one.acts
        ),
        paces=tuple(by_kind["pace"]),
        windows=windows_of(by_kind["window"]),
        zone=ZoneInfo(timezone),
        grace_until=grace_until,
        source=source,
    )


def judge(
    act: ActText, charter: CompiledCharter, calendar: Mapping[str, datetime], now: datetime
) -> Verdict:
    """Return the strictest effect of all rules that speak against the act, and all its causes.

    Shape: each cause names clause, rule, effect and, where one is meant, field and [start, end)
    in the text as sent. A rule is named once for one place.
    Units: `now` and the dated events of `calendar` are aware UTC.
    """
    reading = _reading(act, charter, calendar, now)
    findings = (finding for check in charter.checks for finding in check(reading))
    return verdict_of(_cause(finding, charter) for finding in _without_twins(findings))


def paces_of(
    act: ActText, charter: CompiledCharter, calendar: Mapping[str, datetime], now: datetime
) -> Mapping[str, int]:
    """Return what has to be known of the person's earlier acts: how many of the last, by key."""
    return counted(charter.paces, _reading(act, charter, calendar, now)) if charter.paces else {}


def _reading(
    act: ActText, charter: CompiledCharter, calendar: Mapping[str, datetime], now: datetime
) -> Reading:
    return Reading(
        act,
        calendar=calendar,
        now=now,
        grace_until=charter.grace_until,
        zone=charter.zone,
        asleep=asleep(charter.windows, calendar, charter.zone, now),
        scope=charter.source.scope,
    )


def _without_twins(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield each finding once: one term may stand in the lists of two languages."""
    seen = set()
    for finding in findings:
        key = (id(finding.placed), finding.effect, finding.field, finding.span)
        if key not in seen:
            seen.add(key)
            yield finding


def _cause(finding: Finding, charter: CompiledCharter) -> Cause:
    placed = finding.placed
    return Cause(
        clause=placed.clause,
        rule=placed.id,
        kind=placed.rule.kind,
        effect=finding.effect,
        field=finding.field,
        span=finding.span,
        next_at=finding.next_at,
        title_by_locale=charter.clauses[placed.clause].title,
        reason_by_locale=placed.rule.reason,
        scope=charter.source.scope,
        version=charter.source.number,
        version_id=charter.source.version_id,
    )

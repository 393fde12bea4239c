"""`charter.toml`: clauses, texts and rules, read strictly; every mistake named with its line."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from parvis.features.charter import windows
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.moments import Calendar
from parvis.features.charter.rule import Complaint, KeyPath, PlacedRule, Rule, Slug, TextsByLocale
from parvis.features.charter.vocabulary import (
    ACTS,
    CAPACITIES,
    PLACES,
    is_known_act,
    is_known_person,
    is_known_place,
)
from parvis.features.tenants.problems import Problem, TenantFileError, hint
from parvis.features.tenants.strict_toml import check
from parvis.features.tenants.toml_lines import line_index, line_of, syntax_error_line

# The sixteen categories of the Commission's transparency database (law.md §2), for the
# statement of reasons of a decision under the clause.
Category = Literal[
    "animal_welfare", "consumer_information", "cyber_violence", "cyber_violence_against_women",
    "data_protection_and_privacy_violations", "illegal_or_harmful_speech",
    "intellectual_property_infringements", "negative_effects_on_civic_discourse_or_elections",
    "not_specified_notice", "other_violation_tc", "protection_of_minors",
    "risk_for_public_security", "scams_and_fraud", "self_harm", "unsafe_and_prohibited_products",
    "violence",
]  # fmt: skip


# What only the charter of the whole firm can say.
FIRM_KINDS = frozenset(("retention",))


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file. Absent keys take the default; unknown ones are refused."""


class VersionTable(_Table, frozen=True, kw_only=True):
    """What changes with this version. Only a material change asks for a new acceptance."""

    change: Literal["material", "editorial"]
    note: TextsByLocale = {}
    effective_on: date | None = None
    grace_days: Annotated[int, Meta(ge=0, le=90)] = 0


class _ClauseTable(_Table, frozen=True, kw_only=True):
    id: Slug
    title: TextsByLocale
    text: TextsByLocale
    law: TextsByLocale = {}
    category: Category = "other_violation_tc"
    rule: tuple[dict[str, Any], ...] = ()


class _CharterTable(_Table, frozen=True, kw_only=True):
    format: Literal[1]
    locales: tuple[Literal["fr", "en"], ...]
    title: TextsByLocale
    preamble: TextsByLocale
    version: VersionTable
    clause: tuple[_ClauseTable, ...]


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause: what members read, and the rules a machine keeps."""

    id: str
    title: dict[str, str]
    text: dict[str, str]
    law: dict[str, str]
    category: str
    rules: tuple[PlacedRule, ...]


class CharterDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A charter that has been read and found sound."""

    locales: tuple[str, ...]
    title: dict[str, str]
    preamble: dict[str, str]
    version: VersionTable
    clauses: tuple[Clause, ...]

    def clause(self, clause_id: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.id == clause_id), None)


def load(file: Path, *, of_community: bool = False) -> CharterDocument:
    """Return the charter in `file`, or raise TenantFileError naming all that is wrong."""
    try:
        return parse(file.read_bytes().decode(), file, of_community=of_community)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TenantFileError([Problem(file, line, "this line is not UTF-8 text")]) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise TenantFileError([Problem(file, 1, f"cannot be read: {reason}")]) from None


def parse(
    source: str, file: Path, calendar: Calendar | None = None, *, of_community: bool = False
) -> CharterDocument:
    """Return the charter that `source` writes; `file` only names it in TenantFileError.

    One `of_community` may not say what is the whole firm's to say.
    """
    try:
        return _parse(source, file, calendar, of_community=of_community)
    except RecursionError:
        raise TenantFileError([Problem(file, 1, "its tables are nested too deeply")]) from None


def _parse(
    source: str, file: Path, calendar: Calendar | None, *, of_community: bool
) -> CharterDocument:
    source = source.replace("\r\n", "\n")
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TenantFileError([Problem(file, _syntax_line(error, source), str(error))]) from None
    except ValueError:  # Python's own refusal of a number of thousands of digits
        raise TenantFileError([Problem(file, 1, "a number in it is too long")]) from None
    complaints = list(check(data, _CharterTable, ())) or list(_rule_complaints(data))
    if not complaints:
        table = msgspec.convert(data, _CharterTable)
        document = _document(table)
        complaints = list(_complaints(document, table, calendar))
        if of_community:
            complaints += _community_complaints(document)
        if not complaints:
            return document
    lines = line_index(source)
    raise TenantFileError(Problem(file, line_of(path, lines), text) for path, text in complaints)


def _syntax_line(error: tomllib.TOMLDecodeError, source: str) -> int:
    """Return the line the parser names; what it misses only at the end is told at the end."""
    if "end of document" in str(error):
        return source.rstrip().count("\n") + 1
    return syntax_error_line(error)


def _rule_complaints(data: dict[str, Any]) -> Iterator[Complaint]:
    """Yield what is wrong with the shape of rules, each by its kind."""
    for place, clause in enumerate(data["clause"]):
        for number, rule in enumerate(clause.get("rule", ())):
            path: KeyPath = ("clause", place, "rule", number)
            kind = rule.get("kind")
            if kind in KINDS:
                yield from check(rule, KINDS[kind].spec, path)
            else:
                yield (*path, "kind"), _kind_complaint(kind, clause["id"])


def _kind_complaint(kind: Any, clause: str) -> str:
    if kind is None:
        return f'a rule of clause "{clause}" needs the key "kind"'
    return f'clause "{clause}": "{kind}" is no kind of rule{hint(str(kind), KINDS)}'


def _document(table: _CharterTable) -> CharterDocument:
    return CharterDocument(
        locales=table.locales,
        title=table.title,
        preamble=table.preamble,
        version=table.version,
        clauses=tuple(_clause(clause) for clause in table.clause),
    )


def _clause(table: _ClauseTable) -> Clause:
    return Clause(
        id=table.id,
        title=table.title,
        text=table.text,
        law=table.law,
        category=table.category,
        rules=tuple(_placed(table.id, rule) for rule in table.rule),
    )


def _placed(clause: str, data: dict[str, Any]) -> PlacedRule:
    kind = KINDS[data["kind"]]
    rule: Rule = msgspec.convert(data, kind.spec)
    return PlacedRule(
        clause=clause,
        # A rule without an id is named by its kind, in ids' own alphabet.
        id=rule.id or rule.kind.replace("_", "-"),
        acts=rule.acts or kind.default_acts,
        rule=rule,
    )


def _complaints(
    document: CharterDocument, table: _CharterTable, calendar: Calendar | None
) -> Iterator[Complaint]:
    """Yield what is wrong with a charter whose tables all have the right shape."""
    yield from _locale_complaints(table, document.locales)
    seen: set[str] = set()
    for place, clause in enumerate(document.clauses):
        path: KeyPath = ("clause", place)
        if clause.id in seen:
            yield (*path, "id"), f'the clause id "{clause.id}" is used twice'
        seen.add(clause.id)
        yield from _clause_complaints(clause, path, document.locales)
    yield from windows.complaints(placed_rules(document), calendar)


def placed_rules(document: CharterDocument) -> list[tuple[KeyPath, PlacedRule]]:
    """Return every rule of a charter with the place of its table."""
    return list(_placed_rules(document))


def _placed_rules(document: CharterDocument) -> Iterator[tuple[KeyPath, PlacedRule]]:
    for place, clause in enumerate(document.clauses):
        for number, placed in enumerate(clause.rules):
            yield ("clause", place, "rule", number), placed


def _community_complaints(document: CharterDocument) -> Iterator[Complaint]:
    """Yield what a community's own charter says beyond that community."""
    for place, clause in enumerate(document.clauses):
        for number, placed in enumerate(clause.rules):
            path: KeyPath = ("clause", place, "rule", number)
            where = f'clause "{clause.id}", rule "{placed.id}": '
            if placed.rule.kind in FIRM_KINDS:
                text = f'rules of kind "{placed.rule.kind}" belong in the charter of the firm'
                yield (*path, "kind"), where + text
            if placed.rule.places:
                text = 'a community\'s charter is about that community alone: leave out "places"'
                yield (*path, "places"), where + text


def _locale_complaints(table: _CharterTable, locales: tuple[str, ...]) -> Iterator[Complaint]:
    yield from _missing("title", table.title, (), locales)
    yield from _missing("preamble", table.preamble, (), locales)
    if table.version.note:
        yield from _missing("note", table.version.note, ("version",), locales)
    for place, clause in enumerate(table.clause):
        for key in ("title", "text", "law"):
            if key != "law" or clause.law:
                yield from _missing(key, getattr(clause, key), ("clause", place), locales)


def _missing(
    key: str, texts: dict[str, str], path: KeyPath, locales: tuple[str, ...]
) -> Iterator[Complaint]:
    for locale in locales:
        if locale not in texts:
            yield (*path, key), f'"{key}" has no text in "{locale}"'
    for locale in texts:
        if locale not in locales:
            yield (*path, key, locale), f'"{locale}" is not one of this charter\'s locales'


def _clause_complaints(
    clause: Clause, path: KeyPath, locales: tuple[str, ...]
) -> Iterator[Complaint]:
    seen: set[str] = set()
    for number, placed in enumerate(clause.rules):
        rule_path: KeyPath = (*path, "rule", number)
        where = f'clause "{clause.id}", rule "{placed.id}": '
        if placed.id in seen:
            yield rule_path, f"{where}the id is used twice; give each rule of a kind its own"
        seen.add(placed.id)
        for inner, text in _all_rule_complaints(placed.rule, locales):
            yield (*rule_path, *inner), where + text


def _all_rule_complaints(rule: Rule, locales: tuple[str, ...]) -> Iterator[Complaint]:
    if rule.reason:
        yield from _missing("reason", rule.reason, (), locales)
    yield from _unknown("acts", rule.acts, is_known_act, ACTS)
    yield from _unknown("places", rule.places, is_known_place, PLACES)
    for key in ("people", "except_people", "recipients"):
        yield from _unknown(key, getattr(rule, key, ()), is_known_person, CAPACITIES)
    yield from KINDS[rule.kind].complaints(rule)


def _unknown(
    key: str, values: tuple[str, ...], is_known: Any, known: frozenset[str]
) -> Iterator[Complaint]:
    for place, value in enumerate(values):
        if not is_known(value):
            yield (key, place), f'"{value}" in "{key}" is not known{hint(value, known)}'

"""A small charter to judge with, and how the tests of this folder judge."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from parvis.features.charter.document import CharterDocument, parse
from parvis.features.charter.judge import compile_charter, judge
from parvis.features.charter.verdict import ActText, FileFacts, Person, Verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FILE = Path("charter.toml")

HEAD = """
format = 1
locales = ["fr", "en"]
title = { fr = "Charte", en = "Charter" }
preamble = { fr = "Préambule", en = "Preamble" }
[version]
change = "material"
"""
CLAUSE = """
[[clause]]
id = "{id}"
title = {{ fr = "Titre", en = "Title" }}
text = {{ fr = "Texte", en = "Text" }}
"""


def clause(*rules: str, clause_id: str = "rules") -> str:
    """Return a clause as TOML, with each of `rules` as the body of a rule table."""
    tables = (f"[[clause.rule]]\n{rule}\n" for rule in rules)
    return CLAUSE.format(id=clause_id) + "".join(tables)


def charter(*rules: str) -> CharterDocument:
    return parse(HEAD + clause(*rules), FILE)


def verdict(
    document: CharterDocument, text: str = "", *, act: str = "post.publish",
    person: Person | None = None, place: frozenset[str] = frozenset(),
    recipients: tuple[frozenset[str], ...] = (), language: str | None = None,
    fields: Mapping[str, str] | None = None, now: datetime = NOW,
    grace_until: datetime | None = None, files: tuple[FileFacts, ...] = (),
    paces: Mapping[str, tuple[datetime, ...]] | None = None,
    calendar: Mapping[str, datetime] | None = None, timezone: str = "UTC",
) -> Verdict:  # fmt: skip
    """Return the verdict of `document` on one text in the field `body`."""
    written = ActText(
        act=act, person=person or Person(), place=place, recipients=recipients,
        language=language, fields={"body": text} if fields is None else fields,
        files=files, paces=paces or {},
    )  # fmt: skip
    compiled = compile_charter(document, grace_until=grace_until, timezone=timezone)
    return judge(written, compiled, calendar or {}, now)


def quoted(found: Verdict, text: str) -> list[str]:
    """Return the pieces of `text` that the causes point at, in order of place."""
    spans = sorted(cause.span for cause in found.causes if cause.span is not None)
    return [text[start:end] for start, end in spans]

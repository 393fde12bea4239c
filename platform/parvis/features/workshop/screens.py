"""What the workshop's pages show beside the API's views."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any, Literal

import msgspec

from parvis.core.actor import Actor
from parvis.features.charter.comparison import Comparison
from parvis.features.charter.document import CharterDocument
from parvis.features.workshop import checking, queries, rules, source_edits
from parvis.features.workshop.queries import CommunityRow, DraftView, Overview
from parvis.features.workshop.rules import Draft, Scope

MOST_LINES = 400
MOST_NUMBERED = 10_000


class Line(msgspec.Struct, frozen=True):
    """One line of two texts compared."""

    kind: Literal["same", "added", "removed"]
    text: str


class Theirs(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody else made of the draft meanwhile, against what was sent."""

    name: str
    at: Any
    lines: tuple[Line, ...]


class OverviewScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The first screen. `about` is None for who works on communities' charters only."""

    about: Overview | None
    communities: tuple[CommunityRow, ...]


class DraftScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The draft's text as it is shown: that of the draft, or what was sent and not taken."""

    about: DraftView | None
    source: str
    version: int
    lines: int
    newest: int | None
    theirs: Theirs | None = None


class ClauseForm(msgspec.Struct, frozen=True, kw_only=True):
    """One clause in the gentle form, by language."""

    id: str
    number: int
    title: dict[str, str]
    text: dict[str, str]
    law: dict[str, str]
    rules: int


class ClausesScreen(msgspec.Struct, frozen=True, kw_only=True):
    """All clauses of the draft; none while it cannot be read, and then all that is wrong."""

    draft: Draft
    locales: tuple[str, ...]
    clauses: tuple[ClauseForm, ...]
    mistakes: tuple[checking.Mistake, ...]


class PublicationScreen(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing would do. `asked`: how many members a material change asks.

    `note` is the draft's own, empty while it is still that of the version before.
    """

    draft: Draft
    document: CharterDocument | None
    comparison: Comparison | None
    note: dict[str, str]
    number: int
    asked: int | None
    mistakes: tuple[checking.Mistake, ...]
    is_outdated: bool


async def overview(actor: Actor, scope: Scope | None) -> OverviewScreen:
    """Return the first screen: of a charter, and of the others there are to choose from."""
    others = () if scope and scope.slug else await queries.communities(actor)
    about = await queries.overview(actor, scope) if scope else None
    return OverviewScreen(about=about, communities=others)


async def draft(
    actor: Actor, scope: Scope, sent: str | None = None, seen: int | None = None
) -> DraftScreen:
    """Return the draft's screen, with what was `sent` on version `seen` in place of its text."""
    about = await queries.draft_view(actor, scope) if await rules.find_draft(scope) else None
    latest = await rules.newest(scope)
    kept = about.source if about else ""
    source = kept if sent is None else source_edits.normal(sent)
    theirs = None
    if about and sent is not None and seen != about.version:
        theirs = Theirs(
            name=about.updated_by, at=about.updated_at, lines=tuple(_lines(source, kept))
        )
    return DraftScreen(
        about=about,
        source=source,
        version=about.version if about else 0,
        lines=min(source.count("\n"), MOST_NUMBERED),
        newest=latest.number if latest else None,
        theirs=theirs,
    )


def _lines(mine: str, theirs: str) -> Iterator[Line]:
    """Yield how their text differs from mine, with a line around each difference."""
    if len(mine) > source_edits.MOST_CHARACTERS:
        return
    found = unified_diff(mine.split("\n"), theirs.split("\n"), lineterm="", n=1)
    for number, line in enumerate(found):
        if number < 2 or line.startswith("@@"):
            continue
        if number > MOST_LINES:
            return
        kind: Any = {"+": "added", "-": "removed"}.get(line[:1], "same")
        yield Line(kind, line[1:])


async def clauses(actor: Actor, scope: Scope) -> ClausesScreen:
    """Return the clauses of the draft. Errors: NotFound where there is none."""
    current = await rules.require_draft(scope)
    found = await checking.check(scope, current.source, actor.locale)
    document = found.document
    return ClausesScreen(
        draft=current,
        locales=document.locales if document else (),
        mistakes=found.mistakes,
        clauses=tuple(
            ClauseForm(
                id=clause.id,
                number=number,
                title=clause.title,
                text=clause.text,
                law=clause.law,
                rules=len(clause.rules),
            )
            for number, clause in enumerate(document.clauses if document else (), start=1)
        ),
    )


async def publication(actor: Actor, scope: Scope) -> PublicationScreen:
    """Return what publishing the draft would do. Errors: NotFound where there is none."""
    current = await rules.require_draft(scope)
    found = await checking.check(scope, current.source, actor.locale)
    latest = await rules.newest(scope)
    comparison, note = None, dict[str, str]()
    if found.document:
        comparison = (await queries.difference(actor, scope)).comparison
        known = (await checking.check(scope, latest.source)).document if latest else None
        if known is None or known.version.note != found.document.version.note:
            note = found.document.version.note
    return PublicationScreen(
        draft=current,
        document=found.document,
        comparison=comparison,
        note=note,
        number=latest.number + 1 if latest else 1,
        asked=await queries.members_asked(scope),
        mistakes=found.mistakes,
        is_outdated=current.based_on != (latest.number if latest else None),
    )

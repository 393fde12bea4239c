"""Whether a charter's text is sound: all mistakes, each with its line; and ready to judge with."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.charter import calendar
from parvis.features.charter.document import CharterDocument, parse
from parvis.features.charter.judge import CompiledCharter, Source, compile_charter
from parvis.features.tenants.problems import TenantFileError
from parvis.features.workshop import phrases
from parvis.features.workshop.rules import FILE, Scope
from parvis.features.workshop.source_edits import MOST_CHARACTERS

MOST_MISTAKES = 200
UNSOUND = N_("The text holds mistakes: correct them first.")


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one line, which counts from 1."""

    line: int
    message: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was read: its document, or all that is wrong with it."""

    document: CharterDocument | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def is_sound(self) -> bool:
        return self.document is not None


class Unsound(Invalid):
    """422: the text cannot be used; `mistakes` names each with its line."""

    code = "charter_unsound"

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(UNSOUND, mistakes=[msgspec.to_builtins(one) for one in mistakes])
        self.mistakes = mistakes


async def check(scope: Scope, source: str, locale: str = "en") -> Checked:
    """Return what a text says as the charter of `scope`, mistakes in the reader's language."""
    dates = await dates_of(scope)
    return checked(source, dates, of_community=scope.community_id is not None, locale=locale)


async def dates_of(scope: Scope) -> Mapping[str, datetime]:
    """Return the dated events of the house, to which windows of a charter may be relative."""
    return await calendar.calendar_of(scope.tenant)


def checked(
    source: str,
    dates: Mapping[str, datetime],
    *,
    of_community: bool = False,
    locale: str = "en",
) -> Checked:
    """Return what a text says; `dates` are the dated events that windows may be relative to.

    Of many mistakes, the first.
    """
    require_length(source)
    try:
        document = parse(source, FILE, dates, of_community=of_community)
    except TenantFileError as error:
        return Checked(
            document=None,
            mistakes=tuple(
                Mistake(line=problem.line, message=phrases.told(problem.message, locale))
                for problem in islice(error.problems, MOST_MISTAKES)
            ),
        )
    return Checked(document=document)


def require_length(source: str) -> None:
    """Raise Invalid when a text is longer than any charter."""
    if len(source) > MOST_CHARACTERS:
        raise Invalid(
            fields={
                "source": N_("A charter holds at most {most} characters; this one has {many}.")
            },
            most=MOST_CHARACTERS,
            many=len(source),
        )


async def require_sound(scope: Scope, source: str, locale: str = "en") -> CharterDocument:
    """Return the charter that a text says, else raise Unsound with all that is wrong with it."""
    found = await check(scope, source, locale)
    if found.document is None:
        raise Unsound(found.mistakes)
    return found.document


def ready(scope: Scope, document: CharterDocument) -> CompiledCharter:
    """Return a draft's charter ready to judge with."""
    source = Source(scope=scope.name)
    return compile_charter(document, source=source, timezone=scope.tenant.timezone)

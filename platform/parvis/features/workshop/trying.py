"""Trying a sentence: what two charters say of the same words, side by side."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from parvis.core import clock
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.charter.judge import CompiledCharter, judge
from parvis.features.charter.queries import spoken
from parvis.features.charter.verdict import ActText, Cause, Effect, Person
from parvis.features.charter.vocabulary import ACTS, CAPACITIES, GROUP_PREFIX
from parvis.features.workshop.marking import Passage, passages

FIELD = "text"
MOST_CHARACTERS = 8000
# What members write, as the form offers it; programs may name any act.
WRITTEN = {
    "post.publish": N_("A post"),
    "comment.publish": N_("A comment"),
    "question.submit": N_("A question to the meeting"),
    "message.send": N_("A message"),
    "profile.edit": N_("Words on their own profile"),
    "idea.submit": N_("An idea"),
    "document.share": N_("A document"),
    "recommendation.publish": N_("A recommendation"),
    "invitation.send": N_("An invitation"),
    "community.create": N_("A new community"),
}


class TrialInput(msgspec.Struct, frozen=True, kw_only=True):
    """Words, who writes them, where and when. `at` is local to the house where it names no zone."""

    text: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
    act: str = "post.publish"
    capacity: str | None = None
    groups: Annotated[list[str], Meta(max_length=50)] = []
    place: str | None = None
    at: datetime | None = None
    published: Annotated[int, Meta(ge=0, le=100_000)] = 10


class TriedCause(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that speaks against the words; `quoted` are those it points at."""

    clause: str
    title: str
    rule: str
    kind: str
    effect: Effect
    reason: str
    span: tuple[int, int] | None
    quoted: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What one charter says: the strictest effect, all causes, the words with passages marked.

    `label` names the charter: `draft`, or the number of the version in force.
    """

    label: str
    effect: Effect
    causes: tuple[TriedCause, ...]
    passages: tuple[Passage, ...]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Both verdicts; a side is missing where there is no sound draft, or no version yet."""

    draft: Tried | None
    in_force: Tried | None


def act_of(given: TrialInput, place: frozenset[str]) -> ActText:
    """Return the act that is tried: by a member in good standing, who has accepted the charter.

    Errors: Invalid for an act or a capacity that charters do not know.
    """
    if given.act not in ACTS:
        raise Invalid(fields={"act": N_("Charters know no such act.")})
    if given.capacity and given.capacity not in CAPACITIES:
        raise Invalid(fields={"capacity": N_("Charters know no such capacity.")})
    labels = {GROUP_PREFIX + slug for slug in given.groups}
    if given.capacity:
        labels.add(given.capacity)
    return ActText(
        act=given.act,
        person=Person(labels=frozenset(labels), published=given.published),
        fields={FIELD: given.text},
        place=place,
    )


def moment_of(given: TrialInput, timezone: str) -> datetime:
    """Return when the words are written: now unless a moment was given."""
    if given.at is None:
        return clock.now()
    return given.at if given.at.tzinfo else given.at.replace(tzinfo=ZoneInfo(timezone))


def tried(
    charter: CompiledCharter,
    act: ActText,
    dates: Mapping[str, datetime],
    at: datetime,
    *,
    label: str,
    locale: str,
) -> Tried:
    """Return what a charter says of an act, in the reader's language."""
    verdict = judge(act, charter, dates, at)
    text = act.fields[FIELD]
    spans = [cause.span for cause in verdict.causes if cause.span]
    return Tried(
        label=label,
        effect=verdict.effect,
        causes=tuple(_cause(cause, text, locale) for cause in verdict.causes),
        passages=passages(text, spans),
    )


def _cause(cause: Cause, text: str, locale: str) -> TriedCause:
    return TriedCause(
        clause=cause.clause,
        title=spoken(cause.title_by_locale, locale),
        rule=cause.rule,
        kind=cause.kind,
        effect=cause.effect,
        reason=spoken(cause.reason_by_locale, locale),
        span=cause.span,
        quoted=text[slice(*cause.span)] if cause.span else "",
    )

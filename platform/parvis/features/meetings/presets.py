"""Presets: the rules of one jurisdiction for questions before a general meeting, as data.

The files under `presets/` are read by a firm's counsel as much as by this program; they cite
their source in `basis` and say who verified them and when. The notice of a meeting always wins.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_

FOLDER = Path(__file__).parent / "presets"

Texts = Mapping[str, str]
"""One text a language, by locale: {"en": …, "fr": …}."""

Kind = Literal["deadline", "record_date", "milestone"]
Authority = Literal["law", "policy"]
Addressee = Literal["member", "issuer"]


class UnknownPreset(Invalid):
    code = "unknown_preset"


class UnknownMode(Invalid):
    code = "unknown_mode"


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a moment is found: whole days away from the anchor, then an edge of the day reached.

    `end_of_day` is the midnight that follows the day reached, `start_of_day` the one it begins
    with. "At the latest N days before" leaves N whole days free: offset -N, start of day.
    """

    anchor: Literal["meeting_date"]
    offset: int
    unit: Literal["calendar_day", "business_day"]
    edge: Literal["end_of_day", "start_of_day"]
    tz: str
    calendar: str | None = None

    def __post_init__(self) -> None:
        if (self.unit == "business_day") != (self.calendar is not None):
            raise ValueError("business days, and only they, are counted on a calendar")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One date that the law, or the issuer's policy, ties to the date of the meeting.

    `modes` names the modes of the preset that know it. `meetings_from` and `meetings_until`
    are the first and the last date of a meeting it holds for.
    """

    id: str
    kind: Kind
    addressee: Addressee
    authority: Authority
    modes: tuple[str, ...]
    label: Texts
    count: Count
    basis: str
    meetings_from: dt.date | None = None
    meetings_until: dt.date | None = None
    condition: Texts | None = None
    note: Texts | None = None

    def holds_on(self, meeting_date: dt.date) -> bool:
        """Whether the rule is in force for a meeting on this date."""
        starts = self.meetings_from or dt.date.min
        ends = self.meetings_until or dt.date.max
        return starts <= meeting_date <= ends


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way of holding the questions that the issuer may choose; the first one is the default."""

    id: str
    label: Texts


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way a question may take. `deadline` is a rule; a late question goes on in `late`."""

    id: Literal["statutory", "free"]
    label: Texts
    deadline: str
    must_be_answered: bool
    basis: str
    late: Literal["free"] | None = None


class AnswerPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an answer is due (a rule), and what counts as one."""

    due: str
    common_answers: bool
    website_counts: bool
    basis: str


class RefusalGround(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground on which a question, or a statement, may be left without an answer."""

    code: str
    about: Literal["question", "statement"]
    text: Texts
    basis: str


class PolicyPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an issuer publishes about its own handling of questions where no law does."""

    timeline: Texts
    topics: Texts
    selection: Texts
    publication: Texts


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a meeting takes from its jurisdiction. `opens` is the rule that opens asking."""

    id: str
    name: Texts
    rules_version: str
    verified_by: str
    verified_on: dt.date
    timezone: str
    site: Literal["public"]
    recipient: Texts
    modes: tuple[Mode, ...]
    channels: tuple[Channel, ...]
    answer: AnswerPolicy
    rules: tuple[Rule, ...]
    opens: str | None = None
    refusals: tuple[RefusalGround, ...] = ()
    policy: PolicyPage | None = None

    @property
    def default_mode(self) -> str:
        return self.modes[0].id

    def require_mode(self, mode: str) -> str:
        """Return the mode if the preset has it."""
        known = [one.id for one in self.modes]
        if mode not in known:
            message = N_('The preset "{preset}" has no mode "{mode}". Its modes: {known}.')
            raise UnknownMode(
                message,
                fields={"mode": message},
                preset=self.id,
                mode=mode,
                known=", ".join(known),
            )
        return mode


@lru_cache
def preset_ids() -> tuple[str, ...]:
    """Return the name of every preset, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_preset(preset_id: str) -> Preset:
    """Return a preset by its name. Errors: UnknownPreset (422), which names the nearest one."""
    if preset_id not in preset_ids():
        raise _unknown_preset(preset_id)
    return _read(preset_id)


@lru_cache
def _read(preset_id: str) -> Preset:
    with (FOLDER / f"{preset_id}.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file), Preset)


def _unknown_preset(preset_id: str) -> UnknownPreset:
    known = preset_ids()
    near = get_close_matches(preset_id.lower(), known, n=1, cutoff=0.4)
    message = (
        N_('There is no preset "{preset}". Did you mean "{nearest}"? Known: {known}.')
        if near
        else N_('There is no preset "{preset}". Known: {known}.')
    )
    return UnknownPreset(
        message,
        fields={"preset": message},
        preset=preset_id,
        nearest="".join(near),
        known=", ".join(known),
    )

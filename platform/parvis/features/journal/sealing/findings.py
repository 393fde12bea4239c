"""What a verification finds, and how it says so."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import i18n
from parvis.core.i18n import N_

MOST_KEPT = 20


class Fault(StrEnum):
    """Something that an untouched journal never shows."""

    ENTRY_ALTERED = "entry_altered"
    ENTRY_MISSING = "entry_missing"
    LEAF_MISSING = "leaf_missing"
    LEAF_ALTERED = "leaf_altered"
    OUT_OF_ORDER = "out_of_order"
    BACKDATED = "backdated"
    ROOT_DIFFERS = "root_differs"
    TILE_MISSING = "tile_missing"
    TREE_BROKEN = "tree_broken"
    LEAVES_UNSIGNED = "leaves_unsigned"
    NEVER_SEALED = "never_sealed"
    WAITS_TOO_LONG = "waits_too_long"
    GONE_UNSEALED = "gone_unsealed"
    NOTE_ALTERED = "note_altered"
    NOTE_UNSIGNED = "note_unsigned"
    KEY_FOREIGN = "key_foreign"
    KEY_RETIRED = "key_retired"
    CHAIN_BROKEN = "chain_broken"
    SHRUNK = "shrunk"
    ANCHOR_AHEAD = "anchor_ahead"
    ANCHOR_DIFFERS = "anchor_differs"
    ANCHOR_MISSING = "anchor_missing"
    TIMESTAMP_WRONG = "timestamp_wrong"


SAID: dict[Fault, str] = {
    Fault.ENTRY_ALTERED: N_("The entry is not the one that was sealed: it was altered."),
    Fault.ENTRY_MISSING: N_("The entry that was sealed here is gone."),
    Fault.LEAF_MISSING: N_("No leaf is at this position, nor at {missing} in all from here on."),
    Fault.LEAF_ALTERED: N_("The leaf is not the one that its tile holds."),
    Fault.OUT_OF_ORDER: N_("The leaf is not in the order in which entries were sealed."),
    Fault.BACKDATED: N_(
        "The entry says that it is older than checkpoint {number}, but came into the journal"
        " after it."
    ),
    Fault.ROOT_DIFFERS: N_(
        "The entries at positions {first} to {last} are not those that checkpoint {number} signs."
    ),
    Fault.TILE_MISSING: N_("Tile {index} of level {level} is missing."),
    Fault.TREE_BROKEN: N_("The tree before position {first} does not fit checkpoint {number}."),
    Fault.LEAVES_UNSIGNED: N_("{count} leaves stand behind the last checkpoint, unsigned."),
    Fault.NEVER_SEALED: N_("The entry was never sealed, nor does it wait for it."),
    Fault.WAITS_TOO_LONG: N_("The entry has waited for its seal for more than an hour."),
    Fault.GONE_UNSEALED: N_("An entry that waited for its seal is gone."),
    Fault.NOTE_ALTERED: N_("Checkpoint {number} does not say what was kept of it."),
    Fault.NOTE_UNSIGNED: N_("Checkpoint {number} is not signed by its key."),
    Fault.KEY_FOREIGN: N_("Checkpoint {number} is signed by a key that is not the house’s."),
    Fault.KEY_RETIRED: N_("Checkpoint {number} is signed by a key that was retired before."),
    Fault.CHAIN_BROKEN: N_("Checkpoint {number} does not follow from the one before."),
    Fault.SHRUNK: N_("Checkpoint {number} is no larger, or no later, than the one before."),
    Fault.ANCHOR_AHEAD: N_(
        "The storage keeps checkpoint {number} over {size} entries, which the journal no longer"
        " has: its end was cut off."
    ),
    Fault.ANCHOR_DIFFERS: N_("The storage keeps another checkpoint {number} than the journal."),
    Fault.ANCHOR_MISSING: N_("The anchor of checkpoint {number} is gone from the storage."),
    Fault.TIMESTAMP_WRONG: N_("The time-stamp of checkpoint {number} does not verify: {why}."),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and the entry at which it shows, where it shows at one."""

    fault: Fault
    position: int | None = None
    entry_id: UUID | None = None
    act: str | None = None
    at: dt.datetime | None = None
    values: Mapping[str, Any] = {}

    def say(self, locale: str) -> str:
        """Return what is wrong, in a language."""
        return i18n.translate(locale, SAID[self.fault], **self.values)


class Report(msgspec.Struct, kw_only=True):
    """What a verification came to: the first problems, and how many there are."""

    entries: int = 0
    checkpoints: int = 0
    size: int = 0
    waiting: int = 0
    objects: int = 0
    locked_objects: int = 0
    timestamps: int = 0
    # None: there is no storage to compare with; False: it could not be reached.
    is_storage_compared: bool | None = None
    problem_count: int = 0
    problems: list[Problem] = []

    @property
    def is_sound(self) -> bool:
        return self.problem_count == 0

    @property
    def first(self) -> Problem | None:
        """The problem at the lowest position: where a range is at fault, an entry inside it."""
        placed = [one for one in self.problems if one.position is not None]
        if not placed:
            return self.problems[0] if self.problems else None
        lowest = min(placed, key=lambda one: one.position or 0)
        inside = (
            one
            for one in sorted(placed, key=lambda one: one.position or 0)
            if lowest.fault is Fault.ROOT_DIFFERS
            and one.fault is not Fault.ROOT_DIFFERS
            and (one.position or 0) <= lowest.values["last"]
        )
        return next(inside, lowest)

    def add(self, problem: Problem) -> None:
        """Count a problem, and keep it if it is among the first."""
        self.problem_count += 1
        if len(self.problems) < MOST_KEPT:
            self.problems.append(problem)

"""`attachments`: which files may come with an act, how large, how many.

The type is what a file's bytes are (charter/sniffing.py), never what its name or sender says.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.sniffing import TYPES
from parvis.features.charter.verdict import Effect, FileFacts
from parvis.features.charter.vocabulary import EVERYTHING
from parvis.features.tenants.problems import hint

MEGABYTE = 1024 * 1024
_FAMILIES = frozenset(f"{name.partition('/')[0]}/*" for name in TYPES)


class AttachmentsRule(Rule, frozen=True, kw_only=True):
    """`types` are those allowed, `image/*` for a family; sizes count one file at a time."""

    kind: Literal["attachments"]
    effect: Literal["hold", "refuse"] = "refuse"
    types: tuple[str, ...] = ()
    max_mb: Annotated[float, Meta(gt=0, le=100)] | None = None
    max_files: Annotated[int, Meta(ge=0, le=100)] | None = None


class AttachmentsKind(PerRuleKind):
    name = "attachments"
    spec = AttachmentsRule
    default_acts = EVERYTHING

    def complaints(self, rule: AttachmentsRule) -> Iterator[Complaint]:
        if not rule.types and rule.max_mb is None and rule.max_files is None:
            yield (), 'an attachments rule needs "types", "max_mb" or "max_files"'
        if rule.max_files == 0 and (rule.types or rule.max_mb is not None):
            yield ("max_files",), "where no file may come, no type and no size can be allowed"
        for place, name in enumerate(rule.types):
            if name not in TYPES and name not in _FAMILIES:
                near = hint(name, TYPES | _FAMILIES)
                yield ("types", place), f'"{name}" is no type that can be told from bytes{near}'

    def find(
        self, placed: PlacedRule, rule: AttachmentsRule, reading: Reading
    ) -> Iterator[Finding]:
        files = reading.act.files
        if rule.max_files is not None and len(files) > rule.max_files:
            yield Finding(placed, Effect(rule.effect))
        for file in files:
            if not _is_allowed(file, rule):
                yield Finding(placed, Effect(rule.effect), file.field)


def _is_allowed(file: FileFacts, rule: AttachmentsRule) -> bool:
    if rule.max_mb is not None and file.size > rule.max_mb * MEGABYTE:
        return False
    family = f"{file.type.partition('/')[0]}/*"
    return not rule.types or file.type in rule.types or family in rule.types

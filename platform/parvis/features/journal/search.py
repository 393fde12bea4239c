"""What can be asked of the journal, and the conditions that makes in SQL."""

import datetime as dt
import re
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.journal.sentences import SENTENCES

# The commands of operators, and what came of them.
OPERATOR_ACTS = (
    *sorted(act for act in SENTENCES if act.startswith("operator.")),
    "emergency.added",
    "emergency.revoked",
    "identity.client_key_rotated",
    "tenant.applied",
    "tenant.seeded",
)
_SUBJECT = re.compile(r"([a-z_]{1,40}):([0-9a-fA-F-]{32,36})")


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Everything is optional. `person` is an id or part of a name; dates are the tenant's days.

    `by` "operator" asks for what operators did.
    """

    act: str | None = None
    person: str | None = None
    subject: str | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None
    by: Literal["operator"] | None = None

    @property
    def is_empty(self) -> bool:
        return self == Search()


class Where(msgspec.Struct, kw_only=True):
    """Conditions and their values; `$1` is the tenant, so the first value given is `$2`."""

    conditions: list[str] = []
    values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition whose `{}` stand for `values`."""
        first = len(self.values) + 2
        places = (f"${first + n}" for n in range(len(values)))
        self.conditions.append(condition.format(*places))
        self.values.extend(values)

    @property
    def sql(self) -> str:
        return "".join(f" AND {condition}" for condition in self.conditions)


def where(search: Search, *, timezone: str, people: tuple[UUID, ...] | None) -> Where:
    """Return the conditions of a search; `people` are the members that `person` stands for."""
    found = Where()
    if search.act:
        found.add("e.act = {}", search.act)
    if search.by:
        found.add("e.act = ANY({}::text[])", list(OPERATOR_ACTS))
    if people is not None:
        found.add("e.actor_id = ANY({}::uuid[])", list(people))
    if search.subject:
        found.add("e.subject_kind = {} AND e.subject_id = {}", *subject_of(search.subject))
    if search.from_day:
        found.add("e.at >= {}", _midnight(search.from_day, timezone))
    if search.to_day:
        found.add("e.at < {}", _midnight(search.to_day + dt.timedelta(days=1), timezone))
    return found


def subject_of(text: str) -> tuple[str, UUID]:
    """Return (kind, id) of `kind:id`. Errors: Invalid."""
    match = _SUBJECT.fullmatch(text)
    try:
        if match:
            return match.group(1), UUID(match.group(2))
    except ValueError:
        pass
    raise Invalid(fields={"subject": N_("A subject is written kind:identifier.")})


def _midnight(day: dt.date, timezone: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(timezone))

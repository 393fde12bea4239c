"""The decision form: what a moderator has filled in, and the decision it asks for."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import http
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.moderation.decisions.taking import DecideInput, GroundKind
from parvis.features.moderation.drafting import Letter
from parvis.features.moderation.letter import Law
from parvis.features.moderation.reasons.queries import ReasonChoice
from parvis.features.moderation.tables import RESTRICTIONS

_NO_DATE = N_("Write a date: year, month, day.")
_PLAIN = ("action", "clause_id", "facts", "text", "law", "law_why", "category")


class DecisionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the moderator has filled in so far, of a case at the version they saw.

    `prepared` names the choice that the letter was written for; `reasons` are the ready-made ones
    that fit it, `reason` the id of the one chosen. `until_on` is the last day of a restriction for
    a time, `territory` the countries it is limited to, as they are typed.
    """

    version: int = 0
    action: str = ""
    clause_id: str = ""
    ground: str = GroundKind.CLAUSE
    law: str = ""
    law_why: str = ""
    category: str = ""
    until_on: str = ""
    territory: str = ""
    facts: str = ""
    text: str = ""
    reason: str = ""
    prepared: str = ""
    unfounded: str = ""
    reasons: tuple[ReasonChoice, ...] = ()
    errors: dict[str, str] = {}

    @property
    def needs_letter(self) -> bool:
        """Whether the letter shown, if any, is not the one that this choice sends."""
        return self.action in RESTRICTIONS and self.prepared != self.wanted

    @property
    def has_ground(self) -> bool:
        """Whether a letter can be written: there is a rule, or a law with its why."""
        return bool(self.clause_id) if not self.on_law else bool(self.law and self.law_why)

    @property
    def on_law(self) -> bool:
        return self.ground == GroundKind.LAW

    @property
    def wanted(self) -> str:
        """What the letter depends on; short, for it stands in the form."""
        if not self.on_law and not self.until_on:
            return f"{self.action}:{self.clause_id}"
        parts = (self.action, self.clause_id, self.ground, self.law, self.law_why, self.until_on)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def reason_id(self) -> UUID | None:
        try:
            return UUID(self.reason) if self.reason else None
        except ValueError:
            return None

    @property
    def law_named(self) -> Law | None:
        return Law(text=self.law, why=self.law_why) if self.on_law and self.has_ground else None

    def until(self, timezone: str) -> datetime | None:
        """Return the end of the last day. Errors: Invalid when that is no date."""
        if not self.until_on:
            return None
        try:
            last = date.fromisoformat(self.until_on)
            return datetime.combine(last + timedelta(days=1), time(), tzinfo=ZoneInfo(timezone))
        except (ValueError, OverflowError):
            raise Invalid(fields={"until_on": _NO_DATE}) from None

    def given(self, timezone: str) -> DecideInput:
        """Return the decision asked for. Errors: Invalid, naming the field."""
        filled: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(self, name))}
        countries = self.territory.replace(",", " ").upper().split()
        return http.convert(
            filled
            | {
                "version": self.version,
                "ground": self.ground or GroundKind.CLAUSE,
                "until": self.until(timezone),
                "territory": countries,
                "is_manifestly_unfounded": bool(self.unfounded),
            },
            DecideInput,
        )

    def with_errors(self, errors: dict[str, str]) -> "DecisionForm":
        """Return the form with what is wrong in it, by field."""
        if "until" in errors:
            errors = errors | {"until_on": errors["until"]}
            del errors["until"]
        return msgspec.structs.replace(self, errors=errors)

    def with_letter(self, letter: Letter | None) -> "DecisionForm":
        """Return the form with a fresh letter in place of what was there."""
        if letter is None:
            return msgspec.structs.replace(self, text="", prepared="", reasons=())
        return msgspec.structs.replace(
            self,
            text=letter.text,
            facts=letter.facts,
            prepared=self.wanted,
            reasons=letter.reasons,
        )

"""The page on which a sanction is given: what is filled in, and the letter it sends."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.moderation.sanctions import letters, queries
from parvis.features.moderation.sanctions.actions import SanctionInput
from parvis.features.moderation.sanctions.occasions import Case, case_of
from parvis.features.moderation.sanctions.queries import SanctionsView
from parvis.features.moderation.sanctions.rules import Subject
from parvis.features.moderation.tables import SanctionKind

_NO_DATE = N_("Write a date: year, month, day.")


class SanctionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the decider has filled in so far. `until_on` is the last day of a restriction."""

    kind: str = ""
    place_id: str = ""
    until_on: str = ""
    clause_id: str = ""
    facts: str = ""
    gravity: str = ""
    intent: str = ""
    without_warning: str = ""
    text: str = ""
    item: str = ""
    prepared: str = ""
    errors: dict[str, str] = {}

    @property
    def wanted(self) -> str:
        """What the letter depends on, in short."""
        parts = (self.kind, self.place_id, self.until_on, self.clause_id, self.facts)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def item_id(self) -> UUID | None:
        return _uuid(self.item, "item")

    def given(self, timezone: str) -> SanctionInput:
        """Return the sanction asked for. Errors: Invalid, naming the field."""
        plain = {
            name: getattr(self, name)
            for name in (
                "kind", "place_id", "clause_id", "facts", "gravity", "intent", "without_warning",
                "text",
            )
        }  # fmt: skip
        filled: dict[str, Any] = {name: value for name, value in plain.items() if value}
        return http.convert(
            filled
            | {
                "until": _end_of(self.until_on, timezone),
                "item_id": self.item_id,
            },
            SanctionInput,
        )


class SanctionScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The page: the member and what is known of them, and the form."""

    view: SanctionsView
    form: SanctionForm


def form_of(fields: dict[str, Any], errors: dict[str, str] | None = None) -> SanctionForm:
    """Return what a form brought, as it was typed."""
    names = [name for name in SanctionForm.__struct_fields__ if name != "errors"]
    known = {name: str(fields[name]) for name in names if isinstance(fields.get(name), str)}
    return SanctionForm(**known, errors=errors or {})


async def screen(actor: Actor, subject: Subject, form: SanctionForm) -> SanctionScreen:
    """Return the page with the form as it stands."""
    place_id = _uuid(form.place_id, "place_id")
    case = await case_of(actor, subject, place_id=place_id, item_id=form.item_id)
    return SanctionScreen(view=await queries.sanctions(actor, subject, case), form=form)


async def with_letter(actor: Actor, subject: Subject, form: SanctionForm) -> SanctionForm:
    """Return the form with the letter of what it asks for now; without one while it is partial."""
    place_id = _uuid(form.place_id, "place_id")
    case = await case_of(actor, subject, place_id=place_id, item_id=form.item_id)
    text = compose(case, form, actor.tenant.timezone)
    return msgspec.structs.replace(form, text=text, prepared=form.wanted if text else "")


def compose(case: Case, form: SanctionForm, timezone: str) -> str:
    """Return the letter, empty while its kind, ground or end is missing."""
    found = case.find(form.clause_id)
    until = _end_of(form.until_on, timezone)
    if found is None or form.kind not in set(SanctionKind):
        return ""
    kind = SanctionKind(form.kind)
    if kind is not SanctionKind.WARNING and until is None:
        return ""
    return letters.compose(
        case.occasion, kind, found[1], facts=form.facts, place=case.place, until=until
    )


def _end_of(day: str, timezone: str) -> datetime | None:
    """Return the end of a local day. Errors: Invalid when that is no date."""
    if not day:
        return None
    try:
        last = date.fromisoformat(day)
        return datetime.combine(last + timedelta(days=1), time(), tzinfo=ZoneInfo(timezone))
    except (ValueError, OverflowError):
        raise Invalid(fields={"until_on": _NO_DATE}) from None


def _uuid(text: str, field: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={field: N_("Choose one of the list.")}) from None

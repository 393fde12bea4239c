"""The page on which a member answers to the charter, keeping what they were about to send."""

from typing import Annotated

import msgspec
from msgspec import Meta

from parvis.core import http, i18n
from parvis.core.actor import Actor
from parvis.core.i18n import N_
from parvis.features.charter import queries
from parvis.features.charter.queries import AcceptanceView, CharterPage
from parvis.features.charter.tables import Decision

Form = tuple[tuple[str, str], ...]
# What a page calls the fields a member typed; others are kept out of sight.
FIELD_LABELS = {"title": N_("Title"), "body": N_("Text")}


class AcceptanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, where the reader was going, and the form they had filled in, as JSON."""

    decision: Decision
    version: int
    agreed: bool = False
    next: str = "/"
    resume: str = ""
    kept: Annotated[str, Meta(max_length=2_000_000)] = ""


class KeptField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form given back; `label` is empty for what stays hidden."""

    name: str
    value: str
    label: str


class AcceptancePage(msgspec.Struct, frozen=True, kw_only=True):
    """The charter, the answer given so far, and what goes on after acceptance.

    `resume` is the path of the form in `kept`, empty when there is none; `error` is a msgid.
    """

    charter: CharterPage
    answer: AcceptanceView
    next_path: str
    resume: str = ""
    kept: str = ""
    fields: tuple[KeptField, ...] = ()
    error: str = ""


class ResumePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form that was kept, ready to be sent."""

    path: str
    fields: tuple[KeptField, ...]


async def acceptance_page(
    actor: Actor, *, next_path: str = "/", resume: str = "", form: Form = (), error: str = ""
) -> AcceptancePage:
    """Return the page; `next_path` and `resume` lead nowhere but to this site."""
    return AcceptancePage(
        charter=await queries.charter_page(actor.tenant, actor.locale),
        answer=await queries.acceptance(actor),
        next_path=http.same_origin_path(next_path),
        resume=http.same_origin_path(resume, fallback=""),
        kept=msgspec.json.encode(form).decode() if form else "",
        fields=kept_fields(form, actor.locale),
        error=error,
    )


def kept_form(given: AcceptanceForm) -> Form:
    """Return the form that was kept; what is not one is no form."""
    try:
        return msgspec.json.decode(given.kept or b"[]", type=Form)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return ()


def resume_page(given: AcceptanceForm, locale: str) -> ResumePage:
    """Return the page that offers to send what was kept."""
    return ResumePage(
        path=http.same_origin_path(given.resume), fields=kept_fields(kept_form(given), locale)
    )


def kept_fields(form: Form, locale: str) -> tuple[KeptField, ...]:
    """Return a form's fields ready to be shown again."""
    return tuple(
        KeptField(name=name, value=value, label=_label(name, locale)) for name, value in form
    )


def _label(name: str, locale: str) -> str:
    label = FIELD_LABELS.get(name)
    return i18n.translate(locale, label) if label else ""

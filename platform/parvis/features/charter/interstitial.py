"""The page on which a member answers to the charter, keeping what they were about to send."""

from typing import Annotated

import msgspec
from msgspec import Meta

from parvis.core import http, kept_form
from parvis.core.actor import Actor
from parvis.core.kept_form import Form, KeptField, KeptPage, kept_fields
from parvis.features.charter import queries
from parvis.features.charter.queries import AcceptanceView, CharterPage
from parvis.features.charter.tables import Decision


class AcceptanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, where the reader was going, and the form they had filled in, as JSON."""

    decision: Decision
    version: int
    agreed: bool = False
    next: str = "/"
    resume: str = ""
    kept: Annotated[str, Meta(max_length=2_000_000)] = ""


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


async def acceptance_page(
    actor: Actor, *, next_path: str = "/", resume: str = "", form: Form = (), error: str = ""
) -> AcceptancePage:
    """Return the page; `next_path` and `resume` lead nowhere but to this site."""
    return AcceptancePage(
        charter=await queries.charter_page(actor.tenant, actor.locale),
        answer=await queries.acceptance(actor),
        next_path=http.same_origin_path(next_path),
        resume=http.same_origin_path(resume, fallback=""),
        kept=kept_form.encode(form),
        fields=kept_fields(form, actor.locale),
        error=error,
    )


def resume_page(given: AcceptanceForm, locale: str) -> KeptPage:
    """Return the page that offers to send what was kept."""
    return KeptPage(
        path=http.same_origin_path(given.resume),
        fields=kept_fields(kept_form.decode(given.kept), locale),
    )

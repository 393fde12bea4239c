"""The page on which a member answers to charters, keeping what they were about to send."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from parvis.core import http, kept_form
from parvis.core.actor import Actor
from parvis.core.errors import Invalid, NotFound
from parvis.core.i18n import N_
from parvis.core.kept_form import Files, Form, KeptField, KeptPage, kept_fields, kept_files
from parvis.features.charter import queries, queries_answers
from parvis.features.charter.in_force import InForce, charter_path
from parvis.features.charter.queries import CharterPage
from parvis.features.charter.queries_answers import AcceptanceView
from parvis.features.charter.tables import Decision
from parvis.features.charter.verdict import TENANT_SCOPE

NOT_AGREED = N_("Please tick the box to say that you have read the charter.")
JOINING = "/membership"
MOST_DIGITS = 9


class AcceptanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where the reader was going, and the form they had filled in, as JSON.

    `decision` is an answer to all charters on the page, or names the one it is about:
    `refused.<scope>`.
    """

    decision: str
    next: str = "/"
    resume: str = ""
    kept: Annotated[str, Meta(max_length=2_000_000)] = ""
    files: Annotated[str, Meta(max_length=20_000)] = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a form: to which charter, of which number, and whether its box is ticked."""

    scope: str
    decision: Decision
    version: int
    is_agreed: bool


class CharterDue(msgspec.Struct, frozen=True, kw_only=True):
    """A charter on the page, and the answer given to it so far.

    `suffix` ends the names of its fields: none for the tenant's, `.<scope>` for a community's.
    """

    charter: CharterPage
    answer: AcceptanceView
    suffix: str
    error: str = ""


class AcceptancePage(msgspec.Struct, frozen=True, kw_only=True):
    """The charters to answer, and what goes on after acceptance.

    `path` is where the answer goes; `resume` the path of the form in `kept`, empty when there is
    none; `files` those that have to be chosen again. `error` is a msgid.
    """

    path: str
    due: tuple[CharterDue, ...]
    next_path: str
    resume: str = ""
    kept: str = ""
    kept_files: str = ""
    fields: tuple[KeptField, ...] = ()
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether nothing is left to answer."""
        return all(one.answer.is_accepted for one in self.due)


async def acceptance_page(
    actor: Actor,
    charters: Sequence[InForce],
    *,
    next_path: str = "/",
    resume: str = "",
    form: Form = (),
    files: Files = (),
    error: str = "",
    unticked: frozenset[str] = frozenset(),
) -> AcceptancePage:
    """Return the page; `next_path` and `resume` lead nowhere but to this site."""
    return AcceptancePage(
        path=f"{charters[-1].path}/acceptance",
        due=tuple([await _due(actor, one, unticked) for one in charters]),
        next_path=http.same_origin_path(next_path),
        resume=http.same_origin_path(resume, fallback=""),
        kept=kept_form.encode(form),
        kept_files=kept_form.encode(files),
        fields=(*kept_fields(form, actor.locale), *kept_files(files)),
        error=error,
    )


async def _due(actor: Actor, current: InForce, unticked: frozenset[str]) -> CharterDue:
    return CharterDue(
        charter=await queries.charter_page(
            actor.tenant, actor.locale, community_id=current.community_id
        ),
        answer=await queries_answers.acceptance(actor, current),
        suffix=_suffix(current.scope),
        error=NOT_AGREED if current.scope in unticked else "",
    )


def answers(fields: dict[str, Any], decision: str, known: Sequence[str]) -> list[Answer]:
    """Return what a sent form answers, of the charters its page had.

    Errors: Invalid for what is no answer, NotFound for a charter the page does not have.
    """
    word, _, scope = decision.partition(".")
    scopes = [scope] if scope else [one for one in known if f"version{_suffix(one)}" in fields]
    if not scopes or word not in list(Decision):
        raise Invalid(fields={"decision": N_("“{value}” is not one of the choices.")}, value=word)
    if not set(scopes) <= set(known):
        raise NotFound
    return [_answer(fields, Decision(word), one) for one in scopes]


def _answer(fields: dict[str, Any], decision: Decision, scope: str) -> Answer:
    suffix = _suffix(scope)
    number = str(fields.get(f"version{suffix}", ""))
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        raise Invalid(fields={"version": N_("Please fill this in.")})
    return Answer(
        scope=scope,
        decision=decision,
        version=int(number),
        is_agreed=f"agreed{suffix}" in fields,
    )


def _suffix(scope: str) -> str:
    return "" if scope == TENANT_SCOPE else f".{scope}"


def is_joining(resume: str, scope: str) -> bool:
    """Whether the form that waits is the one by which one joins this community."""
    return resume == charter_path(scope).removesuffix("/charter") + JOINING


def resume_page(given: AcceptanceForm, locale: str) -> KeptPage:
    """Return the page that offers to send what was kept."""
    return KeptPage(
        path=http.same_origin_path(given.resume),
        fields=(
            *kept_fields(kept_form.decode(given.kept), locale),
            *kept_files(kept_form.decode(given.files)),
        ),
    )

"""From a request's actor to what the judge needs to know; and whose answer to a charter counts."""

from collections.abc import Iterable, Mapping

import msgspec

from parvis.core import clock
from parvis.core.actor import Actor
from parvis.core.errors import Conflict
from parvis.core.i18n import N_
from parvis.features.charter import sanctioning
from parvis.features.charter.calendar import NONE
from parvis.features.charter.in_force import InForce
from parvis.features.charter.judge import judge, paces_of
from parvis.features.charter.kinds.acceptance import (
    AFTER_WARNING,
    AcceptanceRule,
    is_before_warning,
)
from parvis.features.charter.moments import Calendar
from parvis.features.charter.pacing import Paces
from parvis.features.charter.verdict import (
    Acceptance,
    ActText,
    FileFacts,
    Person,
    Verdict,
    together,
)
from parvis.features.charter.vocabulary import GROUP_PREFIX

NO_PACES: Paces = {}


class CharterChanged(Conflict):
    """The version answered to is not the one in force: a newer one has to be read."""

    code = "charter_changed"
    default = N_("A newer version of the charter has been published. Please read it first.")


def verdict_on(
    actor: Actor,
    in_force: InForce,
    act: str,
    *,
    fields: Mapping[str, str],
    place: frozenset[str] = frozenset(),
    calendar: Calendar = NONE,
) -> Verdict:
    """Return what the charter in force says of an act of this member, now."""
    written = Written(act=act, fields=fields, place=place, calendar=calendar)
    return verdict_together(actor, [in_force], written)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An act without who does it, and the dated events by which it is judged."""

    act: str
    fields: Mapping[str, str] = {}
    place: frozenset[str] = frozenset()
    files: tuple[FileFacts, ...] = ()
    calendar: Calendar = NONE
    # On the way of a question to a general meeting, which no sanction ends.
    delivers: bool = False


def verdict_together(
    actor: Actor, charters: Iterable[InForce], written: Written, paces: Paces = NO_PACES
) -> Verdict:
    """Return what the tenant's charter and a community's own say together; all causes are kept.

    So are decisions about the member: what one closes is refused like what a rule closes.
    `paces`: when the member did before what `counted` asked for.
    """
    now = clock.now()
    said = [
        judge(_act(actor, one, written, paces), one.charter, written.calendar, now)
        for one in charters
    ]
    own = sanctioning.verdict_on(actor, written.act, place=written.place, delivers=written.delivers)
    return together([*said, own])


def counted(actor: Actor, charters: Iterable[InForce], written: Written) -> dict[str, int]:
    """Return what has to be known of the member's earlier acts: how many of the last, by key."""
    now = clock.now()
    return {
        key: most
        for one in charters
        if one.charter.paces
        for key, most in paces_of(
            _act(actor, one, written, NO_PACES), one.charter, written.calendar, now
        ).items()
    }


def _act(actor: Actor, in_force: InForce, written: Written, paces: Paces) -> ActText:
    return ActText(
        act=written.act,
        person=person(actor, in_force),
        fields=written.fields,
        place=written.place,
        files=written.files,
        paces=paces,
    )


def person(actor: Actor, in_force: InForce) -> Person:
    """Return the member as charters speak of people: capacity, groups, standing."""
    groups = (GROUP_PREFIX + role for role in actor.roles)
    return Person(
        labels=frozenset((*groups, actor.capacity) if actor.capacity else groups),
        acceptance=in_force.acceptance_of(actor),
        accepted_at=in_force.accepted_at(actor),
        warned_at=actor.standing.warned_at,
        name_is_verified=actor.standing.name_is_verified,
        acr=actor.standing.acr,
        published=actor.standing.published,
        warnings=actor.standing.warnings,
    )


def is_renewal(actor: Actor, in_force: InForce) -> bool:
    """Whether the member's acceptance stands, yet has to be given again after a warning."""
    who = person(actor, in_force)
    return (
        who.acceptance is Acceptance.CURRENT
        and is_before_warning(who)
        and asks_after_warning(in_force)
    )


def asks_after_warning(in_force: InForce) -> bool:
    """Whether an acceptance of this charter has to be given again after a warning."""
    rules = (placed.rule for clause in in_force.charter.document.clauses for placed in clause.rules)
    return any(isinstance(rule, AcceptanceRule) and rule.how == AFTER_WARNING for rule in rules)


def require_current(in_force: InForce | None, number: int) -> InForce:
    """Return the charter in force when its number is `number`, else raise CharterChanged."""
    if in_force is None or in_force.version.number != number:
        raise CharterChanged
    return in_force

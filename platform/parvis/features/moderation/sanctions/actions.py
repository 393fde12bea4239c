"""Give a sanction. Lifting one is a reversal: moderation/reversal.py."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Invalid
from parvis.core.events_measures import MeasureTaken
from parvis.core.i18n import N_
from parvis.core.ids import DecisionId, new_id
from parvis.features.moderation.decisions import personal, record, views
from parvis.features.moderation.decisions.grounds import CLAUSE_FIRST, READ_FIRST
from parvis.features.moderation.decisions.taking import Facts, Gravity, Intent, Text
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.sanctions import rules, statements
from parvis.features.moderation.sanctions.ledger import Ledger, ledger
from parvis.features.moderation.sanctions.occasions import Case
from parvis.features.moderation.sanctions.rules import Subject
from parvis.features.moderation.statement import Ground
from parvis.features.moderation.tables import SanctionKind

LONGEST = timedelta(days=366)


class SanctionInput(msgspec.Struct, frozen=True, kw_only=True):
    """What to give a member, where, until when, and on which ground.

    `place_id` is a community; everywhere without it. A restriction has an end, says how grave what
    happened is and what was meant, and follows a warning or says why none came first.
    """

    kind: SanctionKind
    place_id: UUID | None = None
    until: datetime | None = None
    clause_id: str | None = None
    facts: Facts | None = None
    text: Text | None = None
    gravity: Gravity | None = None
    intent: Intent | None = None
    without_warning: Text | None = None
    item_id: UUID | None = None


async def give(
    actor: Actor,
    subject: Subject,
    given: SanctionInput,
    case: Case,
    *,
    site: str,
    decision_id: DecisionId | None = None,
) -> DecisionView:
    """Give a member a sanction, write down why, and have them told.

    Errors: Denied for what is not the actor's to give; Invalid, naming each field;
    AlreadyRestricted (409) where the same holds already.
    """
    now = clock.now()
    await rules.require_may(actor, subject, given.kind, given.place_id, now=now)
    history = await ledger(subject.id, actor.locale, places=None)
    _require_whole(given, case, history, now)
    personal.require_none(given.facts, names=(subject.name,))
    await _require_new(subject, given, now)
    ground = _ground(given, case)
    decision_id = decision_id or DecisionId(new_id())
    stated = statements.of_member(
        case, ground, kind=given.kind, decision_id=decision_id, at=now, site=site,
        weighing=_weighed(given, history),
    )  # fmt: skip
    await record.write(
        action=rules.ACTIONS[given.kind],
        actor=actor,
        id=decision_id,
        member_id=subject.id,
        **case.columns,
        **ground.columns,
        **statements.codes(given.kind, given.place_id),
        statement=db.jsonb(stated),
        text_sent=given.text,
        redress_until=case.occasion.redress_until,
        at=now,
    )
    await _insert(subject, given, ground, decision_id, now)
    await db.execute(_CLOSE, given.item_id, now)
    await _tell(actor, subject, given, decision_id)
    written = await views.decision(decision_id)
    assert written is not None  # noqa: S101 -- written a moment ago in this transaction
    return written


def _require_whole(given: SanctionInput, case: Case, history: Ledger, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if case.find(given.clause_id) is None:
        wrong["clause_id"] = CLAUSE_FIRST
    if not given.facts:
        wrong["facts"] = N_("Say what happened: facts, without names or personal data.")
    if given.kind is not SanctionKind.WARNING:
        wrong |= _missing_weighing(given, history) | _wrong_end(given, now)
    elif given.until:
        wrong["until"] = N_("A warning has no end.")
    if not given.text and not wrong:
        wrong["text"] = READ_FIRST
    if wrong:
        raise Invalid(fields=wrong)


def _missing_weighing(given: SanctionInput, history: Ledger) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if given.gravity is None:
        wrong["gravity"] = N_("Say how grave it is: the law wants it weighed.")
    if given.intent is None:
        wrong["intent"] = N_(
            "Say what was meant, as far as one can tell: the law wants it weighed."
        )
    if not history.warnings and not given.without_warning:
        wrong["without_warning"] = N_(
            "No warning stands against this member. Warn first, or say why that is not enough."
        )
    return wrong


def _wrong_end(given: SanctionInput, now: datetime) -> dict[str, str]:
    if given.until is None:
        return {"until": N_("Say until when: a restriction has an end.")}
    if given.until <= now:
        return {"until": N_("Choose a moment still to come.")}
    if given.until > now + LONGEST:
        return {"until": N_("A year at most. What has to last longer is the end of a membership.")}
    return {}


# Who asked for a measure has it: nothing is left to decide. Words are decided by themselves.
_CLOSE = """
    UPDATE review_item SET status = 'decided', decided_at = $3, version = version + 1,
           claimed_by = NULL, claim_expires_at = NULL
     WHERE tenant_id = $1 AND id = $2 AND target_kind = 'member'
       AND status NOT IN ('decided', 'withdrawn')
"""
_SAME = """
    SELECT 1 FROM sanction
     WHERE tenant_id = $1 AND member_id = $2 AND kind = $3 AND place_id IS NOT DISTINCT FROM $4
       AND kind <> 'warning' AND lifted_at IS NULL AND (until IS NULL OR until > $5)
"""


async def _require_new(subject: Subject, given: SanctionInput, now: datetime) -> None:
    # One at a time for a member: two who decide at once do not both restrict.
    await db.execute("SELECT FROM member WHERE tenant_id = $1 AND id = $2 FOR UPDATE", subject.id)
    if await db.fetch_value(_SAME, subject.id, given.kind, given.place_id, now):
        raise rules.AlreadyRestricted


def _ground(given: SanctionInput, case: Case) -> Ground:
    found = case.find(given.clause_id)
    if found is None:
        raise Conflict
    charter, clause = found
    return Ground(
        charter=charter,
        clause=clause,
        category=clause.category,
        facts=given.facts or "",
        until=given.until,
        source=case.source,
    )


def _weighed(given: SanctionInput, history: Ledger) -> dict[str, Any]:
    return {
        "number": history.number,
        "written": history.written,
        "percent": history.percent,
        "warnings": history.warnings,
        "warned_at": history.warned_at,
        "gravity": given.gravity,
        "intent": given.intent,
        "without_warning": given.without_warning,
    }


async def _insert(
    subject: Subject, given: SanctionInput, ground: Ground, decision_id: DecisionId, now: datetime
) -> None:
    columns = ground.columns
    await db.insert(
        "sanction",
        member_id=subject.id,
        kind=given.kind,
        place_id=given.place_id,
        decision_id=decision_id,
        charter_version_id=columns["charter_version_id"],
        clause_id=columns["clause_id"],
        starts_at=now,
        until=given.until,
    )


async def _tell(
    actor: Actor, subject: Subject, given: SanctionInput, decision_id: DecisionId
) -> None:
    data = {
        "decision": decision_id,
        "to": given.kind,
        "clause": given.clause_id,
        "place": given.place_id,
        "until": given.until,
    }
    await journal.record(actor, "member.sanctioned", subject=("member", subject.id), data=data)
    await events.publish(
        MeasureTaken(
            decision_id=decision_id,
            member_id=subject.id,
            action=rules.ACTIONS[given.kind],
            text=given.text or "",
            until=given.until,
        )
    )

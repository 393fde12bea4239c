"""File an appeal, and decide one: uphold the first decision, or take it back."""

from uuid import UUID

import msgspec

from parvis.core import clock, db, events, jobs, journal
from parvis.core.actor import Actor
from parvis.core.errors import Denied, Invalid, NotFound
from parvis.core.events_redress import AppealTold
from parvis.core.i18n import N_
from parvis.core.ids import DecisionId, MemberId, new_id
from parvis.features.contributions import rules as contribution_rules
from parvis.features.moderation import actions_intake, reversal
from parvis.features.moderation.actions_intake import NewCause
from parvis.features.moderation.appeals import reopening, rules
from parvis.features.moderation.appeals.rules import Contested
from parvis.features.moderation.decisions import personal, record
from parvis.features.moderation.decisions.taking import Taking
from parvis.features.moderation.legal_notices import mail
from parvis.features.moderation.tables import Action, ItemKind, Source, TargetKind
from parvis.features.moderation.tables_redress import Outcome

_TITLE_LENGTH = 80


class AppealInput(msgspec.Struct, frozen=True, kw_only=True):
    """Why a decision should be changed, in the words of who contests it."""

    text: str = ""


class NoticeAppealInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which notice of a secret link was decided wrongly, and why."""

    notice_id: UUID
    text: str = ""


async def file(actor: Actor, decision_id: UUID, given: AppealInput) -> UUID:
    """Contest a decision that restricts the actor; return the appeal's id.

    Errors: NotFound for a decision about somebody else; TooLate, AlreadyAppealed (409); Invalid.
    """
    found = await rules.access_decision(actor, decision_id)
    rules.require_open(found)
    text = rules.checked_text(given.text)
    member_id = actor.require_member()
    appeal_id = await _keep(found, text, actor.locale, member_id=member_id)
    await _queue(found, appellant=member_id, author_id=member_id)
    await _journal(actor, found, appeal_id, party="member")
    await _tell_member(appeal_id, found, member_id)
    return appeal_id


async def file_by_notifier(token: str, given: NoticeAppealInput) -> UUID:
    """Contest how a notice was decided, by the secret link it is followed with.

    Errors: NotFound; Conflict where the notice was followed; TooLate, AlreadyAppealed; Invalid.
    """
    notice = await rules.access_notice(token, given.notice_id)
    found = notice.contested
    rules.require_open(found)
    text = rules.checked_text(given.text)
    appeal_id = await _keep(found, text, notice.locale, legal_notice_id=notice.notice_id)
    author_id = found.words.author_id if found.words else None
    await _queue(found, appellant=notice.member_id, author_id=author_id, notice_id=notice.notice_id)
    await _journal(None, found, appeal_id, party="notifier")
    return appeal_id


_KEEP = """
    INSERT INTO appeal (tenant_id, id, decision_id, first_decider, member_id, legal_notice_id, text,
                        locale, filed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (tenant_id, decision_id, member_id, legal_notice_id) DO NOTHING
 RETURNING id
"""


async def _keep(
    found: Contested,
    text: str,
    locale: str,
    *,
    member_id: MemberId | None = None,
    legal_notice_id: UUID | None = None,
) -> UUID:
    """Keep an appeal; of two sent at once, one is kept."""
    await _lock(found)
    appeal_id: UUID | None = await db.fetch_value(
        _KEEP, new_id(), found.id, found.decided_by, member_id, legal_notice_id, text, locale,
        clock.now(),
    )  # fmt: skip
    if appeal_id is None:
        raise rules.AlreadyAppealed
    return appeal_id


async def _lock(found: Contested) -> None:
    """Keep the words where they are until the appeal is written: they may be about to go."""
    if found.words is None:
        return
    try:
        await contribution_rules.lock(found.words.contribution_id)
    except NotFound:  # withdrawn since: the decision can be contested all the same
        return


async def _queue(
    found: Contested,
    *,
    appellant: MemberId | None,
    author_id: MemberId | None,
    notice_id: UUID | None = None,
) -> None:
    barred = [one for one in (found.decided_by, found.concerned, appellant) if one]
    await actions_intake.open_item(
        target_kind=TargetKind.DECISION,
        target_id=found.id,
        kind=ItemKind.APPEAL,
        audience=await rules.audience_of(found, barred),
        words=reopening.words_of(found),
        author_id=author_id,
        causes=[NewCause(source=Source.APPEAL, legal_notice_id=notice_id)],
    )


async def _journal(actor: Actor | None, found: Contested, appeal_id: UUID, *, party: str) -> None:
    data = {"appeal": appeal_id, "party": party}
    await journal.record(actor, "appeal.filed", subject=("decision", found.id), data=data)


async def uphold(taking: Taking) -> DecisionId:
    """Let the contested decision stand, with reasons that whoever contested it reads."""
    first = await _first(taking)
    answer = _answer(taking)
    decision_id = await record.write(
        action=Action.UPHOLD,
        actor=taking.actor,
        id=taking.decision_id,
        item_id=taking.item.id,
        contribution_id=taking.item.contribution_id,
        revision_id=taking.item.revision_id,
        member_id=first.concerned if first.action in rules.CONTESTABLE else None,
        facts=taking.given.facts,
        text_sent=answer,
        at=taking.at,
    )
    await _settle(taking, first, Outcome.UPHELD, decision_id)
    return decision_id


async def reverse(taking: Taking) -> DecisionId:
    """Take the contested decision back: what it did to content and record is undone.

    Where it had left a place as it was, the notice about it is judged anew.
    """
    first = await _first(taking)
    answer = _answer(taking)
    if first.action in rules.CONTESTABLE:
        undone = await reversal.reverse(
            taking.actor,
            first.id,
            reason=taking.given.facts or "",
            appeal_id=await _one_appeal(first.id),
            item_id=taking.item.id,
            text=answer,
        )
        decision_id = DecisionId(undone.id)
        await reopening.tell_notifiers(first.id, decision_id)
    else:
        decision_id = await _reopen(taking, first, answer)
    await _settle(taking, first, Outcome.REVERSED, decision_id)
    return decision_id


async def _reopen(taking: Taking, first: Contested, answer: str) -> DecisionId:
    decision_id = await record.write(
        action=Action.REVERSE,
        actor=taking.actor,
        id=taking.decision_id,
        item_id=taking.item.id,
        contribution_id=taking.item.contribution_id,
        revision_id=taking.item.revision_id,
        reverses_id=first.id,
        facts=taking.given.facts,
        text_sent=answer,
        at=taking.at,
    )
    await reopening.reopen(taking.actor, first)
    return decision_id


async def _first(taking: Taking) -> Contested:
    """Return the decision under appeal. Errors: Denied to who took it."""
    found = await rules.contested(taking.item.target_id)
    assert found is not None  # noqa: S101 -- the item's target is a decision, which stays for ever
    if found.decided_by == taking.actor.member_id:
        raise Denied(N_("You took the decision that is contested: a colleague will look at it."))
    return found


def _answer(taking: Taking) -> str:
    """Return the reasoned answer. Errors: Invalid without it, or without facts for the record."""
    given, errors = taking.given, {}
    if not (given.text or "").strip():
        errors["text"] = N_("Write the answer and its reasons: whoever contested it will read it.")
    if not (given.facts or "").strip():
        errors["facts"] = N_("Say in a few words what you found.")
    if errors:
        raise Invalid(fields=errors)
    personal.require_none(given.facts)
    return (given.text or "").strip()


async def _one_appeal(decision_id: UUID) -> UUID | None:
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM appeal WHERE tenant_id = $1 AND decision_id = $2 AND outcome IS NULL"
        " ORDER BY id LIMIT 1",
        decision_id,
    )
    return found


_SETTLE = """
    UPDATE appeal SET outcome = $3, outcome_decision_id = $4, decided_by = $5, decided_at = $6
     WHERE tenant_id = $1 AND decision_id = $2 AND outcome IS NULL
 RETURNING id, member_id
"""


async def _settle(
    taking: Taking, first: Contested, outcome: Outcome, decision_id: DecisionId
) -> None:
    """Close the appeals of a decision and tell who sent them. Never by a machine alone."""
    by = taking.actor.require_member()
    rows = await db.fetch(_SETTLE, first.id, outcome, decision_id, by, taking.at)
    for row in rows:
        if row["member_id"] is None:
            await jobs.enqueue(mail.tell_appeal, appeal_id=row["id"])
        else:
            await _tell_member(
                row["id"], first, row["member_id"], outcome=outcome, text=taking.given.text
            )
    data = {"decision": decision_id, "outcome": outcome, "appeals": len(rows)}
    await journal.record(taking.actor, "appeal.decided", subject=("decision", first.id), data=data)


_TITLE = """
    SELECT coalesce(nullif(title, ''), left(body, 80)) FROM revision
     WHERE tenant_id = $1 AND id = $2
"""


async def _tell_member(
    appeal_id: UUID,
    first: Contested,
    member_id: MemberId,
    *,
    outcome: Outcome | None = None,
    text: str | None = None,
) -> None:
    title = await db.fetch_value(_TITLE, first.words.revision_id) if first.words else ""
    await events.publish(
        AppealTold(
            appeal_id=appeal_id,
            decision_id=first.id,
            member_id=member_id,
            title=(title or "")[:_TITLE_LENGTH],
            outcome=outcome,
            text=text,
            at=clock.now(),
        )
    )

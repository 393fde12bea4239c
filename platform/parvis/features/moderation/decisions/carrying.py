"""What each decision makes true: one function an action, called with the item locked and closed."""

from collections.abc import Awaitable, Callable
from typing import Any

from parvis.core import db, events
from parvis.core.errors import Conflict, Invalid
from parvis.core.events import ContributionDecided
from parvis.core.i18n import N_
from parvis.core.ids import DecisionId
from parvis.features.contributions import actions as contributions
from parvis.features.contributions import redaction
from parvis.features.contributions.revisions import Mark
from parvis.features.moderation import drafting, joining, statement
from parvis.features.moderation.appeals import actions as appeals
from parvis.features.moderation.decisions import grounds, personal, record
from parvis.features.moderation.decisions.taking import Taking
from parvis.features.moderation.drafting import Draft
from parvis.features.moderation.sanctions import actions as sanctions
from parvis.features.moderation.sanctions import rules as sanction_rules
from parvis.features.moderation.sanctions.actions import SanctionInput
from parvis.features.moderation.sanctions.occasions import case_of
from parvis.features.moderation.statement import Ground
from parvis.features.moderation.tables import Action

Carrier = Callable[[Taking], Awaitable[DecisionId]]
_NOTE_FIRST = N_("Say in a few words what the next person should know.")
_FACTS_FIRST = N_("Say in a few words what you found.")
_NOBODY = N_("This item is about nobody who could be restricted.")
_CHANGED = N_("Its author has changed this text since. Read the new one first.")


async def publish(taking: Taking) -> DecisionId:
    """Show the words judged; those that readers see already stay, and their author is told nothing.

    Errors: Conflict when their author wrote a newer version since.
    """
    words, is_kept = taking.item.words, await _is_shown(taking)
    await _write(taking, facts=taking.given.facts)
    if not is_kept:
        await contributions.make_live(words.contribution_id, words.revision_id)
        await _tell(taking)
    return taking.decision_id


async def send_back(taking: Taking) -> DecisionId:
    """Return the words to their author; readers no longer see them where they did."""
    await _restrict(taking)
    await _take_down(taking)
    await _tell(taking)
    return taking.decision_id


async def refuse(taking: Taking) -> DecisionId:
    """Keep the words from readers. A refused edit leaves the words before it."""
    return await send_back(taking)


async def redact(taking: Taking) -> DecisionId:
    """Show the words with the passages that rules point at masked, labelled with the clause."""
    ground = await _restrict(taking)
    words = taking.item.words
    mark = _mark(ground)
    spans = await drafting.spans(taking.item)
    await redaction.redact(words.contribution_id, words.revision_id, spans, mark)
    await _tell(taking)
    return taking.decision_id


async def escalate(taking: Taking) -> DecisionId:
    """Hand the item to whoever decides above, with a note for them; nothing else changes."""
    if not taking.given.facts:
        raise Invalid(fields={"facts": _NOTE_FIRST})
    return await _write(taking, facts=taking.given.facts)


async def dismiss(taking: Taking) -> DecisionId:
    """Leave everything as it is. What was asked stays unanswered by a restriction."""
    if not taking.given.facts:
        raise Invalid(fields={"facts": _FACTS_FIRST})
    personal.require_none(taking.given.facts)
    return await _write(taking, facts=taking.given.facts)


async def sanction(taking: Taking) -> DecisionId:
    """Give the member an item is about what was asked, or something milder."""
    actor, item, given = taking.actor, taking.item, taking.given
    if item.author_id is None:
        raise Invalid(fields={"action": _NOBODY})
    subject = await sanction_rules.access_subject(actor, item.author_id)
    asked = SanctionInput(
        kind=sanction_rules.KINDS[given.action],
        place_id=given.place_id,
        until=given.until,
        clause_id=given.clause_id,
        facts=given.facts,
        text=given.text,
        gravity=given.gravity,
        intent=given.intent,
        without_warning=given.without_warning,
        item_id=item.id,
    )
    case = await case_of(actor, subject, place_id=given.place_id, item_id=item.id)
    decided = await sanctions.give(
        actor, subject, asked, case, site=taking.site, decision_id=taking.decision_id
    )
    return DecisionId(decided.id)


CARRIERS: dict[Action, Carrier] = {
    Action.PUBLISH: publish,
    Action.KEEP: publish,
    Action.RETURN: send_back,
    Action.REFUSE: refuse,
    Action.REDACT: redact,
    Action.ESCALATE: escalate,
    Action.DISMISS: dismiss,
    Action.ADMIT: joining.admit,
    Action.DECLINE: joining.decline,
    Action.UPHOLD: appeals.uphold,
    Action.REVERSE: appeals.reverse,
}


_LIVE = """
    SELECT live.id, live.number, judged.number AS judged
      FROM contribution c
      JOIN revision judged ON judged.tenant_id = $1 AND judged.id = $3
      JOIN revision live ON live.tenant_id = $1 AND live.id = c.live_revision_id
     WHERE c.tenant_id = $1 AND c.id = $2
"""


async def _is_shown(taking: Taking) -> bool:
    """Whether readers see the words judged, or newer ones that nobody asked to judge."""
    words = taking.item.words
    live = await db.fetch_row(_LIVE, words.contribution_id, words.revision_id)
    return live is not None and live["number"] >= live["judged"]


async def _take_down(taking: Taking) -> None:
    """Hide what readers see where it is what was judged; newer words were never judged."""
    words = taking.item.words
    live = await db.fetch_row(_LIVE, words.contribution_id, words.revision_id)
    if live is None:
        return
    if live["number"] > live["judged"]:
        raise Conflict(_CHANGED)
    if live["number"] == live["judged"] or taking.item.reaches_live_words:
        await contributions.take_down(words.contribution_id)


async def _restrict(taking: Taking) -> Ground:
    """Write a restriction with its whole statement of reasons, and return what it rests on."""
    item, given, at = taking.item, taking.given, taking.at
    draft = await drafting.draft(taking.actor, item, at)
    ground = grounds.of_words(given, draft, at, source=taking.source)
    stated = statement.of_words(
        draft.occasion,
        ground,
        action=given.action,
        decision_id=taking.decision_id,
        at=at,
        written_at=draft.written_at,
        site=taking.site,
    )
    await _write(
        taking,
        draft,
        **ground.columns,
        statement=db.jsonb(stated),
        text_sent=given.text,
        visibility_code=statement.visibility_of(stated.restriction),
        redress_until=draft.occasion.redress_until,
    )
    return ground


async def _write(taking: Taking, draft: Draft | None = None, **columns: Any) -> DecisionId:
    item = taking.item
    if draft is None and item.revision_id is not None:
        draft = await drafting.draft(taking.actor, item, taking.at)
    occasion = draft.occasion if draft else None
    known: dict[str, Any] = {
        "id": taking.decision_id,
        "item_id": item.id,
        "contribution_id": item.contribution_id,
        "revision_id": item.revision_id,
        "member_id": item.author_id,
        "source_type": taking.source
        or (statement.NOTIFIED if occasion and occasion.by_report else statement.VOLUNTARY),
        "automated_detection": bool(occasion and occasion.by_rule),
        "at": taking.at,
    }
    return await record.write(action=taking.given.action, actor=taking.actor, **(known | columns))


async def _tell(taking: Taking) -> None:
    words, given = taking.item.words, taking.given
    is_publication = given.action in (Action.PUBLISH, Action.KEEP)
    await events.publish(
        ContributionDecided(
            contribution_id=words.contribution_id,
            revision_id=words.revision_id,
            decision_id=taking.decision_id,
            action=given.action,
            kind=words.kind,
            place_id=words.place_id,
            author_id=words.author_id,
            decided_by=taking.actor.require_member(),
            clause_id=None if is_publication else given.clause_id,
            text=None if is_publication else given.text,
        )
    )


def _mark(ground: Ground) -> Mark:
    if ground.clause:
        return Mark(clause=ground.clause.ref, title_by_locale=ground.clause.title)
    # The law has one name in every language.
    return Mark(clause="law", title_by_locale={"": ground.law.text if ground.law else ""})

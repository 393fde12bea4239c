"""What a restriction rests on, as its decider filled it in; refused where a part is missing."""

from datetime import datetime
from typing import Any

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.moderation import letter, statement
from parvis.features.moderation.decisions import personal
from parvis.features.moderation.decisions.taking import DecideInput, GroundKind
from parvis.features.moderation.drafting import Draft
from parvis.features.moderation.letter import Law
from parvis.features.moderation.statement import Ground
from parvis.features.moderation.tables import Action

READ_FIRST = N_("Read the text its author will receive, then confirm.")
CLAUSE_FIRST = N_("Choose the rule of the charter it rests on.")
_LAW_FIRST = N_("Name the text of the law: act, article, paragraph.")
_WHY_FIRST = N_("Say why this law applies here.")
_PAST = N_("Choose a moment still to come.")
_ENDLESS = N_("Only a refusal or a masking may be for a time.")
_ABROAD = N_("Countries of the European Economic Area, by two letters: FR, BE.")

# Restrictions that may be for a time: the others wait for their author, or are over at once.
TEMPORARY = frozenset({Action.REFUSE, Action.REDACT})
EEA = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip


def of_words(given: DecideInput, draft: Draft, at: datetime, *, source: str | None) -> Ground:
    """Return what a restriction of words rests on. Errors: Invalid, naming each field."""
    require_scope(given, at)
    basis = _law(given) if given.ground is GroundKind.LAW else _clause(given, draft)
    if not given.text:
        raise Invalid(fields={"text": READ_FIRST})
    personal.require_none(given.facts, names=(draft.occasion.author,))
    facts = given.facts or letter.facts(draft.occasion, basis.get("law") or basis["clause"])
    return Ground(
        **basis,
        facts=facts,
        territory=given.territory,
        until=given.until,
        source=source or _source(draft),
    )


def require_scope(given: DecideInput, at: datetime) -> None:
    """Raise Invalid for an end that is past or not possible here, and for unknown countries."""
    if given.until and given.action not in TEMPORARY:
        raise Invalid(fields={"until": _ENDLESS})
    if given.until and given.until <= at:
        raise Invalid(fields={"until": _PAST})
    if not EEA.issuperset(given.territory):
        raise Invalid(fields={"territory": _ABROAD})


def law_of(given: DecideInput) -> Law | None:
    """Return the legal ground as far as it is filled in, None where there is none."""
    if given.ground is not GroundKind.LAW or not given.law or not given.law_why:
        return None
    return Law(text=given.law, why=given.law_why)


def _law(given: DecideInput) -> dict[str, Any]:
    missing = {"law": _LAW_FIRST} if not given.law else {}
    missing |= {"law_why": _WHY_FIRST} if not given.law_why else {}
    if missing:
        raise Invalid(fields=missing)
    return {"law": law_of(given), "category": given.category or statement.UNSPECIFIED}


def _clause(given: DecideInput, draft: Draft) -> dict[str, Any]:
    found = draft.find(given.clause_id)
    if found is None:
        raise Invalid(fields={"clause_id": CLAUSE_FIRST})
    charter, clause = found
    return {"charter": charter, "clause": clause, "category": given.category or clause.category}


def _source(draft: Draft) -> str:
    return statement.NOTIFIED if draft.occasion.by_report else statement.VOLUNTARY

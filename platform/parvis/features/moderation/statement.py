"""The statement of reasons (DSA art. 17), in the codes of the Commission's database (law.md §2).

Names and codes are stored as that database has them, so that an export needs no mapping.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core.i18n import N_, translate
from parvis.features.moderation import letter
from parvis.features.moderation.clauses import Charter, Clause
from parvis.features.moderation.letter import Law, Occasion
from parvis.features.moderation.tables import Action

VOLUNTARY = "SOURCE_VOLUNTARY"
NOTIFIED = "SOURCE_TYPE_OTHER_NOTIFICATION"
NOT_AUTOMATED = "AUTOMATED_DECISION_NOT_AUTOMATED"
FULLY_AUTOMATED = "AUTOMATED_DECISION_FULLY"
INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
OTHER = "DECISION_VISIBILITY_OTHER"
UNSPECIFIED = "not_specified_notice"
REDRESS_MONTHS = 6
MOST_GROUND, MOST_EXPLANATION = 500, 2000

_MASKED = N_("Passages of the text are masked; the rest is visible.")


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a restriction rests on, and how far it reaches.

    Either `charter` and `clause` are there, or `law`. `territory` are countries, everywhere when
    there is none; `until` is None when only another decision ends it.
    """

    facts: str
    charter: Charter | None = None
    clause: Clause | None = None
    law: Law | None = None
    category: str = UNSPECIFIED
    territory: tuple[str, ...] = ()
    until: datetime | None = None
    source: str = VOLUNTARY

    @property
    def columns(self) -> dict[str, Any]:
        """What the row of the decision says of it."""
        return {
            "ground": "law" if self.law else "clause",
            "law": f"{self.law.text}\n\n{self.law.why}" if self.law else None,
            "clause_id": self.clause.id if self.clause else None,
            "charter_version_id": self.charter.version_id if self.charter else None,
            "facts": self.facts,
            "territory": list(self.territory),
            "until": self.until,
            "source_type": self.source,
            "ground_code": ILLEGAL if self.law else INCOMPATIBLE,
            "category_code": f"STATEMENT_CATEGORY_{self.category.upper()}",
        }


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A complete statement. Its seven parts are those the database's constraint asks for."""

    restriction: dict[str, Any]
    scope: dict[str, Any]
    facts: str
    source: dict[str, Any]
    automated_means: dict[str, Any]
    ground: dict[str, Any]
    redress: dict[str, Any]
    local: dict[str, Any]


def of_words(
    occasion: Occasion,
    ground: Ground,
    *,
    action: Action,
    decision_id: UUID,
    at: datetime,
    written_at: datetime,
    site: str,
) -> Statement:
    """Return the statement of a restriction of words, decided by a person at `at`."""
    restriction = _restriction(occasion, action, at, written_at)
    return state(
        occasion,
        ground,
        restriction=restriction,
        ends="end_date_visibility_restriction",
        decision_id=decision_id,
        site=site,
    )


def state(
    occasion: Occasion,
    ground: Ground,
    *,
    restriction: dict[str, Any],
    ends: str,
    decision_id: UUID,
    site: str,
) -> Statement:
    """Return a statement; `ends` is the field that holds the last day of the restriction."""
    return Statement(
        restriction=restriction,
        # No territory and no end: wherever the space is read, until a decision reverses it.
        scope={
            "territorial_scope": list(ground.territory),
            ends: ground.until.date() if ground.until else None,
        },
        facts=ground.facts,
        source={"source_type": ground.source},
        automated_means={
            "automated_detection": "Yes" if occasion.by_rule else "No",
            "automated_decision": NOT_AUTOMATED,
            "text": letter.automated_means(occasion),
        },
        ground=_law(ground.law, ground) if ground.law else _clause(occasion, ground, site),
        redress={
            "internal_until": occasion.redress_until,
            "out_of_court": True,
            "judicial": True,
            "text": letter.redress(occasion),
        },
        local={
            "puid": str(decision_id),
            "clause_id": ground.clause.id if ground.clause else None,
            "charter_scope": ground.charter.scope if ground.charter else None,
            "charter_version": ground.charter.number if ground.charter else None,
            "until": ground.until,
            "statutory_delivery_unaffected": occasion.is_delivered_anyway,
        },
    )


def redress_until(at: datetime) -> datetime:
    """Return the end of the six months in which a decision told at `at` may be contested."""
    month = at.month - 1 + REDRESS_MONTHS
    year, month = at.year + month // 12, month % 12 + 1
    for day in (at.day, 30, 29, 28):
        try:
            return at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise ValueError(at)


def visibility_of(restriction: dict[str, Any]) -> str | None:
    """Return the code of what happens to the words, None where words are not restricted."""
    codes: list[str] = restriction.get("decision_visibility") or []
    return codes[0] if codes else None


def _restriction(
    occasion: Occasion, action: Action, at: datetime, written_at: datetime
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decision_visibility": [DISABLED],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": written_at.date(),
        "application_date": at.date(),
    }
    if action is Action.REDACT:
        text = translate(occasion.locale, _MASKED)
        found |= {"decision_visibility": [OTHER], "decision_visibility_other": text}
    elif occasion.was_live and action is Action.REFUSE:
        found["decision_visibility"] = [REMOVED]
    return found


def _clause(occasion: Occasion, ground: Ground, site: str) -> dict[str, Any]:
    charter, clause = ground.charter, ground.clause
    assert charter is not None  # noqa: S101 -- a ground is one of two
    assert clause is not None  # noqa: S101 -- as above
    return {
        "decision_ground": INCOMPATIBLE,
        "decision_ground_reference_url": f"{site}{charter.path}#{clause.id}",
        "incompatible_content_ground": clause.title_in(occasion.locale)[:MOST_GROUND],
        "incompatible_content_explanation": clause.text_in(occasion.locale)[:MOST_EXPLANATION],
        "category": f"STATEMENT_CATEGORY_{ground.category.upper()}",
    }


def _law(law: Law, ground: Ground) -> dict[str, Any]:
    return {
        "decision_ground": ILLEGAL,
        "illegal_content_legal_ground": law.text[:MOST_GROUND],
        "illegal_content_explanation": law.why[:MOST_EXPLANATION],
        "category": f"STATEMENT_CATEGORY_{ground.category.upper()}",
    }

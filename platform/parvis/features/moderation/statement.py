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
from parvis.features.moderation.letter import Occasion
from parvis.features.moderation.tables import Action

VOLUNTARY = "SOURCE_VOLUNTARY"
NOTIFIED = "SOURCE_TYPE_OTHER_NOTIFICATION"
NOT_AUTOMATED = "AUTOMATED_DECISION_NOT_AUTOMATED"
INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
OTHER = "DECISION_VISIBILITY_OTHER"
REDRESS_MONTHS = 6
MOST_GROUND, MOST_EXPLANATION = 500, 2000

_MASKED = N_("Passages of the text are masked; the rest is visible.")


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

    @property
    def visibility_code(self) -> str:
        return str(self.restriction["decision_visibility"][0])

    @property
    def category_code(self) -> str:
        return str(self.ground["category"])

    @property
    def source_type(self) -> str:
        return str(self.source["source_type"])


def state(
    occasion: Occasion,
    *,
    action: Action,
    charter: Charter,
    clause: Clause,
    facts: str,
    decision_id: UUID,
    at: datetime,
    written_at: datetime,
    site: str,
) -> Statement:
    """Return the statement of a restriction decided by a person at `at`."""
    return Statement(
        restriction=_restriction(occasion, action, at, written_at),
        # No territory and no end: wherever the community is read, until a decision reverses it.
        scope={"territorial_scope": [], "end_date_visibility_restriction": None},
        facts=facts,
        source={"source_type": NOTIFIED if occasion.by_report else VOLUNTARY},
        automated_means={
            "automated_detection": "Yes" if occasion.by_rule else "No",
            "automated_decision": NOT_AUTOMATED,
            "text": letter.automated_means(occasion),
        },
        ground=_ground(occasion, charter, clause, site),
        redress={
            "internal_until": occasion.redress_until,
            "out_of_court": True,
            "judicial": True,
            "text": letter.redress(occasion),
        },
        local={
            "puid": str(decision_id),
            "clause_id": clause.id,
            "charter_version": charter.number,
            "statutory_delivery_unaffected": occasion.kind == "question",
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


def _ground(occasion: Occasion, charter: Charter, clause: Clause, site: str) -> dict[str, Any]:
    return {
        "decision_ground": INCOMPATIBLE,
        "decision_ground_reference_url": f"{site}/charter/{charter.number}#{clause.id}",
        "incompatible_content_ground": clause.title_in(occasion.locale)[:MOST_GROUND],
        "incompatible_content_explanation": clause.text_in(occasion.locale)[:MOST_EXPLANATION],
        "category": f"STATEMENT_CATEGORY_{clause.category.upper()}",
    }

"""The statement of reasons of a sanction, in the codes of the Commission's database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.features.moderation import statement
from parvis.features.moderation.sanctions.occasions import Case
from parvis.features.moderation.statement import Ground, Statement
from parvis.features.moderation.tables import SanctionKind

PARTIAL = "DECISION_PROVISION_PARTIAL_SUSPENSION"
SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"


def of_member(
    case: Case,
    ground: Ground,
    *,
    kind: SanctionKind,
    decision_id: UUID,
    at: datetime,
    site: str,
    weighing: dict[str, Any],
) -> Statement:
    """Return the statement of a sanction given at `at`; `weighing` stays with the tenant."""
    known = codes(kind, case.place_id)
    ends = (
        "end_date_account_restriction"
        if "account_code" in known
        else ("end_date_service_restriction")
    )
    restriction = {
        "decision_provision": known.get("provision_code"),
        "decision_account": known.get("account_code"),
        "measure": kind,
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": (case.written_at or at).date(),
        "application_date": at.date(),
    }
    stated = statement.state(
        case.occasion,
        ground,
        restriction=restriction,
        ends=ends,
        decision_id=decision_id,
        site=site,
    )
    local = stated.local | {
        "weighing": weighing, "place": case.place, "statutory_delivery_unaffected": True,
    }  # fmt: skip
    return msgspec.structs.replace(stated, local=local)


def codes(kind: SanctionKind, place_id: UUID | None) -> dict[str, str]:
    """Return what the Commission calls a sanction: a warning restricts nothing, and has no code."""
    if kind is SanctionKind.WARNING:
        return {}
    if kind is SanctionKind.SUSPENSION and place_id is None:
        return {"account_code": SUSPENDED}
    return {"provision_code": PARTIAL}

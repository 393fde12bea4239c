"""Statements of reasons as the Commission's Transparency Database takes them (DSA art. 24(5)).

Version 2 of its API: POST /api/v1/statements, at most a hundred in one call. Decisions keep its
field names and codes, so a statement is picked, not translated. Nothing personal goes with it.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

from parvis.core import db
from parvis.features.transparency.masking import masked
from parvis.features.transparency.period import Period

MOST_IN_A_CALL = 100
LONGEST_FACTS = 5000
VOLUNTARY = "SOURCE_VOLUNTARY"
_UNTIL = ("visibility", "monetary", "service", "account")
# Fields of free text and how long the database lets them be.
_TEXTS = {
    "decision_visibility_other": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "content_type_other": 500,
    "decision_facts": LONGEST_FACTS,
}

_PAGE = """
    SELECT d.id, d.at, d.facts, d.statement, d.visibility_code, d.provision_code, d.account_code,
           d.ground_code, d.category_code, d.source_type, d.automated_detection,
           d.automated_decision, d.territory, d.until,
           ARRAY_REMOVE(ARRAY[m.display_name, a.display_name, b.display_name], NULL)
               || ARRAY(SELECT n.notifier_name FROM review_cause x
                          JOIN legal_notice n ON n.tenant_id = $1 AND n.id = x.legal_notice_id
                         WHERE x.tenant_id = $1 AND x.item_id = d.item_id
                           AND n.notifier_name IS NOT NULL) AS names
      FROM decision d
      LEFT JOIN member m ON m.tenant_id = d.tenant_id AND m.id = d.member_id
      LEFT JOIN contribution c ON c.tenant_id = d.tenant_id AND c.id = d.contribution_id
      LEFT JOIN member a ON a.tenant_id = d.tenant_id AND a.id = c.author_id
      LEFT JOIN member b ON b.tenant_id = d.tenant_id AND b.id = d.decided_by
     WHERE d.tenant_id = $1 AND d.at >= $2 AND d.at < $3 AND d.id > $4
       AND d.statement IS NOT NULL AND d.ground_code IS NOT NULL
       AND coalesce(d.visibility_code, d.provision_code, d.account_code) IS NOT NULL
     ORDER BY d.id LIMIT $5
"""


async def calls(period: Period) -> AsyncIterator[dict[str, Any]]:
    """Yield the bodies of calls, each of at most a hundred statements, oldest first."""
    after = UUID(int=0)
    while rows := await db.fetch(_PAGE, period.since, period.until, after, MOST_IN_A_CALL):
        yield {"statements": [statement(row) for row in rows]}
        after = rows[-1]["id"]


def statement(row: Any) -> dict[str, Any]:
    """Return one statement from a decision: its columns first, then what its text says."""
    parts = db.from_jsonb(row["statement"], dict[str, Any])
    flat = _flat(parts, ("restriction", "scope", "ground"))
    found: dict[str, Any] = {
        **_restriction(row, flat),
        **_ground(row, flat),
        "category": row["category_code"],
        **_content(row, flat),
        "application_date": row["at"].date().isoformat(),
        **_ends(flat),
        "territorial_scope": list(row["territory"] or ()),
        "decision_facts": row["facts"],
        "source_type": row["source_type"],
        "automated_detection": "Yes" if row["automated_detection"] else "No",
        "automated_decision": row["automated_decision"],
        "puid": str(row["id"]),
    }
    return _clean(found, row["names"])


def _flat(parts: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {key: value for name in names for key, value in (parts.get(name) or {}).items()}


def _restriction(row: Any, flat: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row["visibility_code"]:
        found["decision_visibility"] = flat.get("decision_visibility") or [row["visibility_code"]]
        if "DECISION_VISIBILITY_OTHER" in found["decision_visibility"]:
            found["decision_visibility_other"] = flat.get("decision_visibility_other") or "–"
    if row["provision_code"]:
        found["decision_provision"] = row["provision_code"]
    if row["account_code"]:
        found["decision_account"] = row["account_code"]
        found["account_type"] = flat.get("account_type") or "ACCOUNT_TYPE_PRIVATE"
    return found


def _ground(row: Any, flat: dict[str, Any]) -> dict[str, Any]:
    found = {"decision_ground": row["ground_code"]}
    if url := flat.get("decision_ground_reference_url"):
        found["decision_ground_reference_url"] = url
    kind = "illegal" if row["ground_code"].endswith("ILLEGAL_CONTENT") else "incompatible"
    first = "illegal_content_legal_ground" if kind == "illegal" else "incompatible_content_ground"
    for name in (first, f"{kind}_content_explanation"):
        found[name] = flat.get(name) or "–"
    if kind == "incompatible":
        found["incompatible_content_illegal"] = flat.get("incompatible_content_illegal") or "No"
    return found


def _content(row: Any, flat: dict[str, Any]) -> dict[str, Any]:
    kinds = flat.get("content_type") or ["CONTENT_TYPE_OTHER"]
    found = {"content_type": kinds, "content_date": _day(flat.get("content_date"), row)}
    if "CONTENT_TYPE_OTHER" in kinds:
        found["content_type_other"] = flat.get("content_type_other") or "Account"
    if language := flat.get("content_language"):
        found["content_language"] = str(language).upper()
    return found


def _day(value: Any, row: Any) -> str:
    return str(value)[:10] if value else row["at"].date().isoformat()


def _ends(flat: dict[str, Any]) -> dict[str, Any]:
    """Return until when each restriction lasts; one without an end is left out."""
    names = [f"end_date_{what}_restriction" for what in _UNTIL]
    return {name: str(flat[name])[:10] for name in names if flat.get(name)}


def _clean(found: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    people = list(names)
    for name, longest in _TEXTS.items():
        if name in found:
            found[name] = masked(str(found[name]), people)[:longest].strip() or "–"
    return found

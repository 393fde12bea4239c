"""The field table of the Commission's Transparency Database, version 2, as a copy.

After its public repository (commit 69e80a0, 24 June 2026): names, codes, lengths, what is required
when. `faults` checks one statement the way `POST /api/v1/statements` does.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

ILLEGAL, INCOMPATIBLE = (
    "DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT",
)  # fmt: skip
VISIBILITIES = {
    f"DECISION_VISIBILITY_{name}"
    for name in (
        "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
        "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER",
    )
}  # fmt: skip
MONETARIES = {f"DECISION_MONETARY_{name}" for name in ("SUSPENSION", "TERMINATION", "OTHER")}
PROVISIONS = {
    f"DECISION_PROVISION_{how}_{what}"
    for how in ("PARTIAL", "TOTAL")
    for what in ("SUSPENSION", "TERMINATION")
}
ACCOUNTS = {"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"}
CATEGORIES = {
    f"STATEMENT_CATEGORY_{name}"
    for name in (
        "ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH", "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC", "PROTECTION_OF_MINORS", "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD", "SELF_HARM", "UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE",
    )
}  # fmt: skip
CONTENT_TYPES = {
    f"CONTENT_TYPE_{name}"
    for name in (
        "APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER",
    )
}  # fmt: skip
COUNTRIES = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
SOURCES = {
    "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION",
    "SOURCE_VOLUNTARY",
}  # fmt: skip
AUTOMATED = {f"AUTOMATED_DECISION_{name}" for name in ("FULLY", "PARTIALLY", "NOT_AUTOMATED")}
ONE_OF = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")


class Field(NamedTuple):
    """One row of the table. `when` is (other field, code): required then, and only then there."""

    required: bool = False
    codes: frozenset[str] | None = None
    is_list: bool = False
    longest: int | None = None
    is_day: bool = False
    pattern: str | None = None
    when: tuple[str, str] | None = None


def _codes(codes: set[str], **more: Any) -> Field:
    return Field(codes=frozenset(codes), **more)


TABLE: dict[str, Field] = {
    "decision_visibility": _codes(VISIBILITIES, is_list=True),
    "decision_visibility_other": Field(
        longest=500, when=("decision_visibility", "DECISION_VISIBILITY_OTHER")
    ),
    "decision_monetary": _codes(MONETARIES),
    "decision_monetary_other": Field(
        longest=500, when=("decision_monetary", "DECISION_MONETARY_OTHER")
    ),
    "decision_provision": _codes(PROVISIONS),
    "decision_account": _codes(ACCOUNTS),
    "account_type": _codes({"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"}),
    "decision_ground": _codes({ILLEGAL, INCOMPATIBLE}, required=True),
    "decision_ground_reference_url": Field(longest=500, pattern=r"https?://[^\s]+"),
    "illegal_content_legal_ground": Field(longest=500, when=("decision_ground", ILLEGAL)),
    "illegal_content_explanation": Field(longest=2000, when=("decision_ground", ILLEGAL)),
    "incompatible_content_ground": Field(longest=500, when=("decision_ground", INCOMPATIBLE)),
    "incompatible_content_explanation": Field(longest=2000, when=("decision_ground", INCOMPATIBLE)),
    "incompatible_content_illegal": _codes({"Yes", "No"}, when=("decision_ground", INCOMPATIBLE)),
    "category": _codes(CATEGORIES, required=True),
    "category_addition": _codes(CATEGORIES, is_list=True),
    "category_specification": Field(is_list=True, pattern=r"KEYWORD_[A-Z_]+"),
    "category_specification_other": Field(longest=500),
    "content_type": _codes(CONTENT_TYPES, required=True, is_list=True),
    "content_type_other": Field(longest=500, when=("content_type", "CONTENT_TYPE_OTHER")),
    "content_language": Field(pattern=r"[A-Z]{2}"),
    "content_date": Field(required=True, is_day=True),
    "application_date": Field(required=True, is_day=True),
    "end_date_visibility_restriction": Field(is_day=True),
    "end_date_monetary_restriction": Field(is_day=True),
    "end_date_service_restriction": Field(is_day=True),
    "end_date_account_restriction": Field(is_day=True),
    "territorial_scope": _codes(COUNTRIES, is_list=True),
    "decision_facts": Field(required=True, longest=5000),
    "source_type": _codes(SOURCES, required=True),
    "source_identity": Field(longest=500),
    "automated_detection": _codes({"Yes", "No"}, required=True),
    "automated_decision": _codes(AUTOMATED, required=True),
    "puid": Field(required=True, longest=500, pattern=r"[A-Za-z0-9-_]+"),
}


def faults(statement: dict[str, Any]) -> list[str]:
    """Return what the API would say of a statement, nothing when it takes it."""
    found = [f"{name}: unknown" for name in statement.keys() - TABLE.keys()]
    if not any(statement.get(name) for name in ONE_OF):
        found.append("one of the four decisions is required")
    if statement.get("source_identity") and statement.get("source_type") == "SOURCE_VOLUNTARY":
        found.append("source_identity: excluded for a voluntary decision")
    for name, field in TABLE.items():
        found += [f"{name}: {said}" for said in _faults(statement, name, field)]
    return found


def _faults(statement: dict[str, Any], name: str, field: Field) -> Iterator[str]:
    value = statement.get(name)
    is_wanted = field.required or _applies(statement, field)
    if value in (None, "", []) and name != "territorial_scope":
        if is_wanted:
            yield "required"
        return
    if field.when and not _applies(statement, field):
        yield "not allowed here"
    if field.is_list != isinstance(value, list):
        yield "a list is expected" if field.is_list else "no list is expected"
        return
    for one in value if isinstance(value, list) else [value]:
        yield from _of_one(one, field)


def _applies(statement: dict[str, Any], field: Field) -> bool:
    if field.when is None:
        return False
    other, code = field.when
    value = statement.get(other)
    return code in value if isinstance(value, list) else code == value


def _of_one(value: Any, field: Field) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"text is expected, not {value!r}"
        return
    if field.codes and value not in field.codes:
        yield f"{value} is no code of it"
    if field.longest and len(value) > field.longest:
        yield f"longer than {field.longest}"
    if field.pattern and not re.fullmatch(field.pattern, value):
        yield f"{value} has another form"
    if field.is_day and not _is_day(value):
        yield f"{value} is no day"


def _is_day(value: str) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10 and date(2000, 1, 1) <= day <= date(2038, 1, 1)

"""Names that a trust framework vouches for (OpenID Connect for Identity Assurance 1.0). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

CLAIM = "verified_claims"
NAMES = ("name", "given_name", "family_name")


class VerifiedName(msgspec.Struct, frozen=True, kw_only=True):
    """A name as somebody verified it: under which framework, how surely, and when."""

    name: str
    framework: str
    level: str | None
    at: datetime | None


def verified_name(claims: Mapping[str, Any], frameworks: Sequence[str]) -> VerifiedName | None:
    """Return the name verified under one of `frameworks`, None when there is none.

    The first framework counts most. Only what stands inside `verified_claims` is looked at:
    the same claim beside it was verified by nobody. Members we do not know are passed over, and
    so is an entry of the wrong shape, which vouches for nothing.
    """
    found = list(_names(claims.get(CLAIM), frameworks))
    return min(found, key=lambda one: frameworks.index(one.framework), default=None)


def request(frameworks: Sequence[str]) -> dict[str, Any]:
    """Return how these names are asked for, as a member of the `claims` parameter."""
    wanted: dict[str, Any] = {"values": list(frameworks)}
    if len(frameworks) == 1:
        wanted = {"value": frameworks[0]}
    verification = {"trust_framework": wanted, "assurance_level": None, "time": None}
    return {CLAIM: {"verification": verification, "claims": dict.fromkeys(NAMES)}}


def is_true(value: Any, *, texts_as_booleans: bool) -> bool:
    """Tell whether a claim says yes: `true`, or its text where a connection lets that count."""
    if texts_as_booleans and isinstance(value, str):
        return value.lower() == "true"
    return value is True


def _names(value: Any, frameworks: Sequence[str]) -> Iterator[VerifiedName]:
    for entry in value if isinstance(value, list) else [value]:
        verification = _member(entry, "verification")
        framework = _text(verification.get("trust_framework"))
        name = _name(_member(entry, "claims"))
        if framework in frameworks and name:
            yield VerifiedName(
                name=name,
                framework=framework,
                level=_text(verification.get("assurance_level")) or None,
                at=_moment(verification.get("time")),
            )


def _name(claims: Mapping[str, Any]) -> str:
    """Return the whole name; where only its parts are verified, joined and never reordered."""
    name, *parts = (_text(claims.get(part)).strip() for part in NAMES)
    return name or " ".join(part for part in parts if part)


def _member(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """Return the moment of an ISO 8601 text with its offset; without one it says nothing."""
    try:
        moment = datetime.fromisoformat(_text(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

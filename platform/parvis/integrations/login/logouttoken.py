"""The logout token: a provider tells us that a session of its own is over.

OpenID Connect Back-Channel Logout 1.0, section 2.6, and stricter in two things. `typ` must say
`logout+jwt`: the standard only recommends it, ASVS 5 (10.5.5) demands it, for it is what keeps a
token made for another purpose from signing people out. And `exp` must be there, as the final text
has it; drafts had not, and some providers still go by them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from joserfc import jwt

from parvis.integrations.login import tokens
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.tokens import LEEWAY_SECONDS, NUMBER, Kind

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt", "application/logout+jwt")
MAX_AGE_SECONDS = 300

_REQUIRED: dict[str, Kind] = {
    "iss": str,
    "aud": (str, list),
    "iat": NUMBER,
    "exp": NUMBER,
    "jti": str,
    "events": dict,
}
_OPTIONAL: dict[str, Kind] = {"nbf": NUMBER, "sub": str, "sid": str}


class LogoutToken(msgspec.Struct, frozen=True, kw_only=True):
    """A logout token that passed every check: whose sessions, or which one, to end.

    `replayable_until`: until then its `jti` must be remembered; afterwards it is too old.
    """

    issuer: str
    sub: str | None
    sid: str | None
    jti: str
    replayable_until: datetime


def validate(token: jwt.Token, issuer: str, client_id: str, now: datetime) -> LogoutToken:
    """Return what a verified token says, or raise LoginError naming the part at fault."""
    claims, seconds = token.claims, int(now.timestamp())
    _check_type(token.header.get("typ"))
    tokens.check_shape(claims, _REQUIRED, _OPTIONAL)
    tokens.check_issuer(claims, issuer)
    tokens.check_audience(claims, client_id)
    tokens.check_subject(claims)
    tokens.check_times(claims, seconds, MAX_AGE_SECONDS)
    _check_purpose(claims)
    oldest = datetime.fromtimestamp(claims["iat"], UTC)
    return LogoutToken(
        issuer=issuer,
        sub=claims.get("sub"),
        sid=claims.get("sid"),
        jti=claims["jti"],
        replayable_until=oldest + timedelta(seconds=MAX_AGE_SECONDS + LEEWAY_SECONDS),
    )


def _check_type(kind: Any) -> None:
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise LoginError(Reason.CLAIM_WRONG, "typ")


def _check_purpose(claims: dict[str, Any]) -> None:
    """Raise LoginError unless it asks for a sign-out, and can be mistaken for nothing else."""
    if not isinstance(claims["events"].get(EVENT), dict):
        raise LoginError(Reason.CLAIM_WRONG, "events")
    if "nonce" in claims:  # an ID token has one
        raise LoginError(Reason.CLAIM_WRONG, "nonce")
    if claims.get("sub") is None and claims.get("sid") is None:
        raise LoginError(Reason.CLAIM_MISSING, "sub or sid")

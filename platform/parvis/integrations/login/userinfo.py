"""What the userinfo endpoint adds to the ID token, accepted only for the same person."""

from typing import Any

import httpx2
import msgspec
from joserfc import jwt

from parvis.integrations.login.errors import LoginError, Reason


def signed_body(response: httpx2.Response) -> str | None:
    """Return the token of a signed answer, None for a plain one."""
    if response.status_code != 200:
        raise LoginError(Reason.ANSWER_UNUSABLE, f"userinfo HTTP {response.status_code}")
    kind = response.headers.get("Content-Type", "").split(";", 1)[0].strip().lower()
    return response.text if kind == "application/jwt" else None


def from_plain(response: httpx2.Response) -> dict[str, Any]:
    """Return the claims of a plain JSON answer."""
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        raise LoginError(Reason.ANSWER_UNUSABLE, "userinfo") from None


def from_signed(token: jwt.Token, issuer: str, client_id: str) -> dict[str, Any]:
    """Return the claims of a verified answer, whose issuer and audience must be the login's."""
    claims = dict(token.claims)
    if claims.pop("iss", issuer) != issuer:
        raise LoginError(Reason.CLAIM_WRONG, "userinfo iss")
    if claims.pop("aud", client_id) not in (client_id, [client_id]):
        raise LoginError(Reason.CLAIM_WRONG, "userinfo aud")
    return claims


def of_subject(claims: dict[str, Any], sub: str) -> dict[str, Any]:
    """Return `claims` when they are about `sub`: an access token may have been swapped."""
    if claims.get("sub") != sub:
        raise LoginError(Reason.USERINFO_SUBJECT)
    return claims


def merged(userinfo: dict[str, Any], id_token: dict[str, Any]) -> dict[str, Any]:
    """Return both documents' claims, the ID token's first.

    An address and whether it was verified come from one document: `email_verified` of one says
    nothing about the `email` of the other, which anybody may have typed.
    """
    if "email" in id_token or "email_verified" in id_token:
        userinfo = {k: v for k, v in userinfo.items() if k not in ("email", "email_verified")}
    return userinfo | id_token

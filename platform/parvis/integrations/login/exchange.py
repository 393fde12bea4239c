"""A code against tokens, at the provider's token endpoint."""

import re

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from parvis.integrations.login.errors import LoginError, Reason


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a token endpoint answered, complete."""

    access_token: str
    id_token: str
    token_type: str


class _ErrorAnswer(msgspec.Struct, frozen=True):
    error: str = ""


async def exchange(
    client: AsyncOAuth2Client, endpoint: str, code: str, code_verifier: str
) -> TokenAnswer:
    """Return the tokens that `code` stands for, or raise LoginError."""
    # Never `authorization_response=`: Authlib turns an error callback into another grant.
    try:
        answer = await client.fetch_token(
            endpoint, grant_type="authorization_code", code=code, code_verifier=code_verifier
        )
        token = msgspec.convert(dict(answer), TokenAnswer)
    except msgspec.ValidationError as error:
        raise LoginError(Reason.TOKEN_INCOMPLETE, str(error)) from error
    except OAuthError as error:
        raise LoginError(Reason.TOKEN_REFUSED, code_only(error.error)) from error
    except (ValueError, TypeError) as error:
        raise LoginError(Reason.TOKEN_REFUSED, "not readable") from error
    if not (token.access_token and token.id_token) or token.token_type.lower() != "bearer":
        raise LoginError(Reason.TOKEN_INCOMPLETE, "empty, or not a bearer token")
    return token


def only_success(response: httpx2.Response) -> httpx2.Response:
    """Let a 200 pass. Authlib takes any JSON object for a token, whatever status it came with."""
    if response.status_code != 200:
        raise LoginError(Reason.TOKEN_REFUSED, error_of(response))
    return response


def error_of(response: httpx2.Response) -> str:
    """Return the status of a refusal, and the OAuth error code that came with it."""
    try:
        error = msgspec.json.decode(response.content, type=_ErrorAnswer).error
    except msgspec.DecodeError:
        error = ""
    return f"HTTP {response.status_code} {code_only(error)}".strip()


def code_only(error: object) -> str:
    """Keep an OAuth error code; anything else a provider writes there stays out of our logs."""
    text = str(error)
    return text if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text) else ""

"""The provider's own calls: to the applications that trust it, on this machine and nowhere else."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

SECONDS = 5.0


class CallFailedError(Exception):
    """The application did not answer as one that is well."""


class Call(Protocol):
    """Sends one request to an application and returns its answer's status and JSON, if any."""

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        token: str | None = None,
    ) -> tuple[int, Any]: ...


def caller(transport: httpx2.AsyncBaseTransport | None = None) -> Call:
    """Return a Call that reaches this machine only; tests give a network of their own."""

    async def call(
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        token: str | None = None,
    ) -> tuple[int, Any]:
        parts = urlsplit(url)
        # Not every machine can look up *.localhost, and nothing else is ever meant.
        here = parts._replace(netloc=f"127.0.0.1:{parts.port}" if parts.port else "127.0.0.1")
        headers = {"host": parts.netloc, "accept": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        try:
            async with httpx2.AsyncClient(
                transport=transport, trust_env=False, timeout=SECONDS
            ) as client:
                answer = await client.request(
                    method, here.geturl(), data=form, json=json, headers=headers
                )
        except httpx2.HTTPError as error:
            raise CallFailedError(f"{url}: {type(error).__name__}") from error
        return answer.status_code, _json(answer)

    return call


def _json(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None

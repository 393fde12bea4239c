"""Several providers on one network, each at its own address."""

from typing import Any
from urllib.parse import urlsplit

import httpx2

from parvis.integrations.login.transport import GuardedTransport
from tests.identity.lying_provider import LyingProvider


class Network:
    """Takes each request to the provider whose address it begins with; nobody else is there."""

    def __init__(self, *providers: LyingProvider) -> None:
        self.providers = list(providers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope["headers"])[b"host"].decode()
        for provider in self.providers:
            parts = urlsplit(provider.issuer)
            if parts.netloc == host and scope["path"].startswith(parts.path):
                await provider(scope, receive, send)
                return
        raise httpx2.ConnectError(f"nobody at {host}{scope['path']}")

    def transport(self) -> httpx2.AsyncBaseTransport:
        return GuardedTransport(httpx2.ASGITransport(self), allow_loopback=True)

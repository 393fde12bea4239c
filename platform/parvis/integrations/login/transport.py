"""The way to a provider: public addresses only, each resolved once, answers small and plain.

A connection's addresses are typed by a tenant's administrator and continued by documents the
provider serves, so all of them could point inside our network. Every request therefore goes
through here, whichever endpoint it is for.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import cache

import httpcore2
import httpx2

from parvis.integrations.login.errors import Away, LoginError, Reason

TIMEOUT_SECONDS = 5.0
MAX_BODY_BYTES = 512 * 1024

Resolver = Callable[[str, int], Awaitable[list[str]]]
MakeTransport = Callable[[], httpx2.AsyncBaseTransport]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# `is_global` calls these global, though they reach private hosts through a gateway or a tunnel.
_DISGUISES = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # local NAT64
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible
        "fec0::/10",  # site-local
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",  # protocol assignments: some Python 3.11 call part of it global
    )
)


def is_public(address: str) -> bool:
    """Tell whether `address` is one that anybody on the Internet may be sent to."""
    ip = _unwrapped(address)
    if any(ip in network for network in _DISGUISES if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_loopback(address: str) -> bool:
    """Tell whether `address` is this very machine."""
    return _unwrapped(address).is_loopback


def _unwrapped(address: str) -> Address:
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def is_local_host(host: str) -> bool:
    """Tell whether `host` names this machine by itself, whatever a name server says (RFC 6761)."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or _is_loopback_literal(name)


def _is_loopback_literal(host: str) -> bool:
    try:
        return is_loopback(host.strip("[]"))
    except ValueError:
        return False


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses the system knows for `host`, in its order of preference."""
    if is_local_host(host):
        return [host.strip("[]")] if _is_loopback_literal(host) else ["127.0.0.1"]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the very address it has checked, so a second look-up cannot change it.

    TLS is unaffected: the certificate is still checked against the host's name.
    """

    def __init__(self, *, allow_loopback: bool, resolver: Resolver = resolve) -> None:
        self._allow_loopback = allow_loopback
        self._resolver = resolver
        self._wire: httpcore2.AsyncNetworkBackend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._checked(host, port, timeout)
        for address in addresses[:-1]:
            try:
                return await self._wire.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._wire.connect_tcp(
            addresses[-1], port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int, limit: float | None) -> list[str]:
        try:
            async with asyncio.timeout(limit):
                found = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise Away(Reason.UNREACHABLE, f"{host} does not resolve") from error
        usable = [address for address in found if self._may_reach(address)]
        if not usable:
            raise LoginError(Reason.ADDRESS_REFUSED, host)
        return usable

    def _may_reach(self, address: str) -> bool:
        return is_public(address) or (self._allow_loopback and is_loopback(address))


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Lets out requests over TLS, and lets in answers that are small and not compressed.

    A compressed body of 512 KiB unfolds to half a gigabyte; providers' documents are tiny.
    Plain http goes to this machine only, and only where `allow_loopback` says so; or anywhere
    where `allow_plain` does, because the answer proves by itself where it comes from.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        *,
        allow_loopback: bool,
        allow_plain: bool = False,
    ) -> None:
        self._inner = inner
        self._allow_loopback = allow_loopback
        self._allow_plain = allow_plain

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        check_url(
            str(request.url), allow_loopback=self._allow_loopback, allow_plain=self._allow_plain
        )
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            await response.aclose()
            raise LoginError(Reason.BODY_ENCODED, request.url.host)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Capped(response, request.url.host),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, host: str) -> None:
        self._response = response
        self._host = host

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._response.aiter_raw():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise LoginError(Reason.BODY_TOO_LARGE, self._host)
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


def check_url(url: str, *, allow_loopback: bool, allow_plain: bool = False) -> None:
    """Raise LoginError unless `url` is https, or http to this machine where that is allowed."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise LoginError(Reason.URL_INSECURE, "not an address") from None
    if parsed.userinfo or parsed.fragment or not parsed.host:
        raise LoginError(Reason.URL_INSECURE, "not a plain address")
    is_demo = parsed.scheme == "http" and allow_loopback and is_local_host(parsed.host)
    is_plain = parsed.scheme == "http" and allow_plain
    if parsed.scheme != "https" and not is_demo and not is_plain:
        raise LoginError(Reason.URL_INSECURE, f"{parsed.scheme} to {parsed.host}")


class _PinnedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self, backend: PinnedBackend) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(ssl_context=_tls(), network_backend=backend)


@cache
def _tls() -> ssl.SSLContext:
    # Loading the certificate authorities costs more than a whole sign-in.
    return httpx2.create_ssl_context(trust_env=False)


def real_transport(*, allow_loopback: bool, allow_plain: bool = False) -> httpx2.AsyncBaseTransport:
    """Return a fresh transport that reaches public providers (and loopback where allowed)."""
    pinned = _PinnedTransport(PinnedBackend(allow_loopback=allow_loopback))
    return GuardedTransport(pinned, allow_loopback=allow_loopback, allow_plain=allow_plain)

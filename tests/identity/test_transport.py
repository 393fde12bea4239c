"""Where the way to a provider leads, and where it must not."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpcore2
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.integrations.login import LoginError, Reason, RelyingParty, transport

from .lying_provider import PENDING, LyingProvider, callback, connection, relying_party

PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"]
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # the metadata service of most clouds
    "100.64.0.1",
    "192.0.0.8",
    "192.0.0.9",
    "198.18.0.1",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "4000::1",  # reserved
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_may_be_reached(address: str) -> None:
    assert transport.is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_or_disguised_address_may_not_be_reached(address: str) -> None:
    assert not transport.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/",
        "ftp://localhost/",
        "https:///token",
        "https://id.example.org/#part",
        "https://id.example.org:port/",
        "https://a@id.example.org/",
        "javascript:alert(1)",
        "",
    ],
)
def test_address_that_is_not_plain_https_is_refused_even_in_development(url: str) -> None:
    for allow_loopback in (False, True):
        with pytest.raises(LoginError, match="url_insecure"):
            transport.check_url(url, allow_loopback=allow_loopback)


async def test_without_a_network_of_its_own_a_relying_party_uses_the_guarded_one() -> None:
    party = RelyingParty(allow_loopback=False)
    inside = connection(issuer="https://127.0.0.1:9")
    with pytest.raises(LoginError, match="address_refused"):
        await party.authorization_url(inside, PENDING, locale="fr")


async def test_proxies_of_the_environment_are_not_gone_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A proxy would connect for us, to wherever a name leads it.
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    provider = LyingProvider()
    assert await relying_party(provider).complete(connection(), PENDING, callback())


def test_authorities_of_the_environment_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    assert transport._tls.__wrapped__().verify_mode is ssl.CERT_REQUIRED


@given(st.ip_addresses(network="10.0.0.0/8"))
def test_private_v4_stays_private_in_every_v6_dress(address: object) -> None:
    for dress in ("::ffff:{}", "::{}", "64:ff9b::{}"):
        assert not transport.is_public(dress.format(address))


class Wire(httpcore2.AsyncNetworkBackend):
    """Notes where it was told to connect, and answers one empty JSON object."""

    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def __init__(self, *, refused: frozenset[str] = frozenset()) -> None:
        self.connected: list[str] = []
        self._refused = refused

    async def connect_tcp(self, host: str, port: int, *rest: object) -> httpcore2.AsyncMockStream:
        self.connected.append(host)
        if host in self._refused:
            raise httpcore2.ConnectError("refused")
        return httpcore2.AsyncMockStream([self.ANSWER])


def backend(
    *answers: list[str], allow_loopback: bool = False, wire: Wire | None = None
) -> tuple[transport.PinnedBackend, Wire, list[str]]:
    """A pinned backend on a name server that gives each of `answers` in turn."""
    asked: list[str] = []

    async def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    pinned = transport.PinnedBackend(allow_loopback=allow_loopback, resolver=resolver)
    pinned._wire = wire or Wire()
    return pinned, pinned._wire, asked


async def test_connects_to_the_very_address_it_checked() -> None:
    # Rebinding: the second answer would lead inside. There must be no second question.
    pinned, wire, asked = backend(["93.184.215.14"], ["127.0.0.1"])
    await pinned.connect_tcp("id.example.org", 443)
    assert (wire.connected, asked) == (["93.184.215.14"], ["id.example.org"])


async def test_every_request_of_a_sign_in_asks_anew_and_is_checked_anew() -> None:
    # Rebinding between two requests: the first answer was public, the next one is not.
    pinned, wire, _asked = backend(["93.184.215.14"], ["169.254.169.254"])
    await pinned.connect_tcp("id.example.org", 443)
    with pytest.raises(LoginError, match="address_refused"):
        await pinned.connect_tcp("id.example.org", 443)
    assert wire.connected == ["93.184.215.14"]


@pytest.mark.parametrize("address", PRIVATE)
async def test_name_of_a_private_address_is_refused_before_any_connection(address: str) -> None:
    pinned, wire, _asked = backend([address])
    with pytest.raises(LoginError) as caught:
        await pinned.connect_tcp("id.example.org", 443)
    assert caught.value.reason == Reason.ADDRESS_REFUSED
    assert wire.connected == []


async def test_private_address_among_public_ones_is_never_tried() -> None:
    wire = Wire(refused=frozenset({"93.184.215.14"}))
    pinned, _wire, _asked = backend(["10.0.0.1", "93.184.215.14", "1.1.1.1"], wire=wire)
    await pinned.connect_tcp("id.example.org", 443)
    assert wire.connected == ["93.184.215.14", "1.1.1.1"]


async def test_loopback_is_reached_only_where_the_setting_says_so() -> None:
    pinned, wire, _asked = backend(["127.0.0.1"], allow_loopback=True)
    await pinned.connect_tcp("id.localhost", 8080)
    assert wire.connected == ["127.0.0.1"]
    pinned, wire, _asked = backend(["10.0.0.1"], allow_loopback=True)
    with pytest.raises(LoginError, match="address_refused"):
        await pinned.connect_tcp("id.example.org", 443)


async def test_name_that_does_not_resolve_is_a_clear_refusal() -> None:
    async def resolver(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    pinned = transport.PinnedBackend(allow_loopback=False, resolver=resolver)
    with pytest.raises(LoginError, match="provider_unreachable"):
        await pinned.connect_tcp("id.example.org", 443)


async def test_localhost_names_are_this_machine_without_asking_anybody() -> None:
    assert await transport.resolve("id.localhost", 80) == ["127.0.0.1"]
    assert await transport.resolve("LOCALHOST.", 80) == ["127.0.0.1"]
    assert await transport.resolve("[::1]", 80) == ["::1"]
    assert await transport.resolve("127.0.0.2", 80) == ["127.0.0.2"]


async def test_real_transport_refuses_a_private_address_and_plain_http() -> None:
    async with httpx2.AsyncClient(
        transport=transport.real_transport(allow_loopback=False)
    ) as client:
        for url, reason in (
            ("https://127.0.0.1:9/", "address_refused"),
            ("https://[::ffff:10.0.0.1]:9/", "address_refused"),
            ("https://localhost:9/", "address_refused"),
            ("https://2130706433:9/", "address_refused"),
            ("https://0x7f.1:9/", "address_refused"),
            ("https://127.1:9/", "address_refused"),
            ("http://93.184.215.14/", "url_insecure"),
            ("http://127.0.0.1:9/", "url_insecure"),
        ):
            with pytest.raises(LoginError, match=reason):
                await client.get(url)


async def test_real_transport_reaches_loopback_over_http_in_development() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(Wire.ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        httpx2.AsyncClient(transport=transport.real_transport(allow_loopback=True)) as client,
    ):
        assert (await client.get(f"http://id.localhost:{port}/")).json() == {}
        with pytest.raises(LoginError, match="url_insecure"):
            await client.get("http://id.example.org/")


class Body(httpx2.AsyncByteStream):
    def __init__(self, size: int) -> None:
        self.left = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.left > 0:
            self.left -= 65536
            yield b"x" * 65536


@pytest.mark.parametrize(("size", "is_read"), [(512 * 1024, True), (512 * 1024 + 1, False)])
async def test_answers_over_half_a_mebibyte_are_dropped_while_they_arrive(
    size: int, is_read: bool
) -> None:
    body = Body(size)
    inner = httpx2.MockTransport(lambda _request: httpx2.Response(200, stream=body))
    guarded = transport.GuardedTransport(inner, allow_loopback=False)
    async with httpx2.AsyncClient(transport=guarded) as client:
        if is_read:
            assert len((await client.get("https://id.example.org/")).content) == size
        else:
            with pytest.raises(LoginError, match="body_too_large"):
                await client.get("https://id.example.org/")

"""Look-ups against a name server that answers, is silent, fails or does not know the name."""

from collections.abc import AsyncIterator

import dns.rcode
import msgspec
import pytest

from parvis.integrations import dns as lookups
from parvis.integrations.dns import Fault, LookupFailedError
from parvis.settings import Settings
from tests.identity.name_server import NameServer, serving


@pytest.fixture
async def name_server(settings: Settings) -> AsyncIterator[NameServer]:
    """The name server that look-ups of this process go to."""
    async with serving() as server:
        address = f"127.0.0.1:{server.port}"
        lookups.use(msgspec.structs.replace(settings, dns_resolver=address))
        yield server
    lookups.use(settings)


async def test_what_is_published_is_found(name_server: NameServer) -> None:
    name_server.records["_x.exemple.test"] = ["un deux", "trois"]
    assert set(await lookups.texts("_x.exemple.test")) == {"un deux", "trois"}


async def test_a_long_record_comes_in_one_piece(name_server: NameServer) -> None:
    name_server.records["exemple.test"] = ['a" "b']
    assert await lookups.texts("exemple.test") == ("ab",)


@pytest.mark.parametrize(
    ("rcode", "fault"),
    [
        (dns.rcode.NXDOMAIN, Fault.NO_DOMAIN),
        (dns.rcode.NOERROR, Fault.MISSING),
        (dns.rcode.SERVFAIL, Fault.UNUSABLE),
        (dns.rcode.REFUSED, Fault.UNUSABLE),
    ],
)
async def test_no_answer_says_why(
    name_server: NameServer, rcode: dns.rcode.Rcode, fault: Fault
) -> None:
    name_server.rcode = rcode
    with pytest.raises(LookupFailedError) as refused:
        await lookups.texts("exemple.test")
    assert refused.value.fault is fault


async def test_silence_is_not_waited_for_long(
    name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "TIMEOUT_SECONDS", 0.3)
    name_server.is_silent = True
    with pytest.raises(LookupFailedError) as refused:
        await lookups.texts("exemple.test")
    assert refused.value.fault is Fault.TOO_SLOW


async def test_a_name_that_dns_cannot_hold_is_refused(name_server: NameServer) -> None:
    with pytest.raises(LookupFailedError):
        await lookups.texts("a" * 64 + ".test")
    assert name_server.asked == []


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("9.9.9.9", ("9.9.9.9", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("2620:fe::fe", ("2620:fe::fe", 53)),
        ("[2620:fe::fe]:5353", ("2620:fe::fe", 5353)),
    ],
)
def test_a_resolver_is_an_address(written: str, address: tuple[str, int]) -> None:
    assert lookups.address_of(written) == address


def test_a_name_is_no_resolver(settings: Settings) -> None:
    with pytest.raises(ValueError, match="resolver"):
        lookups.use(msgspec.structs.replace(settings, dns_resolver="resolver.example"))

"""Whose request it is when proxies stand in between: only what a trusted one says is believed."""

from collections.abc import Sequence
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Networks = tuple[IPv4Network | IPv6Network, ...]
# One household or telephone has a whole /64 and takes another address of it at will.
IPV6_PREFIX = 64
UNKNOWN = "unknown"


@cache
def networks(written: str) -> Networks:
    """Return the networks of a list with commas; raise ValueError for what is none."""
    return tuple(ip_network(part.strip()) for part in written.split(",") if part.strip())


def client(peer: str | None, forwarded: Sequence[str], trusted: Networks) -> str:
    """Return the address a request came from: the nearest one that is no trusted proxy.

    `forwarded` are the values of X-Forwarded-For as they came. Everything left of an address that
    is not trusted may be invented, so it is not read. IPv6 addresses are cut to their /64.
    """
    hops = [part.strip() for value in forwarded for part in value.split(",")]
    seen = _address(peer or "")
    while seen is not None and hops and _is_among(seen, trusted):
        further = _address(hops.pop())
        if further is None:
            break
        seen = further
    return _shortened(seen)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(written.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_among(address: IPv4Address | IPv6Address, trusted: Networks) -> bool:
    return any(address in network for network in trusted if network.version == address.version)


def _shortened(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, IPV6_PREFIX), strict=False).network_address)
    return UNKNOWN if address is None else str(address)

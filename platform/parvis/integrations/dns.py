"""Looking up what the owner of a domain has published, at the resolver the operator chose."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.resolver

from parvis.settings import Settings

TIMEOUT_SECONDS = 5.0
PORT = 53


class Fault(StrEnum):
    """Why a look-up gave nothing. The first two are the domain's own word, the others nobody's."""

    MISSING = "record_missing"
    NO_DOMAIN = "domain_missing"
    TOO_SLOW = "dns_too_slow"
    UNUSABLE = "dns_unusable"


# What says that the record is not there; the rest says only that we could not look.
DEFINITE = frozenset({Fault.MISSING, Fault.NO_DOMAIN})


class LookupFailedError(Exception):
    """There is no answer to be had; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


_server: tuple[str, int] | None = None


def use(settings: Settings) -> None:
    """Make look-ups go to the resolver of `settings`, the system's own where it names none."""
    global _server  # noqa: PLW0603 -- one process, one resolver
    _server = address_of(settings.dns_resolver) if settings.dns_resolver else None


async def texts(name: str) -> tuple[str, ...]:
    """Return the TXT records at `name`, each in one piece. Waits on the network.

    Errors: LookupFailedError, within five seconds.
    """
    try:
        answer = await _resolver().resolve(name, "TXT", lifetime=TIMEOUT_SECONDS, search=False)
    except dns.exception.DNSException as error:
        raise LookupFailedError(_fault(error)) from error
    except OSError as error:
        raise LookupFailedError(Fault.UNUSABLE) from error
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


def _resolver() -> dns.asyncresolver.Resolver:
    if _server is None:
        return dns.asyncresolver.Resolver()
    found = dns.asyncresolver.Resolver(configure=False)
    found.nameservers, found.port = [_server[0]], _server[1]
    return found


def address_of(written: str) -> tuple[str, int]:
    """Return host and port of `9.9.9.9`, `127.0.0.1:5353` or `[2001:db8::1]:53`."""
    try:
        return str(ip_address(written)), PORT
    except ValueError:
        parts = urlsplit(f"//{written}")
        return str(ip_address(parts.hostname or "")), parts.port or PORT


def _fault(error: dns.exception.DNSException) -> Fault:
    if isinstance(error, dns.resolver.NXDOMAIN):
        return Fault.NO_DOMAIN
    if isinstance(error, dns.resolver.NoAnswer):
        return Fault.MISSING
    return Fault.TOO_SLOW if isinstance(error, dns.exception.Timeout) else Fault.UNUSABLE

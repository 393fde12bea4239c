"""Time-stamps by an authority outside (RFC 3161): proof that a text existed at an instant."""

import datetime as dt
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import httpx2
import msgspec
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import HashAlgorithm, TimeStampResponse, VerifierBuilder

from parvis.core import clock
from parvis.integrations import timestamp_der as der
from parvis.integrations.login.errors import LoginError
from parvis.integrations.login.transport import TIMEOUT_SECONDS, real_transport
from parvis.settings import Settings, SettingsError

# An authority whose clock is further from ours proves nothing about the instant.
TOLERANCE = dt.timedelta(minutes=10)
_HEADERS = {"Content-Type": "application/timestamp-query"}


class TimestampError(Exception):
    """No time-stamp was given, or the one that was given proves nothing."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A time-stamp: its token (a DER TimeStampResp), its instant, and what it was checked with."""

    token: bytes
    at: dt.datetime
    serial: int
    chain: str


class TimestampAuthority:
    """An authority and the certificates that its time-stamps must lead to."""

    def __init__(
        self, *, url: str, certificates: str, authorization: str = "", allow_loopback: bool = False
    ) -> None:
        self.url = url
        self.certificates = certificates
        self._authorization = authorization
        self._allow_loopback = allow_loopback

    async def stamp(self, content: bytes) -> Stamp:
        """Have `content` time-stamped, now. Errors: TimestampError.

        Waits on the network: never inside a database transaction.
        """
        builder = rfc3161_client.TimestampRequestBuilder().data(content)
        request = builder.hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
        asked = request.build()
        token = await self._ask(asked.as_bytes())
        at, serial = check(token, content, self.certificates, nonce=asked.nonce)
        if abs(at - clock.now()) > TOLERANCE:
            raise TimestampError(f"its clock says {at.isoformat()}")
        return Stamp(token=token, at=at, serial=serial, chain=self.certificates)

    async def _ask(self, request: bytes) -> bytes:
        headers = dict(_HEADERS)
        if self._authorization:
            headers["Authorization"] = self._authorization
        # The token is signed over a nonce of ours: plain http, which many authorities speak,
        # takes nothing from it.
        transport = real_transport(allow_loopback=self._allow_loopback, allow_plain=True)
        try:
            async with httpx2.AsyncClient(
                transport=transport, timeout=TIMEOUT_SECONDS, trust_env=False
            ) as client:
                answer = await client.post(self.url, content=request, headers=headers)
                content = answer.content
        except (httpx2.HTTPError, LoginError, ssl.SSLError) as error:
            raise TimestampError(f"{self.url} cannot be reached: {error}") from error
        if answer.status_code != 200:
            raise TimestampError(f"{self.url} answered {answer.status_code}")
        return der.in_order(content)


def check(
    token: bytes, content: bytes, certificates: str, *, nonce: int | None = None
) -> tuple[dt.datetime, int]:
    """Return the instant that a token proves for `content`, and its serial number.

    Errors: TimestampError, unless it leads to one of the certificates (PEM) that were valid then.
    """
    try:
        answer = rfc3161_client.decode_timestamp_response(token)
    except ValueError as error:
        _refuse("not a time-stamp", error)
    trusted = load(certificates)
    try:
        verifier = VerifierBuilder(
            roots=[one for one in trusted if one.subject == one.issuer],
            intermediates=[one for one in trusted if one.subject != one.issuer],
            nonce=nonce,
        ).build()
        verifier.verify_message(answer, content)
    except (rfc3161_client.VerificationError, ValueError) as error:
        _refuse(_reason(answer, error), error)
    return answer.tst_info.gen_time, answer.tst_info.serial_number


def load(certificates: str) -> Sequence[x509.Certificate]:
    """Return the certificates of a PEM text. Errors: TimestampError."""
    try:
        return x509.load_pem_x509_certificates(certificates.encode())
    except ValueError as error:
        _refuse("the certificates are not PEM", error)


def _reason(answer: TimeStampResponse, error: Exception) -> str:
    if answer.status != rfc3161_client.PKIStatus.GRANTED:
        return f"the authority refused: {', '.join(answer.status_string) or answer.status}"
    return str(error)


def _refuse(why: str, error: Exception) -> NoReturn:
    raise TimestampError(why) from error


_authority: TimestampAuthority | None = None


def use(settings: Settings) -> None:
    """Make `authority()` the one that the settings name."""
    global _authority  # noqa: PLW0603 -- one authority a process, chosen once at start
    _authority = from_settings(settings)


def from_settings(settings: Settings) -> TimestampAuthority | None:
    """Return the authority that the settings name, None where they name none.

    Errors: SettingsError when its certificates cannot be read.
    """
    if not settings.tsa_url:
        return None
    try:
        parsed = load(Path(settings.tsa_certificates).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, TimestampError) as error:
        raise SettingsError(f"PARVIS_TSA_CERTIFICATES: {error}") from error
    return TimestampAuthority(
        url=settings.tsa_url,
        certificates="".join(one.public_bytes(Encoding.PEM).decode() for one in parsed),
        authorization=settings.tsa_authorization,
        allow_loopback=settings.allows_loopback,
    )


def authority() -> TimestampAuthority | None:
    """The time-stamping authority of this process, if there is one."""
    return _authority

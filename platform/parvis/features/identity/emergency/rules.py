"""What emergency administrators prove themselves by: a long passphrase and a code that changes."""

import asyncio
import unicodedata
from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from parvis.core import errors
from parvis.core.errors import Invalid
from parvis.core.i18n import N_

SESSION_LIFETIME = timedelta(hours=1)
ENROLMENT_LIFETIME = timedelta(hours=48)
STEP_SECONDS = 30
# A code counts for the moment before and after its own: clocks differ, people type.
DRIFT = (-1, 0, 1)
LEAST, MOST = 16, 200
LEAST_DIFFERENT = 8
QUIET_ZONE = 4

_hasher = PasswordHasher()


class EmergencyRefused(errors.AppError):
    """An emergency sign-in came to nothing; which part was wrong is not said."""

    status, code = 422, "emergency_refused"
    default = N_("Address, passphrase and code do not belong together.")


def normal(passphrase: str) -> str:
    """Return a passphrase as it is hashed: keyboards write the same letters in different bytes."""
    return unicodedata.normalize("NFKC", passphrase)


def check_passphrase(passphrase: str, *, apart_from: tuple[str, ...]) -> None:
    """Raise Invalid for what could be guessed: too short, too monotonous, or one of those names.

    No rules about digits and signs: length is what counts, and nobody needs to write it down.
    """
    plain = normal(passphrase)
    if len(plain) < LEAST:
        _refuse(N_("At least {least} characters, please: a sentence is easily remembered."))
    if len(plain) > MOST:
        _refuse(N_("At most {most} characters, please."))
    folded = plain.casefold()
    if len(set(folded)) < LEAST_DIFFERENT:
        _refuse(N_("This repeats itself too much to be hard to guess."))
    names = (part for name in apart_from for part in name.casefold().replace("@", " ").split())
    if any(len(name) > 3 and name in folded for name in names):
        _refuse(N_("Please leave out your own name and that of the firm."))


def _refuse(message: str) -> None:
    raise Invalid(fields={"passphrase": message}, least=LEAST, most=MOST)


async def hashed(passphrase: str) -> str:
    """Return the Argon2id hash of a passphrase; other requests go on meanwhile."""
    return await asyncio.to_thread(_hasher.hash, normal(passphrase))


async def is_passphrase(passphrase: str, its_hash: str | None) -> bool:
    """Tell whether it is the one; where there is no hash, take as long and say no."""
    given = normal(passphrase)[:MOST]
    matches = await asyncio.to_thread(_verify, its_hash or _nobodys_hash(), given)
    return matches and its_hash is not None


def _verify(its_hash: str, passphrase: str) -> bool:
    try:
        return _hasher.verify(its_hash, passphrase)
    except (VerificationError, InvalidHashError):
        return False


_nobodys: list[str] = []


def _nobodys_hash() -> str:
    """Return a hash of nothing anybody knows, so that unknown addresses take their time too."""
    if not _nobodys:
        _nobodys.append(_hasher.hash(pyotp.random_base32()))
    return _nobodys[0]


def new_secret() -> str:
    """Return a secret for an authenticator app."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return which half minute a code stands for, None when it is none of now.

    Every candidate is compared, and each in the same time.
    """
    current, given = int(now.timestamp()) // STEP_SECONDS, "".join(code.split())
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found: int | None = None
    for step in (current + drift for drift in DRIFT):
        if compare_digest(generator.generate_otp(step).encode(), given.encode()):
            found = step
    return found


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return what an authenticator app reads from the QR code."""
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    uri: str = generator.provisioning_uri(name=account, issuer_name=issuer)
    return uri


def qr_path(text: str) -> tuple[int, str]:
    """Return the side of a QR code in modules, and its dark ones as the path of an SVG."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_ZONE))
    squares = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows), "".join(squares)

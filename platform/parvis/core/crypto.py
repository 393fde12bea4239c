"""Keys, seals and commitments. Secrets of a tenant are sealed under a key of that tenant."""

import base64
import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parvis.core.ids import TenantId

NONCE_BYTES = 12
WRAPPED_KEY_BYTES = NONCE_BYTES + 32 + 16
SALT_BYTES = 16


class SealError(Exception):
    """No key of the ring opens this: it was sealed for another tenant, or altered."""


class Keyring:
    """The operator's secret keys: the first one seals, every one opens (rotation)."""

    def __init__(self, secret_key: str) -> None:
        self._masters = [key.strip().encode() for key in secret_key.split(",")]

    def seal(self, tenant_id: TenantId, plain: bytes) -> bytes:
        """Return `plain` under a fresh data key, itself wrapped under the tenant's key."""
        data_key = AESGCM.generate_key(bit_length=256)
        wrapped = _encrypt(self._tenant_key(self._masters[0], tenant_id), data_key, b"key")
        return wrapped + _encrypt(data_key, plain, tenant_id.bytes)

    def open(self, tenant_id: TenantId, sealed: bytes) -> bytes:
        """Return what `seal` was given, or raise SealError."""
        wrapped, body = sealed[:WRAPPED_KEY_BYTES], sealed[WRAPPED_KEY_BYTES:]
        for master in self._masters:
            try:
                data_key = _decrypt(self._tenant_key(master, tenant_id), wrapped, b"key")
                return _decrypt(data_key, body, tenant_id.bytes)
            except (InvalidTag, ValueError):
                continue
        raise SealError("no key opens this secret")

    def signing_key(self, purpose: str) -> str:
        """Return a key derived for one purpose, such as form tokens."""
        return _derive(self._masters[0], purpose.encode()).hex()

    @staticmethod
    def _tenant_key(master: bytes, tenant_id: TenantId) -> bytes:
        return _derive(master, b"tenant/" + tenant_id.bytes)


def _derive(master: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"parvis", info=info).derive(master)


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


_ring: Keyring | None = None


def use(ring: Keyring) -> None:
    """Make `ring` the process's keyring."""
    global _ring  # noqa: PLW0603 -- one process, one keyring
    _ring = ring


def keyring() -> Keyring:
    """Return the process's keyring."""
    if _ring is None:
        raise RuntimeError("no keyring: the process was not set up")
    return _ring


def token() -> str:
    """Return 32 random bytes as text fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> bytes:
    """Return the SHA-256 of a token: the only form in which one is stored."""
    return hashlib.sha256(value.encode()).digest()


def fingerprint(data: bytes) -> str:
    """Return a short, URL-safe SHA-256 used in addresses of immutable files."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()[:9]).decode()


def commit(text: str, salt: bytes | None = None) -> tuple[bytes, str]:
    """Return (salt, hex HMAC-SHA256 of `text` under it).

    Erasing text and salt leaves the commitment standing and the content unknowable.
    """
    salt = salt or os.urandom(SALT_BYTES)
    return salt, hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()

"""Checkpoints as text: a C2SP tlog-checkpoint in a C2SP signed note, with Ed25519.

Whoever knows those formats can read them; the lines after the root are ours.
"""

import base64
import binascii
import datetime as dt
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from parvis.core.ids import TenantId
from parvis.features.journal.sealing.canonical import moment

ED25519 = b"\x01"
KEY_ID_BYTES, SIGNATURE_BYTES, HASH_BYTES = 4, 64, 32
SIGNED_BY = "— "


class NoteError(ValueError):
    """A text is no checkpoint of ours."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says. `previous` is the hash of the whole note before it."""

    origin: str
    size: int
    root: bytes
    number: int
    previous: bytes | None
    at: dt.datetime


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as it was read: what it says, the signed text, and who says to have signed."""

    head: Head
    text: str
    key_id: bytes
    signature: bytes


def origin_of(tenant_id: TenantId) -> str:
    """Return the name of a tenant's journal: hosts and slugs change, this does not."""
    return f"parvis.journal/{tenant_id}"


def key_id(origin: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    named = origin.encode() + b"\n" + ED25519 + public_key
    return sha256(named).digest()[:KEY_ID_BYTES]


def vkey(origin: str, public_key: bytes) -> str:
    """Return a public key as verifiers of signed notes take it."""
    encoded = base64.b64encode(ED25519 + public_key).decode()
    return f"{origin}+{key_id(origin, public_key).hex()}+{encoded}"


def note_hash(note: str) -> bytes:
    """Return what the next checkpoint says of this one."""
    return sha256(note.encode()).digest()


def text_of(head: Head) -> str:
    """Return the text that is signed."""
    previous = "" if head.previous is None else f"previous {_base64(head.previous)}\n"
    return (
        f"{head.origin}\n{head.size}\n{_base64(head.root)}\n"
        f"number {head.number}\n{previous}time {moment(head.at)}\n"
    )


def sign(head: Head, key: Ed25519PrivateKey) -> str:
    """Return the whole note."""
    text = text_of(head)
    name = key_id(head.origin, key.public_key().public_bytes_raw())
    return f"{text}\n{SIGNED_BY}{head.origin} {_base64(name + key.sign(text.encode()))}\n"


def parse(note: str) -> SignedHead:
    """Return what a note says, unverified. Errors: NoteError."""
    body, parted, signature_line = note.partition("\n\n")
    text = f"{body}\n"
    try:
        head = _head(body.split("\n"))
        prefix = f"{SIGNED_BY}{head.origin} "
        signed = base64.b64decode(signature_line.removeprefix(prefix).rstrip("\n"), validate=True)
    except (ValueError, IndexError) as error:
        raise NoteError("not a checkpoint") from error
    # Written again it must be the same text: there is one way only to say a thing.
    is_ours = parted and signature_line == f"{prefix}{_base64(signed)}\n" and text_of(head) == text
    if (
        not is_ours
        or min(head.size, head.number) < 1
        or len(signed) != KEY_ID_BYTES + SIGNATURE_BYTES
    ):
        raise NoteError("not a checkpoint as Parvis writes them")
    return SignedHead(
        head=head, text=text, key_id=signed[:KEY_ID_BYTES], signature=signed[KEY_ID_BYTES:]
    )


def is_signed_by(signed: SignedHead, public_key: bytes) -> bool:
    """Tell whether the holder of this key signed the checkpoint."""
    if signed.key_id != key_id(signed.head.origin, public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signed.signature, signed.text.encode()
        )
    except InvalidSignature:
        return False
    return True


def _head(lines: list[str]) -> Head:
    origin, size, root, *more = lines
    said = dict(line.split(" ", 1) for line in more)
    previous = said.get("previous")
    return Head(
        origin=origin,
        size=int(size),
        root=_hash(root),
        number=int(said.get("number", "")),
        previous=None if previous is None else _hash(previous),
        at=dt.datetime.fromisoformat(said.get("time", "")),
    )


def _hash(encoded: str) -> bytes:
    try:
        hashed = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError("not base64") from error
    if len(hashed) != HASH_BYTES:
        raise NoteError("not a hash")
    return hashed


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()

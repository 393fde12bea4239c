"""Checkpoints are signed notes as others read them; anything else is refused."""

import base64
import datetime as dt
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from parvis.core.ids import TenantId
from parvis.features.journal.sealing import notes
from parvis.features.journal.sealing.notes import Head, NoteError

TENANT = TenantId(UUID("01a201e2-579b-7c7e-861c-66e3705da35a"))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
HEAD = Head(
    origin=notes.origin_of(TENANT),
    size=1234,
    root=sha256(b"root").digest(),
    number=17,
    previous=sha256(b"before").digest(),
    at=dt.datetime(2026, 11, 22, 6, 13, 11, 250, tzinfo=dt.UTC),
)


def test_a_note_reads_as_the_format_says() -> None:
    lines = notes.sign(HEAD, KEY).split("\n")
    root = base64.b64encode(HEAD.root).decode()
    previous = base64.b64encode(sha256(b"before").digest()).decode()
    assert lines[:7] == [
        "parvis.journal/01a201e2-579b-7c7e-861c-66e3705da35a", "1234", root, "number 17",
        f"previous {previous}", "time 2026-11-22T06:13:11.000250Z", "",
    ]  # fmt: skip
    dash, name, signature = lines[7].split(" ")
    assert (dash, name, lines[8:]) == ("—", HEAD.origin, [""])
    signed = base64.b64decode(signature)
    hashed = sha256(f"{HEAD.origin}\n".encode() + b"\x01" + PUBLIC).digest()
    assert signed[:4] == hashed[:4] == notes.key_id(HEAD.origin, PUBLIC)
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(
        signed[4:], ("\n".join(lines[:6]) + "\n").encode()
    )


@pytest.mark.parametrize("head", [HEAD, msgspec.structs.replace(HEAD, number=1, previous=None)])
def test_a_note_is_read_back(head: Head) -> None:
    signed = notes.parse(notes.sign(head, KEY))
    assert signed.head == head
    assert notes.is_signed_by(signed, PUBLIC)


def test_another_key_or_another_text_is_not_signed() -> None:
    note = notes.sign(HEAD, KEY)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not notes.is_signed_by(notes.parse(note), other)
    changed = notes.parse(note.replace("\n1234\n", "\n1235\n"))
    assert not notes.is_signed_by(changed, PUBLIC)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n1234\n", "\n01234\n"),
        ("\n1234\n", "\n-1\n"),
        ("number 17", "number 17.0"),
        ("number 17", "number  17"),
        ("time 2026", "time 2026-"),
        ("000250Z", "000250+00:00"),
        ("previous ", "previous A"),
        ("\nnumber 17", ""),
        ("number 17\n", "number 17\nremark x\n"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("— parvis", "— other"),
    ],
)
def test_what_is_written_otherwise_is_no_checkpoint(old: str, new: str) -> None:
    note = notes.sign(HEAD, KEY)
    assert old in note
    with pytest.raises(NoteError):
        notes.parse(note.replace(old, new))


@pytest.mark.parametrize("note", ["", "\n", "\n\n", "a\n\nb", "a\nb\nc\n\n— a b\n"])
def test_other_texts_are_no_checkpoints(note: str) -> None:
    with pytest.raises(NoteError):
        notes.parse(note)


def test_a_second_signature_is_not_ours() -> None:
    note = notes.sign(HEAD, KEY)
    with pytest.raises(NoteError):
        notes.parse(note + note.splitlines()[-1] + "\n")


def test_the_key_as_verifiers_take_it() -> None:
    name, hashed, key = notes.vkey(HEAD.origin, PUBLIC).split("+", 2)
    assert (name, hashed) == (HEAD.origin, notes.key_id(HEAD.origin, PUBLIC).hex())
    assert base64.b64decode(key) == b"\x01" + PUBLIC

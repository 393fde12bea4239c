"""The proof file: a ZIP by which a stranger verifies, without us, what the journal says."""

import base64
import io
import zipfile
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parvis.core import clock, db
from parvis.core.errors import NotFound
from parvis.core.i18n import N_
from parvis.core.tenancy import Tenant
from parvis.features.journal.evidence import instructions, places, story
from parvis.features.journal.evidence.offline.program import program
from parvis.features.journal.evidence.places import Place
from parvis.features.journal.evidence.story import CharterText, Told
from parvis.features.journal.sealing import keys, notes, proofs, seals
from parvis.features.journal.sealing.seals import Checkpoint

FORMAT = "parvis-proof/1"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof file is to be about: `subject` is `kind:id`; `words` adds members' texts."""

    subject: str
    words: bool = False


class _Parts(msgspec.Struct, kw_only=True):
    """A proof file being put together."""

    files: dict[str, bytes] = {}
    index: dict[str, Any] = {}
    checkpoints: dict[int, Checkpoint] = {}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A proof file, and how many entries it shows; `waiting` of them have no seal yet."""

    content: bytes
    entries: int
    waiting: int


async def make(
    tenant: Tenant, wanted: Wanted, *, locale: str, hidden_from: UUID | None = None
) -> Proof:
    """Return the proof file of a subject's whole story.

    Needs: an open transaction. Entries hidden from `hidden_from` are left out.
    Errors: Invalid for a subject of another form; NotFound where the journal tells nothing of it.
    """
    parts = _Parts(index={"entries": []})
    key = (await keys.signing_key()).private
    told = await story.entries(wanted.subject, hidden_from=hidden_from)
    if not told:
        raise NotFound(N_("The journal tells nothing of this subject."))
    revisions = [found for one in told if (found := places.revision_of(one.data))]
    charters = await story.charters(told, revisions)
    everything = {one.id: one for one in (*told, *(one.published for one in charters))}
    named = {one.id: await _add_entry(parts, one) for one in everything.values()}
    await _add_checkpoints(parts)
    await _add_words(parts, told, named, revisions if wanted.words else [])
    _add_charters(parts, charters, named)
    parts.index |= {
        "format": FORMAT,
        "house": {"id": str(tenant.id), "slug": tenant.slug, "name": tenant.name},
        "subject": wanted.subject,
        "made_at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "origin": places.origin(),
        "keys": msgspec.to_builtins(await places.public_keys()),
    }
    parts.files["proof.json"] = _json(parts.index)
    parts.files["verify.py"] = program()
    parts.files |= instructions.files(tenant, wanted.subject, told, named, locale=locale)
    _sign(parts, key)
    waiting = sum(one["position"] is None for one in parts.index["entries"])
    return Proof(content=_zipped(parts.files), entries=len(everything), waiting=waiting)


async def _add_entry(parts: _Parts, one: Told) -> str:
    """Add an entry in the form that is hashed, with its proof; return the file's name."""
    written, place = await places.sealed_form(one.id), await places.place_of(one.id)
    name = f"entries/{one.at:%Y%m%dT%H%M%S}-{one.act}-{str(one.id)[-6:]}.json"
    parts.files[name] = written or b""
    proved: dict[str, Any] = {"file": name, "position": None}
    if place:
        parts.checkpoints[place.checkpoint.number] = place.checkpoint
        proved |= _proved(place)
    parts.index["entries"].append(proved)
    return name


def _proved(place: Place) -> dict[str, Any]:
    return {
        "position": place.position,
        "leaf": place.leaf.hex(),
        "checkpoint": place.checkpoint.number,
        "path": [one.hex() for one in place.path],
    }


async def _add_checkpoints(parts: _Parts) -> None:
    """Add the checkpoints that proofs lead to and the newest, each the beginning of the next."""
    if newest := await seals.last_checkpoint():
        parts.checkpoints[newest.number] = newest
    in_order = [parts.checkpoints[number] for number in sorted(parts.checkpoints)]
    for one in in_order:
        parts.files[_note(one)] = one.note.encode()
    parts.index["checkpoints"] = [_note(one) for one in in_order]
    parts.index["consistency"] = [await _growth(old, new) for old, new in pairwise(in_order)]
    parts.index["anchors"] = [anchor for one in in_order for anchor in await _anchors(parts, one)]


def _note(checkpoint: Checkpoint) -> str:
    return f"checkpoints/{checkpoint.number:08}.note"


async def _growth(old: Checkpoint, new: Checkpoint) -> dict[str, Any]:
    path = await proofs.consistency_proof(old.size, new.size)
    return {"from": old.number, "to": new.number, "path": [one.hex() for one in path]}


async def _anchors(parts: _Parts, checkpoint: Checkpoint) -> list[dict[str, Any]]:
    """Return where a checkpoint is anchored; its time-stamp and certificates become files."""
    found = []
    for one in await seals.anchors_of(checkpoint.id):
        said: dict[str, Any] = {
            "checkpoint": checkpoint.number,
            "kind": one.kind,
            "reference": one.reference,
            "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        }
        if one.token:
            said["token"] = f"anchors/{checkpoint.number:08}.tsr"
            parts.files[said["token"]] = bytes(one.token)
        if one.chain:
            said["chain"] = f"anchors/{checkpoint.number:08}.pem"
            parts.files[said["chain"]] = one.chain.encode()
        found.append(said)
    return found


async def _add_words(
    parts: _Parts, told: tuple[Told, ...], named: dict[UUID, str], revisions: list[UUID]
) -> None:
    """Add the texts that entries commit to, where they were not erased."""
    entry_of = {places.revision_of(one.data): named[one.id] for one in told}
    parts.index["words"] = []
    for number, text in enumerate(await places.texts(revisions), 1):
        name = f"words/{number:03}.txt"
        parts.files[name] = text.text.encode()
        said = {"file": name, "entry": entry_of[text.revision_id], "salt": text.salt}
        parts.index["words"].append(said)


def _add_charters(parts: _Parts, charters: tuple[CharterText, ...], named: dict[UUID, str]) -> None:
    parts.index["charters"] = []
    for place, one in enumerate(charters, 1):
        name = f"charters/{place:03}-version-{one.number}.toml"
        parts.files[name] = one.source.encode()
        parts.index["charters"].append({"file": name, "entry": named[one.published.id]})


def _sign(parts: _Parts, key: Ed25519PrivateKey) -> None:
    """Add the list of all files, and the house's signature of it."""
    parts.files["manifest.json"] = _json(
        {name: sha256(content).hexdigest() for name, content in sorted(parts.files.items())}
    )
    public = key.public_key().public_bytes_raw()
    origin = f"parvis.proof/{db.current_tenant()}"
    digest = sha256(parts.files["manifest.json"]).hexdigest()
    text = f"{origin}\nmanifest {digest}\nkey {_base64(public)}\n"
    signed = notes.key_id(origin, public) + key.sign(text.encode())
    parts.files["manifest.sig"] = f"{text}\n— {origin} {_base64(signed)}\n".encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=clock.now().timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()

"""Verify a proof file of Parvis, or a receipt, offline, with Python's standard library alone.

    python3 verify.py                      the proof file this program lies in, unzipped
    python3 verify.py PROOF.zip            or a folder, or a RECEIPT.json
    python3 verify.py PROOF.zip --key KEY  and demand that nothing but this published key signed;
                                           where the house changed keys, once for each of them

Exit status: 0 everything holds; 1 something does not, and it is named; 2 called wrongly.
README.txt tells step by step what is verified and what that proves. Python 3.10 or later.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from parvis.features.journal.evidence.offline.arithmetic import (
    Checkpoint,
    Failed,
    canonical,
    grew,
    key_id,
    opened,
    sha256,
    stamped,
    unbase64,
)

# ---- the proof file, and the receipt ----

Files = dict[str, bytes]
SIGNED = {"manifest.json", "manifest.sig"}


def read_json(data: bytes) -> Any:
    """Return what JSON says. Errors: ValueError where it says one thing twice."""
    return json.loads(data, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 -- Python 3.10


def verify_files(files: Files) -> tuple[str, bytes]:
    """Raise Failed unless all files are those signed for; tell so, and by which key."""
    try:
        lines = files["manifest.sig"].decode().split("\n")
        name, key = lines[0], unbase64(lines[2].partition(" ")[2])
    except (KeyError, ValueError, IndexError) as error:
        raise Failed("manifest.sig", "it cannot be read") from error
    opened(files["manifest.sig"], "manifest.sig", {key_id(name, key): key})
    if lines[1] != f"manifest {sha256(files.get('manifest.json', b'')).hex()}":
        raise Failed("manifest.json", "it is not the one that was signed")
    wanted: dict[str, str] = read_json(files["manifest.json"])
    for path in sorted({*files, *wanted} - SIGNED):
        if path not in wanted or path not in files:
            raise Failed(path, "it was added" if path in files else "it is missing")
        if sha256(files[path]).hex() != wanted[path]:
            raise Failed(path, "it was changed")
    return f"{len(wanted)} files are as they were signed", key


def verify_checkpoints(files: Files, proof: Any, keys: list[bytes]) -> dict[int, Checkpoint]:
    """Return the checkpoints by number: signed with `keys`, and each the beginning of the next."""
    found: dict[int, Checkpoint] = {}
    for path in proof["checkpoints"]:
        one = Checkpoint(files[path], path, proof["origin"], keys)
        found[one.number] = one
    in_order = [found[number] for number in sorted(found)]
    paths = {(one["from"], one["to"]): one["path"] for one in proof["consistency"]}
    for old, new in pairwise(in_order):
        path = [bytes.fromhex(one) for one in paths[old.number, new.number]]
        if not grew(old.size, new.size, path, old.root, new.root):
            raise Failed(new.where, f"its tree does not begin with the one of {old.where}")
        if new.number == old.number + 1 and unbase64(new.previous or "") != old.hash:
            raise Failed(new.where, f"it does not follow {old.where}")
    return found


def verify_entries(files: Files, proof: Any, checkpoints: dict[int, Checkpoint]) -> str:
    """Raise Failed unless each entry is in its tree, and is of this house."""
    sealed = 0
    for one in proof["entries"]:
        path, said = one["file"], read_json(files[one["file"]])
        if canonical(said).encode() != files[path]:
            raise Failed(path, "it is not in canonical form")
        if not proof["origin"].endswith(f"/{said['tenant_id']}"):
            raise Failed(path, "it is another house's")
        if one["position"] is not None:
            leaf = sha256(b"\x00" + files[path])
            checkpoints[one["checkpoint"]].holds(leaf, one["position"], one["path"], path)
            sealed += 1
    waiting = len(proof["entries"]) - sealed
    late = f"; {waiting} more were not sealed yet and prove nothing" if waiting else ""
    return f"{sealed} entries are in the tree of a signed checkpoint{late}"


def verify_anchors(files: Files, proof: Any, checkpoints: dict[int, Checkpoint]) -> list[str]:
    """Tell which checkpoints stand outside the house; Failed for another's time-stamp."""
    told = []
    for one in proof["anchors"]:
        name, where = checkpoints[one["checkpoint"]].where, one["reference"]
        if one["kind"] != "timestamp":
            told.append(f"{name} is kept at {where}: ask for it there and compare")
            continue
        function, digest, moment = stamped(files[one["token"]])
        if hashlib.new(function, files[name]).digest() != digest:
            raise Failed(one["token"], f"it is not the time-stamp of {name}")
        told.append(f"{name} was stamped at {moment} by {where}; its signature: see README.txt")
    return told


def verify_words(one: Any, text: bytes, said: Any, where: str) -> None:
    """Raise Failed unless the entry holds the commitment to these words."""
    digest = hmac.new(bytes.fromhex(one["salt"]), text, hashlib.sha256).hexdigest()
    if digest != said["data"].get("digest"):
        raise Failed(where, "these are not the words that the entry commits to")


def verify_proof(files: Files, named: list[str]) -> list[str]:
    told, signer = verify_files(files)
    proof = read_json(files["proof.json"])
    keys = trusted(proof, named)
    if signer not in keys:
        raise Failed("manifest.sig", "it was signed with none of these keys")
    checkpoints = verify_checkpoints(files, proof, keys)
    entries = {one["file"]: read_json(files[one["file"]]) for one in proof["entries"]}
    sealed = verify_entries(files, proof, checkpoints)
    for one in proof["words"]:
        verify_words(one, files[one["file"]], entries[one["entry"]], one["file"])
    for one in proof["charters"]:
        if sha256(files[one["file"]]).hex() != entries[one["entry"]]["data"]["sha256"]:
            raise Failed(one["file"], "this is not the charter that the entry names")
    grown = f"{len(checkpoints)} signed checkpoints, each the beginning of the next"
    words = f"{len(proof['words'])} texts and {len(proof['charters'])} charters are those meant"
    anchors = verify_anchors(files, proof, checkpoints)
    return [told, grown, sealed, words, *anchors, *compare(proof, keys, named)]


def verify_receipt(receipt: Any, named: list[str]) -> list[str]:
    """Raise Failed unless the receipt's entry is in the tree of its checkpoint."""
    if not receipt["sealed"]:
        raise Failed("receipt", "its entry was not sealed yet; ask for the receipt again")
    keys, note = trusted(receipt, named), receipt["checkpoint"].encode()
    checkpoint = Checkpoint(note, "checkpoint", receipt["origin"], keys)
    leaf = bytes.fromhex(receipt["leaf"])
    # What others decided about the reader is shown by its hash alone: the house opens it.
    if receipt["entry"] and sha256(b"\x00" + canonical(receipt["entry"]).encode()) != leaf:
        raise Failed("entry", "it is not the one whose hash is given")
    verify_outside(receipt)
    checkpoint.holds(leaf, receipt["position"], receipt["path"], "leaf")
    for one in receipt["words"]:
        verify_words(one, one["text"].encode(), receipt["entry"], "words")
    place = f"entry {receipt['position']} of {checkpoint.size}, signed {checkpoint.time}"
    words = f"{len(receipt['words'])} texts are those that the entry commits to"
    what = receipt["entry"]["act"] if receipt["entry"] else "the hash given"
    return [f"{what} is {place}", words, *compare(receipt, keys, named)]


def verify_outside(receipt: Any) -> None:
    """Raise Failed where a receipt says something else than the entry in it."""
    entry = receipt["entry"]
    for name in ("id", "act", "at", "subject_kind", "subject_id") if entry else ():
        same = moment if name == "at" else str
        if same(receipt[name]) != same(entry[name]):
            raise Failed(name, "it is not what the entry says")


def trusted(said: Any, named: list[str]) -> list[bytes]:
    """Return the keys whose signatures count: those named, or all that the file holds."""
    keys = [unbase64(one["public_key"]) for one in said["keys"]]
    if not named:
        return keys
    found = [key for key in keys if vkey(said["origin"], key) in named]
    if not found:
        raise Failed("keys", "the key that you named is not among them")
    return found


def compare(said: Any, keys: list[bytes], named: list[str]) -> list[str]:
    """Tell whose signatures these are: keys that come with the file are not known to be any's."""
    if named:
        return ["all of it is signed with the keys that you named"]
    told = ["it is signed with keys of its own: compare them with those that the house publishes,"]
    return [*told, *(f"--key '{vkey(said['origin'], key)}'" for key in keys)]


def vkey(origin: str, key: bytes) -> str:
    """Return a key as houses publish it."""
    encoded = base64.b64encode(bytes([1]) + key).decode()
    return f"{origin}+{key_id(origin, key).hex()}+{encoded}"


# ---- the command ----


def read(path: Path) -> Files:
    """Return the files of a folder or a ZIP by their names in it."""
    if path.is_dir():
        found = (one for one in path.rglob("*") if one.is_file())
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    with zipfile.ZipFile(path) as archive:
        if archive.testzip():
            raise Failed(str(archive.testzip()), "it was changed")
        names = archive.namelist()
        for name in names:
            # Programs differ in which of the two they show.
            if names.count(name) > 1:
                raise Failed(name, "it is there twice")
        return {name: archive.read(name) for name in names}


def verified(path: Path, named: list[str]) -> list[str]:
    """Return what holds. Errors: Failed."""
    try:
        if path.suffix == ".json":
            return verify_receipt(read_json(path.read_bytes()), named)
        return verify_proof(read(path), named)
    except zipfile.BadZipFile as error:
        raise Failed(str(path), "it is no intact ZIP file") from error
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise Failed(str(path), f"it is not of the expected form ({error!r})") from error


def main(arguments: list[str]) -> int:
    named = []
    while "--key" in arguments[:-1]:
        at = arguments.index("--key")
        named.append(arguments[at + 1])
        del arguments[at : at + 2]
    paths = [Path(one) for one in arguments]
    if len(paths) > 1 or not all(path.exists() for path in paths):
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        told = verified(paths[0] if paths else Path(__file__).resolve().parent, named)
    except Failed as failed:
        sys.stdout.write(f"DOES NOT HOLD\n  {failed}\n")
        return 1
    sys.stdout.write("EVERYTHING HOLDS\n" + "".join(f"  {line}\n" for line in told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

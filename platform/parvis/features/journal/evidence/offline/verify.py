"""Verify a proof file of Parvis, or a receipt, offline, with Python's standard library alone.

    python3 verify.py                      the proof file this program lies in, unzipped
    python3 verify.py PROOF.zip            or a folder, or a RECEIPT.json
    python3 verify.py PROOF.zip --key KEY  and demand that the house signed with this published key

Exit status: 0 everything holds; 1 something does not, and it is named; 2 called wrongly.
README.txt tells step by step what is verified and what that proves. Python 3.10 or later.
"""

from __future__ import annotations

import base64
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
    wanted: dict[str, str] = json.loads(files["manifest.json"])
    for path in sorted({*files, *wanted} - SIGNED):
        if path not in wanted or path not in files:
            raise Failed(path, "it was added" if path in files else "it is missing")
        if sha256(files[path]).hex() != wanted[path]:
            raise Failed(path, "it was changed")
    return f"{len(wanted)} files are as they were signed", key


def verify_checkpoints(files: Files, proof: Any) -> dict[int, Checkpoint]:
    """Return the checkpoints by number: signed, and each the beginning of the next."""
    keys = [unbase64(key["public_key"]) for key in proof["keys"]]
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
        path, said = one["file"], json.loads(files[one["file"]])
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


def verify_proof(files: Files, key: str) -> list[str]:
    told, signer = verify_files(files)
    proof = json.loads(files["proof.json"])
    keys = [unbase64(one["public_key"]) for one in proof["keys"]]
    if signer not in keys:
        raise Failed("manifest.sig", "it was signed with none of the house's keys")
    require_key(key, proof["origin"], keys)
    checkpoints = verify_checkpoints(files, proof)
    entries = {one["file"]: json.loads(files[one["file"]]) for one in proof["entries"]}
    sealed = verify_entries(files, proof, checkpoints)
    for one in proof["words"]:
        verify_words(one, files[one["file"]], entries[one["entry"]], one["file"])
    for one in proof["charters"]:
        if sha256(files[one["file"]]).hex() != entries[one["entry"]]["data"]["sha256"]:
            raise Failed(one["file"], "this is not the charter that the entry names")
    grown = f"{len(checkpoints)} signed checkpoints, each the beginning of the next"
    words = f"{len(proof['words'])} texts and {len(proof['charters'])} charters are those meant"
    return [told, grown, sealed, words, *verify_anchors(files, proof, checkpoints)]


def verify_receipt(receipt: Any, key: str) -> list[str]:
    """Raise Failed unless the receipt's entry is in the tree of its checkpoint."""
    keys = [unbase64(one["public_key"]) for one in receipt["keys"]]
    require_key(key, receipt["origin"], keys)
    if not receipt["sealed"]:
        raise Failed("receipt", "its entry was not sealed yet; ask for the receipt again")
    note = receipt["checkpoint"].encode()
    checkpoint = Checkpoint(note, "checkpoint", receipt["origin"], keys)
    leaf = bytes.fromhex(receipt["leaf"])
    # What others decided about the reader is shown by its hash alone: the house opens it.
    if receipt["entry"] and sha256(b"\x00" + canonical(receipt["entry"]).encode()) != leaf:
        raise Failed("entry", "it is not the one whose hash is given")
    checkpoint.holds(leaf, receipt["position"], receipt["path"], "leaf")
    for one in receipt["words"]:
        verify_words(one, one["text"].encode(), receipt["entry"], "words")
    place = f"entry {receipt['position']} of {checkpoint.size}, signed {checkpoint.time}"
    words = f"{len(receipt['words'])} texts are those that the entry commits to"
    what = receipt["entry"]["act"] if receipt["entry"] else "the hash given"
    return [f"{what} is {place}", words]


def require_key(key: str, origin: str, keys: list[bytes]) -> None:
    """Raise Failed when a key is demanded and the file was not signed with it."""
    known = {
        f"{origin}+{key_id(origin, one).hex()}+{base64.b64encode(bytes([1]) + one).decode()}"
        for one in keys
    }
    if key and key not in known:
        raise Failed("keys", "the key that you named is not among them")


# ---- the command ----


def read(path: Path) -> Files:
    """Return the files of a folder or a ZIP by their names in it."""
    if path.is_dir():
        found = (one for one in path.rglob("*") if one.is_file())
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    with zipfile.ZipFile(path) as archive:
        if archive.testzip():
            raise Failed(str(archive.testzip()), "it was changed")
        return {name: archive.read(name) for name in archive.namelist()}


def verified(path: Path, key: str) -> list[str]:
    """Return what holds. Errors: Failed."""
    try:
        if path.suffix == ".json":
            return verify_receipt(json.loads(path.read_bytes()), key)
        return verify_proof(read(path), key)
    except zipfile.BadZipFile as error:
        raise Failed(str(path), "it is no intact ZIP file") from error
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise Failed(str(path), f"it is not of the expected form ({error!r})") from error


def main(arguments: list[str]) -> int:
    key = arguments.pop(arguments.index("--key") + 1) if "--key" in arguments[:-1] else ""
    paths = [Path(one) for one in arguments if one != "--key"]
    if len(paths) > 1 or not all(path.exists() for path in paths):
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        told = verified(paths[0] if paths else Path(__file__).resolve().parent, key)
    except Failed as failed:
        sys.stdout.write(f"DOES NOT HOLD\n  {failed}\n")
        return 1
    sys.stdout.write("EVERYTHING HOLDS\n" + "".join(f"  {line}\n" for line in told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a forger hands to the offline verifier: keys, names and fields that say two things."""

import datetime as dt
import io
import json
import warnings
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parvis.core import clock
from parvis.features.journal.evidence.offline.arithmetic import canonical
from parvis.features.journal.sealing import keys, notes
from parvis.features.journal.sealing.notes import Head
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House, Person
from tests.journal.test_evidence import files_in, mine, receipt, take, verify
from tests.moderation.conftest import publish

PLACE = "clients-du-cercle"


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


@pytest.fixture
async def post(orvance: House, author: Person) -> str:
    found: str = (await publish(author, "Bonjour", "Premier message.")).json()["id"]
    await seal_now(orvance.tenant.id)
    return found


@pytest.fixture
async def taken(author: Person, post: str) -> dict[str, Any]:
    entry = next(one for one in await mine(author) if one["act"] == "post.published")
    return await receipt(author, entry["id"])


def forged_head(origin: str, entry: bytes, key: Ed25519PrivateKey) -> tuple[str, bytes]:
    """Sign a tree of one entry with a key of one's own; return the note and the leaf."""
    leaf = sha256(b"\x00" + entry).digest()
    head = Head(origin=origin, size=1, root=leaf, number=1, previous=None, at=clock.now())
    return notes.sign(head, key), leaf


def own_key(origin: str) -> tuple[Ed25519PrivateKey, dict[str, str]]:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    encoded = b64encode(public).decode()
    return key, {"name": "x", "public_key": encoded, "vkey": notes.vkey(origin, public)}


def written(path: Path, said: Any) -> Path:
    path.write_text(json.dumps(said))
    return path


async def test_a_receipt_forged_beside_the_houses_key_does_not_hold_under_it(
    taken: dict[str, Any], tmp_path: Path
) -> None:
    """Naming the house's key must demand its signature, not its presence."""
    genuine = taken["keys"][0]["vkey"]
    key, said = own_key(taken["origin"])
    taken["entry"]["act"] = taken["act"] = "question.sent"
    note, leaf = forged_head(taken["origin"], canonical(taken["entry"]).encode(), key)
    taken |= {"checkpoint": note, "leaf": leaf.hex(), "path": [], "position": 0}
    taken["keys"].append(said)
    path = written(tmp_path / "receipt.json", taken)
    status, told = verify(path, "--key", genuine)
    assert (status, "with none of these keys" in told) == (1, True), told
    status, told = verify(path)
    assert status == 0
    assert said["vkey"] in told  # without a key named, its reader is told what to compare


async def test_a_proof_file_forged_beside_the_houses_key_does_not_hold_under_it(
    orvance: House, post: str, tmp_path: Path
) -> None:
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    folder = tmp_path / "proof"
    archive = zipfile.ZipFile(io.BytesIO((await take(auditor, f"post:{post}")).content))
    archive.extractall(folder)
    index = json.loads((folder / "proof.json").read_text())
    genuine = index["keys"][0]["vkey"]
    assert verify(folder, "--key", genuine)[0] == 0
    key, said = own_key(index["origin"])
    entry = index["entries"][0]
    path = folder / entry["file"]
    path.write_text(path.read_text().replace("post.published", "post.withdrawn"))
    note, leaf = forged_head(index["origin"], path.read_bytes(), key)
    for one in (folder / "checkpoints").iterdir():
        one.unlink()
    (folder / "checkpoints/00000001.note").write_text(note)
    entry |= {"position": 0, "leaf": leaf.hex(), "checkpoint": 1, "path": []}
    for one in index["entries"][1:]:
        (folder / one["file"]).unlink()
    index |= {
        "entries": [entry], "checkpoints": ["checkpoints/00000001.note"], "consistency": [],
        "anchors": [], "words": [], "charters": [], "keys": [*index["keys"], said],
    }  # fmt: skip
    written(folder / "proof.json", index)
    _sign_anew(folder, key)
    status, told = verify(folder, "--key", genuine)
    assert (status, "manifest.sig" in told) == (1, True)
    assert verify(folder, "--key", said["vkey"])[0] == 0  # nothing else is wrong with it


def _sign_anew(folder: Path, key: Ed25519PrivateKey) -> None:
    files = [
        one for one in files_in(folder) if one.name not in ("manifest.json", "manifest.sig")
        and "charters" not in one.parts and "words" not in one.parts
    ]  # fmt: skip
    for one in {*files_in(folder)} - {*files} - {folder / "manifest.json", folder / "manifest.sig"}:
        one.unlink()
    listed = {str(one.relative_to(folder)): sha256(one.read_bytes()).hexdigest() for one in files}
    written(folder / "manifest.json", listed)
    digest = sha256((folder / "manifest.json").read_bytes()).hexdigest()
    public, origin = key.public_key().public_bytes_raw(), "parvis.proof/forged"
    text = f"{origin}\nmanifest {digest}\nkey {b64encode(public).decode()}\n"
    signed = b64encode(notes.key_id(origin, public) + key.sign(text.encode())).decode()
    (folder / "manifest.sig").write_text(f"{text}\n— {origin} {signed}\n")


async def test_after_a_change_of_keys_each_of_them_is_named(
    orvance: House, author: Person, post: str, tmp_path: Path
) -> None:
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    async with orvance.transaction():
        await keys.rotate()
    await seal_now(orvance.tenant.id)
    path = tmp_path / "proof.zip"
    path.write_bytes((await take(auditor, f"post:{post}")).content)
    with zipfile.ZipFile(path) as archive:
        new, old = (one["vkey"] for one in json.loads(archive.read("proof.json"))["keys"])
    for one in (new, old):
        assert verify(path, "--key", one)[0] == 1
    status, told = verify(path, "--key", old, "--key", new)
    assert status == 0, told


async def test_a_file_that_is_there_twice_is_told(
    orvance: House, post: str, tmp_path: Path
) -> None:
    """One program shows the first, another the last: neither is the file that was signed."""
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    content = (await take(auditor, f"post:{post}")).content
    path = tmp_path / "proof.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("story.html", "<p>Rien de tel.</p>")
        for name in old.namelist():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                new.writestr(name, old.read(name))
    assert verify(path) == (1, "DOES NOT HOLD\n  story.html: it is there twice\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("act", "question.sent"),
        ("at", "2020-01-01T00:00:00Z"),
        ("subject_id", "00000000-0000-0000-0000-000000000000"),
        ("subject_kind", "question"),
    ],
)
async def test_a_receipt_says_outside_what_its_entry_says(
    taken: dict[str, Any], tmp_path: Path, name: str, value: str
) -> None:
    path = written(tmp_path / "receipt.json", taken | {name: value})
    assert verify(path) == (1, f"DOES NOT HOLD\n  {name}: it is not what the entry says\n")


async def test_a_receipt_that_says_one_thing_twice_does_not_hold(
    taken: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(f'{{"sentence": "Autre chose.", {json.dumps(taken)[1:]}')
    status, told = verify(path)
    assert (status, "twice" in told) == (1, True)


async def test_the_moment_of_a_receipt_is_that_of_its_entry_in_any_form(
    taken: dict[str, Any], tmp_path: Path
) -> None:
    moment = dt.datetime.fromisoformat(taken["at"]).astimezone(dt.timezone(dt.timedelta(hours=2)))
    path = written(tmp_path / "receipt.json", taken | {"at": moment.isoformat()})
    assert verify(path)[0] == 0

"""Receipts and proof files: whose they are, and that a stranger verifies them offline."""

import io
import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parvis.core import db, journal
from parvis.features.journal.evidence.offline.program import program
from parvis.features.journal.sealing import notes
from parvis.features.journal.sealing.seal import seal_now
from tests.factories import House, Person
from tests.moderation.conftest import PLACE, Held, publish


async def mine(person: Person) -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", "/me/receipts")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def receipt(person: Person, entry_id: str) -> dict[str, Any]:
    answer = await person.browser.call("GET", f"/me/receipts/{entry_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def verify(path: Path, *arguments: str, program_at: Path | None = None) -> tuple[int, str]:
    """Run the verifier as a court's expert does: alone, with nothing installed and no network."""
    if program_at is None:
        program_at = path.parent / "elsewhere-verify.py"
        program_at.write_bytes(program())
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(program_at), str(path), *arguments],
        capture_output=True, text=True, env={}, cwd="/", check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def alone(folder: Path) -> int:
    """Run the verifier that lies in a folder as its instructions say."""
    command = [sys.executable, "-I", "-S", "verify.py"]
    return subprocess.run(command, cwd=folder, env={}, check=False).returncode


def files_in(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


# ---- receipts ----


async def test_a_receipt_says_that_its_entry_waits_for_its_seal(author: Person) -> None:
    await publish(author, "Bonjour", "Premier message.")
    [entry] = [one for one in await mine(author) if one["act"] == "post.published"]
    assert entry["is_sealed"] is False
    found = await receipt(author, entry["id"])
    assert (found["sealed"], found["checkpoint"], found["leaf"]) == (False, None, None)
    page = (await author.browser.get(f"/me/receipts/{entry['id']}")).text
    assert "n’est pas encore scellée" in page


async def test_a_receipt_is_verified_offline_with_the_words_it_is_about(
    orvance: House, author: Person, tmp_path: Path
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    await seal_now(orvance.tenant.id)
    [entry] = [one for one in await mine(author) if one["act"] == "post.published"]
    file = await author.browser.get(f"/me/receipts/{entry['id']}/receipt.json")
    assert "attachment" in file.headers["content-disposition"]
    assert file.json()["words"][0]["text"] == "Bonjour\n\nPremier message."
    path = tmp_path / "receipt.json"
    path.write_bytes(file.content)
    status, told = verify(path)
    assert status == 0, told
    assert "post.published is entry" in told
    key = file.json()["keys"][0]["vkey"]
    assert verify(path, "--key", key)[0] == 0
    assert verify(path, "--key", key[:-4] + "AAA=")[0] == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["entry"].__setitem__("act", "post.held"), "entry: it is not the one"),
        (lambda r: r["words"][0].__setitem__("text", "Autre chose"), "not the words"),
        (lambda r: r.__setitem__("position", r["position"] + 1), "leaf: it is not entry"),
        (lambda r: r["path"].__setitem__(0, "00" * 32), "leaf: it is not entry"),
        (lambda r: r.__setitem__("checkpoint", r["checkpoint"].replace("time", "Time")), "sign"),
    ],
)
async def test_a_receipt_that_was_changed_does_not_hold(
    orvance: House, author: Person, tmp_path: Path, change: Any, told: str
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    await publish(author, "Encore", "Second message.")
    await seal_now(orvance.tenant.id)
    entry = next(one for one in await mine(author) if one["act"] == "post.published")
    found = await receipt(author, entry["id"])
    change(found)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(found))
    status, said = verify(path)
    assert status == 1
    assert told in said


async def test_a_decision_about_oneself_is_proved_without_naming_who_decided(
    orvance: House, author: Person, moderator: Person, refused: Held, tmp_path: Path
) -> None:
    await seal_now(orvance.tenant.id)
    [entry] = [one for one in await mine(author) if one["act"] == "review.decided"]
    file = await author.browser.get(f"/me/receipts/{entry['id']}/receipt.json")
    assert str(moderator.id) not in file.text
    assert moderator.name not in file.text
    assert file.json()["entry"] is None
    page = (await author.browser.get(f"/me/receipts/{entry['id']}")).text
    assert moderator.name not in page
    (tmp_path / "receipt.json").write_bytes(file.content)
    status, told = verify(tmp_path / "receipt.json")
    assert (status, "the hash given is entry" in told) == (0, True)


async def test_receipts_are_of_ones_own_entries_only(
    orvance: House, ardelune: House, author: Person, moderator: Person, auditor: Person
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    [entry] = [one for one in await mine(author) if one["act"] == "post.published"]
    stranger = await ardelune.person("Aude Lanvollon", roles=["admin"], capacity="employee")
    for other in (moderator, auditor, stranger):
        for path in (f"/me/receipts/{entry['id']}", f"/me/receipts/{entry['id']}/receipt.json"):
            assert (await other.browser.get(path)).status_code == 404
        assert (await other.browser.call("GET", f"/me/receipts/{entry['id']}")).status_code == 404
        assert entry["id"] not in {one["id"] for one in await mine(other)}
    for other, status in ((auditor, 200), (moderator, 404), (author, 404), (stranger, 404)):
        path = f"/journal/{entry['id']}/receipt"
        assert (await other.browser.call("GET", path)).status_code == status
        assert (await other.browser.get(f"/admin{path}")).status_code == status


async def test_an_auditor_reads_a_receipt_without_the_words(
    orvance: House, author: Person, auditor: Person
) -> None:
    await publish(author, "Bonjour", "Premier message.")
    await seal_now(orvance.tenant.id)
    [entry] = [one for one in await mine(author) if one["act"] == "post.published"]
    found = (await auditor.browser.call("GET", f"/journal/{entry['id']}/receipt")).json()
    assert found["words"] == []
    assert found["entry"]["actor_id"] == str(author.id)


async def test_who_was_reported_has_no_receipt_of_the_report(orvance: House) -> None:
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], communities=[PLACE])
    post = (await publish(auditor, "Bonjour", "Premier message.")).json()["id"]
    reporter = await orvance.person("Odile Ferrand", communities=[PLACE])
    answer = await reporter.browser.call(
        "POST", f"/contributions/{post}/reports", {"reason": "other", "note": "Autre chose."}
    )
    assert answer.status_code == 204
    [entry] = [one for one in await mine(reporter) if one["act"] == "content.reported"]
    path = f"/journal/{entry['id']}/receipt"
    assert (await auditor.browser.call("GET", path)).status_code == 404
    assert "content.reported" not in {one["act"] for one in await mine(auditor)}
    other = await orvance.person("Irène Aubrac", roles=["admin"], capacity="employee")
    assert (await other.browser.call("GET", path)).status_code == 200
    for reader, known in ((auditor, False), (other, True)):
        archive = zipfile.ZipFile(io.BytesIO((await take(reader, f"post:{post}")).content))
        assert any("content.reported" in name for name in archive.namelist()) is known


async def test_the_verifier_is_open_to_anybody(orvance: House) -> None:
    answer = await orvance.visitor.get("/journal/verify.py")
    assert (answer.status_code, answer.content) == (200, program())


# ---- proof files ----


@pytest.fixture
async def published(orvance: House) -> None:
    """The charter's publication is in the journal again: other tests' cleaning takes it out."""
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT id, number, sha256 FROM charter_version"
            " WHERE tenant_id = $1 AND community_id IS NULL ORDER BY number DESC LIMIT 1"
        )
        assert row is not None
        data = {"number": row["number"], "sha256": row["sha256"]}
        subject = ("charter_version", row["id"])
        await journal.record(None, "charter.published", subject=subject, data=data)


@pytest.fixture
async def proof(orvance: House, published: None, refused: Held, auditor: Person) -> bytes:
    answer = await take(auditor, f"post:{refused.id}", words=True)
    assert answer.status_code == 200, answer.text
    return answer.content


async def take(person: Person, subject: str, *, words: bool = False) -> httpx.Response:
    return await person.browser.call(
        "POST", "/journal/proofs", {"subject": subject, "words": words}
    )


@pytest.fixture
def folder(proof: bytes, tmp_path: Path) -> Path:
    """The proof file, unpacked as its instructions say."""
    place = tmp_path / "proof"
    zipfile.ZipFile(io.BytesIO(proof)).extractall(place)
    return place


async def test_a_proof_file_verifies_itself_in_a_clean_environment(folder: Path) -> None:
    status, told = verify(folder, program_at=folder / "verify.py")
    assert status == 0, told
    assert told.startswith("EVERYTHING HOLDS")
    assert "6 entries are in the tree" in told
    assert alone(folder) == 0


async def test_a_proof_file_holds_the_story_its_words_and_its_charter(folder: Path) -> None:
    index = json.loads((folder / "proof.json").read_text())
    acts = [json.loads((folder / one["file"]).read_text())["act"] for one in index["entries"]]
    assert acts == [
        "post.held", "review.opened", "review.claimed", "decision.written", "review.decided",
        "charter.published",
    ]  # fmt: skip
    assert all(one["position"] is not None for one in index["entries"])
    assert "projet de cession" in (folder / index["words"][0]["file"]).read_text()
    assert "[[clause" in (folder / index["charters"][0]["file"]).read_text()
    assert "question" not in (folder / "LISEZMOI.txt").read_text().split("1. DE QUOI")[0]
    assert "RFC 8032" in (folder / "README.txt").read_text()
    assert "{" not in (folder / "README.txt").read_text()
    assert "Refus décidé" in (folder / "story.html").read_text()


async def test_one_byte_changed_in_any_file_is_found_and_the_file_named(folder: Path) -> None:
    for path in files_in(folder):
        content = path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[at] ^= 1
            path.write_bytes(bytes(changed))
            status, told = verify(folder)
            assert status == 1, f"{path} {at}: {told}"
            assert str(path.relative_to(folder)) in told
        path.write_bytes(content)
    assert verify(folder)[0] == 0


async def test_a_file_taken_away_or_added_is_found(folder: Path) -> None:
    index = json.loads((folder / "proof.json").read_text())
    file = folder / index["entries"][0]["file"]
    content = file.read_bytes()
    file.unlink()
    assert verify(folder) == (1, f"DOES NOT HOLD\n  {index['entries'][0]['file']}: it is missing\n")
    file.write_bytes(content)
    (folder / "entries/more.json").write_text("{}")
    assert "entries/more.json: it was added" in verify(folder)[1]


async def test_a_proof_file_signed_again_by_somebody_else_does_not_hold(
    folder: Path, tmp_path: Path
) -> None:
    """Whoever forges an entry and signs the list anew still lacks the house's checkpoint."""
    index = json.loads((folder / "proof.json").read_text())
    entry = folder / index["entries"][0]["file"]
    entry.write_text(entry.read_text().replace("post.held", "post.sent"))
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    index["keys"].append({"name": "x", "public_key": b64encode(public).decode(), "vkey": "x"})
    (folder / "proof.json").write_text(json.dumps(index))
    files = [one for one in files_in(folder) if "manifest" not in one.name]
    listed = {str(one.relative_to(folder)): sha256(one.read_bytes()).hexdigest() for one in files}
    (folder / "manifest.json").write_text(json.dumps(listed))
    origin = "parvis.proof/forged"
    digest = sha256((folder / "manifest.json").read_bytes()).hexdigest()
    text = f"{origin}\nmanifest {digest}\nkey {b64encode(public).decode()}\n"
    signed = b64encode(notes.key_id(origin, public) + key.sign(text.encode())).decode()
    (folder / "manifest.sig").write_text(f"{text}\n— {origin} {signed}\n")
    status, told = verify(folder)
    assert status == 1
    assert "it is not entry" in told


async def test_a_proof_without_words_has_none(
    orvance: House, refused: Held, auditor: Person, tmp_path: Path
) -> None:
    answer = await take(auditor, f"post:{refused.id}")
    assert "projet de cession" not in answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert not [name for name in archive.namelist() if name.startswith("words/")]
    path = tmp_path / "proof.zip"
    path.write_bytes(answer.content)
    assert verify(path)[0] == 0


async def test_taking_a_proof_is_journaled(orvance: House, proof: bytes, auditor: Person) -> None:
    async with orvance.transaction():
        row = await db.fetch_row(
            "SELECT actor_id, data FROM journal_entry"
            " WHERE tenant_id = $1 AND act = 'journal.proof_taken'"
        )
    assert row is not None
    assert row["actor_id"] == auditor.id


async def test_only_readers_of_the_journal_take_proofs(
    orvance: House, refused: Held, author: Person, moderator: Person, ardelune: House
) -> None:
    stranger = await ardelune.person("Aude Lanvollon", roles=["admin"], capacity="employee")
    for person in (author, moderator, stranger):
        assert (await take(person, f"post:{refused.id}")).status_code == 404
    for person in (author, moderator):
        assert (await person.browser.get("/admin/journal/proof")).status_code == 404


@pytest.mark.parametrize(
    ("subject", "status"),
    [("post", 422), ("post:12", 422), ("post:00000000-0000-0000-0000-000000000000", 404)],
)
async def test_a_subject_that_cannot_be_proved_is_told_at_its_field(
    auditor: Person, subject: str, status: int
) -> None:
    assert (await take(auditor, subject)).status_code == status
    page = await auditor.browser.send_form("/admin/journal/proof", {"subject": subject})
    assert page.status_code == status
    assert 'id="subject-error"' in page.text
    assert f'value="{subject}"' in page.text


async def test_the_form_gives_the_file(refused: Held, auditor: Person) -> None:
    fields = {"subject": f"post:{refused.id}", "words": "1"}
    answer = await auditor.browser.send_form("/admin/journal/proof", fields)
    assert answer.headers["content-type"] == "application/zip"
    assert f"post-{refused.id}.zip" in answer.headers["content-disposition"]

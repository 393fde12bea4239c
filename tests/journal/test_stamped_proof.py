"""A proof file with a time-stamp of an authority: ours shows its moment, OpenSSL believes it."""

import asyncio
import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from parvis.core import clock, db
from parvis.features.journal.evidence.offline import arithmetic
from parvis.features.journal.sealing import seals
from parvis.features.journal.sealing.seal import seal_now
from parvis.integrations.timestamping import TimestampAuthority
from tests.factories import House
from tests.journal.sealing import authority as local
from tests.journal.test_evidence import take, verify
from tests.moderation.conftest import publish

PLACE = "clients-du-cercle"


async def stamp(house: House, client: TimestampAuthority) -> bytes:
    """Anchor the last checkpoint by a time-stamp; return its token."""
    async with house.transaction():
        last = await seals.last_checkpoint()
    assert last is not None
    made = await client.stamp(last.note.encode())
    async with house.transaction():
        await db.insert(
            "journal_anchor", checkpoint_id=last.id, kind="timestamp", reference=client.url,
            token=made.token, chain=made.chain, at=clock.now(),
        )  # fmt: skip
    return made.token


def openssl(folder: Path, said: dict[str, str]) -> str:
    """Verify a time-stamp as the instructions say."""
    note = f"checkpoints/{said['checkpoint']:08}.note"
    command = ["openssl", "ts", "-verify", "-data", note, "-in", said["token"]]
    ran = subprocess.run(
        [*command, "-CAfile", said["chain"]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.fixture
async def folder(orvance: House, tmp_path: Path) -> Path:
    """A proof file of a post, whose checkpoint was stamped, unpacked."""
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    author = await orvance.person("Georges Malvoisin", communities=[PLACE])
    post = (await publish(author, "Bonjour", "Premier message.")).json()["id"]
    await seal_now(orvance.tenant.id)
    (tmp_path / "authority").mkdir()
    with local.running(tmp_path / "authority") as running:
        client = TimestampAuthority(url=running.url, certificates=running.root, allow_loopback=True)
        await stamp(orvance, client)
    answer = await take(auditor, f"post:{post}")
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "proof")
    return tmp_path / "proof"


async def test_the_moment_of_a_time_stamp_is_shown_and_its_authority_verified(
    folder: Path,
) -> None:
    [said] = json.loads((folder / "proof.json").read_text())["anchors"]
    status, told = await asyncio.to_thread(verify, folder)
    assert status == 0, told
    assert f"checkpoints/{said['checkpoint']:08}.note was stamped at {clock.now():%Y%m%d}" in told
    assert "Verification: OK" in await asyncio.to_thread(openssl, folder, said)


async def test_what_is_stamped_is_read_from_the_token(folder: Path) -> None:
    [said] = json.loads((folder / "proof.json").read_text())["anchors"]
    function, digest, moment = arithmetic.stamped((folder / said["token"]).read_bytes())
    note = (folder / f"checkpoints/{said['checkpoint']:08}.note").read_bytes()
    assert (function, digest) == ("sha256", arithmetic.sha256(note))
    assert moment.endswith("Z")

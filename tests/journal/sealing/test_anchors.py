"""Checkpoints in an object storage with Object Lock (moto), and in one without (rclone)."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from parvis.core import clock, jobs
from parvis.core.ids import TenantId, new_id
from parvis.demo import ports
from parvis.features.journal.sealing import anchors, seals
from parvis.features.journal.sealing.findings import Fault
from parvis.features.journal.sealing.seals import Anchor, Checkpoint
from parvis.integrations import storage
from parvis.integrations.storage import S3Storage
from tests.factories import House

from .conftest import seal, tamper, verified

BUCKET, PLAIN_BUCKET = "parvis-locked", "parvis-plain"
KEYS = {"access_key": "testing", "secret_key": "testing", "region": "eu-west-1"}
DAYS = 1827


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """moto's server, a process of its own; a bucket with Object Lock, and one without."""
    address = f"http://127.0.0.1:{(port := ports.free(8765))}"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
    )  # fmt: skip
    try:
        _await(address)
        s3 = client(address)
        place = {"LocationConstraint": KEYS["region"]}
        s3.create_bucket(
            Bucket=BUCKET, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place
        )
        s3.create_bucket(Bucket=PLAIN_BUCKET, CreateBucketConfiguration=place)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _await(address: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(address, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def client(address: str) -> Any:
    return boto3.Session().client(
        "s3", endpoint_url=address, aws_access_key_id="testing", region_name=KEYS["region"],
        aws_secret_access_key="testing",
    )  # fmt: skip


@pytest.fixture
def locked(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    made = S3Storage(endpoint=endpoint, bucket=BUCKET, **KEYS)
    monkeypatch.setattr(storage, "_storage", made)
    return made


@pytest.fixture
def plain(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    made = S3Storage(endpoint=endpoint, bucket=PLAIN_BUCKET, **KEYS)
    monkeypatch.setattr(storage, "_storage", made)
    return made


@pytest.fixture(autouse=True)
def own_objects(orvance: House, request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test has a folder to itself: what is locked cannot be cleared away."""
    folder = f"journal/checkpoints-{new_id()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "FOLDER", folder)
        yield


async def anchored(house: House) -> tuple[Checkpoint, tuple[Anchor, ...]]:
    async with house.transaction():
        last = await seals.last_checkpoint()
        assert last is not None
        return last, await seals.anchors_of(last.id)


async def read(storage: S3Storage, tenant_id: TenantId, name: str) -> bytes:
    found = await storage.open(tenant_id, name)
    return b"".join([chunk async for chunk in found.chunks])


async def test_a_checkpoint_is_locked_away(
    orvance: House, locked: S3Storage, endpoint: str
) -> None:
    await seal(orvance, 3)
    assert await anchors.anchor_now(orvance.tenant.id) == 1
    checkpoint, [anchor] = await anchored(orvance)
    assert anchor.kind == "object"
    assert anchor.locked_until is not None
    days = (anchor.locked_until - clock.now()) / timedelta(days=1)
    assert DAYS - 1 < days <= DAYS
    assert await read(locked, orvance.tenant.id, anchor.reference) == checkpoint.note.encode()
    report = await verified(orvance)
    assert (report.is_sound, report.objects, report.locked_objects) == (True, 1, 1)
    kept = client(endpoint).list_object_versions(
        Bucket=BUCKET, Prefix=f"{orvance.tenant.id}/{anchors.FOLDER}"
    )["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client(endpoint).delete_object(
            Bucket=BUCKET, Key=kept[0]["Key"], VersionId=kept[0]["VersionId"]
        )


async def test_a_locked_anchor_that_seems_deleted_still_counts(
    orvance: House, locked: S3Storage
) -> None:
    await seal(orvance, 3)
    await anchors.anchor_now(orvance.tenant.id)
    _, [anchor] = await anchored(orvance)
    await locked.delete(orvance.tenant.id, anchor.reference)
    report = await verified(orvance)
    assert (report.is_sound, report.objects) == (True, 1)


async def test_without_object_lock_the_anchor_says_so(orvance: House, plain: S3Storage) -> None:
    await seal(orvance, 3)
    assert await anchors.anchor_now(orvance.tenant.id) == 1
    _, [anchor] = await anchored(orvance)
    assert anchor.locked_until is None
    report = await verified(orvance)
    assert (report.is_sound, report.objects, report.locked_objects) == (True, 1, 0)


async def test_the_storage_of_the_demonstration_takes_it_unlocked(
    orvance: House, stored: S3Storage
) -> None:
    await seal(orvance, 3)
    assert await anchors.anchor_now(orvance.tenant.id) == 1
    checkpoint, [anchor] = await anchored(orvance)
    assert anchor.locked_until is None
    assert await read(stored, orvance.tenant.id, anchor.reference) == checkpoint.note.encode()
    assert (await verified(orvance)).objects == 1


async def test_an_anchor_is_set_once_and_then_after_an_hour(
    orvance: House, plain: S3Storage
) -> None:
    async def at_work() -> int:
        await jobs.run(anchors.anchor_journal, orvance.tenant.id)
        return (await verified(orvance)).objects

    await seal(orvance, 1)
    assert [await at_work(), await at_work()] == [1, 1]
    await seal(orvance, 1)
    assert await at_work() == 1
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert await at_work() == 2
        assert await at_work() == 2  # nothing new: nothing to anchor, however late


async def test_a_storage_that_is_away_is_told_and_asked_again(
    orvance: House, plain: S3Storage, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    await seal(orvance, 3)
    with monkeypatch.context() as away, caplog.at_level(logging.WARNING):
        gone = S3Storage(endpoint="http://127.0.0.1:9", bucket=BUCKET, **KEYS)
        away.setattr(storage, "_storage", gone)
        assert await anchors.anchor_now(orvance.tenant.id) == 0
        assert (await verified(orvance)).is_storage_compared is False
        assert (await verified(orvance)).is_sound
    assert "checkpoint 1 is not anchored (object)" in caplog.text
    assert await anchors.anchor_now(orvance.tenant.id) == 1


async def test_without_a_storage_nothing_is_anchored(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_storage", storage.NoStorage())
    await seal(orvance, 3)
    assert await anchors.anchor_now(orvance.tenant.id) == 0
    assert (await verified(orvance)).is_storage_compared is None


@pytest.mark.parametrize("everything", [False, True])
async def test_an_end_that_was_cut_off_is_found_by_its_anchor(
    orvance: House, locked: S3Storage, superuser: asyncpg.Connection, *, everything: bool
) -> None:
    """Entries, leaves, checkpoints and the database's own note of the anchor: all gone."""
    await seal(orvance, 5, 5)
    await anchors.anchor_now(orvance.tenant.id)
    await cut_to(superuser, 0 if everything else 1)
    report = await verified(orvance)
    first = report.first
    assert first is not None
    kept = 0 if everything else 5
    assert (first.fault, first.position) == (Fault.ANCHOR_AHEAD, kept)
    assert first.values == {"number": 2, "size": 11}


async def cut_to(superuser: asyncpg.Connection, number: int) -> None:
    await tamper(superuser, "DELETE FROM journal_anchor")
    await tamper(superuser, "DELETE FROM journal_checkpoint WHERE number > $1", number)
    leaves = "position >= coalesce((SELECT max(size) FROM journal_checkpoint), 0)"
    gone = f"SELECT entry_id FROM journal_leaf WHERE {leaves}"
    await tamper(superuser, f"DELETE FROM journal_entry WHERE id IN ({gone})")
    await tamper(superuser, f"DELETE FROM journal_leaf WHERE {leaves}")


async def test_a_history_that_was_written_anew_is_found_by_its_anchor(
    orvance: House, locked: S3Storage, superuser: asyncpg.Connection
) -> None:
    """By whoever has the operator's secret too: the new journal is sound in itself."""
    await seal(orvance, 5, 5)
    await anchors.anchor_now(orvance.tenant.id)
    await cut_to(superuser, 1)
    await seal(orvance, 20)
    report = await verified(orvance)
    assert [(one.fault, one.values) for one in report.problems] == [
        (Fault.ANCHOR_DIFFERS, {"number": 2})
    ]


async def test_an_anchor_that_is_gone_is_told(orvance: House, plain: S3Storage) -> None:
    await seal(orvance, 3)
    await anchors.anchor_now(orvance.tenant.id)
    _, [anchor] = await anchored(orvance)
    await plain.delete(orvance.tenant.id, anchor.reference)
    report = await verified(orvance)
    assert [(one.fault, one.values) for one in report.problems] == [
        (Fault.ANCHOR_MISSING, {"number": 1})
    ]


async def test_tenants_anchors_are_apart(orvance: House, ardelune: House, plain: S3Storage) -> None:
    await seal(orvance, 3)
    await anchors.anchor_now(orvance.tenant.id)
    report = await verified(ardelune)
    assert (report.is_sound, report.objects) == (True, 0)


async def test_sealing_does_not_wait_for_a_storage_that_hangs(
    orvance: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    await seal(orvance, 3)
    hanging = storage.NoStorage()
    monkeypatch.setattr(hanging, "put_locked", hang)
    monkeypatch.setattr(storage, "is_configured", lambda: True)
    monkeypatch.setattr(storage, "_storage", hanging)
    waiting = asyncio.ensure_future(anchors.anchor_now(orvance.tenant.id))
    await asyncio.wait_for(seal(orvance, 3), timeout=5)
    waiting.cancel()
    async with orvance.transaction():
        last = await seals.last_checkpoint()
    assert last is not None
    assert last.number == 2

"""Our storage integration against the embedded storage, and against none at all."""

import asyncio
import socket
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from parvis.core.errors import NotFound
from parvis.core.ids import TenantId
from parvis.demo import object_storage, ports
from parvis.demo.child import ChildError
from parvis.demo.object_storage import BUCKET, REGION, StorageKeys
from parvis.integrations.storage import S3Storage, StorageUnavailable

TENANT = TenantId(uuid.uuid4())
KEYS = StorageKeys("access-key-of-a-test", "secret-key-of-a-test")


def client(port: int, keys: StorageKeys = KEYS) -> S3Storage:
    return S3Storage(
        endpoint=f"http://127.0.0.1:{port}",
        bucket=BUCKET,
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        region=REGION,
    )


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("storage")
    number = ports.free(8725)
    child = object_storage.start(
        folder / "objects", port=number, keys=KEYS, log=folder / "storage.log"
    )
    yield number
    child.stop()


@pytest.fixture(scope="module")
def storage(port: int) -> S3Storage:
    return client(port)


async def read(storage: S3Storage, name: str) -> bytes:
    found = await storage.open(TENANT, name)
    return b"".join([chunk async for chunk in found.chunks])


async def test_object_comes_back_as_it_was_put(storage: S3Storage) -> None:
    content = bytes(range(256)) * 3000
    await storage.put(TENANT, "meeting/notice.pdf", content, content_type="application/pdf")
    found = await storage.open(TENANT, "meeting/notice.pdf")
    assert (found.content_type, found.size_bytes) == ("application/pdf", len(content))
    assert b"".join([chunk async for chunk in found.chunks]) == content


async def test_deleted_object_is_gone(storage: S3Storage) -> None:
    await storage.put(TENANT, "gone.txt", b"x", content_type="text/plain")
    await storage.delete(TENANT, "gone.txt")
    with pytest.raises(NotFound):
        await storage.open(TENANT, "gone.txt")


async def test_presigned_address_downloads_for_a_while(storage: S3Storage) -> None:
    await storage.put(TENANT, "page.html", b"<script>", content_type="text/html")
    url = await storage.presign_get(TENANT, "page.html", filename="Résumé.html")
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
        forged = await browser.get(url.replace("page.html", "other.html", 1))
    assert (answer.status_code, answer.content) == (200, b"<script>")
    assert forged.status_code == 403


async def test_presigned_address_ends(storage: S3Storage) -> None:
    await storage.put(TENANT, "brief.txt", b"x", content_type="text/plain")
    lasts = timedelta(seconds=1)
    url = await storage.presign_get(TENANT, "brief.txt", filename="brief.txt", lasts=lasts)
    await asyncio.sleep(2.1)
    async with httpx2.AsyncClient() as browser:
        assert (await browser.get(url)).status_code in (400, 403)


async def test_other_tenant_does_not_find_it(storage: S3Storage) -> None:
    await storage.put(TENANT, "mine.txt", b"x", content_type="text/plain")
    with pytest.raises(NotFound):
        await storage.open(TenantId(uuid.uuid4()), "mine.txt")


@pytest.mark.parametrize("name", ["", "/x", "../x", "a/../x", "a//x", "A", "a b", "é"])
async def test_name_cannot_lead_out_of_the_tenant(storage: S3Storage, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        await storage.put(TENANT, name, b"x", content_type="text/plain")


async def test_health_tells_wrong_keys_from_right_ones(storage: S3Storage, port: int) -> None:
    assert await storage.healthy()
    assert not await client(port, StorageKeys("access-key-of-a-test", "wrong")).healthy()


async def test_storage_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StorageUnavailable):
        await read(client(ports.free(8825)), "x.txt")


async def test_storage_that_does_not_answer_is_unavailable_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parvis.integrations.storage.READ_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking = client(silent.getsockname()[1])
        assert asking._client  # making one costs seconds on a busy machine
        began = time.monotonic()
        with pytest.raises(StorageUnavailable):
            await read(asking, "x.txt")
    assert time.monotonic() - began < 3


def test_embedded_storage_does_not_mistake_another_server_for_itself(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(ChildError, match=f"{taken} is taken"):
            object_storage.start(tmp_path / "o", port=taken, keys=KEYS, log=tmp_path / "log")

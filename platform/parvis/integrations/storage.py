"""Object storage: one bucket for all tenants, in which every key begins with its tenant."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from parvis.core.errors import NotFound, Unavailable
from parvis.core.i18n import N_
from parvis.core.ids import TenantId
from parvis.integrations import storage_keeping as keeping
from parvis.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 2, 10
CHUNK_BYTES = 256 * 1024
PRESIGNED_FOR = timedelta(minutes=5)
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "404"})

T = TypeVar("T")


class StorageUnavailable(Unavailable):
    code = "storage_unavailable"
    default = N_("Files cannot be reached right now. Please try again in a moment.")


class StoredObject(msgspec.Struct, frozen=True):
    """An object being read: what it is, and its bytes in pieces."""

    content_type: str
    size_bytes: int
    chunks: AsyncIterator[bytes]


class ObjectStorage(Protocol):
    """Where files lie. `name` is the object's path inside its tenant.

    Every method raises StorageUnavailable when the storage does not answer in time, and waits
    on the network: call none inside a database transaction.
    """

    async def put(
        self, tenant_id: TenantId, name: str, content: bytes, *, content_type: str
    ) -> None:
        """Keep `content` under `name`, in place of what was there."""

    async def put_file(
        self, tenant_id: TenantId, name: str, path: Path, *, content_type: str
    ) -> None:
        """Keep a file under `name`, however large: it is not read into memory."""

    async def open(self, tenant_id: TenantId, name: str) -> StoredObject:
        """Begin to read an object, or raise NotFound."""

    async def presign_get(
        self, tenant_id: TenantId, name: str, *, filename: str, lasts: timedelta = PRESIGNED_FOR
    ) -> str:
        """Return an address at which a browser may download the object as `filename` for a while.

        Nothing is asked of the storage: an address is returned for a missing object too.
        """

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Leave no object under `name`."""

    async def put_locked(
        self, tenant_id: TenantId, name: str, content: bytes, *, content_type: str, until: datetime
    ) -> datetime | None:
        """Keep `content` so that nobody at all can change or delete it before `until`.

        Returns until when that is so; None where the storage has no Object Lock, and the object
        lies there like any other.
        """

    async def names(self, tenant_id: TenantId, folder: str) -> frozenset[str]:
        """Return the names in a folder, of deleted objects too whose versions are still kept."""

    async def healthy(self) -> bool:
        """Whether the bucket answers."""


class S3Storage:
    """Any storage that speaks S3, through boto3 in threads."""

    def __init__(
        self, *, endpoint: str, bucket: str, access_key: str, secret_key: str, region: str
    ) -> None:
        self._bucket = bucket
        self._options = {
            "endpoint_url": endpoint,
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
            "region_name": region,
        }

    async def put(
        self, tenant_id: TenantId, name: str, content: bytes, *, content_type: str
    ) -> None:
        await self._call(
            lambda client, key: client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type
            ),
            key_of(tenant_id, name),
        )

    async def put_file(
        self, tenant_id: TenantId, name: str, path: Path, *, content_type: str
    ) -> None:
        def put(client: Any, key: str) -> Any:
            with path.open("rb") as file:
                return client.put_object(
                    Bucket=self._bucket, Key=key, Body=file, ContentType=content_type
                )

        await self._call(put, key_of(tenant_id, name))

    async def open(self, tenant_id: TenantId, name: str) -> StoredObject:
        found = await self._call(
            lambda client, key: client.get_object(Bucket=self._bucket, Key=key),
            key_of(tenant_id, name),
        )
        return StoredObject(
            content_type=found["ContentType"],
            size_bytes=found["ContentLength"],
            chunks=_chunks(found["Body"]),
        )

    async def presign_get(
        self, tenant_id: TenantId, name: str, *, filename: str, lasts: timedelta = PRESIGNED_FOR
    ) -> str:
        quoted = quote(filename, safe="")
        parameters = {
            "Bucket": self._bucket,
            "Key": key_of(tenant_id, name),
            # Always a download: what a member sent must not run as a page on the storage's host.
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quoted}",
        }
        url: str = await asyncio.to_thread(
            lambda: self._client.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=int(lasts.total_seconds())
            )
        )
        return url

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        await self._call(
            lambda client, key: client.delete_object(Bucket=self._bucket, Key=key),
            key_of(tenant_id, name),
        )

    async def put_locked(
        self, tenant_id: TenantId, name: str, content: bytes, *, content_type: str, until: datetime
    ) -> datetime | None:
        return await self._call(
            lambda client, key: keeping.put_locked(
                client, self._bucket, key, content, content_type=content_type, until=until
            ),
            key_of(tenant_id, name),
        )

    async def names(self, tenant_id: TenantId, folder: str) -> frozenset[str]:
        keys = await self._call(
            lambda client, key: keeping.keys(client, self._bucket, f"{key}/"),
            key_of(tenant_id, folder),
        )
        return frozenset(key.removeprefix(f"{tenant_id}/") for key in keys)

    async def healthy(self) -> bool:
        try:
            await self._call(lambda client, bucket: client.head_bucket(Bucket=bucket), self._bucket)
        except (StorageUnavailable, NotFound):
            return False
        return True

    async def _call(self, operation: Callable[[Any, str], T], key: str) -> T:
        return await _in_thread(lambda: operation(self._client, key))

    @cached_property
    def _client(self) -> Any:
        # At first use and in a thread: boto3 takes a third of a second to import, and reads a
        # megabyte of service models.
        import boto3  # noqa: PLC0415 -- said above
        from botocore.config import Config  # noqa: PLC0415 -- said above

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Trailing checksums are unknown to many storages other than Amazon's.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return boto3.Session().client("s3", config=config, **self._options)


class NoStorage:
    """Stands where none is configured: everything is unavailable."""

    async def put(self, *_: object, **__: object) -> None:
        raise StorageUnavailable

    async def put_file(self, *_: object, **__: object) -> None:
        raise StorageUnavailable

    async def open(self, *_: object, **__: object) -> StoredObject:
        raise StorageUnavailable

    async def presign_get(self, *_: object, **__: object) -> str:
        raise StorageUnavailable

    async def delete(self, *_: object, **__: object) -> None:
        raise StorageUnavailable

    async def put_locked(self, *_: object, **__: object) -> datetime | None:
        raise StorageUnavailable

    async def names(self, *_: object, **__: object) -> frozenset[str]:
        raise StorageUnavailable

    async def healthy(self) -> bool:
        return False


def key_of(tenant_id: TenantId, name: str) -> str:
    """Return the object's key; a name that could lead out of its tenant is a fault of ours."""
    if not NAME.fullmatch(name) or len(name) > 400:
        raise ValueError(f"not a name for an object: {name!r}")
    return f"{tenant_id}/{name}"


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except ClientError as error:
        if keeping.code_of(error) in MISSING:
            raise NotFound from None
        raise StorageUnavailable from error
    except (BotoCoreError, OSError) as error:
        raise StorageUnavailable from error


async def _chunks(body: Any) -> AsyncIterator[bytes]:
    try:
        while chunk := await _in_thread(lambda: bytes(body.read(CHUNK_BYTES))):
            yield chunk
    finally:
        body.close()


_storage: ObjectStorage = NoStorage()


def use(settings: Settings) -> None:
    """Make `storage()` the one that the settings name."""
    global _storage  # noqa: PLW0603 -- one storage a process, chosen once at start
    _storage = from_settings(settings)


def from_settings(settings: Settings) -> ObjectStorage:
    if not settings.s3_endpoint:
        return NoStorage()
    return S3Storage(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
    )


def is_configured() -> bool:
    """Whether there is an object storage at all."""
    return not isinstance(_storage, NoStorage)


def storage() -> ObjectStorage:
    """The object storage of this process."""
    return _storage

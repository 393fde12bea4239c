"""S3's Object Lock and versions: what keeps an object where it lies, whoever wants it gone."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

# What storages answer to a lock, or to a question about versions, where they know of none.
UNKNOWN = frozenset({
    "ObjectLockConfigurationNotFoundError", "InvalidRequest", "NotImplemented",
    "MethodNotAllowed", "405", "501",
})  # fmt: skip
LISTINGS = {"list_object_versions": "Versions", "list_objects_v2": "Contents"}


def put_locked(
    client: Any, bucket: str, key: str, content: bytes, *, content_type: str, until: datetime
) -> datetime | None:
    """Put an object, locked where the bucket can; return until when it then says it is."""
    plain = {"Bucket": bucket, "Key": key, "Body": content, "ContentType": content_type}
    if not _locks(client, bucket):
        client.put_object(**plain)
        return None
    # Amazon's insists on a checksum of what is locked, and all storages know this one.
    checksum = hashlib.md5(content, usedforsecurity=False).digest()
    client.put_object(
        **plain,
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=until,
        ContentMD5=base64.b64encode(checksum).decode(),
    )
    kept = client.head_object(Bucket=bucket, Key=key)
    is_locked = kept.get("ObjectLockMode") == "COMPLIANCE"
    return kept.get("ObjectLockRetainUntilDate") if is_locked else None


def _locks(client: Any, bucket: str) -> bool:
    """Whether the bucket keeps locks. Some storages take one without a word, and forget it."""
    try:
        answer = client.get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if code_of(error) not in UNKNOWN:
            raise
        return False
    return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")


def keys(client: Any, bucket: str, prefix: str) -> set[str]:
    """Return the keys that begin with `prefix`, of deleted objects too that are still kept."""
    found: set[str] = set()
    for question, answer in LISTINGS.items():
        pages = client.get_paginator(question).paginate(Bucket=bucket, Prefix=prefix)
        try:
            found |= {one["Key"] for page in pages for one in page.get(answer, ())}
        except ClientError as error:
            if code_of(error) not in UNKNOWN:
                raise
    return found


def code_of(error: ClientError) -> str:
    """Return the storage's own name of what went wrong."""
    return str(error.response.get("Error", {}).get("Code"))

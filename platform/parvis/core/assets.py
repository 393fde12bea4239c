"""Files a browser may keep for ever: each has its content's hash in its address."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import msgspec

STATIC = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static/"
# What a browser loads. Licences, locks and other papers in the folder are not served.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_ALREADY_SMALL = {".png", ".woff2"}


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One served file. `gzipped` is None where compression gains nothing."""

    url: str
    content: bytes
    media_type: str
    integrity: str
    gzipped: bytes | None


def asset(path: str) -> Asset:
    """Return the file at `path` below static/, or raise LookupError naming it."""
    try:
        return _by_path()[path]
    except KeyError:
        raise LookupError(f"static/{path} does not exist or is of no served kind") from None


def find(url: str) -> Asset | None:
    """Return the file served at exactly this address."""
    return _by_url().get(url)


def from_content(prefix: str, name: str, content: bytes) -> Asset:
    """Return content as an asset whose address, below `prefix`, carries its hash."""
    stem, dot, suffix = name.rpartition(".")
    sha = hashlib.sha384(content).digest()
    return Asset(
        url=f"{prefix}{stem}.{sha.hex()[:12]}{dot}{suffix}",
        content=content,
        media_type=MEDIA_TYPES[dot + suffix],
        integrity=f"sha384-{base64.b64encode(sha).decode()}",
        gzipped=None if dot + suffix in _ALREADY_SMALL else gzip.compress(content, mtime=0),
    )


@lru_cache
def _by_path() -> dict[str, Asset]:
    files = (path for path in STATIC.rglob("*") if path.suffix in MEDIA_TYPES)
    names = ((path.relative_to(STATIC).as_posix(), path) for path in files)
    return {name: from_content(PREFIX, name, path.read_bytes()) for name, path in names}


@lru_cache
def _by_url() -> dict[str, Asset]:
    return {found.url: found for found in _by_path().values()}

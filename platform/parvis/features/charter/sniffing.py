"""What a file is, told from its bytes: neither its name nor its sender is believed."""

import zipfile
from typing import IO

import puremagic

HEAD_BYTES = 8192
UNKNOWN = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# The first folder of an Office file says which it is; an OpenDocument says it in a file.
_OF_FOLDER = {
    "word": f"{_OFFICE}wordprocessingml.document",
    "xl": f"{_OFFICE}spreadsheetml.sheet",
    "ppt": f"{_OFFICE}presentationml.presentation",
}
_OPEN_TYPES = frozenset(f"{_OPEN}{name}" for name in ("text", "spreadsheet", "presentation"))
ZIP = "application/zip"
_SAME = {
    "application/x-gzip": "application/gzip",
    "application/x-zip-compressed": ZIP,
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "image/heic": "image/heif",
    "image/x-ms-bmp": "image/bmp",
}
# The types a charter may allow: those that are told apart here with certainty.
TYPES = frozenset((
    "application/gzip", "application/msword", "application/pdf", "audio/mpeg", "audio/wav",
    "image/bmp", "image/gif", "image/heif", "image/jpeg", "image/png", "image/svg+xml",
    "image/tiff", "image/webp", "text/html", "text/plain", "video/mp4", "video/quicktime", ZIP,
    *_OF_FOLDER.values(), *_OPEN_TYPES,
))  # fmt: skip
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe")


def sniff(file: IO[bytes]) -> str:
    """Return the media type of an open file, UNKNOWN where its bytes tell none; leaves it at 0."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found = _of_zip(file) if head.startswith(b"PK\x03\x04") else _of_head(head)
    file.seek(0)
    return found


def _of_head(head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if _is_text(head):
        return _of_text(head)
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    best = matches[0].mime_type if matches else ""
    found = _SAME.get(best, best)
    return found if found in TYPES else UNKNOWN


def _is_text(head: bytes) -> bool:
    """Whether these are characters, and nothing that only a machine reads."""
    # The last character may be cut in two.
    text = head.decode("utf-8", errors="ignore")
    lost = len(head) - len(text.encode())
    return lost <= 3 and all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)


def _of_text(head: bytes) -> str:
    """Return which text: magic numbers of two letters also begin words, so they do not count."""
    begins = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in begins:
        return "image/svg+xml"
    if any(mark in begins for mark in _MARKUP):
        return "text/html"
    return "text/plain" if head else UNKNOWN


def _of_zip(file: IO[bytes]) -> str:
    """Return what kind of archive it is; only its table of contents is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"]:
                return _open_document(archive)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return ZIP
    if "[Content_Types].xml" not in names:
        return ZIP
    folders = {name.partition("/")[0] for name in names}
    return next((kind for folder, kind in _OF_FOLDER.items() if folder in folders), ZIP)


def _open_document(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as said:
        named = said.read(100).decode("ascii", errors="replace")
    return named if named in _OPEN_TYPES else ZIP

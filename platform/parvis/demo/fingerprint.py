"""Whether anything changed that preparing the database depends on."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIXES = frozenset({".py", ".sql", ".toml", ".md", ".svg"})


def fingerprint(folders: Iterable[Path], *facts: str) -> str:
    """Return the same text as long as `facts` and the files under `folders` are the same.

    Files are told by size and time, not content: this runs at every start.
    """
    digest = hashlib.sha256("\n".join(facts).encode())
    for line in sorted(line for folder in folders for line in _files(folder)):
        digest.update(line.encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix in SUFFIXES:
            found = path.stat()
            yield f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n"

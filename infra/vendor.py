# ruff: noqa: INP001  -- a script, not a package
"""Browser code from npm: fetched once, pinned by a lock, verified offline.

vendor.py update   npm pack each asset, check the tarball, copy the listed files
vendor.py check    no network: every file matches the lock, nothing is missing or extra
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent.parent / "platform" / "parvis" / "static"
DESTINATION, WANTED, LOCK = STATIC / "vendor", STATIC / "vendor.toml", STATIC / "vendor.lock.json"


def update() -> None:
    """Replace the vendored files by what vendor.toml lists, and write the lock."""
    known = {asset["npm"]: asset["integrity"] for asset in _locked()}
    assets = tomllib.loads(WANTED.read_text("utf-8"))["asset"]
    locked = [fetch(asset["npm"], asset["files"], known.get(asset["npm"])) for asset in assets]
    LOCK.write_text(json.dumps({"assets": locked}, indent=1) + "\n", "utf-8")


def fetch(package: str, files: list[str], known: str | None) -> dict[str, Any]:
    """Copy the files of one package into place and return its entry for the lock."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", "--ignore-scripts", package]
        done = subprocess.run(  # noqa: S603  -- packages are named in vendor.toml
            command, cwd=folder, check=True, capture_output=True, text=True
        )
        info = json.loads(done.stdout)[0]
        tarball = Path(folder) / info["filename"]
        integrity = digest(tarball.read_bytes(), "sha512")
        if integrity != info["integrity"]:
            raise SystemExit(f"{package}: the tarball is not the one the registry announced")
        if known not in (None, integrity):
            raise SystemExit(f"{package}: same version, other content than the lock")
        with tarfile.open(tarball) as archive:
            licence = json.loads(_member(archive, "package.json")).get("license")
            written = {_place(info["name"], file): _member(archive, file) for file in files}
    for path, content in written.items():
        (DESTINATION / path).parent.mkdir(parents=True, exist_ok=True)
        (DESTINATION / path).write_bytes(content)
    hashes = {path: digest(content) for path, content in written.items()}
    return {"npm": package, "license": licence, "integrity": integrity, "files": hashes}


def check() -> list[str]:
    """Return every vendored path that differs from the lock; an empty list is good news."""
    wanted = {path: value for asset in _locked() for path, value in asset["files"].items()}
    present = {
        path.relative_to(DESTINATION).as_posix(): digest(path.read_bytes())
        for path in DESTINATION.rglob("*")
        if path.is_file()
    }
    return sorted(
        path for path in wanted.keys() | present.keys() if wanted.get(path) != present.get(path)
    )


def digest(content: bytes, algorithm: str = "sha384") -> str:
    """Return the subresource integrity value of some content."""
    value = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(value).decode()}"


def _locked() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (
        json.loads(LOCK.read_text("utf-8"))["assets"] if LOCK.exists() else []
    )
    return entries


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    file = archive.extractfile(f"package/{path}")
    if file is None:
        raise SystemExit(f"the package has no file {path}")
    return file.read()


def _place(package: str, path: str) -> str:
    return f"{package.removeprefix('@').replace('/', '-')}/{Path(path).name}"


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    elif different := check():
        raise SystemExit("vendored files differ from the lock: " + ", ".join(different))

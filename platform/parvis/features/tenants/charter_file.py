"""Charters between file and screen: where they stand, and which one goes on from which version."""

import re
from pathlib import Path

from parvis.features.tenants.document import CHARTER_FILE
from parvis.features.tenants.problems import ApplyRefusedError
from parvis.features.tenants.queries import LiveCharter

# An export says in its first line which version it holds; the line is no part of the charter.
BASE = re.compile(r"\A# Version (\d+) \(([0-9a-f]{12})\), from `parvis tenant export`\.\n")
COMMUNITIES = "communities"


def community_file(folder: Path, slug: str) -> Path:
    """Return where a tenant's folder keeps a community's own charter."""
    return folder / COMMUNITIES / slug / CHARTER_FILE


def community_folders(folder: Path) -> list[Path]:
    """Return the folders of the communities that have something of their own, by name."""
    within = folder / COMMUNITIES
    return sorted(one for one in within.iterdir() if one.is_dir()) if within.is_dir() else []


def read_charter(file: Path) -> str:
    """Return the charter's text as it is kept: LF, without the line that names its base."""
    return BASE.sub("", _text(file))


def write_charter(file: Path, live: LiveCharter) -> Path:
    """Write the live charter to `file`, naming the version it holds; return the file."""
    if not file.is_file() or read_charter(file) != live.source or live.published_by is not None:
        base = f"# Version {live.number} ({live.sha256[:12]}), from `parvis tenant export`.\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(base + live.source, "utf-8")
    return file


def is_newer(file: Path, live: LiveCharter | None) -> bool:
    """Whether the file's charter has to be published.

    Errors: ApplyRefusedError when the live one was published on screen and the file was not
    exported from it: publishing would silently undo what somebody decided there.
    """
    if live is None:
        return True
    if read_charter(file) == live.source:
        return False
    if live.published_by is not None and not _goes_on_from(file, live):
        raise ApplyRefusedError(
            f"{file}:1: version {live.number} was published on screen on "
            f"{live.published_at:%Y-%m-%d}; run `parvis tenant export`, then change that file"
        )
    return True


def _goes_on_from(file: Path, live: LiveCharter) -> bool:
    base = BASE.match(_text(file))
    return base is not None and (int(base[1]), base[2]) == (live.number, live.sha256[:12])


def _text(file: Path) -> str:
    return file.read_bytes().decode().replace("\r\n", "\n")

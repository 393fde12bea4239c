"""A charter between file and screen: which one goes on from which version."""

import re
from pathlib import Path

from parvis.features.tenants.document import CHARTER_FILE
from parvis.features.tenants.problems import ApplyRefusedError
from parvis.features.tenants.queries import LiveCharter

# An export says in its first line which version it holds; the line is no part of the charter.
BASE = re.compile(r"\A# Version (\d+) \(([0-9a-f]{12})\), from `parvis tenant export`\.\n")


def read_charter(folder: Path) -> str:
    """Return the charter's text as it is kept: LF, without the line that names its base."""
    return BASE.sub("", _text(folder))


def write_charter(folder: Path, live: LiveCharter) -> Path:
    """Write the live charter to `folder`, naming the version it holds; return the file."""
    file = folder / CHARTER_FILE
    if not file.is_file() or read_charter(folder) != live.source or live.published_by is not None:
        base = f"# Version {live.number} ({live.sha256[:12]}), from `parvis tenant export`.\n"
        file.write_text(base + live.source, "utf-8")
    return file


def is_newer(folder: Path, live: LiveCharter | None) -> bool:
    """Whether the file's charter has to be published.

    Errors: ApplyRefusedError when the live one was published on screen and the file was not
    exported from it: publishing would silently undo what somebody decided there.
    """
    if live is None:
        return True
    if read_charter(folder) == live.source:
        return False
    if live.published_by is not None and not _goes_on_from(folder, live):
        raise ApplyRefusedError(
            f"{folder / CHARTER_FILE}:1: version {live.number} was published on screen on "
            f"{live.published_at:%Y-%m-%d}; run `parvis tenant export`, then change that file"
        )
    return True


def _goes_on_from(folder: Path, live: LiveCharter) -> bool:
    base = BASE.match(_text(folder))
    return base is not None and (int(base[1]), base[2]) == (live.number, live.sha256[:12])


def _text(folder: Path) -> str:
    return (folder / CHARTER_FILE).read_bytes().decode().replace("\r\n", "\n")

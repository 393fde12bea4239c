"""What is wrong with a file, said so that its author can put it right."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One mistake and where it stands. `line` counts from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class TenantFileError(Exception):
    """Files of a tenant cannot be used as they are; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ApplyRefusedError(Exception):
    """The files are sound, yet applying them would undo or take what is not theirs."""


def hint(given: str, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` for the nearest of `known`, or nothing."""
    near = get_close_matches(given, sorted(known), n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else ""

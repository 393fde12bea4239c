"""One mutant, one process: a fork that sees the mutant where everybody else sees the module."""

import gc
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from tests.mutation.mutants import Mutant
from tests.mutation.targets import EQUIVALENT, Target

# Loaded once, before the forks: what every mutant needs and none of which is ours.
PRELOADED = (
    "pytest", "pytest_asyncio.plugin", "hypothesis", "authlib.integrations.httpx_client",
    "authlib.oauth2.rfc7523", "joserfc.jwt", "httpx2", "httpcore2", "litestar", "asyncpg",
    "piccolo.columns", "msgspec", "minijinja",
)  # fmt: skip
# Nothing is explained to anybody here, so failures need no rewriting of what was asserted.
OPTIONS = [
    "-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin",
    "-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0",
]  # fmt: skip
SECONDS = 240
ALL_PASSED = 0


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True)
class Outcome:
    target: Target
    mutant: Mutant
    fate: Fate


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the mutant under the name of its module; nothing on the disk changes."""

    def __init__(self, name: str, file: str, source: str) -> None:
        self._name, self._file, self._source = name, file, source

    def find_spec(self, name: str, *_: object) -> object:
        if name != self._name:
            return None
        return importlib.util.spec_from_loader(name, self, origin=self._file)

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._file
        exec(compile(self._source, self._file, "exec"), module.__dict__)


def preload() -> None:
    """Import what every mutant needs, once."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    if any(name.split(".")[0] == "parvis" for name in sys.modules):
        raise RuntimeError("the application was imported before its mutant")


def outcomes(work: Sequence[tuple[Target, Mutant]], *, at_once: int) -> Iterator[Outcome]:
    """Yield what became of each mutant, `at_once` of them being tried at a time."""
    waiting, running = list(reversed(work)), dict[int, tuple[Target, Mutant]]()
    while waiting or running:
        while waiting and len(running) < at_once:
            target, mutant = waiting.pop()
            running[_fork(target, mutant)] = target, mutant
        pid, status = os.wait()
        target, mutant = running.pop(pid)
        yield Outcome(target, mutant, _fate(target, mutant, status))


def is_sound(target: Target) -> bool:
    """Tell whether the tests of a target pass while nothing is taken away."""
    pid = _fork(target, Mutant(0, "nothing", target.file.read_text()))
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == ALL_PASSED


def _fate(target: Target, mutant: Mutant, status: int) -> Fate:
    if os.waitstatus_to_exitcode(status) != ALL_PASSED:
        return Fate.KILLED
    return Fate.EQUIVALENT if (target.module, mutant.what) in EQUIVALENT else Fate.SURVIVED


def _fork(target: Target, mutant: Mutant) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.alarm(SECONDS)  # a check whose absence lets something run for ever is missed, too
        with _silence():
            os._exit(_try(target, mutant))
    finally:
        os._exit(70)


def _try(target: Target, mutant: Mutant) -> int:
    import pytest

    sys.meta_path.insert(0, _Finder(target.module, str(target.file), mutant.source))
    options = OPTIONS if target.needs_database else [*OPTIONS, "--noconftest"]
    # The nearest first: most mutants die there, and the rest need not even be collected.
    rounds = (target.nearest, target.others)
    return next(
        (code for files in rounds if files and (code := pytest.main([*options, *files]))), 0
    )


@contextmanager
def _silence() -> Iterator[None]:
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 -- a device
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        yield

"""A program that runs beside us: started, watched, and stopped for certain."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from parvis.demo import launch

STOP_SECONDS = 12.0
TAIL_LINES, LINE_LENGTH = 15, 300
LOG_BYTES = 5_000_000  # beyond that a log starts anew; one older is kept


class ChildError(Exception):
    """A child ended, or never became ready; the message ends with the last lines of its log."""


class Child:
    """One running program, in a process group of its own.

    A terminal's Ctrl-C reaches the foreground group, not this one: we decide the order.
    """

    def __init__(
        self, name: str, program: Sequence[str], *, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.rename(log.with_suffix(".log.1"))
        self._beginning = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                launch.command(list(program)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Return once `is_ready`; raise ChildError when it ends before, or in `seconds` is not."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_alive():
                raise ChildError(self.obituary())
            if time.monotonic() > deadline:
                raise ChildError(f"{self.name} is not ready after {seconds:g} s{self._tail()}")
            time.sleep(0.03)

    def wait_for_end(self, *, seconds: float) -> None:
        """Return once it ended well; raise ChildError when it failed, or takes longer."""
        with suppress(subprocess.TimeoutExpired):
            if self._process.wait(seconds) == 0:
                return
            raise ChildError(self.obituary())
        raise ChildError(f"{self.name} is not done after {seconds:g} s{self._tail()}")

    def obituary(self) -> str:
        """How it ended, for the person at the terminal."""
        return f"{self.name} ended with status {self._process.poll()}{self._tail()}"

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """End it and whatever it started: politely, then for certain."""
        if self.is_alive():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def _tail(self) -> str:
        """The last lines that this very process wrote, cut to what a terminal shows."""
        written = self.log.read_bytes()[self._beginning :].decode("utf-8", "replace")
        lines = [line[:LINE_LENGTH] for line in written.splitlines()[-TAIL_LINES:]]
        return "\n".join([f". The log, {self.log}, ends with:", *(f"    {line}" for line in lines)])

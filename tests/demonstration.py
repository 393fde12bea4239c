"""`parvis demo` as a person runs it: for the tests that look at the whole from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from parvis.settings import REPOSITORY

START_SECONDS = 120  # machines that test are busy; what a start may take is measured elsewhere


@dataclass(frozen=True)
class Demo:
    """A demonstration over a folder, at a port."""

    folder: Path
    port: int

    @classmethod
    def apart(cls, folder: Path, first: int) -> Self:
        """A demonstration at five ports from `first` on, where another runs beside it."""
        names = ("web", "mail_page", "identity", "storage", "smtp")
        folder.mkdir()
        chosen = {name: first + n for n, name in enumerate(names)}
        (folder / "ports.json").write_text(json.dumps(chosen))
        return cls(folder, first)

    def command(self) -> list[str]:
        options = ["--data", str(self.folder), "--port", str(self.port)]
        return [sys.executable, "-m", "parvis.cli", "demo", *options]

    def start(self) -> subprocess.Popen[bytes]:
        """Return the process once it says that it is ready."""
        told = self.folder.with_name("told.txt")
        with told.open("wb") as output:
            process = subprocess.Popen(
                self.command(), env=environment(), stdout=output, stderr=output
            )
        deadline = time.monotonic() + START_SECONDS
        while b"Ready after" not in told.read_bytes():
            assert process.poll() is None, told.read_text()
            assert time.monotonic() < deadline, told.read_text()
            time.sleep(0.1)
        return process

    def site(self, tenant: str) -> str:
        """Where a tenant is, once the demonstration has started."""
        return f"http://{tenant}.localhost:{self._ports()['web']}"

    @property
    def mails(self) -> str:
        """Where the caught mails are, as JSON."""
        return f"http://127.0.0.1:{self._ports()['mail_page']}/api/mails"

    def _ports(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.folder / "ports.json").read_text())
        return found


def stop(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C and wait until nothing of the demonstration runs."""
    process.send_signal(signal.SIGINT)
    process.wait(60)


def environment() -> dict[str, str]:
    """Ours without any setting of Parvis, so that the demonstration makes its own."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")}
    return others | {"PYTHONPATH": str(REPOSITORY / "platform")}

"""Programs beside us: told apart when they fail, and stopped whatever they do."""

import os
import time
from pathlib import Path

import pytest

from parvis.demo.child import Child, ChildError

DEAF = "trap '' TERM; /bin/sleep 60 & echo $!; wait"


def start(script: str, folder: Path) -> Child:
    return Child(
        "helper", ["/bin/sh", "-c", script], log=folder / "logs" / "helper.log", environment={}
    )


def test_child_that_ends_at_once_says_why(tmp_path: Path) -> None:
    child = start("echo no such folder >&2; exit 3", tmp_path)
    with pytest.raises(ChildError, match=r"(?s)helper ended with status 3.*no such folder"):
        child.wait_until(lambda: False, seconds=5)


def test_child_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    child = start("sleep 60", tmp_path)
    with pytest.raises(ChildError, match="not ready"):
        child.wait_until(lambda: False, seconds=0.1)
    child.stop()
    assert not child.is_alive()


def test_deaf_child_is_ended_with_all_it_started(tmp_path: Path) -> None:
    child = start(DEAF, tmp_path)
    child.wait_until(lambda: bool(child.log.read_text().strip()), seconds=5)
    grandchild = int(child.log.read_text())
    child.stop(seconds=0.2)
    assert not child.is_alive()
    assert ends(grandchild)


def ends(pid: int) -> bool:
    """Whether a process that is not ours to reap ends within two seconds."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False

"""`parvis demo` as a person runs it: started, looked at, stopped, killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from parvis.demo import ports
from tests.demonstration import Demo, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def page(demo: Demo, host: str) -> httpx2.Response:
    headers = {"Host": f"{host}:{demo.port}"}
    return httpx2.get(f"http://127.0.0.1:{demo.port}/sign-in", headers=headers)


def descendants(pid: int) -> set[int]:
    """Every process that `pid` started, and those they started."""
    children = {
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    }
    return children.union(*map(descendants, children))


def all_end(pids: set[int], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(runs, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def runs(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # empty once it waits to be reaped
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo") / "data", ports.free(8900))


@pytest.fixture(scope="module")
def running(demo: Demo) -> Iterator[subprocess.Popen[bytes]]:
    process = demo.start()
    yield process
    process.terminate()
    process.wait(60)


def test_each_firm_has_its_door(demo: Demo, running: subprocess.Popen[bytes]) -> None:
    for slug, space in (
        ("banque-orvance", "Le Cercle Orvance"),
        ("ardelune", "Club des actionnaires Ardelune"),
        ("ateliers-tervallon", "L’Établi"),
    ):
        door = page(demo, f"{slug}.localhost")
        assert door.status_code == 200
        assert space in door.text
    assert page(demo, "nobody.localhost").status_code == 404
    assert running.poll() is None


def test_second_demo_is_refused_and_the_first_goes_on(
    demo: Demo, running: subprocess.Popen[bytes]
) -> None:
    second = subprocess.run(
        demo.command(), env=environment(), capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert f"process {running.pid}, http://" in second.stderr
    assert page(demo, "ardelune.localhost").status_code == 200


def test_ctrl_c_leaves_no_process_and_a_kill_neither(
    demo: Demo, running: subprocess.Popen[bytes]
) -> None:
    started = descendants(running.pid)
    assert len(started) >= 6
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert all_end(started, seconds=0.5)

    again = demo.start()
    assert page(demo, "banque-orvance.localhost").status_code == 200
    started = descendants(again.pid)
    again.kill()
    again.wait()
    assert all_end(started, seconds=30)

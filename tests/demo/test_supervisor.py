"""What `parvis demo` promises of its folder, its ports and the parts it watches."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from parvis import settings as settings_module
from parvis.demo import plan, ports, watch
from parvis.demo.child import Child, ChildError
from parvis.demo.lock import FolderLock
from parvis.demo.plan import Places, Ports
from parvis.demo.running import ClosedError, Running
from parvis.demo.serving import NotLoopbackError, require_loopback
from parvis.settings import REPOSITORY

COMMAND = """
import argparse, sys
from parvis.demo import cli
parser = argparse.ArgumentParser()
cli.add_parser(parser.add_subparsers())
arguments = parser.parse_args(["demo", "--data", sys.argv[1]])
sys.exit(arguments.run(arguments))
"""


KILLED = """
import os, sys
from pathlib import Path
from parvis.demo.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""


def run_python(script: str, argument: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "platform")}
    command = [sys.executable, "-c", script, argument]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def child(folder: Path, script: str = "exec /bin/sleep 60") -> Child:
    return Child("web", ["/bin/sh", "-c", script], log=folder / "web.log", environment={})


def test_second_demo_says_who_runs_and_changes_nothing(tmp_path: Path) -> None:
    lock = FolderLock(Places(tmp_path).lock)
    lock.describe("process 4711, http://banque-orvance.localhost:8000/")
    before = sorted(tmp_path.rglob("*"))
    second = run_python(COMMAND, str(tmp_path))
    lock.release()
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert "process 4711, http://banque-orvance.localhost:8000/" in second.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_lock_tells_an_orderly_end_from_a_killed_one(tmp_path: Path) -> None:
    FolderLock(tmp_path / "lock").release()
    orderly = FolderLock(tmp_path / "lock")
    assert not orderly.was_abandoned
    orderly.release()
    run_python(KILLED, str(tmp_path / "lock"))
    abandoned = FolderLock(tmp_path / "lock")
    assert abandoned.was_abandoned
    abandoned.release()


def test_taken_port_is_stepped_over_and_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        chosen, changes = plan.choose_ports(Places(tmp_path), web=taken)
    assert chosen.web > taken
    assert f"port {taken} is taken: web uses {chosen.web}" in changes


def test_port_taken_on_the_other_loopback_is_not_free() -> None:
    port = ports.free(8940)
    try:
        other = socket.create_server(("::1", port), family=socket.AF_INET6)
    except OSError:
        assert ports.is_free(port)  # no IPv6 here: nobody can stand there
        return
    with other:
        assert not ports.is_free(port)


def test_ports_and_secrets_are_those_of_the_last_start(tmp_path: Path) -> None:
    places = Places(tmp_path)
    first, _ = plan.choose_ports(places)
    assert plan.choose_ports(places) == (first, [])
    assert plan.keep_secrets(places) == plan.keep_secrets(places)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_settings_of_the_stack_are_accepted(tmp_path: Path) -> None:
    roles = ("parvis_app", "parvis_owner", "parvis_operator")
    environment = plan.settings_of(
        Ports(),
        plan.keep_secrets(Places(tmp_path)),
        databases={role: f"postgresql://{role}@/parvis" for role in roles},
        issuers=["espace-client"],
        tenants=REPOSITORY / "tenants",
    )
    loaded = settings_module.load(environment)
    assert loaded.environment == "demo"
    assert loaded.public_url("ardelune.localhost") == "http://ardelune.localhost:8000"
    assert loaded.demo_issuers == {"espace-client": "http://127.0.0.1:8002/espace-client"}
    assert json.loads(environment["PARVIS_DEMO_ISSUERS"]) == loaded.demo_issuers


def test_closing_stops_all_newest_first_and_late_comers_too(tmp_path: Path) -> None:
    running, order = Running(), []

    class Noted(Child):
        def stop(self, *, seconds: float = 1.0) -> None:
            order.append(self.name)
            super().stop(seconds=seconds)

    def part(name: str) -> Noted:
        return Noted(name, ["/bin/sleep", "60"], log=tmp_path / "log", environment={})

    first, second, late = part("first"), part("second"), part("late")
    running.add(first)
    running.add(second)
    running.close()
    with pytest.raises(ClosedError):
        running.add(late)
    assert order == ["second", "first", "late"]
    assert not any(each.is_alive() for each in (first, second, late))


async def test_web_that_ends_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(watch, "PAUSES", (0.01,))
    running = Running()
    started: list[Child] = []
    is_started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def start() -> Child:
        started.append(running.add(child(tmp_path)))
        loop.call_soon_threadsafe(is_started.set)
        return started[-1]

    dying = running.add(child(tmp_path, "echo out of memory; exit 9"))
    watching = asyncio.create_task(watch.keep_running(dying, start, running))
    async with asyncio.timeout(5):
        await is_started.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    said = capsys.readouterr().out
    assert started[0].is_alive()
    assert "web ended with status 9" in said
    assert "out of memory" in said
    running.close()


async def test_web_that_keeps_ending_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watch, "PAUSES", (0.01, 0.01))
    running = Running()

    def start() -> Child:
        return running.add(child(tmp_path, "exit 1"))

    with pytest.raises(ChildError, match="giving up"):
        await watch.keep_running(start(), start, running)
    running.close()


async def test_part_that_ends_ends_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    with pytest.raises(ChildError, match="status 4"):
        await watch.until_it_ends(child(tmp_path, "exit 4"))


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_provider_is_not_served_to_other_machines(address: str) -> None:
    with pytest.raises(NotLoopbackError):
        require_loopback(address)


def test_provider_runs_for_the_demonstration_only() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")}
    arguments = ["--port", "1", "--tenants", str(REPOSITORY / "tenants"), "--public-port", "1"]
    refused = subprocess.run(
        [sys.executable, "-m", "parvis.demo.identity_provider", *arguments],
        env=environment | {"PYTHONPATH": str(REPOSITORY / "platform")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "parvis demo" in refused.stderr

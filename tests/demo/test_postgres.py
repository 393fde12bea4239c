"""The embedded PostgreSQL: started twice, after a crash, by roles that may not do more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from parvis.demo import postgres
from parvis.demo.lock import FolderLockedError

ORPHAN = """
import os, sys
from pathlib import Path
from parvis.demo import postgres
server = postgres.start(Path(sys.argv[1]))
print(server.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def value(dsn: str, sql: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres")


def test_data_outlive_a_stop(folder: Path) -> None:
    first = postgres.start(folder)
    first.create_roles()
    with psycopg.connect(first.dsn("parvis_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    second = postgres.start(folder)
    try:
        assert value(second.dsn("parvis_owner"), "SELECT answer FROM kept") == 42
    finally:
        second.stop()


def test_roles_bind_the_app_even_when_granted_more(folder: Path) -> None:
    server = postgres.start(folder)
    try:
        server.create_roles()
        value(server.dsn_superuser, "ALTER ROLE parvis_app BYPASSRLS SUPERUSER")
        server.create_roles()
        flags = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'parvis_app'"
        assert value(server.dsn_superuser, flags) is False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            value(server.dsn("parvis_app"), "CREATE TABLE mine ()")
    finally:
        server.stop()


def test_second_start_is_refused_and_harms_nothing(folder: Path) -> None:
    server = postgres.start(folder)
    try:
        with pytest.raises(FolderLockedError, match=str(os.getpid())):
            postgres.start(folder)
        assert value(server.dsn_superuser, "SELECT 1") == 1
    finally:
        server.stop()


def test_killed_server_starts_again(folder: Path) -> None:
    server = postgres.start(folder)
    server.process.kill()
    server.process.wait()
    server.lock.release()
    again = postgres.start(folder)
    try:
        assert value(again.dsn_superuser, "SELECT 1") == 1
    finally:
        again.stop()


def test_foreign_process_with_the_noted_number_is_spared(folder: Path) -> None:
    bystander = subprocess.Popen(["/bin/sleep", "60"])
    (folder / "data" / "postmaster.pid").write_text(f"{bystander.pid}\n{folder / 'data'}\n")
    server = postgres.start(folder)
    try:
        assert bystander.poll() is None
    finally:
        server.stop()
        bystander.kill()
        bystander.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a dead parent")
def test_server_dies_with_a_killed_parent_and_starts_again(folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(postgres.__file__).parents[2])}
    command = [sys.executable, "-c", ORPHAN, str(folder)]
    parent = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    assert ends(int(parent.stdout))
    postgres.start(folder).stop()


def ends(pid: int) -> bool:
    """Whether process `pid` is gone, or waits to be reaped, within two seconds."""
    arguments = Path(f"/proc/{pid}/cmdline")
    deadline = time.monotonic() + 2
    while arguments.exists() and arguments.read_bytes():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_folder_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(postgres.PostgresError, match="PostgreSQL 15"):
        postgres.start(tmp_path)


def test_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    server = postgres.start(deep, durable=False)
    try:
        assert value(server.dsn_superuser, "SELECT 1") == 1
    finally:
        server.stop()

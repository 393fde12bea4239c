"""Our product as it is served: `parvis serve` on a socket, over a database of its own."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from parvis.core import migrate
from parvis.demo import postgres
from parvis.demo.child import Child
from parvis.demo.postgres import Postgres
from parvis.features.tenants.actions import apply_folder
from parvis.features.tenants.starter import write_starter
from parvis.settings import REPOSITORY, Settings, load

HERE = Path(__file__).parent
LOOPBACK = "127.0.0.1"
# What a form would encode: a provider that follows RFC 6749, 2.3.1, must read it all the same.
CLIENT_SECRET = "a secret+with%41 signs:in/it"
# canaille reads it as it stands, as others do: there only letters, digits, - and _ are safe.
PLAIN_SECRET = "a-secret-of-letters-and-dashes"
START_SECONDS = 120.0  # machines that test are busy


class LiveHouse:
    """A tenant at an address, and what its database says."""

    def __init__(self, port: int, database: Postgres) -> None:
        self.site = f"http://{LOOPBACK}:{port}"
        self._database = database

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Look behind the scenes, above every policy."""
        address = self._database.dsn("postgres")
        with psycopg.connect(address, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def change_connection(self, slug: str, **columns: Any) -> None:
        """Set columns of a connection, as its administrators would."""
        assignments = ", ".join(f"{name} = %s" for name in columns)
        self.rows(f"UPDATE connection SET {assignments} WHERE slug = %s", *columns.values(), slug)

    def last_event(self) -> tuple[str, str | None]:
        """The newest line of the sign-in log: its kind, and its reason."""
        (row,) = self.rows("SELECT kind, reason FROM auth_event ORDER BY id DESC LIMIT 1")
        return row["kind"], row["reason"]


async def prepare(folder: Path, database: Postgres, variables: Mapping[str, str]) -> Settings:
    """Migrate the database and make the tenant of tests/live/tenant.toml in it."""
    settings = load(variables)
    tenant = folder / "live"
    tenant.mkdir()
    (tenant / "tenant.toml").write_text((HERE / "tenant.toml").read_text("utf-8"))
    write_starter(tenant, name="Maison Vive", theme="parvis")  # its charter; our file is kept
    database.create_roles()
    await migrate.run(settings.owner_database_url)
    await apply_folder(tenant, settings=settings)
    return settings


def variables_of(port: int, database: Postgres, issuers: str) -> dict[str, str]:
    """The settings of a process that serves on `port`, as environment variables."""
    return {
        "PARVIS_ENVIRONMENT": "test",
        "PARVIS_DATABASE_URL": database.dsn("parvis_app"),
        "PARVIS_OWNER_DATABASE_URL": database.dsn("parvis_owner"),
        "PARVIS_OPERATOR_DATABASE_URL": database.dsn("parvis_operator"),
        "PARVIS_SECRET_KEY": "a key for live tests only that never seals anything real",
        "PARVIS_BIND": LOOPBACK,
        "PARVIS_PORT": str(port),
        "PARVIS_PUBLIC_SCHEME": "http",
        "PARVIS_PUBLIC_PORT": str(port),
        "PARVIS_DEMO_ISSUERS": issuers,
        "PARVIS_S3_ENDPOINT": f"http://{LOOPBACK}:9",
        "PARVIS_DATABASE_POOL": "4",
    }


@contextmanager
def database(folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL until the block ends."""
    server = postgres.start(folder / "postgres", durable=False)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def served(folder: Path, port: int, variables: Mapping[str, str]) -> Iterator[None]:
    """`parvis serve` until the block ends; it answers from the beginning on."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")}
    program = [sys.executable, "-m", "parvis.cli", "serve", "--workers", "1"]
    paths = {"PYTHONPATH": str(REPOSITORY / "platform")}
    with running("web", program, folder, others | paths | dict(variables)) as child:
        ready = f"http://{LOOPBACK}:{port}/readyz"
        child.wait_until(lambda: answers(ready), seconds=START_SECONDS)
        yield


@contextmanager
def running(
    name: str, program: list[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[Child]:
    """A program until the block ends; its log is in `folder`."""
    child = Child(name, program, log=folder / f"{name}.log", environment=environment)
    try:
        yield child
    finally:
        child.stop()


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with 200."""
    with suppress(httpx.TransportError):
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    return False

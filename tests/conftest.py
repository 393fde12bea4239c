"""Every test talks HTTP to the real application on a real PostgreSQL, as `parvis_app`.

One server a pytest worker, two tenants in it: `orvance` and `ardelune`. Between tests all that
members made is deleted; the tenants, their communities and their charters stay.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from litestar import Litestar

from parvis import app as parvis_app
from parvis.core import db, migrate, templating
from parvis.core.db import Database
from parvis.demo import object_storage, ports
from parvis.demo import postgres as embedded
from parvis.demo.object_storage import BUCKET, REGION, StorageKeys
from parvis.features.tenants.actions import apply_folder
from parvis.integrations import storage
from parvis.settings import REPOSITORY, Settings
from tests.factories import House

# A property says what is true, not how fast: the clock on the wall also runs while other work has
# the processor. Speed is measured in processor time, by tests of its own and by `make bench`.
hypothesis.settings.register_profile("parvis", deadline=None)
hypothesis.settings.load_profile("parvis")

# A page that would print "none" fails its test instead.
templating.refuse_none()

# What tenant files make; everything else is what members did.
KEPT = {
    "tenant", "tenant_host", "connection", "role_group", "community", "charter_version",
    "migration", "calendar_event",
}  # fmt: skip


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Postgres]:
    """A PostgreSQL of this worker's own, with the three roles."""
    server = embedded.start(tmp_path_factory.mktemp("postgres"), durable=False)
    try:
        server.create_roles()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def settings(postgres: embedded.Postgres) -> Settings:
    """Settings of a process under test: loopback issuers admitted, nothing outside reached."""
    return Settings(
        database_url=postgres.dsn("parvis_app"),
        owner_database_url=postgres.dsn("parvis_owner"),
        operator_database_url=postgres.dsn("parvis_operator"),
        secret_key="a key for tests only that never seals anything real",
        environment="test",
        public_scheme="https",
        public_port=443,
        database_pool=8,
        demo_issuers={
            "espace-client": "http://127.0.0.1:9/espace-client",
            "partenaires": "http://127.0.0.1:9/partenaires",
        },
        s3_endpoint="http://127.0.0.1:9",
        s3_access_key="unused",
        s3_secret_key="unused",
    )


@pytest.fixture(scope="session")
async def migrated(settings: Settings) -> Settings:
    """The settings of a database that has the newest schema."""
    await migrate.run(settings.owner_database_url)
    return settings


@pytest.fixture(scope="session")
async def app(migrated: Settings) -> AsyncIterator[Litestar]:
    """The application, started, with two tenants applied from their files."""
    application = parvis_app.create_app(migrated)
    is_up, is_over = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(_run(application, is_up, is_over))
    await asyncio.wait_for(is_up.wait(), timeout=20)
    for slug in ("banque-orvance", "ardelune"):
        await apply_folder(REPOSITORY / "tenants" / slug, settings=migrated)
    yield application
    is_over.set()
    await running


async def _run(application: Litestar, is_up: asyncio.Event, is_over: asyncio.Event) -> None:
    """Enter and leave the lifespan in one task: fixtures are set up and torn down in two."""
    async with application.lifespan():
        is_up.set()
        await is_over.wait()


@pytest.fixture(scope="session")
async def superuser(
    postgres: embedded.Postgres, migrated: Settings
) -> AsyncIterator[asyncpg.Connection]:
    """A connection above every policy: for looking behind the scenes and cleaning up."""
    address = postgres.dsn("postgres")
    connection = await asyncpg.connect(address)
    yield connection
    await connection.close()


@pytest.fixture
async def orvance(app: Litestar, clean: None) -> AsyncIterator[House]:
    """The private bank: strict charter, two kinds of members."""
    async with House.of(app, "banque-orvance.localhost") as house:
        yield house


@pytest.fixture
async def ardelune(app: Litestar, clean: None) -> AsyncIterator[House]:
    """The listed issuer: shareholders and a general meeting."""
    async with House.of(app, "ardelune.localhost") as house:
        yield house


@pytest.fixture(scope="session")
async def applied(app: Litestar, superuser: asyncpg.Connection) -> None:
    """The tenants as their files make them; what applying them told the journal is gone."""
    await _delete_life(superuser)


@pytest.fixture
async def clean(applied: None, superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """Delete what members made, after the test."""
    yield
    await _delete_life(superuser)


async def _delete_life(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    names = [row["tablename"] for row in rows if row["tablename"] not in KEPT]
    # As a replica: the journal's own guard and the order of foreign keys do not matter here.
    await superuser.execute(
        "SET session_replication_role = replica;"
        + "".join(f"DELETE FROM {name};" for name in names)
        + "DELETE FROM calendar_event WHERE source <> 'file';"
        + "SET session_replication_role = origin;"
    )


@pytest.fixture
def database(app: Litestar) -> Database:
    """The application's own database, as `parvis_app`."""
    found: Database = app.state.database
    return found


@pytest.fixture(autouse=True)
def no_transaction_leaks() -> Iterator[None]:
    """A test never starts or ends inside a tenant's transaction."""
    assert db.current.get() is None
    yield
    assert db.current.get() is None


@pytest.fixture(scope="session")
def repository() -> Path:
    """Where the files of the project are."""
    return REPOSITORY


@pytest.fixture(scope="session")
def embedded_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.S3Storage]:
    """An object storage of this worker's own, for the tests that store something."""
    folder = tmp_path_factory.mktemp("storage")
    keys = StorageKeys("access-key-of-a-test", "secret-key-of-a-test")
    port = ports.free(8795)
    child = object_storage.start(
        folder / "objects", port=port, keys=keys, log=folder / "storage.log"
    )
    yield storage.S3Storage(
        endpoint=f"http://127.0.0.1:{port}", bucket=BUCKET, access_key=keys.access_key,
        secret_key=keys.secret_key, region=REGION,
    )  # fmt: skip
    child.stop()


@pytest.fixture
def stored(
    embedded_storage: storage.S3Storage, monkeypatch: pytest.MonkeyPatch
) -> storage.S3Storage:
    """Use it in place of the address of the test settings, at which nobody answers."""
    monkeypatch.setattr(storage, "_storage", embedded_storage)
    return embedded_storage

"""A tenant's folder of each test's own, and the role that applies folders."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from parvis.core.db import Database
from parvis.features.tenants.starter import write_starter
from parvis.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A sound folder whose tenant is this test's own."""
    slug = re.sub("[^a-z0-9]+", "-", request.node.name.lower())[:50].strip("-")
    write_starter(tmp_path / slug, name="Maison Test", theme="parvis")
    return tmp_path / slug


@pytest.fixture
async def operator(migrated: Settings) -> AsyncIterator[Database]:
    database = await Database(migrated.operator_database_url, migrated).start()
    yield database
    await database.stop()

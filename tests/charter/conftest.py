"""What the tests of charters share."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from litestar import Litestar

from tests.charter.community_charter import Publisher, publishing
from tests.factories import House


@pytest.fixture
async def publisher(
    app: Litestar, orvance: House, superuser: asyncpg.Connection
) -> AsyncIterator[Publisher]:
    """Publishes charters of Orvance for one test."""
    async with publishing(app, orvance, superuser) as found:
        yield found

"""What may be refused half-way, in a request that goes on to read what it would have changed."""

import contextlib
from collections.abc import AsyncIterator

from parvis.core.engine import current
from parvis.core.errors import AppError


@contextlib.asynccontextmanager
async def attempt() -> AsyncIterator[None]:
    """Run the block; where it is refused, every row is again as it was before it.

    The request's transaction is rolled back anyway. But a form that is shown again reads in that
    same transaction, and would show the case as decided.
    """
    opened = current.get()
    if opened is None:
        raise RuntimeError("no tenant transaction is open")
    await opened.connection.execute("SAVEPOINT attempt")
    try:
        yield
    except AppError:
        await opened.connection.execute("ROLLBACK TO SAVEPOINT attempt")
        raise
    await opened.connection.execute("RELEASE SAVEPOINT attempt")

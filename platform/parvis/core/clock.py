"""The one source of time: aware UTC, which tests and seeds may move."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())
_process_offset = timedelta()


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC) + _offset.get() + _process_offset


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Make `now()` start at `to` inside the block, in this task only; time goes on from there."""
    token = _offset.set(to - datetime.now(UTC) - _process_offset)
    try:
        yield
    finally:
        _offset.reset(token)


@contextmanager
def shift(by: timedelta) -> Iterator[None]:
    """Move `now()` by `by` for every task of the process: a moving clock for tests through HTTP."""
    global _process_offset  # noqa: PLW0603 -- one process, one clock
    before, _process_offset = _process_offset, _process_offset + by
    try:
        yield
    finally:
        _process_offset = before

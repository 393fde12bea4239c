"""The parts that run now, in the order they were started."""

import threading
from typing import Protocol, TypeVar


class Part(Protocol):
    """Something that runs until stopped."""

    @property
    def name(self) -> str: ...

    def is_alive(self) -> bool: ...

    def obituary(self) -> str:
        """How it ended, for the person at the terminal."""
        ...

    def stop(self) -> None:
        """End it for certain, with all it started."""
        ...


P = TypeVar("P", bound=Part)


class ClosedError(Exception):
    """A part was ready after everything had been told to stop; it has been stopped too."""


class Running:
    """Keeps every started part until it is stopped; safe to use from several threads."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def add(self, part: P) -> P:
        """Keep `part`; when closing has begun, stop it instead and raise ClosedError."""
        with self._lock:
            if not self._is_closed:
                self._parts.append(part)
                return part
        part.stop()
        raise ClosedError(part.name)

    def stop(self, part: Part) -> None:
        """Stop one part and forget it."""
        part.stop()
        with self._lock:
            self._parts.remove(part)

    def close(self) -> None:
        """Stop every part, the last one started first; none can be added any more."""
        with self._lock:
            self._is_closed = True
            parts = self._parts[::-1]
        for part in parts:
            part.stop()

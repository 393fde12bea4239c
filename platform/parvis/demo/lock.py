"""One process at a time on a folder: a lock that the kernel drops when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import TextIO


class FolderLockedError(Exception):
    """Another process holds the folder; `holder` is what that process wrote about itself."""

    def __init__(self, path: Path, holder: str) -> None:
        self.path, self.holder = path, holder
        super().__init__(f"{path.parent} is in use by {holder or 'another process'}")


class FolderLock:
    """Holds `path` until released, or until this process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened for appending: a process that is refused must not erase what the holder wrote.
        self._file: TextIO = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text(encoding="utf-8").strip()
            self._file.close()
            raise FolderLockedError(path, holder) from None
        # Whoever ended in an orderly way left nothing written here.
        self.was_abandoned = bool(path.read_text(encoding="utf-8").strip())
        self.describe(f"process {os.getpid()}")

    def describe(self, holder: str) -> None:
        """Say to whoever comes second who holds the folder."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(holder + "\n")
        self._file.flush()

    def release(self) -> None:
        """Let others in; whatever was started on the folder has ended."""
        self._file.truncate(0)
        self._file.close()

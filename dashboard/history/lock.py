"""One Plotroom at a time writes into a folder."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from dashboard.errors import CannotStart

NAME = "history.lock"


class FolderBusy(CannotStart):
    """Another process has the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"another Plotroom keeps its history in {folder}; stop that one, or give this one a folder of its own "
            "with --data-dir"
        )


class FolderLock:
    """Held from `acquire` to `release`; the system ends it with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Whichever native thread comes by may take it and give it back.
        self._lock = FileLock(folder / NAME, thread_local=False)
        self._identity: tuple[int, int] | None = None

    def acquire(self) -> None:
        """Take it, unless it is held already.

        Raises:
            FolderBusy: another process has it.
            OSError: the folder can't be written.
        """
        if self._lock.is_locked:
            if self._identity == self._look():
                return
            self._lock.release()  # its file was deleted: what is held keeps nobody out
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise FolderBusy(self._folder) from None
        self._identity = self._look()

    def release(self) -> None:
        self._lock.release()

    def _look(self) -> tuple[int, int] | None:
        """Which file it is."""
        try:
            status = os.stat(self._folder / NAME)
        except OSError:
            return None
        return status.st_dev, status.st_ino

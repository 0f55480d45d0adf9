"""The history of another process, which may write it meanwhile: read, never changed, and no file made beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from dashboard.errors import CannotStart
from dashboard.history.damages import Damages
from dashboard.history.database import APPLICATION, NAME, StoreDamaged, StoreTrouble, refuse_newer, translated, whole
from dashboard.history.directory import Key
from dashboard.history.reading import Memory
from dashboard.history.ring import Ring
from dashboard.history.shelf import Shelf
from dashboard.history.slice import Slice, after
from dashboard.history.tiers import Tier


class NoHistory(CannotStart):
    """There is no file of a history."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no history at {path}; --data-dir names the folder of the Plotroom that keeps one, and with "
            "history.store = false none does"
        )


class Guest:
    """A connection that reads a database in the way of who does not live there.

    Args:
        path: the file.

    Raises:
        NoHistory: there is none.
        StoreTooNew: a later version of Plotroom has written it.
        StoreTrouble: it can't be opened.
        StoreDamaged: it is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with translated():
            if not path.is_file():
                raise NoHistory(path)
            refuse_newer(path)
            # Without a log of writes nobody has it open. SQLite would make one to read it in its usual way.
            self._alone = not self._log.exists()
            mode = "immutable=1" if self._alone else "mode=ro"
            self.connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=5.0
            )
            try:
                (application,) = self.connection.execute("PRAGMA application_id").fetchone()
                if application != APPLICATION:
                    raise StoreDamaged("it is a database of another program")
            except BaseException:
                self.connection.close()
                raise

    @property
    def _log(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All that is read is of the same moment."""
        with translated():
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("ROLLBACK")
        if self._alone and self._log.exists():
            raise StoreTrouble("a Plotroom has just been started on it; try again")

    def close(self) -> None:
        self.connection.close()


class Visit(Shelf):
    """A look at a history; what a server has not packed yet is in it up to the moment at which the look began.

    Args:
        folder: of the history.

    Raises:
        NoHistory, StoreTooNew, StoreTrouble, StoreDamaged: it can't be read, see `Guest`.
    """

    def __init__(self, folder: Path) -> None:
        self.damages = Damages()
        super().__init__(self.damages)
        self._database = self._guest = Guest(folder / NAME)
        self._waiting: dict[int, Ring] = {}
        try:
            with self._database.reading() as db:
                self.damages.count += self._directory.load(db)
                self._waiting = self._replay(db).rings
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._guest.close()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection that reads, what it reads all at the same moment."""
        return self._guest.reading()

    def key_of(self, number: int) -> Key | None:
        """The metric that has this number in the file."""
        known = self._directory.by_id.get(number)
        return known.key if known else None

    def ends(self, key: Key) -> tuple[int, int]:
        """The times of the first and the last sample or sum of a metric; 0 and 0 when there is none."""
        known = self._directory.by_key.get(key)
        ring = self._waiting.get(known.id) if known else None
        found = [ring.oldest, ring.newest] if ring is not None and len(ring) else []
        with self.reading() as db:
            query = "SELECT min(first), max(last) FROM chunk WHERE metric = ?"
            found += [
                whole(one) for one in db.execute(query, (known.id if known else -1,)).fetchone() if one is not None
            ]
        return (min(found), max(found)) if found else (0, 0)

    def waiting(self, key: Key) -> Memory | None:
        """What is not packed yet of a metric."""
        known = self._directory.by_key.get(key)
        ring = self._waiting.get(known.id) if known else None
        if ring is None or not len(ring):
            return None
        # The minute in which they begin is summed up as a whole, so that all of it has to be there.
        oldest = ring.oldest
        begun = self.samples(key, oldest - oldest % Tier.MINUTE.width, oldest - 1)
        before = Slice(0, begun.times, begun.series, begun.values)
        return Memory(after(before, ring.everything()), oldest - 1, ring.every * 1000)

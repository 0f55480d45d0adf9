"""The journal in the database: rows in the order in which they were written, each of what came in a second."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from dashboard.history.codec import Damaged
from dashboard.history.damages import Damages
from dashboard.history.database import checksum
from dashboard.history.journal import Entry, Raw, pack, scan

#: Bytes of one row at most, or nearly.
ROW = 2**25
#: No row has a higher number, unless something has changed the file: there is one a second.
FARTHEST = 2**62
#: An entry takes some more than its values.
PER_ENTRY = 100


class JournalTable:
    """Read and written through a connection that somebody else has opened.

    Args:
        damages: is told of what can't be read.

    Attributes:
        last: number of the last row that was given.
    """

    def __init__(self, damages: Damages) -> None:
        self._damages = damages
        self.last = 0

    def entries(self, db: sqlite3.Connection) -> Iterator[tuple[int, Raw]]:
        """All that is in it, each with the number of its row."""
        for row, data, kept in db.execute("SELECT id, data, sum FROM journal ORDER BY id"):
            try:
                if not isinstance(data, bytes) or checksum(data) != kept:
                    raise Damaged("its checksum is another")
                for entry in scan(data):
                    yield row, entry
            except Damaged as error:
                self._damages.note(-row, f"a second of the journal: {error}")

    def go_on(self, db: sqlite3.Connection) -> int | None:
        """Number further rows after those of an earlier process; the number of the first of these."""
        # Those whose number was changed to one beyond all that can be written come after the others.
        far = db.execute("SELECT id FROM journal WHERE id > ? ORDER BY id", (FARTHEST,)).fetchall()
        if far:
            (last,) = db.execute("SELECT coalesce(max(id), 0) FROM journal WHERE id <= ?", (FARTHEST,)).fetchone()
            for place, (row,) in enumerate(far, 1):
                db.execute("UPDATE journal SET id = ? WHERE id = ?", (last + place, row))
        first: int | None
        first, last = db.execute("SELECT min(id), max(id) FROM journal").fetchone()
        self.last = last or 0
        return first

    def write(self, db: sqlite3.Connection, entries: Iterable[Entry]) -> int:
        """Add entries; the number of the first row that is new, or would be."""
        row = self.last + 1
        some: list[Entry] = []
        size = 0
        for entry in entries:
            some.append(entry)
            size += entry.values.nbytes + PER_ENTRY
            if size > ROW:
                self._insert(db, some)
                some, size = [], 0
        if some:
            self._insert(db, some)
        return row

    def forget(self, db: sqlite3.Connection, before: int) -> None:
        """Delete the rows before one."""
        db.execute("DELETE FROM journal WHERE id < ?", (before,))

    def clear(self, db: sqlite3.Connection) -> None:
        """Delete all rows."""
        db.execute("DELETE FROM journal")

    def _insert(self, db: sqlite3.Connection, entries: Iterable[Entry]) -> None:
        self.last += 1
        data = pack(entries)
        db.execute("INSERT INTO journal VALUES (?, ?, ?)", (self.last, data, checksum(data)))

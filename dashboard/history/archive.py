"""The history on the disk: what came each second is committed, later packed into chunks, and given back by span.

One caller at a time commits; any number read meanwhile. Everything here may wait for a disk: call it in native threads.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.history import journal
from dashboard.history.chunks import Damages
from dashboard.history.codec import Stretch
from dashboard.history.database import NAME, Database, StoreDamaged, checksum, translated
from dashboard.history.directory import Key, Known
from dashboard.history.epoch import new_epoch
from dashboard.history.expiry import Expiry, Keep
from dashboard.history.insert import MOST_SERIES, Insertion
from dashboard.history.ring import Ring, Slice
from dashboard.history.salvage import set_aside
from dashboard.history.shelf import Shelf, nothing

log = logging.getLogger(__name__)

#: Offsets after a crash go on in another block, as the last ones that were given are not known.
BLOCK = 2**32
#: Bytes of one row of the journal at most, or nearly.
ROW = 2**25


class Append(NamedTuple):
    """What the memory's history was given: see `ring.Appended`."""

    key: Key
    offset: int
    times: Times
    series: tuple[Series, ...]
    values: Values


class Seal(NamedTuple):
    """Samples to be packed: all from the first time to the last.

    Attributes:
        key: the metric.
        samples: its samples; the offset is that of the last of them.
        whole: how many of the last ones are numbered without a break.
    """

    key: Key
    samples: Slice
    whole: int


@dataclass
class Counts:
    """What has happened so far.

    Attributes:
        values: that were committed.
        damages: chunks and other rows that could not be read.
        commit: seconds that the last commit took.
    """

    values: int = 0
    damages: Damages = field(default_factory=Damages)
    commit: float = 0.0

    @property
    def damaged(self) -> int:
        return self.damages.count


class Archive(Shelf):
    """The database, opened: what an earlier process had not packed is packed, and the epoch is known.

    Args:
        folder: of the file.
        keep: how long to keep what.
        now: tells the time in ms since the epoch.
        epoch: of the history that it is to go on with; by default the file's, or a new one.

    Raises:
        StoreTrouble: the folder can't be used now.
        StoreTooNew: the file is of a later version.
    """

    _database: Database

    def __init__(self, folder: Path, keep: Keep, now: Callable[[], int], epoch: str | None = None) -> None:
        self._now = now
        self._expiry = Expiry(keep)
        self.counts = Counts()
        super().__init__(self.counts.damages)
        self._stale = False
        self._row = 0  # of the journal, the last one that was given
        self.aside: Path | None = None
        path = folder / NAME
        with translated():
            folder.mkdir(parents=True, exist_ok=True)
            try:
                self._open(path, epoch)
            except StoreDamaged as error:
                log.error("the history %s is damaged (%s); what can be read of it is kept", path, error)
                self.aside = set_aside(path)
                self._open(path, epoch)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        size = 0
        for tail in ("", "-wal"):
            with suppress(OSError):
                size += os.stat(f"{self.path}{tail}").st_size
        return size

    @property
    def there(self) -> bool:
        """Whether the file is where it was."""
        return self._database.there

    # --- writing

    def commit(self, appends: Sequence[Append], seals: Sequence[Seal]) -> None:
        """Write what has come, and pack what is due: all of it, or, when that fails, nothing.

        Raises:
            StoreTrouble: it can't be written now.
            StoreDamaged: the file is not what it was.
        """
        if not self._database.there:
            raise StoreDamaged("the file is gone")
        begun = time.monotonic()
        try:
            with self._database.writing() as db:
                if self._stale:
                    self._directory.load(db)
                    self._load_waiting(db)
                row = self._write(db, appends)
                for seal in seals:
                    self._seal(db, seal)
                    self._directory.by_key[seal.key].waiting = None
                self._forget_journal(db, row)
                self._expiry.step(db, self._now())
        except BaseException:
            # What was noted in the directory meanwhile is not in the file.
            self._stale = True
            raise
        self._stale = False
        self.counts.values += sum(one.values.size for one in appends)
        self._expiry.give_back(self._database.writer)
        self.counts.commit = time.monotonic() - begun

    @contextmanager
    def inserting(self) -> Iterator[Insertion]:
        """A transaction in which samples may be put in anywhere: all of them, or, when that fails, none.

        Raises:
            StoreTrouble: it can't be written now.
            StoreDamaged: the file is not what it was.
        """
        try:
            with self._database.writing() as db:
                insertion = Insertion(db, self._directory, self._chunks, self._now())
                yield insertion
                insertion.finish()
        except BaseException:
            with self._database.reading() as db:  # what was noted meanwhile is not in the file
                self._directory.load(db)
            raise

    def close(self, clean: bool) -> None:
        """Close the file.

        Args:
            clean: all that was published has been committed, so that offsets go on from there.
        """
        try:
            if clean and not self._stale:
                with self._database.writing() as db:
                    _set_meta(db, "clean", "1")
        finally:
            self._database.close()

    def _open(self, path: Path, epoch: str | None) -> None:
        self._database = Database(path)
        try:
            with self._database.writing() as db:
                bad = self._directory.load(db)
                self.counts.damages.count += bad
                if bad:
                    log.error("%d rows of the history's directory could not be read", bad)
                stored = _meta(db, "epoch")
                self.epoch = epoch or stored or new_epoch(self._now())
                self.life = int(_meta(db, "life") or 0)
                if _meta(db, "clean") != "1" and self._directory.by_id:
                    self.life += 1
                _set_meta(db, "life", str(self.life))
                _set_meta(db, "clean", "0")
                self._replay(db)
                if stored != self.epoch:  # offsets of another epoch mean nothing in this one
                    _set_meta(db, "epoch", self.epoch)
                    db.execute("DELETE FROM position")
                    self._directory.load(db)
        except BaseException:
            self._database.close()
            raise

    def _write(self, db: sqlite3.Connection, appends: Iterable[Append]) -> int:
        """Put appends into the journal; the number of the first row of it that is new."""
        row = self._row + 1
        entries: list[journal.Entry] = []
        size = 0
        for append in appends:
            known = self._directory.add(db, append.key, self._now())
            entry = self._entry(db, known, append)
            if entry is None:
                continue
            if known.waiting is None:
                known.waiting = row
            entries.append(entry)
            size += append.values.nbytes
            if size > ROW:
                self._insert_journal(db, entries)
                entries, size = [], 0
        if entries:
            self._insert_journal(db, entries)
        return row

    def _insert_journal(self, db: sqlite3.Connection, entries: Iterable[journal.Entry]) -> None:
        self._row += 1
        data = journal.pack(entries)
        db.execute("INSERT INTO journal VALUES (?, ?, ?)", (self._row, data, checksum(data)))

    def _entry(self, db: sqlite3.Connection, known: Known, append: Append) -> journal.Entry | None:
        series, values = append.series, append.values
        room = MOST_SERIES - len(known.series)
        fresh = [one for one in series if one not in known.places]
        if fresh:
            self._directory.add_series(db, known, fresh[:room])
            if len(fresh) > room:
                keep = [row for row, one in enumerate(series) if one in known.places]
                series, values = tuple(series[row] for row in keep), values[keep]
        return journal.Entry(known.id, append.offset, append.times, known.places_of(series), values)

    def _seal(self, db: sqlite3.Connection, seal: Seal) -> None:
        samples = seal.samples
        known = self._directory.add(db, seal.key, self._now())
        room = MOST_SERIES - len(known.series)
        self._directory.add_series(db, known, [one for one in samples.series if one not in known.places][:room])
        rows = sorted((known.places[one], row) for row, one in enumerate(samples.series) if one in known.places)
        places = np.array([place for place, _ in rows], dtype=np.uint32)
        if len(samples.times):
            self._chunks.put(db, known.id, Stretch(samples.times, places, samples.values[[row for _, row in rows]]))
            self._directory.place(db, known, samples.offset, int(samples.times[-1]), seal.whole)

    def _forget_journal(self, db: sqlite3.Connection, row: int) -> None:
        waiting = [one.waiting for one in self._directory.by_id.values() if one.waiting is not None]
        db.execute("DELETE FROM journal WHERE id < ?", (min(waiting, default=row),))

    def _load_waiting(self, db: sqlite3.Connection) -> None:
        """Which rows of the journal are still needed, after a commit that failed has left that open."""
        for row, entry in self._journal(db):
            known = self._directory.by_id.get(entry.metric)
            if known is not None and known.waiting is None and entry.offset > known.offset:
                known.waiting = row

    def _replay(self, db: sqlite3.Connection) -> None:
        """Pack what an earlier process has left in the journal."""
        rings: dict[int, Ring] = {}
        for _, entry in self._journal(db):
            self._replay_entry(rings, entry)
        for number, ring in rings.items():
            known = self._directory.by_id[number]
            self._seal(db, Seal(known.key, ring.everything(), ring.whole))
        db.execute("DELETE FROM journal")

    # --- reading

    def restore(self, key: Key, length: int) -> tuple[Slice, int]:
        """The samples of the last `length` ms before the last one, as they were numbered.

        Returns:
            They, with the offset of the last; and how many of them are numbered without a break. After a crash none
            is, and the offset is one that was never given.
        """
        floor = self.life * BLOCK
        names = self._directory.named(key.name)
        offset = max([one.offset for one in names], default=0)
        known = self._directory.by_key.get(key)
        if known is None or not known.offset:
            return Slice(max(floor, offset), *nothing()), 0
        with self._database.reading() as db:
            found = self._chunks.samples(db, known.id, known.newest - length, known.newest)
        series = tuple(known.series[place] for place in found.places)
        intact = known.offset == offset and floor <= offset and len(found.times) and found.times[-1] == known.newest
        samples = Slice(max(floor, offset), found.times, series, found.values)
        return samples, min(known.whole, len(found.times)) if intact else 0


def _meta(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("SELECT value, sum FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row is not None and checksum(key, row[0]) == row[1] else None


def _set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, checksum(key, value)))

"""The history on the disk: what came each second is committed, later packed into chunks, and given back by span.

What an earlier process had not packed is packed a portion with each commit, so that a start does not wait for it.
One caller at a time commits; any number read meanwhile. Everything here may wait for a disk: call it in native threads.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dashboard.history.chunk_writer import ChunkWriter
from dashboard.history.compact import Compaction
from dashboard.history.damages import Damages
from dashboard.history.database import NAME, Database, StoreDamaged, StoreTrouble, checksum, translated
from dashboard.history.directory import Key, Known
from dashboard.history.epoch import new_epoch
from dashboard.history.expiry import Expiry, Keep
from dashboard.history.insert import MOST_SERIES, Insertion
from dashboard.history.journal import Entry
from dashboard.history.salvage import resume, set_aside
from dashboard.history.shelf import Shelf, nothing
from dashboard.history.slice import Slice
from dashboard.history.stretch import Stretch
from dashboard.history.tiers import Tier
from dashboard.history.unpacked import Backlog, Merged, unpacked
from dashboard.history.work import Append, Seal

#: Offsets after a crash go on in another block, as the last ones that were given are not known.
BLOCK = 2**32
#: Seconds of a commit for what an earlier process had not packed.
SETTLE_FOR = 0.1


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
    """The database, opened: what an earlier process had not packed is in memory, and the epoch is known.

    Args:
        folder: of the file.
        keep: how long to keep what.
        now: tells the time in ms since the epoch.
        epoch: of the history that it is to go on with; by default the file's, or a new one.
        damaged: what could not be read showed that the file is; it is set aside.
        connect: opens the file.

    Raises:
        StoreTrouble: the folder can't be used now.
        StoreTooNew: the file is of a later version.
    """

    _database: Database

    def __init__(
        self, folder: Path, keep: Keep, now: Callable[[], int], epoch: str | None = None, damaged: bool = False,
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
    ) -> None:  # fmt: skip
        self._now = now
        self._connect = connect
        self._expiry = Expiry(keep)
        self.counts = Counts()
        super().__init__(self.counts.damages)
        self._written = ChunkWriter(self.counts.damages)
        self._backlog = Backlog(self._directory, self._written)
        self._chunks = Merged(self.counts.damages, self._backlog.waiting)
        self._stale = False
        self.aside: Path | None = None
        path = folder / NAME
        with translated():
            folder.mkdir(parents=True, exist_ok=True)
            resume(path)
            try:
                if damaged:
                    raise StoreDamaged("a part of it can't be read")
                self._open(path, epoch)
            except StoreDamaged as error:
                self.aside, kept = set_aside(path)
                self.counts.damages.tell(
                    f"the history {path} is damaged ({error}); it is now {self.aside.name}, and {kept} of its rows, "
                    "which are whole, are kept"
                )
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

    @property
    def damaged(self) -> bool:
        """A part of the file can't be read, by nobody: more than chunks, which are left out."""
        return self._database.damaged

    # --- writing

    def commit(self, appends: Collection[Append], seals: Sequence[Seal]) -> None:
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
                settled = self._backlog.pack(db, begun + SETTLE_FOR)
                for seal in seals:
                    self._seal(db, seal, settled)
                    self._directory.by_key[seal.key].waiting = None
                self._wait(appends, row)
                self._forget_journal(db, row)
                self._expiry.step(db, self._now())
        except BaseException:
            # What was noted in the directory meanwhile is not in the file.
            self._stale = True
            raise
        self._stale = False
        self._backlog.packed(settled)
        self.counts.values += sum(one.values.size for one in appends)
        with suppress(sqlite3.Error):  # another time: what was to be written is
            self._expiry.give_back(self._database.writer)
        self.counts.commit = time.monotonic() - begun

    @contextmanager
    def inserting(self) -> Iterator[Insertion]:
        """A transaction in which samples may be put in anywhere: all of them, or, when that fails, none.

        Raises:
            StoreTrouble: it can't be written now.
            StoreDamaged: the file is not what it was.
        """
        self.settle()
        try:
            with self._database.writing() as db:
                insertion = Insertion(db, self._directory, self._written, self._now())
                yield insertion
                insertion.finish()
        except BaseException:
            with self._database.reading() as db:  # what was noted meanwhile is not in the file
                self._directory.load(db)
            raise

    def compaction(self) -> Compaction:
        """Makes the file smaller; nobody commits meanwhile."""
        self.settle()
        return Compaction(self._database, self._written)

    def resum(self, spans: Iterable[tuple[int, Tier, int, int]]) -> None:
        """Make sums anew: of a metric by its number, a tier, from one time to another."""
        self.settle()
        with self._database.writing() as db:
            for span in spans:
                self._written.resum(db, *span)

    def settle(self) -> None:
        """Pack all that an earlier process had not packed.

        Raises:
            StoreTrouble, StoreDamaged: the file can't be written; what is to be packed can still be read.
        """
        if not self._backlog.waiting:
            return
        try:
            with self._database.writing() as db:
                settled = self._backlog.pack(db)
                self._forget_journal(db, self._journal.last + 1)
        except BaseException:
            self._stale = True
            raise
        self._backlog.packed(settled)

    def close(self, clean: bool) -> None:
        """Close the file.

        Args:
            clean: all that was published has been committed, so that offsets go on from there.
        """
        try:
            if clean and not self._stale:
                with self._database.writing() as db:
                    _set_meta(db, "clean", _state(db))
        finally:
            self._database.close()

    def _open(self, path: Path, epoch: str | None) -> None:
        self._database = Database(path, self._connect)
        try:
            with self._database.writing() as db:
                before = self.counts.damaged
                bad = self._directory.load(db)
                self.counts.damages.count += bad
                if bad:
                    self.counts.damages.tell(f"{bad} rows of the history's directory could not be read")
                life = _meta(db, "life")
                stored = _meta(db, "epoch") if life else None  # which numbers were given has to be known, too
                self.epoch = epoch or stored or new_epoch(self._now())
                intact = stored is None or _meta(db, "clean") == _state(db)
                self._replay_journal(db)
                if stored != self.epoch:  # what is numbered in another epoch is not to be told from what is in this one
                    self._backlog.pack(db)
                    self._backlog.waiting.clear()
                    self._journal.clear(db)
                self.life = self._next_life(int(life or 0), intact and self.counts.damaged == before)
                _set_meta(db, "life", str(self.life))
                _set_meta(db, "clean", "")
                if stored != self.epoch:  # offsets of another epoch mean nothing in this one
                    _set_meta(db, "epoch", self.epoch)
                    db.execute("DELETE FROM position")
                    self._directory.load(db)
        except BaseException:
            self._database.close()
            raise

    def _next_life(self, life: int, intact: bool) -> int:
        """In which block offsets go on: in the same one only if each that was given is known."""
        if intact:
            return life
        # Another file may have been in the place of this one when the first blocks were used.
        return max([life, *(self._backlog.reached(one) // BLOCK for one in self._directory.by_id.values())]) + 1

    def _write(self, db: sqlite3.Connection, appends: Iterable[Append]) -> int:
        """Put appends into the journal; the number of the first row of it that is new."""
        return self._journal.write(db, (self._entry(db, append) for append in appends))

    def _wait(self, appends: Iterable[Append], row: int) -> None:
        """Rows of the journal from this one on are needed by those metrics of which not all is packed."""
        for append in appends:
            known = self._directory.by_key[append.key]
            self._backlog.note(known, row)
            if known.waiting is None and append.offset > known.offset:
                known.waiting = row

    def _entry(self, db: sqlite3.Connection, append: Append) -> Entry:
        """An append for the journal; its metric and series are in the directory then."""
        known = self._directory.add(db, append.key, self._now())
        series, values = append.series, append.values
        room = MOST_SERIES - len(known.series)
        fresh = [] if known.had(series) else [one for one in series if one not in known.places]
        if fresh:
            self._directory.add_series(db, known, fresh[:room])
            if len(fresh) > room:
                keep = [row for row, one in enumerate(series) if one in known.places]
                series, values = tuple(series[row] for row in keep), values[keep]
        return Entry(known.id, append.offset, append.times, known.places_of(series), values)

    def _catch_up(self, db: sqlite3.Connection, known: Known) -> None:
        """Pack what the journal has of a metric."""
        replay = self._replay(db, known.id)
        for ring in [*(one for _, one in replay.earlier), *replay.rings.values()]:
            if len(ring):
                self._backlog.put(db, known, unpacked(known, ring)._replace(start=ring.oldest))

    def _seal(self, db: sqlite3.Connection, seal: Seal, settled: set[int]) -> None:
        samples = seal.samples
        known = self._directory.add(db, seal.key, self._now())
        self._backlog.pack_one(db, known, settled)
        if seal.parted:
            self._catch_up(db, known)
        room = MOST_SERIES - len(known.series)
        self._directory.add_series(db, known, [one for one in samples.series if one not in known.places][:room])
        rows = sorted((known.places[one], row) for row, one in enumerate(samples.series) if one in known.places)
        places = np.array([place for place, _ in rows], dtype=np.uint32)
        if len(samples.times):
            values = samples.values[[row for _, row in rows]]
            self._written.put(db, known.id, Stretch(samples.times, places, values), seal.start)
            self._directory.place(db, known, samples.offset, int(samples.times[-1]), seal.whole)

    def _forget_journal(self, db: sqlite3.Connection, row: int) -> None:
        waiting = [one.waiting for one in self._directory.by_id.values() if one.waiting is not None]
        self._journal.forget(db, min(waiting, default=row))

    def _load_waiting(self, db: sqlite3.Connection) -> None:
        """Which rows of the journal are still needed, after a commit that failed has left that open."""
        for row, entry in self._journal.entries(db):
            known = self._directory.by_id.get(entry.metric)
            if known is not None and known.waiting is None and entry.offset > known.offset:
                known.waiting = row

    def _replay_journal(self, db: sqlite3.Connection) -> None:
        """Find what an earlier process has left there, and pack at once what is not later than all that is packed."""
        first = self._journal.go_on(db)
        replay = self._replay(db)
        self._backlog.waiting.clear()
        for number, ring in [*replay.earlier, *replay.rings.items()]:
            known = self._directory.by_id[number]
            if not len(ring):
                continue
            one = unpacked(known, ring)
            if replay.rings[number] is ring and self._written.newest(db, number, Tier.FULL) < ring.oldest:
                self._backlog.waiting[number] = one
                known.waiting = first
            else:
                self._backlog.put(db, known, one)
        if not self._backlog.waiting:
            self._journal.clear(db)

    # --- reading

    def restore(self, key: Key, length: int) -> tuple[Slice, int]:
        """The samples of the last `length` ms before the last one, as they were numbered.

        Returns:
            They, with the offset of the last; and how many of them are numbered without a break. After a crash none
            is, and the offset is one that was never given.
        """
        offset = max([self._backlog.reached(one) for one in self._directory.named(key.name)], default=0)
        offset = max(self.life * BLOCK, offset)
        known = self._directory.by_key.get(key)
        if known is None or not self._backlog.reached(known):
            return Slice(offset, *nothing()), 0
        waiting = self._backlog.waiting.get(known.id)
        last, newest, whole = known.offset, known.newest, known.whole
        if waiting is not None:
            last, newest, whole = waiting.offset, waiting.newest, waiting.whole
        damages = Damages()
        try:
            with self._database.reading() as db:
                found = Merged(damages, self._backlog.waiting).samples(db, known.id, newest - length, newest)
        except (StoreTrouble, StoreDamaged):  # what is written next says so
            return Slice(offset, *nothing()), 0
        samples = Slice(offset, found.times, known.at(found.places), found.values)
        intact = last == offset and len(found.times) and found.times[-1] == newest and not damages.count
        return samples, min(whole, len(found.times)) if intact else 0


def _state(db: sqlite3.Connection) -> str:
    """What tells whether rows have come or gone since."""
    sums = [
        db.execute(f"SELECT count(*), sum(sum) FROM {table}").fetchone() for table in ("metric", "series", "position")
    ]
    numbers = [
        db.execute(f"SELECT count(*), min(id), max(id) FROM {table}").fetchone() for table in ("journal", "chunk")
    ]
    return repr((sums, numbers))


def _meta(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("SELECT value, sum FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row is not None and checksum(key, row[0]) == row[1] else None


def _set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, checksum(key, value)))

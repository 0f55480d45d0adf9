"""What stands in the database, to be read by metric; whoever opens it says what may be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from collectors.metric import Series
from collectors.sample import GAP, Times, Values
from dashboard.history.chunks import Chunks
from dashboard.history.damages import Damages
from dashboard.history.directory import Directory, Key, Known
from dashboard.history.journal_table import JournalTable
from dashboard.history.replay import Replay
from dashboard.history.tiers import ALL_ASPECTS, ASPECTS, COUNT, Buckets, Tier


@dataclass(frozen=True, slots=True)
class Stored:
    """Samples or buckets of a metric.

    Attributes:
        times: int64[n].
        series: k of them.
        values: float64[k, n].
    """

    times: Times
    series: tuple[Series, ...]
    values: Values


class Opened(Protocol):
    """A database that can be read."""

    path: Path

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection that reads, what it reads all at the same moment."""


class Shelf:
    """Samples and sums by metric. Any number of threads may read at the same time.

    Args:
        damages: is told of what can't be read.
    """

    #: To be opened by who inherits this.
    _database: Opened

    def __init__(self, damages: Damages) -> None:
        self._journal = JournalTable(damages)
        self._chunks = Chunks(damages)
        self._directory = Directory()

    @property
    def path(self) -> Path:
        return self._database.path

    def samples(self, key: Key, start: int, end: int, wanted: Callable[[Series], bool] | None = None) -> Stored:
        """Samples at full resolution from `start` to `end` (ms, both included), of the series that are wanted."""
        known = self._directory.by_key.get(key)
        if known is None or start > end:
            return Stored(*nothing())
        places = _chosen(known, wanted)
        with self._database.reading() as db:
            found = self._chunks.samples(db, known.id, start, end, places)
        return Stored(found.times, known.at(found.places), found.values)

    def buckets(
        self,
        key: Key,
        tier: Tier,
        start: int,
        end: int,
        wanted: Callable[[Series], bool] | None = None,
        aspects: Sequence[int] = ALL_ASPECTS,
    ) -> tuple[tuple[Series, ...], Buckets]:
        """The buckets that begin from `start` to `end` (ms, both included), and the series that they are of.

        Of the aspects, COUNT has to be among those that are asked for.
        """
        known = self._directory.by_key.get(key)
        places = _chosen(known, wanted) if known else None
        if known is None or start > end:
            return (), Buckets(nothing()[0], np.zeros((len(ASPECTS), 0, 0)))
        chosen = list(range(len(known.series))) if places is None else places
        with self._database.reading() as db:
            found = self._chunks.buckets(db, known.id, tier, start, end, chosen, aspects)
        alive = found.cells[COUNT].max(axis=1, initial=0.0) > 0
        if alive.all():
            return known.at(np.array(chosen, dtype=np.uint32)), found
        series = tuple(known.series[place] for place, there in zip(chosen, alive, strict=True) if there)
        return series, Buckets(found.starts, found.cells[:, alive])

    def first(self, key: Key, tier: Tier) -> int | None:
        """The time of the oldest sample or bucket that is stored."""
        known = self._directory.by_key.get(key)
        if known is None:
            return None
        with self._database.reading() as db:
            return self._chunks.first(db, known.id, tier)

    def oldest(self) -> int | None:
        """The time of the oldest sample or bucket of any metric that is stored."""
        with self._database.reading() as db:
            return self._chunks.oldest(db)

    def stride(self, key: Key, tier: Tier, start: int, times: int) -> int | None:
        """Up to when there are about so many times from `start` on; None when that is all there is."""
        known = self._directory.by_key.get(key)
        if known is None:
            return None
        with self._database.reading() as db:
            return self._chunks.stride(db, known.id, tier, start, times)

    def cells(self, key: Key, tier: Tier, start: int, end: int, wanted: Callable[[Series], bool] | None = None) -> int:
        """About how many numbers are there from `start` to `end`, of the series that are wanted."""
        known = self._directory.by_key.get(key)
        if known is None or start > end:
            return 0
        with self._database.reading() as db:
            count = self._chunks.cells(db, known.id, tier, start, end)
        return count * self.count(key, wanted) // max(1, self.count(key))

    def present(
        self, key: Key, tier: Tier, start: int, end: int, wanted: Callable[[Series], bool] | None = None
    ) -> tuple[Series, ...]:
        """The series that have samples or buckets from `start` to `end`, or close to that, by their places."""
        known = self._directory.by_key.get(key)
        if known is None or start > end:
            return ()
        with self._database.reading() as db:
            places = self._chunks.present(db, known.id, tier, start, end)
        there = [known.series[place] for place in places if place < len(known.series)]
        return tuple(one for one in there if wanted is None or wanted(one))

    def count(self, key: Key, wanted: Callable[[Series], bool] | None = None) -> int:
        """How many series of a metric there have been."""
        known = self._directory.by_key.get(key)
        if known is None:
            return 0
        chosen = _chosen(known, wanted)
        return len(known.series) if chosen is None else len(chosen)

    def series(self, key: Key) -> tuple[Series, ...]:
        """The series that a metric has had."""
        known = self._directory.by_key.get(key)
        return tuple(known.series) if known else ()

    def keys(self, name: str) -> list[Key]:
        """The metrics of this name that are stored, the one of now last."""
        return [one.key for one in self._directory.named(name)]

    def names(self) -> list[str]:
        return sorted({one.key.name for one in list(self._directory.by_id.values())})

    def _replay(self, db: sqlite3.Connection, only: int | None = None) -> Replay:
        """What the journal has that stands in no chunk; of one metric alone if it is named."""
        return Replay(self._directory, (entry for _, entry in self._journal.entries(db)), only)


def _chosen(known: Known, wanted: Callable[[Series], bool] | None) -> list[int] | None:
    return None if wanted is None else [place for place, one in enumerate(list(known.series)) if wanted(one)]


def nothing() -> tuple[Times, tuple[Series, ...], Values]:
    return np.zeros(0, dtype=np.int64), (), np.full((0, 0), GAP)

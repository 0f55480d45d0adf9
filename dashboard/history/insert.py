"""Samples from elsewhere, put in among those that are there: the later write wins, value by value."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from collectors.metric import Series
from collectors.sample import GAP, Times, Values
from dashboard.errors import PlotroomError
from dashboard.history.chunk_writer import ChunkWriter
from dashboard.history.directory import Directory, Key, Known
from dashboard.history.stretch import Stretch
from dashboard.history.tiers import Tier

#: A metric has so many different series at most over all time; later ones are not stored.
MOST_SERIES = 100_000
#: Values that are read at once of what is there.
CELLS = 2**18


class TooManySeries(PlotroomError):
    """A metric can't have more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} would have more than {MOST_SERIES} series; leave out what tells them apart too finely"
        )


class Insertion:
    """What is put in within one transaction; `Archive.inserting` makes one, and `finish` ends it.

    Args:
        db: within a transaction.
        directory: of its metrics.
        chunks: of the same file.
        now: ms since the epoch.

    Attributes:
        changed: how many pieces were not there already.
    """

    def __init__(self, db: sqlite3.Connection, directory: Directory, chunks: ChunkWriter, now: int) -> None:
        self._db = db
        self._directory = directory
        self._chunks = chunks
        self._now = now
        self._touched: dict[int, tuple[int, int]] = {}
        self.changed = 0

    def put(self, key: Key, times: Times, series: Sequence[Series], values: Values) -> None:
        """Put samples in.

        Args:
            key: the metric, which need not be known.
            times: int64[n], ms since the epoch, in any order; of two that are the same the later one wins.
            series: k of them, no two the same.
            values: float64[k, n]; a gap takes no value away.

        Raises:
            TooManySeries: it can't have so many.
        """
        if not len(times):
            return
        times, values = ordered(times, values)
        # Of a name that is measured in another unit now, this is an older one.
        known = self._directory.add(self._db, key, min(int(times[0]), self._now))
        fresh = [one for one in series if one not in known.places]
        if len(known.series) + len(fresh) > MOST_SERIES:
            raise TooManySeries(key.name)
        self._directory.add_series(self._db, known, fresh)
        order = sorted((known.places[one], row) for row, one in enumerate(series))
        places = np.array([place for place, _ in order], dtype=np.uint32)
        self._put(known, Stretch(times, places, values[[row for _, row in order]]))

    def finish(self) -> None:
        """Let the metrics go on after what was put in."""
        for number, (newest, count) in self._touched.items():
            known = self._directory.by_id[number]
            if known.offset:
                # The numbers of samples that browsers hold mean others now: they get all of them anew.
                self._directory.place(self._db, known, known.offset + count, max(known.newest, newest), 0)

    def _put(self, known: Known, stretch: Stretch) -> None:
        at = 0
        most = max(1, CELLS // max(1, len(known.series)))
        while at < len(stretch.times):
            reached = self._chunks.stride(self._db, known.id, Tier.FULL, int(stretch.times[at]), most)
            high = len(stretch.times)
            if reached is not None:
                high = max(at + 1, int(np.searchsorted(stretch.times, reached, "right")))
            part = Stretch(stretch.times[at:high], stretch.places, stretch.values[:, at:high])
            at = high
            there = self._chunks.samples(self._db, known.id, int(part.times[0]), int(part.times[-1]))
            both = among(there, part)
            if same(both, there):
                continue
            self._chunks.put(self._db, known.id, both)
            self.changed += 1
            newest, count = self._touched.get(known.id, (0, 0))
            self._touched[known.id] = max(newest, int(part.times[-1])), count + len(part.times)


def ordered(times: Times, values: Values) -> tuple[Times, Values]:
    """Samples in the order of their times, each time once: its last value, unless that is a gap."""
    if (np.diff(times) > 0).all():
        return times, values
    unique, inverse = np.unique(times, return_inverse=True)
    place = np.where(np.isnan(values), -1, np.arange(len(times)))
    last = np.full((len(values), len(unique)), -1)
    for into, row in zip(last, place, strict=True):
        np.maximum.at(into, inverse, row)
    return unique, np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=1), GAP)


def among(there: Stretch, new: Stretch) -> Stretch:
    """Two stretches as one; where both have a value, that of `new`."""
    if not len(there.times):
        return new
    times, places = np.union1d(there.times, new.times), np.union1d(there.places, new.places)
    values: Values = np.full((len(places), len(times)), GAP)
    for one in (there, new):
        at = np.ix_(np.searchsorted(places, one.places), np.searchsorted(times, one.times))
        values[at] = np.where(np.isnan(one.values), values[at], one.values)
    return Stretch(times, places, values)


def same(one: Stretch, other: Stretch) -> bool:
    """Whether all values are the same; a series without any does not count."""
    if not np.array_equal(one.times, other.times):
        return False
    ones, others = ({place: row for place, row in zip(part.places.tolist(), part.values, strict=True)
                     if not np.isnan(row).all()} for part in (one, other))  # fmt: skip
    return ones.keys() == others.keys() and all(np.array_equal(ones[at], others[at], equal_nan=True) for at in ones)

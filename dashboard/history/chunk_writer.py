"""Chunks made and replaced: how many times each holds, and the sums of the coarser tiers that go with its samples."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from dashboard.history.chunks import NEVER, Chunks, Row
from dashboard.history.codec import encode
from dashboard.history.database import checksum, whole
from dashboard.history.folding import folded, places_of, unfolded, wide
from dashboard.history.stretch import Places, Stretch, cut, joined, without_empty
from dashboard.history.tiers import Buckets, Tier, beyond, fuller, merge, sum_up

#: Times of a full chunk: at one a second, twice the ten minutes (and a second or two) after which samples are packed.
#: Fewer pack worse, and a day of them takes longer to read; more are packed anew more often, and a minute takes longer.
FULL = 1250
#: At least so long, when samples come faster, as long as there are not too many.
LENGTH = 1_250_000
MOST_TIMES = 4096
MOST_CELLS = 2**17
#: Buckets of a chunk: six hours of minutes, fifteen days of hours.
BUCKETS = 360
#: The tiers of sums, each made of the one before it.
COARSE = (Tier.MINUTE, Tier.HOUR)
#: ms between two samples below which a metric counts as fast, whose full resolution is kept for a shorter time.
FAST = 999


class ChunkWriter(Chunks):
    """The chunks of all metrics, to be read and written, within transactions that somebody else has begun."""

    def put(self, db: sqlite3.Connection, metric: int, stretch: Stretch, start: int | None = None) -> None:
        """Add samples, to the tiers as well; they replace what there is from `start` to the last of them.

        Args:
            db: within a transaction.
            metric: by its number.
            stretch: of at least one time.
            start: not after the first of them, which it is by default.
        """
        first, last = int(stretch.times[0]) if start is None else start, int(stretch.times[-1])
        newest = all(self.newest(db, metric, tier) <= first - first % (tier.width or 1) - (not tier) for tier in Tier)
        alone = [] if newest else [self._alone(db, metric, tier, *_around(tier, first, last)) for tier in COARSE]
        self._put_samples(db, metric, stretch, first)
        if newest:
            self._add(db, metric, Tier.MINUTE, stretch.places, sum_up(stretch.times, stretch.values, 60_000))
            self._add(db, metric, Tier.HOUR, stretch.places, sum_up(stretch.times, stretch.values, 3_600_000))
            return
        # What was summed up before is not all there any more, or stands behind: sum up again whatever this has touched.
        for tier, more in zip(COARSE, alone, strict=True):
            self._resum(db, metric, tier, *_around(tier, first, last), *more)

    def resum(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> None:
        """Make the sums of a span anew, and those that are made of them, as far as what they are made of is there."""
        for each in COARSE[tier - 1 :]:
            begin, end = _around(each, first, last)
            self._resum(db, metric, each, begin, end, *self._alone(db, metric, each, begin, end))

    def unite(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> bool:
        """Make one chunk of those that begin from `first` to `last`; not when one of them can't be read."""
        query = "SELECT count(*) FROM chunk WHERE metric = ? AND tier = ? AND first BETWEEN ? AND ?"
        (count,) = db.execute(query, (metric, int(tier), first, last)).fetchone()
        met = [row for row in self.rows(db, metric, tier, first, last) if row.first >= first]
        if len(met) < count:
            return False
        self._delete(db, [row.id for row in met])
        if tier is Tier.FULL:
            self._insert(db, metric, tier, joined([row.stretch for row in met]))
            return True
        places: Places = np.unique(np.concatenate([places_of(row.stretch) for row in met]))
        parts = [unfolded(row.stretch, places) for row in met]
        cells = np.concatenate([one.cells for one in parts], axis=2)
        self._insert_buckets(db, metric, tier, places, Buckets(np.concatenate([one.starts for one in parts]), cells))
        return True

    def _resum(
        self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int, known: Places, more: Buckets
    ) -> None:
        places, new = self.sums(db, metric, tier, begin, end)
        both: Places = np.union1d(known, places)
        new = fuller(wide(more, known, both), wide(new, places, both))
        self._replace(db, metric, tier, both, new, begin, end)

    def _alone(self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int) -> tuple[Places, Buckets]:
        """Buckets that hold more than there is of the next finer tier: that has gone, and they are all there is."""
        places, finer = self.sums(db, metric, tier, begin, end)
        known = self._places(db, metric, tier, begin, end)
        both: Places = np.union1d(known, places)
        old = self.buckets(db, metric, tier, begin, end, both)
        return both, beyond(old, wide(finer, places, both))

    def _put_samples(self, db: sqlite3.Connection, metric: int, stretch: Stretch, first: int) -> None:
        """Add samples at full resolution."""
        last = int(stretch.times[-1])
        met = list(self.rows(db, metric, Tier.FULL, first, last))
        parts = [stretch]
        if not met:
            before = self._before(db, metric, Tier.FULL, first, FULL // 2)
            if before is not None and len(before.stretch.times) + len(stretch.times) <= _limit(before.stretch, stretch):
                met, parts = [before], [before.stretch, stretch]
        else:
            parts = [
                cut(met[0].stretch, met[0].first, first - 1), stretch, cut(met[-1].stretch, last + 1, met[-1].last),
            ]  # fmt: skip
        self._delete(db, [row.id for row in met])
        whole = joined(parts)
        pieces = max(1, round(len(whole.times) / _limit(whole)))
        for piece in np.array_split(np.arange(len(whole.times)), pieces):
            low, high = int(piece[0]), int(piece[-1]) + 1
            part = Stretch(whole.times[low:high], whole.places, whole.values[:, low:high])
            self._insert(db, metric, Tier.FULL, without_empty(part))

    def _add(self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, new: Buckets) -> None:
        """Sum buckets up with what is there; they are not before the last one of it."""
        begin = int(new.starts[0])
        row = self._before(db, metric, tier, begin + 1, BUCKETS)
        if row is None or (len(row.stretch.times) >= BUCKETS and row.last < begin):
            self._insert_buckets(db, metric, tier, places, new)
            return
        known = places_of(row.stretch)
        both = np.union1d(known, places)
        old = wide(unfolded(row.stretch, known), known, both)
        self._delete(db, [row.id])
        self._insert_buckets(db, metric, tier, both, merge(old, wide(new, places, both)))

    def _replace(
        self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, new: Buckets, begin: int, end: int
    ) -> None:
        """Put these buckets in place of what begins from `begin` to `end`."""
        met = list(self.rows(db, metric, tier, begin, end))
        every: Places = np.unique(np.concatenate([places, *(places_of(row.stretch) for row in met)]))
        olds = [unfolded(row.stretch, every) for row in met]
        before = [old.between(NEVER, begin) for old in olds[:1]]
        after = [old.between(end + 1, int(old.starts[-1]) + 1) for old in olds[-1:]]
        parts = [*before, wide(new, places, every), *after]
        self._delete(db, [row.id for row in met])
        starts = np.concatenate([one.starts for one in parts])
        cells = np.concatenate([one.cells for one in parts], axis=2)
        self._insert_buckets(db, metric, tier, every, Buckets(starts, cells))

    def _insert_buckets(self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, all_: Buckets) -> None:
        rows_of = folded(places)
        for at in range(0, len(all_.starts), BUCKETS):
            cells = all_.cells[:, :, at : at + BUCKETS]
            rows = cells.transpose(1, 0, 2).reshape(-1, cells.shape[2])
            self._insert(db, metric, tier, Stretch(all_.starts[at : at + BUCKETS], rows_of, rows))

    def _before(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, smaller: int) -> Row | None:
        """The last chunk that begins before `first`, if it has fewer times than that or goes on until there."""
        query = (
            "SELECT first, last, n FROM chunk WHERE metric = ? AND tier = ? AND first < ? ORDER BY first DESC LIMIT 1"
        )
        found = db.execute(query, (metric, int(tier), first)).fetchone()
        if found is None:
            return None
        begin, end, n = map(whole, found)
        if n >= smaller and end < first - 1:
            return None
        return next(self.rows(db, metric, tier, begin, begin), None)

    def _insert(self, db: sqlite3.Connection, metric: int, tier: Tier, stretch: Stretch) -> None:
        n, k = len(stretch.times), len(stretch.places)
        first, last = int(stretch.times[0]), int(stretch.times[-1])
        fast = int(tier is Tier.FULL and n > 1 and (last - first) / (n - 1) < FAST)
        data = encode(stretch)
        summed = checksum(metric, int(tier), first, last, n, k, fast, data)
        # One that can't be read may stand in its place.
        db.execute("DELETE FROM chunk WHERE metric = ? AND tier = ? AND first = ?", (metric, int(tier), first))
        db.execute(
            "INSERT INTO chunk (metric, tier, first, last, n, k, fast, data, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (metric, int(tier), first, last, n, k, fast, data, summed),
        )

    def _delete(self, db: sqlite3.Connection, rows: Sequence[int]) -> None:
        db.executemany("DELETE FROM chunk WHERE id = ?", [(row,) for row in rows])


def _around(tier: Tier, first: int, last: int) -> tuple[int, int]:
    """From the begin of the bucket that a time is in to the end of the one that another is in."""
    return first - first % tier.width, last - last % tier.width + tier.width - 1


def _limit(*stretches: Stretch) -> int:
    count = sum(len(one.times) for one in stretches)
    length = int(stretches[-1].times[-1] - stretches[0].times[0])
    return limit(count, length, max(1, *(len(one.places) for one in stretches)))


def limit(count: int, length: int, series: int) -> int:
    """How many times a chunk may have, of samples of which there are so many in so many ms."""
    times = min(MOST_TIMES, max(FULL, LENGTH * count // length)) if length else FULL
    return int(max(16, min(times, MOST_CELLS // series)))

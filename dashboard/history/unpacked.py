"""What an earlier process had not packed: read from memory as if it stood in chunks, until it does."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.history.chunk_writer import ChunkWriter
from dashboard.history.chunks import Chunks
from dashboard.history.damages import Damages
from dashboard.history.database import whole
from dashboard.history.directory import Directory, Known
from dashboard.history.ring import Ring
from dashboard.history.stretch import Places, Stretch, cut, joined
from dashboard.history.tiers import ALL_ASPECTS, ASPECTS, Buckets, Tier, aligned, floor, merge, sum_up


class Unpacked(NamedTuple):
    """Samples of a metric that stand in the journal alone; they are later than all that is in chunks.

    Attributes:
        offset: running number of the last of them.
        whole: how many samples up to it are numbered without a break.
        start: from that time on they take the place of what is stored.
        stretch: the samples.
    """

    offset: int
    whole: int
    start: int
    stretch: Stretch

    @property
    def newest(self) -> int:
        """The time of the last of them."""
        return int(self.stretch.times[-1])


def unpacked(known: Known, ring: Ring) -> Unpacked:
    """What the journal has of a metric, by the places of its series.

    Args:
        known: the metric, with how far it stands in chunks.
        ring: its samples after these, at least one.
    """
    samples = ring.everything()
    rows = sorted((known.places[one], row) for row, one in enumerate(samples.series) if one in known.places)
    places = np.array([place for place, _ in rows], dtype=np.uint32)
    follows = ring.whole > len(ring) and known.newest < ring.oldest
    start = known.newest + 1 if follows else ring.oldest
    stretch = Stretch(samples.times, places, samples.values[[row for _, row in rows]])
    return Unpacked(samples.offset, ring.whole, start, stretch)


class Backlog:
    """What an earlier process had not packed, and the packing of it, by whoever writes.

    Args:
        directory: of the metrics.
        chunks: where it is put.

    Attributes:
        waiting: what is to be packed, by the number of the metric.
    """

    def __init__(self, directory: Directory, chunks: ChunkWriter) -> None:
        self._directory = directory
        self._chunks = chunks
        self._since: dict[int, int] = {}
        self.waiting: dict[int, Unpacked] = {}

    def reached(self, known: Known) -> int:
        """The number of the last sample of a metric that an earlier process has left, or that stands in chunks."""
        waiting = self.waiting.get(known.id)
        return known.offset if waiting is None else max(known.offset, waiting.offset)

    def note(self, known: Known, row: int) -> None:
        """More of a metric has come, in this row of the journal: it is needed when what waits is packed."""
        if known.id in self.waiting:
            self._since.setdefault(known.id, row)

    def pack(self, db: sqlite3.Connection, until: float = math.inf) -> set[int]:
        """Pack up to a time of the clock that never steps; the metrics of which that was done, for `packed`."""
        done: set[int] = set()
        for number in self.waiting:
            if time.monotonic() >= until:
                break
            known = self._directory.by_id.get(number)
            if known is not None:  # else its row can't be read any more
                self.pack_one(db, known, done)
        return done

    def pack_one(self, db: sqlite3.Connection, known: Known, done: set[int]) -> None:
        """Pack what waits of a metric, unless that was done; then it is."""
        one = self.waiting.get(known.id)
        if one is None or known.id in done:
            return
        self.put(db, known, one)
        known.waiting = self._since.get(known.id)
        done.add(known.id)

    def packed(self, numbers: Iterable[int]) -> None:
        """These metrics are committed, so that nobody needs to look for them in memory."""
        for number in numbers:
            del self.waiting[number]
            self._since.pop(number, None)

    def put(self, db: sqlite3.Connection, known: Known, one: Unpacked) -> None:
        """Put samples into chunks."""
        self._chunks.put(db, known.id, one.stretch, one.start)
        self._directory.place(db, known, one.offset, one.newest, one.whole)


class Merged(Chunks):
    """Chunks together with what has still to be put there.

    Args:
        damages: is told of what can't be read.
        waiting: what is to be put there, by the number of the metric. When one is packed it goes from there after that
            is committed; who reads looks there first, and then in the file whether it was packed meanwhile.
    """

    def __init__(self, damages: Damages, waiting: Mapping[int, Unpacked]) -> None:
        super().__init__(damages)
        self._waiting = waiting

    def samples(
        self, db: sqlite3.Connection, metric: int, first: int, last: int, wanted: Sequence[int] | None = None
    ) -> Stretch:
        more = self._more(db, metric)
        found = super().samples(db, metric, first, last, wanted)
        part = None if more is None else cut(more, first, last)
        if part is None or not len(part.times):
            return found
        if wanted is not None:
            rows = np.isin(part.places, wanted)
            part = Stretch(part.times, part.places[rows], part.values[rows])
        return joined([found, part] if len(found.times) else [part])

    def buckets(
        self,
        db: sqlite3.Connection,
        metric: int,
        tier: Tier,
        first: int,
        last: int,
        places: Sequence[int] | Places,
        aspects: Sequence[int] = ALL_ASPECTS,
    ) -> Buckets:
        more = self._more(db, metric)
        found = super().buckets(db, metric, tier, first, last, places, aspects)
        if more is None:
            return found
        part = cut(more, -floor(-first, tier.width), floor(last, tier.width) + tier.width - 1)
        if not len(part.times):
            return found
        row_of = {place: row for row, place in enumerate(np.asarray(places).tolist())}
        rows = [row for row, place in enumerate(part.places.tolist()) if place in row_of]
        summed = sum_up(part.times, part.values[rows], tier.width)
        return merge(found, aligned(summed, [row_of[part.places[row]] for row in rows], len(row_of)), aspects)

    def first(self, db: sqlite3.Connection, metric: int, tier: Tier) -> int | None:
        more = self._more(db, metric)
        oldest = super().first(db, metric, tier)
        if oldest is not None or more is None:
            return oldest
        return floor(int(more.times[0]), tier.width or 1)

    def oldest(self, db: sqlite3.Connection) -> int | None:
        waiting = [floor(int(one.stretch.times[0]), Tier.HOUR.width) for one in list(self._waiting.values())]
        stored = super().oldest(db)
        return min([*waiting, *(() if stored is None else (stored,))], default=None)

    def cells(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> int:
        more = self._more(db, metric)
        count = super().cells(db, metric, tier, first, last)
        if more is None:
            return count
        part = cut(more, first, last)
        if tier is Tier.FULL:
            return count + part.values.size
        starts = np.unique(part.times - part.times % tier.width)
        return count + len(starts) * len(part.places) * len(ASPECTS)

    def present(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> list[int]:
        more = self._more(db, metric)
        found = super().present(db, metric, tier, first, last)
        if more is None or more.times[0] > last or more.times[-1] < floor(first, tier.width or 1):
            return found
        return sorted({*found, *more.places.tolist()})

    def _extents(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int) -> Iterator[tuple[int, int, int]]:
        more = self._more(db, metric)
        yield from super()._extents(db, metric, tier, first)
        if more is None:
            return
        times = more.times if tier is Tier.FULL else np.unique(more.times - more.times % tier.width)
        if times[-1] >= first:
            yield int(times[0]), int(times[-1]), len(times)

    def _more(self, db: sqlite3.Connection, metric: int) -> Stretch | None:
        """What of a metric is in no chunk that this connection sees; to be asked before anything else is read."""
        one = self._waiting.get(metric)
        if one is None:
            return None
        row = db.execute("SELECT offset FROM position WHERE metric = ?", (metric,)).fetchone()
        return None if row is not None and whole(row[0]) >= one.offset else one.stretch

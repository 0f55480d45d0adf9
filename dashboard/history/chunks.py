"""The chunks of a metric in one tier: rows of the database that do not overlap in time."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values
from dashboard.history.codec import Damaged, Packed, Places, Stretch, decode, encode
from dashboard.history.database import checksum, whole
from dashboard.history.tiers import (
    ALL_ASPECTS,
    ASPECTS,
    COUNT,
    Buckets,
    Tier,
    aligned,
    beyond,
    fuller,
    merge,
    sum_up,
    widen,
)

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
#: Before all times.
NEVER = -(2**62)
#: Bytes.
LARGE_PAGE = 2**21
_NO_PLACES: Places = np.zeros(0, dtype=np.uint32)

#: The chunks that have times in a span. Only the one that begins last before it can reach into it.
_BETWEEN = """
    FROM chunk WHERE metric = :metric AND tier = :tier AND last >= :first AND first BETWEEN coalesce(
        (SELECT max(first) FROM chunk WHERE metric = :metric AND tier = :tier AND first <= :first), :first
    ) AND :last ORDER BY first
    """

#: Sentences for the log that wait for being written there.
MOST_UNTOLD = 100


@dataclass
class Damages:
    """Chunks that could not be read: what is in them is gone, and nothing wrong is shown in its place."""

    count: int = 0
    rows: set[int] = field(default_factory=set)
    untold: list[str] = field(default_factory=list)

    def note(self, row: int, why: str) -> None:
        if row not in self.rows:
            self.rows.add(row)
            self.count += 1
            self.tell(f"the history has a damaged chunk (row {row}), which is left out: {why}")

    def tell(self, sentence: str) -> None:
        """Something for the log; it is written there by a task, as locks of the log are not for native threads."""
        if len(self.untold) < MOST_UNTOLD:
            self.untold.append(sentence)

    def told(self) -> list[str]:
        """What there is to tell since the last time."""
        told, self.untold = self.untold, []
        return told


@dataclass(frozen=True, slots=True)
class Row:
    """A chunk as it stands in the file."""

    id: int
    first: int
    last: int
    stretch: Stretch


class _Part(NamedTuple):
    """A chunk, of which the times from the `low`-th up to, but without, the `high`-th are wanted.

    Attributes:
        row: of the file.
    """

    row: int
    packed: Packed
    low: int
    high: int

    @property
    def length(self) -> int:
        """How many times are wanted."""
        return self.high - self.low

    def unpack(self, rows: Sequence[int], into: Sequence[Values]) -> None:
        """Unpack the wanted times of some series; see `Packed.unpack`."""
        count = len(self.packed.times)
        if self.length == count:
            self.packed.unpack(rows, into)
            return
        whole: Values = np.empty((len(rows), count))
        self.packed.unpack(rows, whole)
        for column, values in zip(into, whole, strict=True):
            column[:] = values[self.low : self.high]


class Chunks:
    """The chunks of all metrics, read and written through a connection that somebody else has opened.

    Args:
        damages: is told of what can't be read.
    """

    def __init__(self, damages: Damages) -> None:
        self._damages = damages

    def rows(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> Iterator[Row]:
        """The chunks that have samples from `first` to `last`, both included, in the order of time; all of each."""
        for row, begin, end, data in self._sound(db, metric, tier, first, last):
            try:
                yield Row(row, begin, end, decode(data))
            except Damaged as error:
                self._damages.note(row, str(error))

    def _sound(
        self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int
    ) -> Iterator[tuple[int, int, int, bytes]]:
        query = f"SELECT id, first, last, n, k, fast, data, sum {_BETWEEN}"
        for row, begin, end, n, k, fast, data, kept in db.execute(query, _span(metric, tier, first, last)):
            if isinstance(data, bytes) and checksum(metric, int(tier), begin, end, n, k, fast, data) == kept:
                yield row, begin, end, data
            else:
                self._damages.note(row, "its checksum is another")

    def samples(
        self, db: sqlite3.Connection, metric: int, first: int, last: int, wanted: Sequence[int] | None = None
    ) -> Stretch:
        """Samples at full resolution from `first` to `last`, both included."""
        parts = self._parts(db, metric, Tier.FULL, first, last)
        found = {bytes(part.packed.places): part.packed.places for part in parts}
        places: Places = np.unique(np.concatenate([_NO_PLACES, *found.values()]))
        if wanted is not None:
            places = places[np.isin(places, wanted)]
        values = _room((len(places), sum(part.length for part in parts)))
        times = self._unpack(parts, dict(zip(places.tolist(), values, strict=True)))
        return Stretch(times, places, values[:, : len(times)])

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
        """The buckets of a tier that begin from `first` to `last`, both included, of the series at these places.

        Only some aspects need be unpacked, which is what takes the time; the others are 0 then.
        """
        parts = self._parts(db, metric, tier, first, last)
        series = np.asarray(places).tolist()
        cells = _room((len(ASPECTS), len(series), sum(part.length for part in parts)))
        rows = {
            place * len(ASPECTS) + aspect: cells[aspect, row] for row, place in enumerate(series) for aspect in aspects
        }
        starts = self._unpack(parts, rows)
        cells = cells[:, :, : len(starts)]
        # A chunk that lacks a series of the others says nothing of how many values it had: none.
        counts = cells[COUNT]
        if counts.size and np.isnan(counts.min()):
            np.copyto(counts, 0.0, where=np.isnan(counts))
        return Buckets(starts, cells)

    def _parts(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> list[_Part]:
        """What the chunks have from `first` to `last`, still packed."""
        parts = []
        for row, _, end, data in self._sound(db, metric, tier, first, last):
            try:
                packed = Packed(data)
            except Damaged as error:
                self._damages.note(row, str(error))
                continue
            low, high = np.searchsorted(packed.times, (first, last + 1)).tolist()
            parts.append(_Part(row, packed, low, high))
            first = max(first, end + 1)  # a file that lost some of its writes may have a stretch twice
        return parts

    def _unpack(self, parts: Sequence[_Part], into: Mapping[int, Values]) -> Times:
        """Unpack what was found, one part after the other.

        Args:
            parts: of which each is unpacked once.
            into: by the places of the series that are wanted, where all the values of each fit in; a part that has no
                such series has gaps.

        Returns:
            int64[n], the times of the values; of parts that can't be read there are none.
        """
        times = [np.zeros(0, dtype=np.int64)]
        rows: dict[bytes, tuple[list[int], list[Values], list[Values]]] = {}
        at = 0
        for part in parts:
            key = bytes(part.packed.places)
            if key not in rows:
                rows[key] = _matched(part.packed.places.tolist(), into)
            some, columns, others = rows[key]
            end = at + part.length
            try:
                part.unpack(some, [column[at:end] for column in columns])
            except Damaged as error:
                self._damages.note(part.row, str(error))
                continue
            for column in others:
                column[at:end] = GAP
            times.append(part.packed.times[part.low : part.high])
            at = end
        return np.concatenate(times)

    def first(self, db: sqlite3.Connection, metric: int, tier: Tier) -> int | None:
        """The time of the oldest sample or bucket; None when there is none."""
        query = "SELECT min(first) FROM chunk WHERE metric = ? AND tier = ?"
        oldest = db.execute(query, (metric, int(tier))).fetchone()[0]
        return None if oldest is None else whole(oldest)

    def oldest(self, db: sqlite3.Connection) -> int | None:
        """The time of the oldest sample or bucket of any metric; None when there is none."""
        oldest = db.execute("SELECT min(first) FROM chunk").fetchone()[0]
        return None if oldest is None else whole(oldest)

    def stride(self, db: sqlite3.Connection, metric: int, tier: Tier, start: int, times: int) -> int | None:
        """Up to when there are about so many times from `start` on; None when that is all there is.

        Counted by whole chunks, or, when the first one has too many, as if its times were at a steady interval.
        """
        count = 0.0
        reached = start
        for first, last, n in self._extents(db, metric, tier, start):
            begin = max(first, start)
            there = n * (last - begin + 1) / (last - first + 1)
            if count + there > times:
                return reached if count else max(start, begin + int((last - begin) * times / there))
            count += there
            reached = max(start, last)
        return None

    def _extents(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int) -> Iterator[tuple[int, int, int]]:
        """Of each chunk that has times from `first` on: its first and last, and how many they are."""
        for begin, end, n in db.execute(f"SELECT first, last, n {_BETWEEN}", _span(metric, tier, first)):
            if isinstance(begin, int) and isinstance(end, int) and isinstance(n, int):  # else who reads it says so
                yield begin, end, n

    def cells(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> int:
        """How many numbers the chunks have that have samples there, found out without unpacking them."""
        (count,) = db.execute(f"SELECT sum(n * k) {_BETWEEN}", _span(metric, tier, first, last)).fetchone()
        return count or 0

    def present(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> list[int]:
        """The places of the series that are in chunks with samples from `first` to `last`."""
        found: set[int] = set()
        for row, _, _, data in self._sound(db, metric, tier, first, last):
            try:
                found.update(Packed(data).places.tolist())
            except Damaged as error:
                self._damages.note(row, str(error))
        return sorted({place // len(ASPECTS) for place in found} if tier else found)

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
        places: Places = np.unique(np.concatenate([_places_of(row.stretch) for row in met]))
        parts = [_unfolded(row.stretch, places) for row in met]
        cells = np.concatenate([one.cells for one in parts], axis=2)
        self._insert_buckets(db, metric, tier, places, Buckets(np.concatenate([one.starts for one in parts]), cells))
        return True

    def _resum(
        self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int, known: Places, more: Buckets
    ) -> None:
        places, new = self.sums(db, metric, tier, begin, end)
        both: Places = np.union1d(known, places)
        new = fuller(_wide(more, known, both), _wide(new, places, both))
        self._replace(db, metric, tier, both, new, begin, end)

    def sums(self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int) -> tuple[Places, Buckets]:
        """What the next finer tier makes of these buckets."""
        if tier is Tier.MINUTE:
            whole = self.samples(db, metric, begin, end)
            return whole.places, sum_up(whole.times, whole.values, tier.width)
        places = self._places(db, metric, Tier.MINUTE, begin, end)
        return places, widen(self.buckets(db, metric, Tier.MINUTE, begin, end, places), tier.width)

    def _alone(self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int) -> tuple[Places, Buckets]:
        """Buckets that hold more than there is of the next finer tier: that has gone, and they are all there is."""
        places, finer = self.sums(db, metric, tier, begin, end)
        known = self._places(db, metric, tier, begin, end)
        both: Places = np.union1d(known, places)
        old = self.buckets(db, metric, tier, begin, end, both)
        return both, beyond(old, _wide(finer, places, both))

    def newest(self, db: sqlite3.Connection, metric: int, tier: Tier) -> int:
        """The time of the newest sample or bucket; long ago when there is none."""
        query = "SELECT last FROM chunk WHERE metric = ? AND tier = ? ORDER BY first DESC LIMIT 1"
        found = db.execute(query, (metric, int(tier))).fetchone()
        return NEVER if found is None else whole(found[0])

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
            self._insert(db, metric, Tier.FULL, _without_empty(part))

    def _add(self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, new: Buckets) -> None:
        """Sum buckets up with what is there; they are not before the last one of it."""
        begin = int(new.starts[0])
        row = self._before(db, metric, tier, begin + 1, BUCKETS)
        if row is None or (len(row.stretch.times) >= BUCKETS and row.last < begin):
            self._insert_buckets(db, metric, tier, places, new)
            return
        known = _places_of(row.stretch)
        both = np.union1d(known, places)
        old = _wide(_unfolded(row.stretch, known), known, both)
        self._delete(db, [row.id])
        self._insert_buckets(db, metric, tier, both, merge(old, _wide(new, places, both)))

    def _replace(
        self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, new: Buckets, begin: int, end: int
    ) -> None:
        """Put these buckets in place of what begins from `begin` to `end`."""
        met = list(self.rows(db, metric, tier, begin, end))
        every: Places = np.unique(np.concatenate([places, *(_places_of(row.stretch) for row in met)]))
        olds = [_unfolded(row.stretch, every) for row in met]
        before = [old.between(NEVER, begin) for old in olds[:1]]
        after = [old.between(end + 1, int(old.starts[-1]) + 1) for old in olds[-1:]]
        parts = [*before, _wide(new, places, every), *after]
        self._delete(db, [row.id for row in met])
        starts = np.concatenate([one.starts for one in parts])
        cells = np.concatenate([one.cells for one in parts], axis=2)
        self._insert_buckets(db, metric, tier, every, Buckets(starts, cells))

    def _insert_buckets(self, db: sqlite3.Connection, metric: int, tier: Tier, places: Places, all_: Buckets) -> None:
        folded = _folded(places)
        for at in range(0, len(all_.starts), BUCKETS):
            cells = all_.cells[:, :, at : at + BUCKETS]
            rows = cells.transpose(1, 0, 2).reshape(-1, cells.shape[2])
            self._insert(db, metric, tier, Stretch(all_.starts[at : at + BUCKETS], folded, rows))

    def _places(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> Places:
        """The series that have buckets there."""
        found = [_places_of(row.stretch) for row in self.rows(db, metric, tier, first, last)]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *found]))

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


def _span(metric: int, tier: Tier, first: int, last: int = 2**62) -> dict[str, int]:
    return {"metric": metric, "tier": int(tier), "first": first, "last": last}


def cut(stretch: Stretch, first: int, last: int) -> Stretch:
    """The part from `first` to `last`, both included."""
    low, high = np.searchsorted(stretch.times, (first, last + 1))
    return Stretch(stretch.times[low:high], stretch.places, stretch.values[:, low:high])


def joined(parts: Sequence[Stretch]) -> Stretch:
    """Stretches of one metric, each after the one before it, as one, of all series that are in any of them."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Stretch(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint32), np.zeros((0, 0)))
    times = np.concatenate([one.times for one in parts])
    same = all(np.array_equal(one.places, parts[0].places) for one in parts)
    if same:
        return Stretch(times, parts[0].places, np.concatenate([one.values for one in parts], axis=1))
    places = np.unique(np.concatenate([one.places for one in parts]))
    values = np.full((len(places), len(times)), GAP)
    at = 0
    for one in parts:
        values[np.searchsorted(places, one.places), at : at + len(one.times)] = one.values
        at += len(one.times)
    return Stretch(times, places, values)


def _limit(*stretches: Stretch) -> int:
    count = sum(len(one.times) for one in stretches)
    length = int(stretches[-1].times[-1] - stretches[0].times[0])
    return limit(count, length, max(1, *(len(one.places) for one in stretches)))


def limit(count: int, length: int, series: int) -> int:
    """How many times a chunk may have, of samples of which there are so many in so many ms."""
    times = min(MOST_TIMES, max(FULL, LENGTH * count // length)) if length else FULL
    return int(max(16, min(times, MOST_CELLS // series)))


def _without_empty(stretch: Stretch) -> Stretch:
    """Leave out the series that have no value at all: they are gone, or not there yet."""
    alive = ~np.isnan(stretch.values).all(axis=1)
    if alive.all():
        return stretch
    return Stretch(stretch.times, stretch.places[alive], stretch.values[alive])


def _room(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Zeros; a lot of them begin where a large page of memory does.

    A day of a chart is 5 MB, which glibc asks the system for each time, and gets by a thousand faults of 4 KiB unless
    it can be had in pages of 2 MiB. numpy asks for these; they have to be within the array as a whole.
    """
    size = 8 * math.prod(shape)
    if size < LARGE_PAGE:
        return np.zeros(shape)
    raw = np.zeros(size // LARGE_PAGE * LARGE_PAGE + 2 * LARGE_PAGE, dtype=np.uint8)
    skip = -raw.ctypes.data % LARGE_PAGE
    return raw[skip : skip + size].view(np.float64).reshape(shape)


def _matched(places: Sequence[int], into: Mapping[int, Values]) -> tuple[list[int], list[Values], list[Values]]:
    """Of a chunk with these series: the rows that are wanted, where each goes, and where there is nothing to go."""
    rows = [row for row, place in enumerate(places) if place in into]
    there = {places[row] for row in rows}
    others = [column for place, column in into.items() if place not in there]
    return rows, [into[places[row]] for row in rows], others


def _folded(places: Places) -> Places:
    """The places of the aspects of these series."""
    folded: Places = np.add.outer(places * np.uint32(len(ASPECTS)), np.array(ALL_ASPECTS, dtype=np.uint32))
    return folded.ravel()


def _places_of(folded: Stretch) -> Places:
    return folded.places[:: len(ASPECTS)] // np.uint32(len(ASPECTS))


def _unfolded(folded: Stretch, places: Places) -> Buckets:
    """The buckets of a chunk as those of these series."""
    found = _places_of(folded)
    cells = folded.values.reshape(len(found), len(ASPECTS), len(folded.times)).transpose(1, 0, 2)
    buckets = Buckets(folded.times, cells)
    return buckets if np.array_equal(found, places) else _wide(buckets, found, places)


def _wide(buckets: Buckets, have: Places, want: Places) -> Buckets:
    if np.array_equal(have, want):
        return buckets
    order = {place: row for row, place in enumerate(want.tolist())}
    rows = np.array([order[place] for place in have.tolist()], dtype=np.intp)
    return aligned(buckets, rows, len(want))

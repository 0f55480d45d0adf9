"""The chunks of a metric in one tier: rows of the database that do not overlap in time, read by span."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values
from dashboard.history.codec import Damaged, Packed, decode
from dashboard.history.damages import Damages
from dashboard.history.database import checksum, whole
from dashboard.history.folding import places_of
from dashboard.history.stretch import Places, Stretch
from dashboard.history.tiers import (
    ALL_ASPECTS,
    ASPECTS,
    COUNT,
    Buckets,
    Tier,
    sum_up,
    widen,
)

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
    """The chunks of all metrics, read through a connection that somebody else has opened.

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

    def sums(self, db: sqlite3.Connection, metric: int, tier: Tier, begin: int, end: int) -> tuple[Places, Buckets]:
        """What the next finer tier makes of these buckets."""
        if tier is Tier.MINUTE:
            whole = self.samples(db, metric, begin, end)
            return whole.places, sum_up(whole.times, whole.values, tier.width)
        places = self._places(db, metric, Tier.MINUTE, begin, end)
        return places, widen(self.buckets(db, metric, Tier.MINUTE, begin, end, places), tier.width)

    def newest(self, db: sqlite3.Connection, metric: int, tier: Tier) -> int:
        """The time of the newest sample or bucket; long ago when there is none."""
        query = "SELECT last FROM chunk WHERE metric = ? AND tier = ? ORDER BY first DESC LIMIT 1"
        found = db.execute(query, (metric, int(tier))).fetchone()
        return NEVER if found is None else whole(found[0])

    def _places(self, db: sqlite3.Connection, metric: int, tier: Tier, first: int, last: int) -> Places:
        """The series that have buckets there."""
        found = [places_of(row.stretch) for row in self.rows(db, metric, tier, first, last)]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *found]))


def _span(metric: int, tier: Tier, first: int, last: int = 2**62) -> dict[str, int]:
    return {"metric": metric, "tier": int(tier), "first": first, "last": last}


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

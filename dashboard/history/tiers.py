"""Coarser resolutions: for each series and minute or hour, how many values there were, their sum, extremes and last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values

Aggregate = Literal["mean", "min", "max", "last", "count", "sum"]


class Tier(IntEnum):
    """A resolution that is stored."""

    FULL = 0
    MINUTE = 1
    HOUR = 2

    @property
    def width(self) -> int:
        """Of a bucket, in ms; 0 for samples as they came."""
        return (0, 60_000, 3_600_000)[self]


#: The rows that each series has in a `Buckets`.
ASPECTS = ("count", "sum", "min", "max", "last")
COUNT, SUM, MIN, MAX, LAST = ALL_ASPECTS = tuple(range(len(ASPECTS)))


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Samples summed up over stretches of time.

    Attributes:
        starts: int64[m], ms since the epoch, ascending: when each bucket begins.
        cells: float64[5, k, m], the aspects of `ASPECTS` of k series. Where there was no value, the count is 0 and the
            others are NaN.
    """

    starts: Times
    cells: npt.NDArray[np.float64]

    def values(self, aggregate: Aggregate) -> Values:
        """float64[k, m], NaN where there was no value."""
        if aggregate == "mean":
            with np.errstate(invalid="ignore", divide="ignore"):
                values: Values = self.cells[SUM] / self.cells[COUNT]
        else:
            values = self.cells[ASPECTS.index(aggregate)]
        return values

    def between(self, start: int, end: int) -> Buckets:
        """Those that begin from `start` on and before `end`."""
        low, high = np.searchsorted(self.starts, (start, end))
        return Buckets(self.starts[low:high], self.cells[:, :, low:high])


def aspects_of(aggregate: Aggregate) -> tuple[int, ...]:
    """The aspects that an aggregate is made of, and the count, without which nothing is known."""
    return (COUNT, SUM) if aggregate == "mean" else tuple(sorted({COUNT, ASPECTS.index(aggregate)}))


def nothing(series: int) -> Buckets:
    """No buckets, of so many series."""
    return Buckets(np.zeros(0, dtype=np.int64), np.zeros((len(ASPECTS), series, 0)))


def floor(time: int, width: int) -> int:
    """When the bucket begins that a time is in."""
    return time - time % width


def sum_up(times: Times, values: Values, width: int) -> Buckets:
    """Samples as buckets of a width in ms.

    Args:
        times: int64[n], ascending.
        values: float64[k, n]; NaN is a gap.
        width: of a bucket, ms.
    """
    solid = ~np.isnan(values)
    last = np.where(solid, np.arange(len(times)), -1)
    parts = np.stack([solid.astype(np.float64), values, values, values, last.astype(np.float64)])
    found = _reduced(times - times % width, parts)
    at = found.cells[LAST].astype(np.int64)
    found.cells[LAST] = np.where(at >= 0, np.take_along_axis(values, np.maximum(at, 0), axis=1), GAP)
    return found


def widen(buckets: Buckets, width: int) -> Buckets:
    """Buckets as wider ones."""
    order = np.where(buckets.cells[COUNT] > 0, np.arange(len(buckets.starts)), -1)
    found = _reduced(buckets.starts - buckets.starts % width, np.concatenate((buckets.cells[:LAST], order[None])))
    at = found.cells[LAST].astype(np.int64)
    lasts = np.take_along_axis(buckets.cells[LAST], np.maximum(at, 0), axis=1)
    found.cells[LAST] = np.where(at >= 0, lasts, GAP)
    return found


def merge(earlier: Buckets, later: Buckets, aspects: Sequence[int] = ALL_ASPECTS) -> Buckets:
    """Two lots of buckets of the same series as one; those that begin at the same time are summed up.

    Only some aspects need be right, COUNT among them: of a month, the others are megabytes.
    """
    if not len(earlier.starts) or not len(later.starts):
        return later if len(later.starts) else earlier
    starts = np.concatenate((earlier.starts, later.starts))
    if earlier.starts[-1] < later.starts[0]:
        cells = np.zeros((len(ASPECTS), earlier.cells.shape[1], len(starts)))
        for aspect in aspects:
            np.concatenate((earlier.cells[aspect], later.cells[aspect]), axis=1, out=cells[aspect])
        return Buckets(starts, cells)
    order = np.argsort(starts, kind="stable")  # of the same bucket, the later part stays the later one
    joined = Buckets(starts[order], np.concatenate((earlier.cells, later.cells), axis=2)[:, :, order])
    return joined if (np.diff(joined.starts) > 0).all() else widen(joined, 1)


def beyond(buckets: Buckets, others: Buckets) -> Buckets:
    """Of buckets, what holds more values than those of `others`, of the same series, that begin at the same time."""
    counts = _spread(others, buckets.starts)[COUNT]
    cells = np.where(buckets.cells[COUNT] > counts, buckets.cells, GAP)
    cells[COUNT] = np.where(np.isnan(cells[COUNT]), 0.0, cells[COUNT])
    some = (cells[COUNT] > 0).any(axis=0)
    return Buckets(buckets.starts[some], cells[:, :, some])


def fuller(one: Buckets, other: Buckets) -> Buckets:
    """Of two lots of buckets of the same series, for each time and series what holds more values, or `other`."""
    if not len(one.starts):
        return other
    starts = np.union1d(one.starts, other.starts)
    first, second = _spread(one, starts), _spread(other, starts)
    return Buckets(starts, np.where(first[COUNT] > second[COUNT], first, second))


def _spread(buckets: Buckets, starts: Times) -> npt.NDArray[np.float64]:
    """The cells of buckets as those of others, that begin at these times; where there are none, there is no value."""
    cells = np.full((len(ASPECTS), buckets.cells.shape[1], len(starts)), GAP)
    cells[COUNT] = 0.0
    there = np.isin(buckets.starts, starts)
    cells[:, :, np.searchsorted(starts, buckets.starts[there])] = buckets.cells[:, :, there]
    return cells


def aligned(buckets: Buckets, rows: Sequence[int] | npt.NDArray[np.intp], series: int) -> Buckets:
    """The buckets as those of so many series, of which theirs are `rows`."""
    if len(rows) == series and np.array_equal(rows, np.arange(series)):
        return buckets
    cells = np.full((len(ASPECTS), series, len(buckets.starts)), GAP)
    cells[COUNT] = 0.0
    cells[:, rows] = buckets.cells
    return Buckets(buckets.starts, cells)


def _reduced(keys: Times, parts: npt.NDArray[np.float64]) -> Buckets:
    """Columns of the same key as one: counts and sums added up, then the least, the greatest and the greatest order."""
    if not len(keys):
        return Buckets(keys, np.array(parts))
    begins = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    count, total, low, high, order = parts
    with np.errstate(over="ignore"):  # the sum of values near the largest float64 is infinite
        summed = np.add.reduceat(np.nan_to_num(total, nan=0.0, posinf=np.inf, neginf=-np.inf), begins, axis=1)
    counted = np.add.reduceat(count, begins, axis=1)
    cells = np.stack([
        counted,
        np.where(counted > 0, summed, GAP),
        np.fmin.reduceat(low, begins, axis=1),
        np.fmax.reduceat(high, begins, axis=1),
        np.maximum.reduceat(order, begins, axis=1),
    ])  # fmt: skip
    return Buckets(keys[begins], cells)

"""Samples of a metric as they are handed on: copied from a ring, read from the archive, or both as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collectors.metric import Series
from collectors.sample import GAP, Times, Values


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Some samples of a metric, copied: what happens to the ring later does not change them.

    Attributes:
        offset: running number of the metric's last sample when this was copied.
        times: int64[n], milliseconds since the epoch, ascending.
        series: the k series of the metric, in their order.
        values: float64[k, n]; NaN is a gap.
    """

    offset: int
    times: Times
    series: tuple[Series, ...]
    values: Values

    def values_of(self, series: tuple[Series, ...]) -> Values:
        """float64[k, n] of these k series, in their order: gaps where this has no such series; others are left out."""
        if series == self.series:
            return self.values
        place = {one: row for row, one in enumerate(series)}
        values: Values = np.full((len(series), len(self.times)), GAP)
        rows = [row for row, one in enumerate(self.series) if one in place]
        values[[place[self.series[row]] for row in rows]] = self.values[rows]
        return values


#: No samples.
NOTHING = Slice(0, np.zeros(0, dtype=np.int64), (), np.zeros((0, 0)))


def after(earlier: Slice, later: Slice) -> Slice:
    """Two slices as one: the series of the later one first, as clients know them, then those that are gone."""
    if not len(earlier.times):
        return Slice(max(earlier.offset, later.offset), later.times, later.series, later.values)
    series = tuple(dict.fromkeys((*later.series, *earlier.series)))
    times: Times = np.concatenate((earlier.times, later.times))
    values: Values = np.concatenate((earlier.values_of(series), later.values_of(series)), axis=1)
    return Slice(max(earlier.offset, later.offset), times, series, values)

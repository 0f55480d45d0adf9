"""A stretch of samples of one metric, cut and joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values

Places = npt.NDArray[np.uint32]


class Stretch(NamedTuple):
    """Samples of one metric.

    Attributes:
        times: int64[n], ms since the epoch, ascending.
        places: uint32[k], which of the metric's series the rows are, ascending.
        values: float64[k, n]; NaN is a gap.
    """

    times: Times
    places: Places
    values: Values


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


def without_empty(stretch: Stretch) -> Stretch:
    """Leave out the series that have no value at all: they are gone, or not there yet."""
    alive = ~np.isnan(stretch.values).all(axis=1)
    if alive.all():
        return stretch
    return Stretch(stretch.times, stretch.places[alive], stretch.values[alive])

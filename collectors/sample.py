"""Samples on their way: numbers made one type, and batches of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from collectors.metric import Series

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

GAP = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """New samples of one metric.

    Attributes:
        metric: its name.
        times: int64[n], milliseconds since the epoch, ascending.
        series: the k series of this batch.
        values: float64[k, n]; NaN is a gap. A counter's are its raw readings until the core has made rates of them.
    """

    metric: str
    times: Times
    series: tuple[Series, ...]
    values: Values


def united(batches: Sequence[Batch]) -> Batch:
    """Batches of one metric as one, on the union of their times; where two have a value, the later batch's holds."""
    if len(batches) == 1:
        return batches[0]
    series = tuple(dict.fromkeys(one for batch in batches for one in batch.series))
    place = {one: index for index, one in enumerate(series)}
    times: Times = np.unique(np.concatenate([batch.times for batch in batches]))
    values = np.full((len(series), len(times)), GAP)
    for batch in batches:
        rows = np.array([place[one] for one in batch.series], dtype=np.intp)
        values[np.ix_(rows, np.searchsorted(times, batch.times))] = batch.values
    return Batch(batches[0].metric, times, series, values)


def number(value: object) -> float | None:
    """`value` as a finite float, NaN for a gap (None, NaN, infinity), or None when it is no number.

    Numbers are int, float, bool, Decimal, Fraction, numpy scalars and 0-d arrays of numbers.
    """
    if value is None:
        return GAP
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, (int, float, Decimal, Fraction, np.integer, np.floating, np.bool_)):
        return None
    try:
        result = float(value)
    except (OverflowError, ValueError):  # an int beyond float64; a signalling NaN
        return GAP
    return result if math.isfinite(result) else GAP

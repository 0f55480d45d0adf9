"""Choose which samples to draw, as indices, so that a chart of few points looks like one of all.

MinMaxLTTB (Van Der Donckt et al., 2023, arXiv:2305.00332) does the choosing; what it does not promise is added: the
first and the last sample, the peaks of every series, and at least one gap row of every gap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from tsdownsample import MinMaxLTTBDownsampler

from collectors.sample import GAP, Values
from dashboard.history.slice import Slice

Indices = npt.NDArray[np.intp]

#: Series share the points while each gets so many; below that one choice serves all.
FAIR_SHARE = 32
#: The algorithm's own minimum is 3, and a peak and a trough should fit beside the first and the last sample.
MIN_POINTS = 4
#: Thinning takes some 25 ns a value: from so many on it is near 5 ms and belongs into a native thread.
HEAVY = 150_000

_algorithm = MinMaxLTTBDownsampler()


def thin(samples: Slice, points: int) -> Slice:
    """`samples` with at most `points` of its times."""
    if len(samples.times) <= points:
        return samples
    chosen = choose(samples.values, points)
    return Slice(samples.offset, samples.times[chosen], samples.series, samples.values[:, chosen])


def choose(values: Values, points: int) -> Indices:
    """Which of n samples to draw.

    Args:
        values: float64[k, n], NaN is a gap. Samples count as equally far apart, so that an hour of sleep of the
            machine does not take the points from what was before and after it.
        points: how many at most, at least `MIN_POINTS`.

    Returns:
        Ascending indices: with the first and the last sample; with the peaks of every series while those take at most
        half of the points; with the borders of gaps, the longest first, while those do.

    Raises:
        ValueError: fewer points than `MIN_POINTS` are asked for.
    """
    if points < MIN_POINTS:
        raise ValueError(f"{points} points can't show a line; ask for at least {MIN_POINTS}")
    series, count = values.shape
    if count <= points:
        return np.arange(count)
    holed = bool(np.isnan(values.min())) if series else False  # a gap makes the least of all values one
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[_ends_and_peaks(values, points, holed)] = True
    if holed:
        chosen[_gap_borders(values, (points - int(np.count_nonzero(chosen))) // 2)] = True
    budget = points - int(np.count_nonzero(chosen))
    fair = series > 0 and budget // series >= FAIR_SHARE
    lines = list(values) if fair else [_composite(values)]
    for line in lines:
        chosen[_minmax_lttb(line, budget // len(lines), holed)] = True
    return np.flatnonzero(chosen)


def _ends_and_peaks(values: Values, points: int, holed: bool) -> Indices:
    """The first and the last sample, and the highest and the lowest of every series if there is room for them."""
    series, count = values.shape
    ends = np.array([0, count - 1])
    if 2 * series + 2 > points // 2 and series > 1:
        return ends
    if holed:
        alive = values[np.isfinite(values).any(axis=1)]
        if not len(alive):
            return ends
        peaks = [np.nanargmax(alive, axis=1), np.nanargmin(alive, axis=1)]
    else:  # the common case, without copies
        peaks = [values.argmax(axis=1), values.argmin(axis=1)]
    return np.concatenate([ends, *peaks])


def _gap_borders(values: Values, room: int) -> Indices:
    """For every run of NaN: the sample before it, its first row and the sample after it; the longest runs first."""
    _, count = values.shape
    if room < 1:
        return np.zeros(0, dtype=np.intp)
    gaps = np.isnan(values)
    edge = np.diff(gaps.astype(np.int8), axis=1, prepend=0, append=0)
    begin, end = np.nonzero(edge == 1)[1], np.nonzero(edge == -1)[1]
    # Most gaps are the collector's and so every series': the same run counts once.
    runs = np.unique(np.stack([begin, end]), axis=1)
    begin, end = runs
    longest_first = np.argsort(begin - end, kind="stable")
    rows = np.stack([begin - 1, begin, end])[:, longest_first].T.ravel()
    rows = rows[(rows >= 0) & (rows < count)]
    # The first place at which each row stands, in that order: rows that several runs share are counted once.
    _, first = np.unique(rows, return_index=True)
    return np.sort(rows[np.sort(first)][:room])


def _composite(values: Values) -> Values:
    """float64[n]: at each time the deviation of the series that is farthest from its mean, in standard deviations."""
    alive = values[np.isfinite(values).any(axis=1)]
    if not len(alive):
        return np.full(values.shape[1], GAP)
    largest = np.nanmax(np.abs(alive), axis=1, keepdims=True)
    alive = alive / np.where(largest > 0, largest, 1.0)  # the squares of values near the largest float64 are infinite
    spread = np.nanstd(alive, axis=1, keepdims=True)
    deviation = (alive - np.nanmean(alive, axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    size = np.abs(deviation)
    size[np.isnan(size)] = -1.0
    farthest = np.argmax(size, axis=0)
    composite: Values = deviation[farthest, np.arange(values.shape[1])]
    return composite


def _minmax_lttb(line: Values, points: int, holed: bool) -> Indices:
    """At most `points` indices of float64[n]; gaps, if there may be some, are looked through."""
    solid = np.flatnonzero(~np.isnan(line)) if holed else None
    count = len(line) if solid is None else len(solid)
    if count <= points:
        return np.arange(count) if solid is None else solid
    if points < 3:
        return np.zeros(0, dtype=np.intp)
    filled = np.ascontiguousarray(line if solid is None else line[solid])
    picked: Indices = _algorithm.downsample(filled, n_out=points).astype(np.intp)
    return picked if solid is None else solid[picked]


def thin_away(samples: Slice, points: int, native: Callable[..., Slice]) -> Slice:
    """`thin`, in a native thread when it takes long."""
    if len(samples.times) <= points:
        return samples
    return native(thin, samples, points) if samples.values.size >= HEAVY else thin(samples, points)

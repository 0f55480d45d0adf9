"""Which samples are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.metric import Series
from collectors.sample import Values
from dashboard.history.downsample import FAIR_SHARE, HEAVY, MIN_POINTS, choose, thin, thin_away
from dashboard.history.slice import Slice

GAP = np.nan


def walk(series: int, count: int, seed: int = 1) -> Values:
    """Random walks, one a series."""
    values: Values = np.random.default_rng(seed).standard_normal((series, count)).cumsum(axis=1)
    return values


def slice_of(values: Values) -> Slice:
    series = tuple(Series((("n", str(index)),)) for index in range(len(values)))
    return Slice(values.shape[1], np.arange(values.shape[1], dtype=np.int64) * 1000, series, values)


def naive_lttb(line: list[float], points: int) -> list[int]:
    """Largest-Triangle-Three-Buckets as its paper tells it (Steinarsson, 2013), for samples equally far apart."""
    count = len(line)
    size = (count - 2) / (points - 2)
    chosen = [0]
    for bucket in range(points - 2):
        begin, end = int(size * bucket) + 1, int(size * (bucket + 1)) + 1
        after = range(end, min(int(size * (bucket + 2)) + 1, count))
        mean_x, mean_y = sum(after) / len(after), sum(line[one] for one in after) / len(after)
        a = chosen[-1]
        areas = [
            abs((a - mean_x) * (line[one] - line[a]) - (a - one) * (mean_y - line[a])) for one in range(begin, end)
        ]
        chosen.append(begin + areas.index(max(areas)))
    return [*chosen, count - 1]


@pytest.mark.parametrize(("count", "points"), [(400, 130), (1000, 300), (900, 898), (257, 100)])
def test_it_is_lttb_with_the_peaks(count: int, points: int) -> None:
    """With up to four samples a point the choice is the naive algorithm's, with the highest and the lowest sample."""
    values = walk(1, count)
    line = values[0].tolist()
    ends_and_peaks = {0, count - 1, line.index(max(line)), line.index(min(line))}
    share = points - len(ends_and_peaks)
    assert choose(values, points).tolist() == sorted({*naive_lttb(line, share), *ends_and_peaks})


def test_few_samples_are_all_drawn() -> None:
    """What fits is not thinned."""
    samples = slice_of(walk(3, 50))
    assert thin(samples, 50) is samples
    assert choose(walk(3, 5), 50).tolist() == [0, 1, 2, 3, 4]


def test_too_few_points_are_refused() -> None:
    """Fewer points than a line needs is an error that says how many it needs."""
    with pytest.raises(ValueError, match="at least 4"):
        choose(walk(1, 100), MIN_POINTS - 1)


@pytest.mark.parametrize("series", [1, 3, 8, 20])
def test_a_short_peak_of_any_series_is_kept(series: int) -> None:
    """One sample that sticks out of one series is drawn, whether the points are shared or one choice serves all."""
    values = walk(series, 5000)
    spikes = [(one, 137 + 211 * one) for one in range(series)]
    for one, at in spikes:
        values[one, at] = 1e4 if one % 2 else -1e4
    chosen = set(choose(values, 200).tolist())
    assert {at for _, at in spikes} <= chosen


def test_many_series_show_where_any_of_them_jumps() -> None:
    """With more series than points the choice follows the series that is farthest from its own middle."""
    rng = np.random.default_rng(3)
    values: Values = rng.standard_normal((300, 4000)) * 0.01
    for series, at in ((7, 1000), (150, 2500), (299, 3333)):
        values[series] *= 10.0 ** rng.integers(-3, 6)  # whatever its scale
        values[series, at] = values[series].max() * 1000
    chosen = set(choose(values, 100).tolist())
    assert {1000, 2500, 3333} <= chosen


def naive_gaps(line: list[float]) -> list[tuple[int, int]]:
    """(first, last) of every run of NaN."""
    runs: list[tuple[int, int]] = []
    for index, one in enumerate(line):
        if one != one:
            if runs and runs[-1][1] == index - 1:
                runs[-1] = (runs[-1][0], index)
            else:
                runs.append((index, index))
    return runs


@pytest.mark.parametrize("series", [1, 4])
def test_gaps_stay_gaps(series: int) -> None:
    """Each gap has a row in what is drawn, and the line ends and begins where it did."""
    values = walk(series, 3000)
    for index, (begin, end) in enumerate([(10, 11), (500, 800), (1500, 1501), (2990, 3000), (0, 3)]):
        values[index % series, begin:end] = GAP
    chosen = set(choose(values, 300).tolist())
    for line in values.tolist():
        for begin, end in naive_gaps(line):
            assert chosen.intersection(range(begin, end + 1))
            assert {at for at in (begin - 1, end + 1) if 0 <= at < 3000} <= chosen


def test_the_longest_gaps_come_first_when_there_are_too_many() -> None:
    """A line that is torn all over still leaves half of the points to what is there, and shows its longest gap."""
    values = walk(1, 4000)
    values[0, ::3] = GAP
    values[0, 2000:2100] = GAP
    chosen = choose(values, 100)
    assert len(chosen) <= 100
    assert np.isnan(values[0, chosen]).sum() <= 50
    assert np.isnan(values[0, [at for at in chosen if 2000 <= at < 2100]]).any()
    assert {1999, 2100} & {at - 1 for at in chosen} | {1999, 2100} & set(chosen.tolist())


def test_a_metric_of_gaps_alone_is_drawn_as_one() -> None:
    """Nothing but gaps gives the first and the last sample."""
    chosen = choose(np.full((3, 1000), GAP), 100).tolist()
    assert (chosen[0], chosen[-1]) == (0, 999)


def test_a_metric_without_series_keeps_its_ends() -> None:
    """A slice without series can be thinned like any other."""
    chosen = choose(np.zeros((0, 1000)), 100).tolist()
    assert (chosen[0], chosen[-1]) == (0, 999)


def test_huge_values_do_not_overflow() -> None:
    """Values near the ends of float64 are chosen like others; no warning is given."""
    values = walk(40, 2000)
    values[3] = np.where(np.arange(2000) == 700, 1.7e308, -1.7e308)
    assert 700 in choose(values, 100)


shapes = st.tuples(st.integers(1, 12), st.integers(1, 900), st.integers(MIN_POINTS, 500), st.integers(0, 2**32 - 1))


@settings(max_examples=150, deadline=None)
@given(shape=shapes, holes=st.floats(0, 1))
def test_it_keeps_its_promises(shape: tuple[int, int, int, int], holes: float) -> None:
    """Indices ascend, are at most as many as asked for, have both ends, and every peak while there is room for them."""
    series, count, points, seed = shape
    rng = np.random.default_rng(seed)
    values = walk(series, count, seed)
    values[rng.random(values.shape) < holes] = GAP
    chosen = choose(values, points).tolist()
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= points
    assert {0, count - 1} <= set(chosen)
    if 2 * series + 2 <= points // 2:
        for line in values.tolist():
            there = [one for one in line if one == one]
            if there:
                assert {max(there), min(there)} <= {line[at] for at in chosen}


def test_series_share_the_points() -> None:
    """While each series gets a fair share, its own line is followed: none is drawn much worse than alone."""
    values = walk(4, 4000)
    points = 4 * FAIR_SHARE * 4
    together = choose(values, points)
    for line in values:
        drawn = np.interp(np.arange(4000), together, line[together])
        alone = choose(line.reshape(1, -1), points // 4)
        best = np.interp(np.arange(4000), alone, line[alone])
        assert np.abs(drawn - line).mean() <= 1.1 * np.abs(best - line).mean()


def test_a_slice_is_thinned_in_all_its_parts() -> None:
    """Times and values are of the chosen samples; offset and series stay."""
    samples = slice_of(walk(2, 1000))
    thinned = thin(samples, 100)
    assert (thinned.offset, thinned.series) == (samples.offset, samples.series)
    at = thinned.times // 1000
    assert np.array_equal(thinned.values, samples.values[:, at])


def test_only_what_is_heavy_leaves_the_hub() -> None:
    """A small slice is thinned where it is, a large one in a native thread, and one that fits not at all."""
    away: list[str] = []

    def native(function: object, samples: Slice, points: int) -> Slice:
        away.append("native")
        return thin(samples, points)

    small, large = slice_of(walk(2, 1000)), slice_of(walk(2, HEAVY))
    assert len(thin_away(small, 100, native).times) <= 100
    assert away == []
    assert len(thin_away(large, 100, native).times) <= 100
    assert away == ["native"]
    assert thin_away(large, HEAVY, native) is large
    assert away == ["native"]

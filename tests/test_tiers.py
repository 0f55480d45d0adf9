"""Sums over minutes and hours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sample import Times, Values
from dashboard.history.tiers import (
    ASPECTS,
    COUNT,
    LAST,
    MAX,
    MIN,
    SUM,
    Buckets,
    Tier,
    aligned,
    floor,
    merge,
    nothing,
    sum_up,
    widen,
)

numbers = st.one_of(st.integers(-1000, 1000).map(float), st.just(math.nan))
#: Milliseconds between samples, and the values of two series at each.
samples = st.lists(st.tuples(st.integers(1, 90), numbers, numbers), max_size=40)


def arrays(rows: list[tuple[int, float, float]]) -> tuple[Times, Values]:
    times = np.cumsum(np.array([step for step, *_ in rows], dtype=np.int64))
    return times, np.array([values for _, *values in rows], dtype=np.float64).reshape(-1, 2).T


def summed(times: Times, values: Values, width: int) -> dict[int, list[list[float]]]:
    """By the time at which a bucket begins: the aspects of each series, worked out one by one."""
    found = {}
    for begin in sorted({time - time % width for time in times.tolist()}):
        rows = values[:, (times >= begin) & (times < begin + width)].tolist()
        found[begin] = [aspects([one for one in row if not math.isnan(one)]) for row in rows]
    return found


def aspects(values: list[float]) -> list[float]:
    if not values:
        return [0.0, *[math.nan] * 4]
    return [float(len(values)), sum(values), min(values), max(values), values[-1]]


def table(buckets: Buckets) -> dict[int, list[list[float]]]:
    return dict(zip(buckets.starts.tolist(), buckets.cells.transpose(2, 1, 0).tolist(), strict=True))


@given(samples, st.integers(1, 200))
def test_samples_are_summed_up(rows: list[tuple[int, float, float]], width: int) -> None:
    """Each bucket has the count, sum, least, greatest and last value of what is in it."""
    times, values = arrays(rows)
    assert str(table(sum_up(times, values, width))) == str(summed(times, values, width))


@given(samples, st.integers(1, 100), st.integers(1, 9))
def test_wider_buckets_are_those_of_the_samples(rows: list[tuple[int, float, float]], width: int, more: int) -> None:
    """It makes no difference whether samples or narrower buckets are summed up."""
    times, values = arrays(rows)
    found = widen(sum_up(times, values, width), width * more)
    assert str(table(found)) == str(summed(times, values, width * more))


@given(samples, st.integers(1, 100), st.integers(0, 40))
def test_parts_are_merged_into_the_whole(rows: list[tuple[int, float, float]], width: int, cut: int) -> None:
    """Samples that are summed up in two parts, one after the other, give what they give together."""
    times, values = arrays(rows)
    parts = (sum_up(times[:cut], values[:, :cut], width), sum_up(times[cut:], values[:, cut:], width))
    assert str(table(merge(*parts))) == str(summed(times, values, width))


def test_aggregates_are_read_off() -> None:
    """Of a bucket one asks for the mean, or any of what it holds; where there was nothing, the mean is a gap."""
    buckets = sum_up(np.array([0, 1, 2]), np.array([[3.0, 1.0, 2.0], [math.nan] * 3]), 10)
    assert buckets.values("mean")[0].tolist() == [2.0]
    assert math.isnan(buckets.values("mean")[1, 0])
    assert [buckets.values(one)[0, 0] for one in ("count", "sum", "min", "max", "last")] == [3, 6, 1, 3, 2]


def test_infinite_values_are_summed_up() -> None:
    """A sum with an infinite value is infinite, and no other number."""
    buckets = sum_up(np.array([0, 1]), np.array([[math.inf, 1.0]]), 10)
    assert buckets.cells[:, 0, 0].tolist() == [2, math.inf, 1, math.inf, 1]


def test_buckets_of_some_series_are_those_of_more() -> None:
    """Series that have no part in them have counts of 0 and gaps."""
    found = aligned(sum_up(np.array([5]), np.array([[7.0]]), 10), [1], 3)
    assert found.cells[COUNT, :, 0].tolist() == [0, 1, 0]
    assert np.isnan(found.cells[[SUM, MIN, MAX, LAST]][:, [0, 2]]).all()
    assert nothing(3).cells.shape == (len(ASPECTS), 3, 0)


def test_between_counts_where_buckets_begin() -> None:
    """A bucket belongs to a span when it begins in it; the end does not."""
    buckets = sum_up(np.array([0, 10, 20, 30]), np.ones((1, 4)), 10)
    assert buckets.between(10, 30).starts.tolist() == [10, 20]


@pytest.mark.parametrize(("tier", "time", "begins"), [
    (Tier.MINUTE, 1_709_251_199_999, 1_709_251_140_000),  # the last moment of a leap day
    (Tier.HOUR, 1_711_846_800_000, 1_711_846_800_000),  # clocks of Europe are set forward
    (Tier.HOUR, 2_147_483_648_001, 2_147_482_800_000),  # a second after what 32 bits hold
])  # fmt: skip
def test_buckets_begin_at_full_minutes_and_hours(tier: Tier, time: int, begins: int) -> None:
    """A bucket begins at a full minute or hour of UTC, whatever day it is and whatever clocks show."""
    assert floor(time, tier.width) == begins
    assert sum_up(np.array([time]), np.ones((1, 1)), tier.width).starts.tolist() == [begins]

"""Any span of the past: archive and memory, joined."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.reading import Span, TooMuch
from dashboard.history.tiers import Aggregate, Tier
from tests.lasting import POINTS, START, HandClock, Lasting, Rows, rows_of, series

METRIC = Metric("a.b", labels=("name",))
MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lasting]:
    one = Lasting(tmp_path / "data")
    yield one
    one.close()


def rows(first: int, last: int, step: int = 1) -> Rows:
    """Of two series, one of which is there every other minute only."""
    return {
        START + second * 1000: {"x": float(second % 977)} | ({"y": second / 8} if second // 60 % 2 else {})
        for second in range(first, last + 1, step)
    }


def summed(published: Rows, width: int, aggregate: Aggregate, start: int, end: int) -> Rows:
    """The buckets that a span touches, worked out one by one."""
    found: dict[int, dict[str, list[float]]] = {}
    for time, row in published.items():
        begin = time - time % width
        if start - start % width <= begin <= end:
            for name, value in row.items():
                found.setdefault(begin, {}).setdefault(name, []).append(value)
    return {
        begin: {name: aggregated(values, aggregate) for name, values in row.items()} for begin, row in found.items()
    }


def aggregated(values: list[float], aggregate: Aggregate) -> float:
    return {
        "mean": math.fsum(values) / len(values),
        "min": min(values),
        "max": max(values),
        "last": values[-1],
        "count": float(len(values)),
        "sum": math.fsum(values),
    }[aggregate]


def assert_same(found: Rows, expected: Rows) -> None:
    assert sorted(found) == sorted(expected)
    for time, row in expected.items():
        assert found[time] == pytest.approx(row, rel=1e-9)


def _counted(found: Rows, aggregate: Aggregate) -> Rows:
    """Rows without those of which nothing is told; a count of 0 is nothing."""
    told = {
        time: {name: value for name, value in row.items() if value or aggregate != "count"}
        for time, row in found.items()
    }
    return {time: row for time, row in told.items() if row}


#: Seconds that are published, one after the other, and whether the second is over then.
steps = st.lists(st.tuples(st.sampled_from([1, 10, 59, 300, 700]), st.booleans()), min_size=1, max_size=12)
aggregates = st.sampled_from(["mean", "min", "max", "last", "count", "sum"])


@settings(max_examples=25, deadline=None)
@given(steps=steps, ends=st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)), aggregate=aggregates)
def test_there_is_no_seam(steps: list[tuple[int, bool]], ends: tuple[float, float], aggregate: Aggregate) -> None:
    """Wherever a span begins and ends, and whatever is packed by then, every sample and bucket is there, and once."""
    published: Rows = {}
    with tempfile.TemporaryDirectory() as folder:
        here, second = Lasting(Path(folder) / "data", HandClock()), 0
        key = here.declare(METRIC)
        for count, over in steps:
            fresh = rows(second, second + count - 1, 1 if count < 100 else 10)
            published |= fresh
            here.publish("a.b", fresh)
            second += count
            here.time.now = START + second * 1000
            if over:
                here.keep()
            start, end = sorted(START + round(one * second * 1000) for one in ends)
            within = {time: row for time, row in published.items() if start <= time <= end}
            assert_same(here.all_of(key, start, end), within)
            for tier in (Tier.MINUTE, Tier.HOUR):
                found = here.history.query(key, Span(start, end, tier, aggregate), POINTS)
                assert found.tier is tier
                expected = summed(published, tier.width, aggregate, start, end)
                assert_same(_counted(rows_of(found.samples), aggregate), expected)
        here.close()


def test_only_the_series_that_are_wanted_are_told(here: Lasting) -> None:
    """A question for some series gets those, from memory and archive alike."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 1000))
    here.time.now += 10**6
    here.keep()
    here.publish("a.b", rows(1001, 1200))

    def wanted(series: Series) -> bool:
        return series.name == "y"

    for tier in Tier:
        found = here.history.query(key, Span(0, 2**50, tier, wanted=wanted), POINTS).samples
        assert [one.name for one in found.series] == ["y"]


def test_many_samples_become_as_many_buckets_as_were_asked_for(here: Lasting) -> None:
    """With an aggregate a span comes in about as many buckets as there are points, of a width that tiers can make."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 999))
    found = here.history.query(key, Span(START, START + 999_000, None, "count", points=10), POINTS)
    assert found.tier is Tier.FULL
    assert 10 <= len(found.samples.times) <= 11
    assert sum(row["x"] for row in rows_of(found.samples).values()) == 1000


def test_what_is_too_much_is_taken_from_a_coarser_tier(here: Lasting) -> None:
    """A span of so many samples that looking through them would take long comes as sums, unless it is insisted."""
    key = here.declare(METRIC)
    wide = tuple(series(str(one)) for one in range(500))
    times = START + 1000 * np.arange(2400, dtype=np.int64)
    for part in np.split(times, 4):
        here.history.append(Batch("a.b", part, wide, np.ones((500, len(part)))))
        here.time.now = int(part[-1])
        here.keep()
    here.time.now += 10**7
    here.keep()
    assert here.history.query(key, Span(START, START + 2_400_000), POINTS).tier is Tier.MINUTE
    assert here.history.query(key, Span(START, START + 2_400_000, Tier.FULL), POINTS).tier is Tier.FULL
    few = Span(START, START + 2_400_000, wanted=lambda one: one == wide[7])
    assert here.history.query(key, few, POINTS).tier is Tier.FULL


def test_where_minutes_are_gone_there_are_hours(tmp_path: Path) -> None:
    """A span that begins before the oldest minutes comes as hours up to there, at whatever resolution the rest is."""
    here = Lasting(tmp_path / "data", retention=60, retention_minute=7200)
    key = here.declare(METRIC)
    for first in range(0, 12 * 3600, 600):
        here.publish("a.b", rows(first, first + 599, 10))
        here.time.now = START + (first + 600) * 1000
        here.keep()
    for _ in range(30):
        here.time.now += 20_000
        here.time.elapsed += 5000
        here.keep()
    found = here.history.query(key, Span(START, here.time.now), POINTS)
    assert found.tier is Tier.HOUR
    assert found.samples.times[0] <= START + HOUR
    assert np.diff(found.samples.times).max() <= HOUR


@pytest.mark.parametrize("around", [
    1_709_164_800_000,  # 29 February 2024
    1_711_846_800_000,  # clocks are set forward in Europe
    1_729_990_800_000,  # and back
    2_147_483_648_000,  # more seconds than 32 bits hold
])  # fmt: skip
def test_days_that_are_not_like_others_are(tmp_path: Path, around: int) -> None:
    """Times are milliseconds of UTC: no hour is missing, none comes twice, whatever people's clocks do."""
    here = Lasting(tmp_path / "data", HandClock(around))
    key = here.declare(METRIC)
    hour = around - around % HOUR
    published = {hour + second * 1000: {"x": float(second)} for second in range(-7200, 7200, 60)}
    here.publish("a.b", {time: row for time, row in published.items() if time < around})
    here.time.now = around
    here.keep()
    here.publish("a.b", {time: row for time, row in published.items() if time >= around})
    here.time.now = around + 7_200_000
    here.keep()
    again = here.restart()
    assert again.all_of(key) == published
    hours = rows_of(again.history.query(key, Span(0, 2**50, Tier.HOUR, "count"), POINTS).samples)
    assert hours == {hour + at * HOUR: {"x": 60.0} for at in range(-2, 2)}
    again.close()


def test_more_than_an_answer_may_look_through_is_refused(here: Lasting) -> None:
    """Who insists on a resolution at which a span has millions of values is told what else to ask for."""
    key = here.declare(METRIC)
    wide = tuple(series(str(one)) for one in range(500))
    times = START + 1000 * np.arange(22_000, dtype=np.int64)
    for part in np.split(times, 20):
        here.history.append(Batch("a.b", part, wide, np.zeros((500, len(part)))))
        here.time.now = int(part[-1])
        here.keep()
    here.time.now += 10**7
    here.keep()
    with pytest.raises(TooMuch, match="ask for a shorter one"):
        here.history.query(key, Span(START, here.time.now, Tier.FULL), POINTS)
    assert here.history.query(key, Span(START, here.time.now), POINTS).tier is Tier.MINUTE

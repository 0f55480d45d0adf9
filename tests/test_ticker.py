"""When jobs sample."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sampling.ticker import Lateness, Ticker
from tests.sinks import FakeTime

START = 1_700_000_000.0


class Waiter:
    """Lets the fake time pass for each wait, and something happen before the wait of that number."""

    def __init__(self, time: FakeTime, oversleep: float = 0.0) -> None:
        self.time = time
        self.oversleep = oversleep
        self.events: dict[int, Callable[[], None]] = {}
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.waits.append(seconds)
        event = self.events.pop(len(self.waits), None)
        self.time.pass_(seconds + self.oversleep)
        if event is not None:
            event()
        return False


def ticker(
    wall: float = START, every: float = 1.0, phase: float = 0.0, oversleep: float = 0.0
) -> tuple[Ticker, FakeTime, Waiter]:
    time = FakeTime(wall)
    waiter = Waiter(time, oversleep)
    return Ticker(every, time.clock, waiter, phase), time, waiter


def take(ticks: Iterator[int], count: int) -> list[int]:
    return list(itertools.islice(ticks, count))


def test_ticks_are_aligned_to_the_interval() -> None:
    """Ticks carry whole multiples of the interval, whenever it started."""
    one, _, _ = ticker(START + 0.9)
    assert take(one.ticks(), 3) == [1_700_000_001_000, 1_700_000_002_000, 1_700_000_003_000]


def test_a_first_tick_comes_at_once_when_the_mark_is_far() -> None:
    """Who samples once a minute gets a first value now, at the time it is taken."""
    one, time, _ = ticker(START + 3.25, every=60.0)
    first, second = take(one.ticks(), 2)
    assert first == 1_700_000_003_250
    assert second % 60_000 == 0
    assert time.wall * 1000 == pytest.approx(second)


def test_a_phase_delays_the_tick_but_not_its_time() -> None:
    """Jobs wake one after another, yet their samples carry the same time."""
    one, time, _ = ticker(START + 0.9, phase=0.02)
    assert take(one.ticks(), 1) == [1_700_000_001_000]
    assert time.wall == pytest.approx(START + 1.02)


@pytest.mark.parametrize("step", [3600.0, -3600.0, 0.3, -0.3, 86_400.0 * 365])
def test_a_step_of_the_wall_clock_neither_stops_the_ticks_nor_makes_them_burst(step: float) -> None:
    """After a step there is one tick an interval as before, at the new time, and none is counted as skipped."""
    one, time, waiter = ticker(START + 0.9)
    waiter.events[3] = lambda: setattr(time, "wall", time.wall + step)
    ticks, at = [], []
    for tick in itertools.islice(one.ticks(), 8):
        ticks.append(tick)
        at.append(time.mono)
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert all(0.2 < gap < 1.8 for gap in gaps)
    assert ticks[-1] / 1000 == pytest.approx(time.wall, abs=0.01)
    assert one.skipped == 0
    assert all(abs(tick % 1000) == 0 for tick in ticks)


def test_a_slow_job_skips_ticks_and_counts_them() -> None:
    """A collect that takes 3.5 s at 1 s costs three ticks; the next comes on its mark."""
    one, time, _ = ticker(START + 0.9)
    ticks = one.ticks()
    assert next(ticks) == 1_700_000_001_000
    time.pass_(3.5)
    assert next(ticks) == 1_700_000_005_000
    assert one.skipped == 3


def test_a_wake_up_a_hair_early_does_not_tick_twice() -> None:
    """When the wall clock is slewed so that a mark seems still to come, it is not ticked again."""
    one, time, waiter = ticker(START + 0.9)
    waiter.events[1] = lambda: setattr(time, "wall", time.wall - 0.002)
    assert take(one.ticks(), 3) == [1_700_000_001_000, 1_700_000_002_000, 1_700_000_003_000]


def test_a_standstill_is_late_and_carries_the_time_it_is_now() -> None:
    """After a standstill of 5 s the sample is not given a time of 5 s ago."""
    one, time, waiter = ticker(START + 0.9)
    waiter.events[2] = lambda: time.pass_(5.2)
    assert take(one.ticks(), 3) == [1_700_000_001_000, 1_700_000_007_000, 1_700_000_008_000]
    assert one.late == 1
    assert one.skipped == 5


def test_the_lateness_of_each_tick_is_noted() -> None:
    """Every tick leaves by how much it came late, and taking them forgets them."""
    time = FakeTime(START + 0.9)
    lateness = Lateness()
    one = Ticker(1.0, time.clock, Waiter(time, oversleep=0.004), lateness=lateness)
    take(one.ticks(), 3)
    assert lateness.take() == pytest.approx([0.004] * 3)
    assert lateness.take() == []
    assert lateness.ticks == 3


def test_the_memory_of_lateness_is_bounded() -> None:
    """Only the newest are kept, however many come between two looks."""
    lateness = Lateness(4)
    for value in range(11):
        lateness.add(float(value))
    assert lateness.take() == [7.0, 8.0, 9.0, 10.0]


def test_the_ticks_end_when_the_wait_says_so() -> None:
    """A wait that returns true ends the ticks."""
    time = FakeTime(START + 0.9)
    assert list(Ticker(1.0, time.clock, lambda seconds: True).ticks()) == []


@given(
    st.floats(0.01, 90.0),
    st.floats(1.0e9, 2.0e9),
    st.lists(st.tuples(st.floats(0.0, 200.0), st.floats(-1e5, 1e5)), max_size=30),
)
def test_ticks_never_burst(every: float, wall: float, happenings: list[tuple[float, float]]) -> None:
    """Whatever work takes and however the wall clock is stepped, two ticks are never due within the same moment."""
    one, time, _ = ticker(wall, every)
    ticks = one.ticks()
    next(ticks)
    last: float | None = None
    for work, step in happenings:
        time.pass_(work)
        time.wall += step
        next(ticks)
        if last is not None and work + abs(step) == 0.0:
            assert time.mono - last > every / 2
        last = time.mono
    assert one.skipped <= sum(work for work, _ in happenings) / every + 2

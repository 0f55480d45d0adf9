"""Counters become rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.metric import Series
from collectors.sample import Batch
from dashboard.sampling.rate import BITS, FEWEST, FORGOTTEN, MOMENT, Rates

A, B = Series((("x", "a"),)), Series((("x", "b"),))
NAN = math.nan


def batch(times: list[int], *rows: list[float], series: tuple[Series, ...] = (A,)) -> Batch:
    return Batch("m", np.array(times, dtype=np.int64), series, np.array(rows, dtype=np.float64))


def rates(rates: Rates, *batches: Batch) -> list[list[list[float]]]:
    """One round for each batch; what became of it."""
    found = []
    for one in batches:
        rates.begin()
        found.append(rates.apply(one).values.tolist())
    return found


def test_the_first_sample_is_a_gap() -> None:
    """One reading says nothing of a rate."""
    [[[first]], [[second]]] = rates(Rates(), batch([1000], [50.0]), batch([2000], [70.0]))
    assert math.isnan(first)
    assert second == 20.0


def test_the_time_between_is_that_of_the_samples() -> None:
    """A rate is per second of the samples' own times, however irregular."""
    found = rates(Rates(), batch([1000], [0.0]), batch([1500], [10.0]), batch([5500], [30.0]))
    assert found[1:] == [[[20.0]], [[5.0]]]


def test_readings_of_a_tick_count_from_when_they_were_taken() -> None:
    """A sample that was taken late still belongs to its tick, and its rate to the time that has really passed."""
    one = Rates()
    found = []
    for tick, read_at, value in ((1000, 7.0, 0.0), (2000, 8.4, 140.0), (3000, 9.0, 200.0)):
        one.begin()
        found.append(one.apply(batch([tick], [value]), read_at))
    assert [rate.times.tolist() for rate in found] == [[1000], [2000], [3000]]
    np.testing.assert_allclose([rate.values[0, 0] for rate in found[1:]], [100.0, 100.0])


def test_times_of_two_clocks_are_not_compared() -> None:
    """A metric that goes over from ticks to times of its own starts with a gap."""
    one = Rates()
    one.begin()
    one.apply(batch([1000], [5.0]), 7.0)
    one.begin()
    assert math.isnan(one.apply(batch([2000], [9.0])).values[0, 0])
    one.begin()
    assert one.apply(batch([3000], [10.0])).values[0, 0] == 1.0


def test_arrays_of_samples() -> None:
    """A batch of many times gives as many rates, the first against the reading before it."""
    one = Rates()
    rates(one, batch([1000], [0.0], [100.0], series=(A, B)))
    [found] = rates(one, batch([2000, 3000, 5000], [1.0, 3.0, 7.0], [100.0, 90.0, 92.0], series=(A, B)))
    np.testing.assert_array_equal(found, [[1.0, 2.0, 2.0], [0.0, NAN, 1.0]])


def test_a_reset_is_a_gap() -> None:
    """A counter that starts again gives a gap, then goes on."""
    found = rates(Rates(), batch([0], [1e6]), batch([1000], [5.0]), batch([2000], [25.0]))
    assert math.isnan(found[1][0][0])
    assert found[2] == [[20.0]]


@pytest.mark.parametrize(
    ("readings", "rate"),
    [
        ((2.0**32 - 250, 2.0**32 - 100, 50.0), 150.0),
        ((0.92 * 2**32, 2.0**32 - 1, 2.0**30 - 2), 2.0**30 - 1),
        ((2.0**64 - 8192, 2.0**64 - 4096, 4096.0), 8192.0),
        ((2.0**31 - 9, 2.0**31, 10.0), NAN),
        ((2.0**32 - 200, 2.0**32 - 100, 2.0**31), NAN),
        ((2.0**33 - 9, 2.0**33, 10.0), NAN),
        ((2.0**63 - 4096, 2.0**63, 10.0), NAN),
        ((4e9, 4e9 + 100, 2e8), NAN),
        ((NAN, 2.0**32 - 100, 50.0), NAN),
    ],
)
def test_a_wrap_is_believed_only_where_it_fits(readings: tuple[float, float, float], rate: float) -> None:
    """A fall is a wrap if the counter stood near 2**32 or 2**64 and goes on about as fast as before; else a reset."""
    first, second, third = readings
    [*_, [[found]]] = rates(Rates(), batch([0], [first]), batch([1000], [second]), batch([2000], [third]))
    assert found == pytest.approx(rate, nan_ok=True)


def test_a_gap_in_the_readings_is_a_gap_until_there_are_two_again() -> None:
    """No rate is made from a reading that is missing."""
    found = rates(Rates(), *(batch([1000 * i], [value]) for i, value in enumerate([1.0, NAN, 5.0, 9.0])))
    np.testing.assert_array_equal(np.ravel(found), [NAN, NAN, NAN, 4.0])


def test_a_series_that_vanishes_and_comes_back_begins_with_a_gap() -> None:
    """What happened while a series was away is not told as one sample."""
    found = rates(
        Rates(),
        batch([0], [1.0], [1.0], series=(A, B)),
        batch([1000], [2.0]),
        batch([2000], [3.0], [500.0], series=(A, B)),
        batch([3000], [501.0], [4.0], series=(B, A)),
    )
    assert found[1] == [[1.0]]
    np.testing.assert_array_equal(found[2], [[1.0], [NAN]])
    assert found[3] == [[1.0], [1.0]]


def test_series_with_times_of_their_own_in_one_round() -> None:
    """Batches of one round with different series and times each go on from their own last reading."""
    one = Rates()
    for tick, (a, b) in enumerate([(0.0, 0.0), (10.0, 4.0)]):
        one.begin()
        first = one.apply(batch([tick * 1000], [a]))
        second = one.apply(batch([tick * 1000 + 500], [b], series=(B,)))
    assert first.values.tolist() == [[10.0]]
    assert second.values.tolist() == [[4.0]]


@pytest.mark.parametrize("time", [1000, 500])
def test_time_that_stands_still_or_goes_back_is_a_gap(time: int) -> None:
    """No rate is divided by nothing, or by less."""
    [_, [[found]]] = rates(Rates(), batch([1000], [1.0]), batch([time], [2.0]))
    assert math.isnan(found)


def test_the_scale_is_multiplied_in() -> None:
    """Bytes can be drawn as bits."""
    assert rates(Rates(8.0), batch([0], [0.0]), batch([1000], [2.0]))[1] == [[16.0]]


def test_series_that_never_come_back_are_forgotten() -> None:
    """Labels that change with every sample do not fill the memory."""
    one = Rates()
    for tick in range(40):
        series = tuple(Series((("id", f"{tick}-{i}"),)) for i in range(50))
        rates(one, batch([tick * 1000], *([1.0],) * 50, series=series))
    assert len(one._place) <= FORGOTTEN + 100
    assert len(one._values) <= 2 * (FORGOTTEN + 100)


@given(st.lists(st.floats(0, 2.0**64) | st.just(NAN), min_size=2, max_size=40))
def test_a_rate_is_never_negative_nor_infinite(readings: list[float]) -> None:
    """Whatever a counter reads, its rate is a number of at least zero, or a gap."""
    one = Rates()
    found = np.ravel(rates(one, *(batch([1000 * i], [value]) for i, value in enumerate(readings))))
    assert not np.any(found < 0)
    assert not np.any(np.isinf(found))


@given(st.floats(1e-300, 1e300), st.floats(1e-3, 1e3))
def test_a_rate_is_as_exact_as_its_moments(rise: float, seconds: float) -> None:
    """Rounding changes a rate by no more than 0.064 ms between readings would, or by 2**-21, and leaves no noise."""
    one = Rates()
    for read_at, reading in ((0.0, 0.0), (seconds, rise)):
        one.begin()
        [[found]] = one.apply(batch([round(read_at * 1000)], [reading]), read_at).values.tolist()
    share = min(max(MOMENT / (seconds * 1000), 2.0**-BITS), 2.0**-FEWEST)
    assert found == pytest.approx(rise / (seconds * 1000) * 1000, rel=share, abs=0)
    assert np.float64(found).view(np.int64) % 2**32 == 0


@given(st.floats(1e-3, 1e6), st.floats(0.99, 1.01))
def test_a_rate_of_a_second_has_fourteen_bits(rise: float, seconds: float) -> None:
    """As many as tell 0.064 ms of a second apart; the history packs no more than these."""
    one = Rates()
    for read_at, reading in ((0.0, 0.0), (seconds, rise)):
        one.begin()
        [[found]] = one.apply(batch([round(read_at * 1000)], [reading]), read_at).values.tolist()
    assert np.float64(found).view(np.int64) % 2 ** (53 - 14) == 0


@given(st.floats(1e-300, 1e300), st.integers(1, 1_000_000))
def test_a_rate_between_times_of_its_source_is_exact_to_half_a_millionth(rise: float, elapsed: int) -> None:
    """A source that tells its times is believed: by at most 2**-21 of a rate it is rounded."""
    found = rates(Rates(), batch([0], [0.0]), batch([elapsed], [rise]))[1][0][0]
    assert found == pytest.approx(rise / elapsed * 1000, rel=2.0**-BITS, abs=0)


@given(st.integers(0, 2**BITS), st.sampled_from([-1.0, 1.0]))
def test_a_rate_that_is_a_whole_number_stays_one(rise: int, sign: float) -> None:
    """Up to two million a second, what rises by whole numbers each second has just these as its rates."""
    assert rates(Rates(sign), batch([0], [0.0]), batch([1000], [rise]))[1] == [[sign * rise]]


@given(st.lists(st.floats(0, 1e15), min_size=2, max_size=30), st.integers(1, 7))
def test_it_does_not_matter_how_samples_are_cut_into_batches(readings: list[float], size: int) -> None:
    """One at a time or many at once: the same rates."""
    times = list(range(0, 1000 * len(readings), 1000))
    single = np.ravel(rates(Rates(), *(batch([t], [v]) for t, v in zip(times, readings, strict=True))))
    pieces = [batch(times[i : i + size], readings[i : i + size]) for i in range(0, len(times), size)]
    many = [value for row in rates(Rates(), *pieces) for value in row[0]]
    np.testing.assert_array_equal(single, many)

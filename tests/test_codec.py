"""Stretches of samples as bytes."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.history.codec import Damaged, Packed, decode, encode
from dashboard.history.stretch import Stretch

START = 1_790_000_000_000


def stretch(values: list[list[float]], steps: list[int] | None = None, places: list[int] | None = None) -> Stretch:
    count = len(values[0]) if values else len(steps or [1])
    times = START + np.cumsum(np.array((steps or [1000] * count)[:count], dtype=np.int64))
    numbers = np.array(range(len(values)) if places is None else places, dtype=np.uint32)
    return Stretch(times, numbers, np.array(values, dtype=np.float64).reshape(len(values), count))


def assert_same(one: Stretch, other: Stretch) -> None:
    """Equal to the bit, except that one gap is as good as another."""
    assert one.times.tolist() == other.times.tolist()
    assert one.places.tolist() == other.places.tolist()
    assert one.values.shape == other.values.shape
    gaps = np.isnan(one.values)
    assert np.array_equal(gaps, np.isnan(other.values))
    assert np.array_equal(one.values.view(np.int64)[~gaps], other.values.view(np.int64)[~gaps])


numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=False, width=64),
    st.integers(-1000, 1000).map(float),
    st.sampled_from([0.0, -0.0, float("nan"), 5e-324, 1.7976931348623157e308]),
)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    count = draw(st.integers(1, 40))
    series = draw(st.integers(0, 5))
    columns = [
        draw(st.one_of(st.lists(numbers, min_size=count, max_size=count), numbers.map(lambda one: [one] * count)))
        for _ in range(series)
    ]
    steps = draw(st.one_of(st.just([1000] * count), st.lists(st.integers(1, 10**6), min_size=count, max_size=count)))
    places = draw(st.sets(st.integers(0, 2**31), min_size=series, max_size=series))
    return stretch(columns, steps, draw(st.sampled_from([None, sorted(places)])))


@given(stretches())
def test_what_goes_in_comes_out(samples: Stretch) -> None:
    """Every value, time and series comes back to the bit."""
    assert_same(decode(encode(samples)), samples)


@given(stretches(), st.data())
def test_some_series_are_those_of_all(samples: Stretch, data: st.DataObject) -> None:
    """Only the series that are wanted are unpacked, whichever they are."""
    wanted = data.draw(st.lists(st.sampled_from([*samples.places.tolist(), 7]), unique=True))
    rows = [row for row, place in enumerate(samples.places.tolist()) if place in wanted]
    packed = Packed(encode(samples))
    values = np.empty((len(rows), len(samples.times)))
    packed.unpack(rows, values)
    assert_same(
        Stretch(packed.times, packed.places[rows], values),
        samples._replace(places=samples.places[rows], values=samples.values[rows]),
    )


@given(stretches(), st.data())
def test_what_is_cut_off_is_no_stretch(samples: Stretch, data: st.DataObject) -> None:
    """Bytes of which some are missing are told as such; nothing else is ever raised."""
    whole = encode(samples)
    with pytest.raises(Damaged, match="no stretch of samples"):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_how_the_values_lie_in_memory_does_not_matter() -> None:
    """A matrix of which each column lies together, not each row, is packed as well."""
    samples = stretch([[1.0, 2.0, 4.0], [1.0, float("nan"), 7.0]])
    assert_same(decode(encode(samples._replace(values=np.asfortranarray(samples.values)))), samples)


def test_another_version_is_refused() -> None:
    """A later form of these bytes is not taken for this one."""
    data = bytearray(encode(stretch([[1.0, 2.0]])))
    data[0] = 9
    with pytest.raises(Damaged, match="version 9"):
        decode(bytes(data))


def test_a_constant_costs_next_to_nothing() -> None:
    """Ten minutes of eight series that stand still, at a steady interval, take under 100 bytes."""
    still = stretch([[0.0] * 600] * 4 + [[7.25] * 600] * 4)
    assert len(encode(still)) < 100


def test_a_hole_costs_little() -> None:
    """A gap in the middle does not spoil what is around it."""
    values = np.round(np.sin(np.arange(600) / 50), 2)
    whole = len(encode(stretch([values.tolist()])))
    values[200:230] = np.nan
    assert len(encode(stretch([values.tolist()]))) < whole + struct.calcsize("<10I")


def test_series_that_are_alike_share_what_is_known_of_them() -> None:
    """Eight series of the same noise take clearly less than eight times one of them, and each comes back alone."""
    values = np.round(np.random.default_rng(1).normal(50, 10, (8, 600)), 3)
    alone = sum(len(encode(stretch([row.tolist()]))) for row in values)
    samples = stretch(values.tolist())
    together = encode(samples)
    assert len(together) < 0.95 * alone
    alone_again = np.empty((1, 600))
    Packed(together).unpack([5], alone_again)
    assert np.array_equal(alone_again, values[5:6])


def test_series_that_wander_are_packed_beside_series_that_jump() -> None:
    """What hardly moves from one value to the next is not spoilt by noise of steps as large: it is packed as steps."""
    rng = np.random.default_rng(1)
    noise = rng.integers(1000, 1020, (4, 600)) / 1e6
    walks = (np.cumsum(rng.integers(-9, 10, (4, 600)), axis=1) + 20_000) / 1e6
    apart = sum(len(encode(stretch(rows.tolist()))) for rows in (noise, walks))
    assert len(encode(stretch([*noise.tolist(), *walks.tolist()]))) < 1.01 * apart


def test_series_that_come_and_go_cost_little() -> None:
    """Series that are there for a tenth of the time take about a tenth of what they would otherwise."""
    values = np.round(np.random.default_rng(1).normal(50, 10, (20, 600)), 3)
    holed = np.full(values.shape, np.nan)
    for row in range(20):
        holed[row, 30 * row % 540 :][:60] = values[row, :60]
    samples = stretch(holed.tolist())
    assert_same(decode(encode(samples)), samples)
    assert len(encode(samples)) < 0.15 * len(encode(stretch(values.tolist())))


def test_many_kinds_of_series_in_one_metric() -> None:
    """Series of every magnitude come back, though there are more kinds than groups."""
    rng = np.random.default_rng(1)
    samples = stretch([(rng.random(5) * 2.0 ** (2 * power - 500)).tolist() for power in range(500)])
    assert_same(decode(encode(samples)), samples)

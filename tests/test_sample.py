"""Numbers of any type become float64 by rule."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from collectors.metric import Series
from collectors.sample import Batch, number, united


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (2.5, 2.5),
        (True, 1.0),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (np.float32(0.5), 0.5),
        (np.int16(-3), -3.0),
        (np.bool_(True), 1.0),
        (np.array(7), 7.0),
        (2**64, 2.0**64),
    ],
)
def test_numbers(value: object, expected: float) -> None:
    """Every type of number becomes the float of its value."""
    result = number(value)
    assert type(result) is float
    assert result == expected


@pytest.mark.parametrize(
    "value", [None, math.nan, math.inf, -math.inf, np.float64("nan"), Decimal("NaN"), Decimal("sNaN"), 10**400]
)
def test_gaps(value: object) -> None:
    """None, NaN, infinity and what no float can hold are gaps."""
    result = number(value)
    assert result is not None
    assert math.isnan(result)


@pytest.mark.parametrize("value", ["1", b"1", [1], {"a": 1}, object(), 1j, np.array(["x"])[0], np.datetime64("now")])
def test_things_that_are_no_numbers(value: object) -> None:
    """Text, containers and complex numbers are not taken for numbers."""
    assert number(value) is None


def test_batches_are_united_on_all_their_times() -> None:
    """Each series has its values at its own times and gaps elsewhere; a lone batch stays as it is."""
    one, two = Series((("of", "1"),)), Series((("of", "2"),))
    first = Batch("m", np.array([10, 30]), (one,), np.array([[1.0, 3.0]]))
    second = Batch("m", np.array([20, 30]), (two, one), np.array([[2.0, 4.0], [5.0, 6.0]]))
    assert united([first]) is first
    both = united([first, second])
    assert both.times.tolist() == [10, 20, 30]
    assert both.series == (one, two)
    np.testing.assert_array_equal(both.values, [[1.0, 5.0, 6.0], [math.nan, 2.0, 4.0]])

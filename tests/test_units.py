"""The table of units."""

import pytest

from collectors.errors import InvalidDeclaration
from collectors.units import UNITS, per_second, unit


@pytest.mark.parametrize("name", sorted(UNITS))
def test_steps_ascend(name: str) -> None:
    """Every unit scales in steps that ascend and has a step of exactly one of itself or of its base."""
    factors = [factor for factor, _ in UNITS[name].steps]
    assert factors == sorted(factors)
    assert all(factor > 0 for factor in factors)


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("bytes", ["B", "KiB", "MiB", "GiB"]),
        ("bits/s", ["bit/s", "kbit/s", "Mbit/s"]),
        ("messages", ["messages", "k messages"]),
        ("requests/s", ["requests/s"]),
        ("s", ["ns", "µs", "ms", "s", "min", "h"]),
        ("ms", ["ms", "s"]),
    ],
)
def test_symbols(name: str, symbols: list[str]) -> None:
    """A unit is written in the symbols that people read."""
    written = [symbol for _, symbol in unit(name).steps]
    assert [symbol for symbol in written if symbol in symbols] == symbols


def test_milliseconds_scale_like_seconds() -> None:
    """1,500 of unit ms and 1.5 of unit s pick the same symbol."""
    assert {symbol: factor for factor, symbol in unit("ms").steps}["s"] == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("kB", "'bytes'"),
        ("MiB/s", "'bytes/s'"),
        ("percent", "'%'"),
        ("Celsius", "'°C'"),
        ("mhz", "'Hz'"),
        ("W/m²", "lower-case noun"),
        ("Messages", "lower-case noun"),
    ],
)
def test_a_wrong_unit_is_answered_with_the_right_one(wrong: str, hint: str) -> None:
    """A unit that is not in the table is refused with what was probably meant."""
    with pytest.raises(InvalidDeclaration, match=".*") as caught:
        unit(wrong)
    assert hint in str(caught.value)
    assert repr(wrong) in str(caught.value)


@pytest.mark.parametrize(("name", "rate"), [("bytes", "bytes/s"), ("", "count/s"), ("messages", "messages/s")])
def test_a_rate_has_a_known_unit(name: str, rate: str) -> None:
    """A counter's rate has a unit that the table can scale."""
    assert per_second(name) == rate
    assert unit(rate).steps

"""Numbers for people, as the page writes them: static/js/units.js is the twin."""

from __future__ import annotations

import math

from collectors.errors import InvalidDeclaration
from collectors.units import unit

MINUS = "\u2212"
DASH = "\u2013"


def text(unit_name: str, value: float) -> str:
    """One value with the unit that suits it: `11.6 GiB`, `42%`."""
    factor, symbol = scale(unit_name, abs(value))
    apart = "" if symbol in ("", "%", "°") else " "
    return f"{number(value / factor)}{apart}{symbol}"


def scale(unit_name: str, size: float) -> tuple[float, str]:
    """The largest step of a unit that is not above `size`: its factor and its symbol."""
    steps = _steps(unit_name)
    if not 0 < size < math.inf:
        return next((step for step in steps if step[0] == 1), steps[0])
    fitting = [step for step in steps if step[0] <= size * 1.0000001]
    return fitting[-1] if fitting else steps[0]


def number(value: float) -> str:
    """A value with so many digits that about three are significant."""
    if not math.isfinite(value):
        return DASH
    digits = f"{abs(value):,.{decimals(abs(value))}f}"
    if len(digits.partition(".")[0].replace(",", "")) <= 4:
        digits = digits.replace(",", "")
    return MINUS + digits if value < 0 and float(digits.replace(",", "")) != 0 else digits


def decimals(size: float) -> int:
    """Digits after the point that are worth showing at this size."""
    if not size > 0 or size >= 99.95:
        return 0
    if size >= 9.995:
        return 1
    if size >= 0.0995:
        return 2
    return min(6, 1 - math.floor(math.log10(size)))


def _steps(name: str) -> tuple[tuple[float, str], ...]:
    try:
        return unit(name).steps
    except InvalidDeclaration:  # of a newer server
        return ((1.0, name),)

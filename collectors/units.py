"""The one table of units: how each is written and how it scales for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors.errors import InvalidDeclaration


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    `steps` are (factor, symbol) in ascending order: a value is shown divided by the largest factor
    that is not above it. A unit without scaling has one step.
    """

    name: str
    steps: tuple[tuple[float, str], ...]


def _binary(suffix: str) -> tuple[tuple[float, str], ...]:
    prefixes = ("", "Ki", "Mi", "Gi", "Ti", "Pi")
    return tuple((1024.0**power, f"{prefix}B{suffix}") for power, prefix in enumerate(prefixes))


def _decimal(symbol: str, smallest: int = 0) -> tuple[tuple[float, str], ...]:
    """Steps of 1,000 from 10**(3*smallest) up to giga."""
    prefixes = {-3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G"}
    return tuple((1000.0**power, prefix + symbol) for power, prefix in prefixes.items() if power >= smallest)


def _count(symbol: str) -> tuple[tuple[float, str], ...]:
    suffix = f" {symbol}" if symbol else ""
    return ((1.0, symbol), (1e3, f"k{suffix}"), (1e6, f"M{suffix}"), (1e9, f"G{suffix}"))


_TIME = ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86400.0, "d"))

UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("", ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"))),
        Unit("count", ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"))),
        Unit("count/s", ((1.0, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s"))),
        Unit("bytes", _binary("")),
        Unit("bytes/s", _binary("/s")),
        Unit("bits", _decimal("bit")),
        Unit("bits/s", _decimal("bit/s")),
        Unit("%", ((1.0, "%"),)),
        Unit("s", _TIME),
        Unit("ms", tuple((factor * 1e3, symbol) for factor, symbol in _TIME)),
        Unit("s/s", ((1.0, "s/s"),)),
        Unit("°C", ((1.0, "°C"),)),
        Unit("°F", ((1.0, "°F"),)),
        Unit("K", ((1.0, "K"),)),
        Unit("°", ((1.0, "°"),)),
        Unit("Hz", _decimal("Hz")),
        Unit("RPM", ((1.0, "RPM"),)),
        Unit("V", _decimal("V", -2)),
        Unit("A", _decimal("A", -2)),
        Unit("W", _decimal("W", -1)),
        Unit("Wh", _decimal("Wh")),
        Unit("J", _decimal("J", -1)),
        Unit("m", ((1e-6, "µm"), (1e-3, "mm"), (1.0, "m"), (1e3, "km"))),
        Unit("m/s", ((1.0, "m/s"),)),
        Unit("g", ((1e-3, "mg"), (1.0, "g"), (1e3, "kg"))),
        Unit("Pa", _decimal("Pa")),
        Unit("hPa", ((1.0, "hPa"),)),
        Unit("lx", ((1.0, "lx"),)),
        Unit("dB", ((1.0, "dB"),)),
        Unit("ppm", ((1.0, "ppm"),)),
        Unit("pH", ((1.0, "pH"),)),
    )
}

#: What people write when they mean a unit of the table. The key is compared in lower case.
_MEANT = {
    "byte": "bytes", "b": "bytes", "b/s": "bytes/s", "bps": "bits/s", "bit/s": "bits/s", "bit": "bits",
    "percent": "%", "pct": "%", "sec": "s", "second": "s", "seconds": "s", "msec": "ms", "millis": "ms",
    "milliseconds": "ms", "c": "°C", "celsius": "°C", "degc": "°C", "f": "°F", "fahrenheit": "°F", "hertz": "Hz",
    "rpm": "RPM", "volt": "V", "volts": "V", "watt": "W", "watts": "W", "joule": "J", "meter": "m", "metre": "m",
    "lux": "lx", "n": "count",
}  # fmt: skip
_MULTIPLES = {
    "kb": "bytes", "kib": "bytes", "mb": "bytes", "mib": "bytes", "gb": "bytes", "gib": "bytes",
    "kb/s": "bytes/s", "kib/s": "bytes/s", "mb/s": "bytes/s", "mib/s": "bytes/s", "gb/s": "bytes/s",
    "kbit/s": "bits/s", "mbit/s": "bits/s", "gbit/s": "bits/s", "mbps": "bits/s", "khz": "Hz", "mhz": "Hz",
    "ghz": "Hz", "us": "s", "µs": "s", "ns": "s", "minutes": "s", "hours": "s", "days": "s", "kw": "W", "mw": "W",
    "mv": "V", "ma": "A", "km": "m", "mm": "m", "cm": "m", "kg": "g",
}  # fmt: skip
#: Anything else that reads like a plain noun counts things of that name: "messages", "open files", "requests/s".
_NOUN = re.compile(r"[a-z][a-z0-9]*([ _-][a-z0-9]+)*(/[a-z]+)?")


def unit(name: str) -> Unit:
    """The unit called `name`: one of the table, or a lower-case noun for things that are counted.

    Raises:
        InvalidDeclaration: the name is neither; the text names the unit that was probably meant.
    """
    if name in UNITS:
        return UNITS[name]
    low = name.lower()
    if low in _MEANT:
        raise InvalidDeclaration(f"unit {name!r}: write {_MEANT[low]!r}")
    if low in _MULTIPLES:
        base = _MULTIPLES[low]
        raise InvalidDeclaration(f"unit {name!r}: give the value in {base!r}; Plotroom scales it for people")
    if _NOUN.fullmatch(name):
        return Unit(name, _count(name))
    known = ", ".join(key for key in UNITS if key)
    raise InvalidDeclaration(
        f"unit {name!r} is not known; use a lower-case noun for things you count, or one of: {known}"
    )


def per_second(name: str) -> str:
    """The unit in which a counter of unit `name` is drawn."""
    return f"{name or 'count'}/s"

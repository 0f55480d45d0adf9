"""The latest values as OpenMetrics text, for Prometheus and its kin.

Source: the OpenMetrics specification 1.0, https://github.com/prometheus/OpenMetrics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PREFIX = "plotroom_"

#: Base units as OpenMetrics spells them; a unit that is not here is made of its letters.
_SPELLED = {
    "": "",
    "count": "",
    "count/s": "per_second",
    "%": "percent",
    "s": "seconds",
    "ms": "milliseconds",
    "s/s": "seconds_per_second",
    "°C": "celsius",
    "°F": "fahrenheit",
    "K": "kelvin",
    "°": "degrees",
    "Hz": "hertz",
    "RPM": "rpm",
    "V": "volts",
    "A": "amperes",
    "W": "watts",
    "Wh": "watthours",
    "J": "joules",
    "m": "meters",
    "m/s": "meters_per_second",
    "g": "grams",
    "Pa": "pascals",
    "hPa": "hectopascals",
    "lx": "lux",
    "dB": "decibels",
    "pH": "ph",
}


@dataclass(frozen=True)
class Family:
    """One metric with its latest values; all are gauges, since counters are kept as rates.

    Attributes:
        name: as Plotroom calls it, `system.cpu`.
        unit: of the values, from the table of units.
        help: one sentence.
        samples: (labels, value) pairs; a NaN is a gap and left out.
    """

    name: str
    unit: str
    help: str
    samples: Sequence[tuple[Sequence[tuple[str, str]], float]]


def render(families: Iterable[Family]) -> str:
    """The text of an exposition, with its `# EOF`."""
    lines: list[str] = []
    taken: set[str] = set()
    for family in families:
        lines += _lines(family, taken)
    return "\n".join([*lines, "# EOF", ""])


def spelled_unit(unit: str) -> str:
    """`unit` in letters: `bytes/s` becomes `bytes_per_second`."""
    if unit in _SPELLED:
        return _SPELLED[unit]
    words = re.sub(r"/s$", "_per_second", unit).replace("/", "_per_")
    return re.sub(r"[^a-zA-Z0-9_]+", "_", words).strip("_").lower()


def _lines(family: Family, taken: set[str]) -> Iterator[str]:
    unit = spelled_unit(family.unit)
    name = _name(family.name, unit, taken)
    samples = [(labels, value) for labels, value in family.samples if value == value]  # NaN is unequal to itself
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    if family.help:
        yield f"# HELP {name} {_escaped(family.help)}"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in _labels(labels).items())
        yield f"{name}{{{pairs}}} {value!r}" if pairs else f"{name} {value!r}"


def _name(name: str, unit: str, taken: set[str]) -> str:
    """The exposed name; the specification wants the unit at its end, and no name twice."""
    for separator in ("_", "__", "___"):  # `a.b_c` and `a_b.c` would be one name otherwise
        exposed = exposed_name(name, unit, separator)
        if exposed not in taken:
            break
    taken.add(exposed)
    return exposed


def exposed_name(name: str, unit: str, separator: str = "_") -> str:
    """`plotroom_system_cpu_percent` for `system.cpu` and the spelled unit `percent`."""
    exposed = PREFIX + name.replace(".", separator)
    return exposed if not unit or exposed.endswith(f"_{unit}") else f"{exposed}_{unit}"


def unit_of(spelled: str) -> str:
    """The unit that is spelled so; another one is taken as it is."""
    return next((unit for unit, word in _SPELLED.items() if word == spelled), re.sub(r"_per_second$", "/s", spelled))


def _labels(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By names that are valid, whatever they were; no name comes twice."""
    found: dict[str, str] = {}
    for name, text in labels:
        label = _label(name)
        while label in found:
            label += "_"
        found[label] = text
    return found


def _label(name: str) -> str:
    # `__name__` and its like belong to the readers of this format.
    return re.sub(r"^(__+|(?=[0-9])|$)", "_", re.sub(r"[^a-zA-Z0-9_]", "_", name))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

"""OpenMetrics text with timestamps: written series after series, and read in any order.

Source: the OpenMetrics specification 1.0, https://github.com/prometheus/OpenMetrics.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from collectors.errors import InvalidDeclaration
from collectors.metric import MAX_LABEL_VALUE, Series
from collectors.sample import GAP, Times, Values
from dashboard.cli.imports import CELLS, BadFile, Piece, Progress, Wanted
from dashboard.history.directory import Key
from dashboard.web.heads import LABELS, head, labels, read_head, read_labels
from dashboard.web.openmetrics import exposed_name, spelled_unit, unit_of

_SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*) ?({LABELS})?[ \t]+(\S+)(?:[ \t]+(\S+))?(?:[ \t]+# .*)?", re.DOTALL)
_ABOUT = re.compile(r"# (TYPE|HELP|UNIT) (\S+) ?(.*)", re.DOTALL)
_LABEL = re.compile(r"[a-z][a-z0-9_]*")
#: As seconds, these would be after the year 5138: whole numbers from here on are ms, as Prometheus writes them.
_SURELY_MS = 10**11


class TextWriter:
    """Writes a metric, all samples of a series before the next one.

    Args:
        key: the metric.
    """

    def __init__(self, key: Key) -> None:
        unit = spelled_unit(key.unit)
        self._name = exposed_name(key.name, unit)
        # What tells the metric again: the exposed name has lost the dots, and the unit its spelling.
        self._about = [f"# TYPE {self._name} gauge", f"# HELP {self._name} {head(key, Series())}"]
        if unit:
            self._about.append(f"# UNIT {self._name} {unit}")

    def begin(self) -> bytes:
        return "".join(f"{line}\n" for line in self._about).encode()

    def add(self, series: Series, times: Times, values: Values) -> bytes:
        """Samples of one series: int64[n] and float64[n]; gaps are left out."""
        name = f"{self._name}{labels(series)}"
        pairs = zip(times.tolist(), values.tolist(), strict=True)
        text = (f"{name} {value!r} {ms // 1000}.{ms % 1000:03d}\n" for ms, value in pairs if math.isfinite(value))
        return "".join(text).encode()

    def end(self) -> bytes:
        return b"# EOF\n"


def read_text(path: Path, wanted: Wanted, progress: Progress) -> Iterator[Piece]:
    """The samples of an OpenMetrics file, put in the order of their times by way of a temporary file.

    Raises:
        BadFile: a line is wrong.
    """
    with closing(sqlite3.connect("")) as db:  # "" is a file that nobody else sees
        db.execute("CREATE TABLE sample (metric INTEGER, time INTEGER, line INTEGER, place INTEGER, value REAL)")
        spool = _Spool(path, wanted)
        db.executemany("INSERT INTO sample VALUES (?, ?, ?, ?, ?)", spool.rows(progress))
        for number, key in enumerate(spool.keys):
            yield from _pieces(db, number, key, tuple(spool.series[number]))


class _Spool:
    """Takes a text apart into rows.

    Attributes:
        keys: the metrics that it has met, by their numbers in the rows.
        series: of each metric, and their places.
    """

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._path = path
        self._wanted = wanted
        self._about: dict[str, dict[str, str]] = {}
        self._known: dict[tuple[str, str], tuple[int, int]] = {}
        self._only = ""
        self.keys: list[Key] = []
        self.series: list[dict[Series, int]] = []

    def rows(self, progress: Progress) -> Iterator[tuple[int, int, int, int, float]]:
        with self._path.open("rb") as raw:
            for number, data in enumerate(raw, 1):
                progress(len(data))
                try:
                    text = data.decode().removesuffix("\n")
                    if text == "# EOF":
                        return
                    if text.startswith("#"):
                        self._note(text)
                    elif text.strip():
                        metric, place, value, time = self._sample(text.strip(" \t"))
                        yield metric, time, number, place, value
                except UnicodeDecodeError:
                    raise BadFile(self._path, f"line {number}", "it is no UTF-8") from None
                except (ValueError, InvalidDeclaration) as error:
                    raise BadFile(self._path, f"line {number}", str(error)) from None

    def _note(self, text: str) -> None:
        found = _ABOUT.fullmatch(text)
        if found is not None:
            self._about.setdefault(found[2], {})[found[1]] = found[3]

    def _sample(self, text: str) -> tuple[int, int, float, int]:
        found = _SAMPLE.fullmatch(text)
        if found is None:
            raise ValueError(f'{text[:60]!r} is no sample; one is: name{{label="value"}} 21.5 1700000000.000')
        name, pairs, value, time = found[1], found[2] or "", found[3], found[4]
        if time is None:
            raise ValueError("it has no time; each line needs one, in seconds, after the value")
        known = self._known.get((name, pairs))
        if known is None:
            known = self._known[name, pairs] = self._place(name, read_labels(pairs))
        return *known, _value(value), _ms(time)

    def _place(self, name: str, series: Series) -> tuple[int, int]:
        for label, value in series.labels:
            if not _LABEL.fullmatch(label):
                raise ValueError(
                    f"label {label!r} has to be lower-case, a-z, 0-9 and _; try {label.lower().strip('_')!r}"
                )
            if len(value) > MAX_LABEL_VALUE:
                raise ValueError(f"label {label!r} is longer than {MAX_LABEL_VALUE} characters")
        key = self._key(name)
        if key not in self.keys:
            self.keys.append(key)
            self.series.append({})
        metric = self.keys.index(key)
        return metric, self.series[metric].setdefault(series, len(self.series[metric]))

    def _key(self, name: str) -> Key:
        about = self._about.get(name) or self._about.get(re.sub(r"_(total|sum|count|bucket|created)$", "", name), {})
        told = read_head(about.get("HELP", ""))
        ours = told is not None and exposed_name(told.name, spelled_unit(told.unit or "")) == name
        if self._wanted.metric is None and told is not None and ours:
            return self._wanted.key(told.name, told.unit or "", told.kind)
        if self._wanted.metric is not None and self._only not in ("", name):
            raise ValueError(f"{name} is another metric than {self._only}; --metric can name one only")
        self._only = name
        unit = unit_of(about["UNIT"]) if about.get("UNIT") else None
        return self._wanted.key(self._wanted.metric or name, unit, None)


def _pieces(db: sqlite3.Connection, number: int, key: Key, series: tuple[Series, ...]) -> Iterator[Piece]:
    """The rows of a metric as pieces, in the order of time."""
    most = max(1, CELLS // len(series))
    times: list[int] = []
    cells: list[tuple[int, int, float]] = []
    # By lines within a time, so that of two values the later line's stays.
    query = "SELECT time, place, value FROM sample WHERE metric = ? ORDER BY time, line"
    for time, place, value in db.execute(query, (number,)):
        if not times or times[-1] != time:
            if len(times) == most:
                yield _piece(key, series, times, cells)
                times, cells = [], []
            times.append(time)
        if value is not None:  # which is what SQLite makes of a gap
            cells.append((place, len(times) - 1, value))
    if times:
        yield _piece(key, series, times, cells)


def _piece(key: Key, series: tuple[Series, ...], times: list[int], cells: list[tuple[int, int, float]]) -> Piece:
    values: Values = np.full((len(series), len(times)), GAP)
    for place, at, value in cells:
        values[place, at] = value
    return Piece(key, np.array(times, dtype=np.int64), series, values)


def _value(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number") from None
    return value if math.isfinite(value) else GAP


def _ms(text: str) -> int:
    try:
        ms = int(text) if text.isdecimal() and int(text) >= _SURELY_MS else round(float(text) * 1000)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no time in seconds since the epoch") from None
    if not 0 <= ms <= 2**53:
        raise ValueError(f"{text[:40]!r} is before 1970 or beyond all calendars")
    return ms

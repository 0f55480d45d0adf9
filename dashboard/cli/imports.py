"""Files of samples, read a piece at a time: CSV and Parquet, one column a series."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from collectors.errors import InvalidDeclaration
from collectors.metric import MAX_LABEL_VALUE, Series, check_name
from collectors.sample import GAP, Times, Values
from collectors.units import unit as check_unit
from dashboard.cli.moments import moment
from dashboard.errors import CannotStart
from dashboard.history.directory import Key
from dashboard.web.csv_table import harmless
from dashboard.web.files import has_parquet
from dashboard.web.heads import read_head

#: Values of a piece, about.
CELLS = 2**18
_TIME = ("time", "timestamp", "t", "date", "datetime")
_GAPS = frozenset({"", "nan", "null", "none", "na", "n/a"})

Progress = Callable[[int], None]


class BadFile(CannotStart):
    """A file can't be imported: which one, where, what is wrong."""

    def __init__(self, path: Path, where: str, why: str) -> None:
        super().__init__(f"{path}{f', {where}' if where else ''}: {why}")


@dataclass(frozen=True)
class Wanted:
    """What the command line says of what a file holds.

    Attributes:
        keys: the metrics of a name that are there already, the one of now last.
        metric: which metric columns are of that don't say so.
        unit: of all of them.
    """

    keys: Callable[[str], Sequence[Key]]
    metric: str | None = None
    unit: str | None = None

    def key(self, name: str, unit: str | None, kind: str | None) -> Key:
        """The metric that is meant: one that is there, where the file leaves something open.

        Raises:
            InvalidDeclaration: its name or unit is not valid.
        """
        check_name(name)
        there = self.keys(name)
        if self.unit is not None:
            unit = self.unit
        if unit is None:
            units = [one.unit for one in there]
            unit = "" if "" in units or not units else units[-1]
        check_unit(unit)
        if kind is None:
            kinds = [one.kind for one in there if one.unit == unit]
            kind = kinds[-1] if kinds else "gauge"
        return Key(name, unit, kind)


class Piece(NamedTuple):
    """Samples of one metric; see `Insertion.put`."""

    key: Key
    times: Times
    series: tuple[Series, ...]
    values: Values


class Columns:
    """Which column of a table is which series.

    Args:
        path: of the file.
        names: of all columns, the times first.
        wanted: what the command line says.

    Raises:
        BadFile: a name says too little, or something wrong.
    """

    def __init__(self, path: Path, names: Sequence[str], wanted: Wanted) -> None:
        if not names or names[0].strip().lower() not in _TIME:
            first = names[0][:60] if names else ""
            raise BadFile(
                path, "line 1", f"the first column has to be named 'time', and is {first!r}; a file begins with a line "
                "such as: time,room.temperature (with commas between the columns)"
            )  # fmt: skip
        if len(names) == 1:
            raise BadFile(path, "line 1", "there is no column beside the time; they are separated by commas")
        several = sum(map(_is_plain, names[1:])) > 1
        self.keys: dict[Key, list[int]] = {}
        self.series: list[Series] = []
        for column, name in enumerate(names[1:]):
            try:
                key, series = _named(name, wanted, several)
            except InvalidDeclaration as error:
                raise BadFile(path, "line 1", str(error)) from None
            if any(len(value) > MAX_LABEL_VALUE for _, value in series.labels):
                raise BadFile(path, "line 1", f"a label is longer than {MAX_LABEL_VALUE} characters: {name[:60]!r}...")
            mine = self.keys.setdefault(key, [])
            if series in [self.series[other] for other in mine]:
                raise BadFile(path, "line 1", f"two columns are the same series: {name[:80]!r}")
            mine.append(column)
            self.series.append(series)

    def pieces(self, times: Times, values: Values) -> Iterator[Piece]:
        """Rows as samples of their metrics: int64[n] and float64[columns, n]."""
        for key, columns in self.keys.items():
            yield Piece(key, times, tuple(self.series[column] for column in columns), values[columns])


def _is_plain(name: str) -> bool:
    """Whether a column's name says no more than what somebody calls it."""
    found = read_head(name)
    return found is None or ("." not in found.name and not found.series.labels and found.unit is None)


def _named(name: str, wanted: Wanted, several: bool) -> tuple[Key, Series]:
    if wanted.metric is not None and _is_plain(name):
        # Query's CSV has an apostrophe before what a spreadsheet would run.
        plain = name[1:] if name.startswith("'") and harmless(name[1:]) == name else name
        return wanted.key(wanted.metric, None, None), Series((("column", plain),)) if several else Series()
    found = read_head(name)
    if found is None:
        raise InvalidDeclaration(
            f"column {name[:80]!r} names no metric; name it like 'room.temperature' or "
            "'room.temperature{room=\"attic\"} [°C]', or say with --metric which one it is"
        )
    kind = "counter" if found.kind == "counter" else None
    return wanted.key(wanted.metric or found.name, found.unit, kind), found.series


def read_csv(path: Path, wanted: Wanted, progress: Progress) -> Iterator[Piece]:
    """The samples of a CSV file.

    Raises:
        BadFile: a line is wrong.
    """
    with path.open("rb") as raw:
        rows = csv.reader(_lines(path, raw, progress), strict=True)
        try:
            columns = Columns(path, next(rows, []), wanted)
            most = max(1, CELLS // len(columns.series))
            block: list[tuple[int, list[str]]] = []
            for row in rows:
                if not any(row):
                    continue
                if len(row) != len(columns.series) + 1:
                    raise BadFile(
                        path, f"line {rows.line_num}",
                        f"it has {len(row)} fields, and the first line has {len(columns.series) + 1}",
                    )  # fmt: skip
                block.append((rows.line_num, row))
                if len(block) == most:
                    yield from columns.pieces(*_table(path, block))
                    block = []
        except csv.Error as error:
            raise BadFile(path, f"line {rows.line_num}", f"it is no CSV: {error}") from None
    if block:
        yield from columns.pieces(*_table(path, block))


def _lines(path: Path, raw: Any, progress: Progress) -> Iterator[str]:  # Any: a file of bytes
    for number, line in enumerate(raw, 1):
        progress(len(line))
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BadFile(path, f"line {number}", "it is no UTF-8; save the file in that encoding") from None


def _table(path: Path, block: Sequence[tuple[int, list[str]]]) -> tuple[Times, Values]:
    """Rows of text as numbers."""
    times = _times([row[0] for _, row in block])
    if times is None:  # in other words than export's, or wrong: one by one, to say where
        times = np.empty(len(block), dtype=np.int64)
        for at, (line, row) in enumerate(block):
            try:
                times[at] = moment(row[0])
            except ValueError as error:
                raise BadFile(path, f"line {line}", str(error)) from None
    values: Values = np.empty((len(block[0][1]) - 1, len(block)))
    for at, (line, row) in enumerate(block):
        values[:, at] = [_number(path, line, text) for text in row[1:]]
    values[~np.isfinite(values)] = GAP
    return times, values


def _times(texts: list[str]) -> Times | None:
    """Times as export writes them, all at once; None when they are anything else."""
    if not all(len(text) == 24 and text[10] == "T" and text[23] == "Z" for text in texts):
        return None
    with suppress(ValueError):
        times: Times = np.array([text[:23] for text in texts], dtype="datetime64[ms]").astype(np.int64)
        return times if (times >= 0).all() else None
    return None


def _number(path: Path, line: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        if text.strip().lower() in _GAPS:
            return GAP
    raise BadFile(path, f"line {line}", f"{text[:40]!r} is no number; a gap is an empty field, a decimal point a dot")


def read_parquet(path: Path, wanted: Wanted, progress: Progress) -> Iterator[Piece]:
    """The samples of a Parquet file.

    Raises:
        BadFile: it is none, or has columns that are no numbers.
    """
    if not has_parquet():
        raise BadFile(path, "", "reading Parquet needs pyarrow; install it with: pip install 'plotroom[parquet]'")
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            columns = Columns(path, file.schema_arrow.names, wanted)
            groups = file.num_row_groups
            for group in range(groups):
                for batch in file.iter_batches(max(1, CELLS // len(columns.series)), row_groups=[group]):
                    yield from columns.pieces(*_batch(path, pyarrow, batch))
                progress(path.stat().st_size // groups)
    except pyarrow.ArrowException as error:
        raise BadFile(path, "", f"it is no Parquet: {str(error).splitlines()[0]}") from None


def _batch(path: Path, pyarrow: Any, batch: Any) -> tuple[Times, Values]:  # Any: pyarrow ships no types
    types = pyarrow.types
    time, *rest = batch.columns
    if time.null_count:
        raise BadFile(path, "", "a row has no time")
    if types.is_date(time.type):
        time = time.cast(pyarrow.timestamp("ms"))
    if types.is_timestamp(time.type):
        time = time.cast(pyarrow.timestamp("ms", tz=time.type.tz), safe=False).cast("int64")
    elif not types.is_integer(time.type):
        raise BadFile(path, "", f"its times are {time.type}; they have to be timestamps, or integers in milliseconds")
    times: Times = time.cast("int64").to_numpy(zero_copy_only=False).copy()
    if len(times) and not 0 <= times.min() <= times.max() <= 2**53:
        raise BadFile(path, "", "a time is before 1970 or beyond all calendars")
    values: Values = np.empty((len(rest), len(times)))
    for row, column in enumerate(rest):
        kind = column.type
        if not (types.is_floating(kind) or types.is_integer(kind) or types.is_boolean(kind) or types.is_null(kind)):
            raise BadFile(path, "", f"column {batch.schema.names[row + 1]!r} is {kind}, and has to be numbers")
        if types.is_boolean(kind):
            column = column.cast("int8")
        values[row] = column.cast("float64", safe=False).to_numpy(zero_copy_only=False)
    values[~np.isfinite(values)] = GAP
    return times, values

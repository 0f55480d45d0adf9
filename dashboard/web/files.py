"""Samples as files that are written as they come: CSV and Parquet, one row a time, one column a series."""

from __future__ import annotations

import csv
import io
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
import orjson

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.history.directory import Key
from dashboard.web.csv_table import CONTENT_TYPE, harmless, iso
from dashboard.web.heads import head

#: The key of a Parquet file's metadata under which stands which metric it is of.
METADATA = b"plotroom"
PARQUET = "application/vnd.apache.parquet"
#: Rows that wait for a row group of Parquet at most, in values: small groups pack badly and cost a footer each.
GROUP = 2**18


class Writer(Protocol):
    """Makes the bytes of a file, a piece at a time."""

    content_type: str

    def begin(self) -> bytes:
        """What stands before all rows."""

    def add(self, times: Times, values: Values) -> bytes:
        """Rows: int64[n] ms since the epoch, ascending, and float64[k, n], NaN for a gap."""

    def end(self) -> bytes:
        """What stands after all rows."""


class CsvWriter:
    """CSV text; a gap is an empty field.

    Args:
        key: the metric.
        series: k of them, one for each column.
    """

    content_type = CONTENT_TYPE

    def __init__(self, key: Key, series: tuple[Series, ...]) -> None:
        self._heads = [harmless(head(key, one)) for one in series]

    def begin(self) -> bytes:
        return _csv_line(["time", *self._heads])

    def add(self, times: Times, values: Values) -> bytes:
        texts = np.where(np.isnan(values), "", values.astype(object)).T.tolist()
        out = io.StringIO()
        csv.writer(out).writerows([time, *row] for time, row in zip(iso(times), texts, strict=True))
        return out.getvalue().encode()

    def end(self) -> bytes:
        return b""


class ParquetWriter:
    """A Parquet file: `time` in ms of UTC, and a column of float64 for each series, in which a gap is null.

    Args:
        key: the metric.
        series: k of them, one for each column.
    """

    content_type = PARQUET

    def __init__(self, key: Key, series: tuple[Series, ...]) -> None:
        import pyarrow
        from pyarrow import parquet

        self._pyarrow: Any = pyarrow  # Any: it ships no types
        fields = [pyarrow.field("time", pyarrow.timestamp("ms", tz="UTC"), nullable=False)]
        fields += [pyarrow.field(head(key, one), pyarrow.float64()) for one in series]
        about = {**key._asdict(), "series": [one.labels for one in series]}
        self._schema = pyarrow.schema(fields, metadata={METADATA: orjson.dumps(about)})
        self._out = _Out()
        self._writer: Any = parquet.ParquetWriter(self._out, self._schema, compression="zstd")  # Any: as above
        self._waiting: list[tuple[Times, Values]] = []

    def begin(self) -> bytes:
        return self._out.take()

    def add(self, times: Times, values: Values) -> bytes:
        self._waiting.append((times, values))
        if sum(one.size for _, one in self._waiting) >= GROUP:
            self._write()
        return self._out.take()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._out.take()

    def _write(self) -> None:
        if not self._waiting:
            return
        times = np.concatenate([one for one, _ in self._waiting])
        values = np.concatenate([one for _, one in self._waiting], axis=1)
        self._waiting = []
        columns = [self._pyarrow.array(times.astype("datetime64[ms]"), self._schema.field(0).type)]
        columns += [self._pyarrow.array(row, mask=np.isnan(row)) for row in values]
        self._writer.write_table(self._pyarrow.table(columns, schema=self._schema))


class _Out(io.RawIOBase):
    """Keeps what is written until it is taken; it can't go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # Any: whatever has a buffer, as the base class says
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def has_parquet() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def _csv_line(fields: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(fields)
    return out.getvalue().encode()

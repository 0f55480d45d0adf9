"""A stretch of samples as bytes and back, exactly: one column of times, one of values for each series.

Columns are compressed by pcodec (github.com/pcodec/pcodec) in its wrapped form, which keeps what all columns share out
of each. What pcodec need not see is told by a column's kind: one that never changes costs at most eight bytes, gaps are
told apart from values, and times at a steady interval are two numbers.

    version, pcodec's format, flags, k, n
    the first time; the interval, or else how many bytes the column of intervals has, and it
    the same of the k series' places, unless they are 0 to k - 1
    for each series its kind and how many bytes it has; then the columns
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, wrapped

from collectors.sample import GAP, Times, Values

Places = npt.NDArray[np.uint32]

VERSION = 1
_STEADY, _ALL_PLACES, _NARROW = 1, 2, 4
#: Kinds of columns, in the upper two bits of their length.
_GAPS, _CONSTANT, _PACKED, _HOLED = range(4)

#: pcodec's names of numpy's types.
_TYPES = {np.dtype(np.float64).char: "f64", np.dtype(np.int64).char: "i64", np.dtype(np.uint32).char: "u32"}

#: What pcodec, numpy and struct say of bytes that somebody has changed.
_FAULTS = (ValueError, IndexError, TypeError, RuntimeError, struct.error, OverflowError, MemoryError)

_compressor = wrapped.FileCompressor()
_FORMAT: bytes = _compressor.write_header()
_config = ChunkConfig()


class Damaged(ValueError):
    """Bytes that are no stretch of samples, or no longer."""


class Stretch(NamedTuple):
    """Samples of one metric.

    Attributes:
        times: int64[n], ms since the epoch, ascending.
        places: uint32[k], which of the metric's series the rows are, ascending.
        values: float64[k, n]; NaN is a gap.
    """

    times: Times
    places: Places
    values: Values


def encode(stretch: Stretch) -> bytes:
    """A stretch of at least one time as bytes."""
    times, places, values = stretch
    count, first = len(times), int(times[0])
    step = int(times[1]) - first if count > 1 else 0
    steady = bool((np.diff(times) == step).all())
    all_places = len(places) == 0 or (int(places[-1]) == len(places) - 1)
    columns = [_encode_column(column) for column in values]
    narrow = all(len(data) < 2**14 for _, data in columns)
    flags = _STEADY * steady | _ALL_PLACES * all_places | _NARROW * narrow
    parts = [
        bytes((VERSION,)),
        _FORMAT,
        bytes((flags,)),
        _varint(len(places)),
        _varint(count),
        struct.pack("<q", first),
    ]
    if steady:
        parts.append(_varint(step))
    else:
        packed = _pack(np.diff(times))
        parts += [_varint(len(packed)), packed]
    if not all_places:
        packed = _pack(places)
        parts += [_varint(len(packed)), packed]
    bits = 14 if narrow else 30
    lengths = [kind << bits | len(data) for kind, data in columns]
    parts.append(np.array(lengths, dtype="<u2" if narrow else "<u4").tobytes())
    return b"".join(parts + [data for _, data in columns])


def decode(data: bytes, wanted: Sequence[int] | None = None) -> Stretch:
    """The stretch that was encoded.

    Args:
        data: what `encode` has made.
        wanted: only these of the metric's series, by place; None means all.

    Raises:
        Damaged: the bytes are something else.
    """
    try:
        return _Reader(memoryview(data)).stretch(wanted)
    except _FAULTS as error:
        raise Damaged(f"{len(data)} bytes are no stretch of samples: {error}") from None


def places_of(data: bytes) -> Places:
    """Which of the metric's series a stretch has, without unpacking their values.

    Raises:
        Damaged: the bytes are something else.
    """
    try:
        return _Reader(memoryview(data)).head()[1]
    except _FAULTS as error:
        raise Damaged(f"{len(data)} bytes are no stretch of samples: {error}") from None


class _Reader:
    """Takes a stretch out of bytes, from the front to the back."""

    def __init__(self, data: memoryview) -> None:
        if data[0] != VERSION:
            raise ValueError(f"version {data[0]}")
        # In the words of the pcodec that has written it: a later one may write others, and still reads these.
        self._pcodec, _ = wrapped.FileDecompressor.new(bytes(data[1:3]))
        self._data = data
        self._at = 3

    def head(self) -> tuple[Times, Places, int]:
        """Times, places and flags: all that stands before the values."""
        flags = self._data[self._at]
        self._at += 1
        series, count = self._number(), self._number()
        times = self._times(count, bool(flags & _STEADY))
        return times, self._places(series, bool(flags & _ALL_PLACES)), flags

    def stretch(self, wanted: Sequence[int] | None) -> Stretch:
        times, places, flags = self.head()
        series, count = len(places), len(times)
        bits, form = (14, "<u2") if flags & _NARROW else (30, "<u4")
        heads = np.frombuffer(self._take(series * int(form[-1])), form).astype(np.int64)
        sizes = heads & ((1 << bits) - 1)
        bounds = (self._at + np.concatenate(([0], np.cumsum(sizes)))).tolist()
        if bounds[-1] != len(self._data):
            raise ValueError("its parts do not add up")
        rows = range(series) if wanted is None else np.flatnonzero(np.isin(places, wanted)).tolist()
        values: Values = np.empty((len(rows), count))
        kinds = (heads >> bits).tolist()
        for into, row in enumerate(rows):
            self._column(kinds[row], self._data[bounds[row] : bounds[row + 1]], values[into])
        return Stretch(times, places if wanted is None else places[rows], values)

    def _times(self, count: int, steady: bool) -> Times:
        (first,) = struct.unpack("<q", self._take(8))
        times: Times = np.full(count, first, dtype=np.int64)
        if steady:
            times += self._number() * np.arange(count, dtype=np.int64)
        else:
            steps: Times = np.empty(count - 1, dtype=np.int64)
            self._unpack(self._take(self._number()), steps)
            times[1:] += np.cumsum(steps)
        return times

    def _places(self, series: int, all_of_them: bool) -> Places:
        places: Places = np.arange(series, dtype=np.uint32)
        if not all_of_them:
            self._unpack(self._take(self._number()), places)
        return places

    def _column(self, kind: int, data: memoryview, into: Values) -> None:
        if kind == _PACKED:
            self._unpack(data, into)
        elif kind == _CONSTANT:
            into[:] = np.frombuffer(data, "<f8", 1)[0] if len(data) else 0.0
        elif kind == _GAPS:
            into[:] = GAP
        else:
            number, at = _read_varint(data, 0)
            size, at = _read_varint(data, at)
            turns: Places = np.empty(number, dtype=np.uint32)
            self._unpack(data[at : at + size], turns)
            edges = np.zeros(len(into), dtype=np.int8)
            edges[turns] = 1
            solid = np.cumsum(edges, dtype=np.int64) % 2 == 0
            values: Values = np.empty(int(np.count_nonzero(solid)))
            self._column(data[at + size], data[at + size + 1 :], values)
            into[:] = GAP
            into[solid] = values

    def _unpack(self, data: memoryview, into: npt.NDArray[np.generic]) -> None:
        """A column by pcodec."""
        if not len(into):
            return
        packed = bytes(data)
        chunk, used = self._pcodec.chunk_decompressor(packed, _TYPES[into.dtype.char])
        progress, _ = chunk.read_page_into(packed[used:], len(into), into)
        if progress.n_processed != len(into):
            raise ValueError(f"{progress.n_processed} of {len(into)} values")

    def _take(self, size: int) -> memoryview:
        self._at += size
        return self._data[self._at - size : self._at]

    def _number(self) -> int:
        number, self._at = _read_varint(self._data, self._at)
        return number


def _encode_column(column: Values) -> tuple[int, bytes]:
    column = np.ascontiguousarray(column)  # pcodec takes nothing else
    bits = column.view(np.int64)
    if (bits == bits[0]).all():
        return (_GAPS, b"") if np.isnan(column[0]) else (_CONSTANT, b"" if bits[0] == 0 else bits[:1].tobytes())
    gaps = np.isnan(column)
    if not gaps.any():
        return _PACKED, _pack(column)
    if gaps.all():
        return _GAPS, b""
    turns = np.flatnonzero(np.diff(gaps, prepend=False)).astype(np.uint32)
    edges = _pack(turns)
    # The values stand together: what was before and after a gap is mostly alike.
    solid = column[~gaps]
    kind, inner = _encode_column(solid)
    return _HOLED, b"".join((_varint(len(turns)), _varint(len(edges)), edges, bytes((kind,)), inner))


def _pack(column: npt.NDArray[np.generic]) -> bytes:
    """A column by pcodec: what it has found out about it, and one page."""
    if not len(column):
        return b""
    chunk = _compressor.chunk_compressor(column, _config)
    return bytes(chunk.write_meta()) + bytes(chunk.write_page(0))


def _varint(number: int) -> bytes:
    """LEB128, as in the DWARF standard."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError("an endless number")

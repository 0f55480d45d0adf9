"""A stretch of samples as bytes and back, exactly: one column of times, one of values for each series.

Columns are packed in groups (see `packing`). What need not be packed is told by a column's kind: one that never changes
costs at most eight bytes, gaps are told apart from values, and times at a steady interval are two numbers.

    version, pcodec's format, flags, k, n
    the first time; the interval, or else how many bytes the column of intervals has, and it
    the same of the k series' places, unless they are 0 to k - 1
    for each series its kind and how many bytes its column has
    if there are columns with gaps: how often each goes over into a gap or out of it, and after how many times each time
    if there are packed ones: how many groups, the group of each, and the head of each group
    the columns
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values
from dashboard.history.packing import FORMAT, Group, Unpacker, grouped, pack

Places = npt.NDArray[np.uint32]

VERSION = 2
_STEADY, _ALL_PLACES, _NARROW = 1, 2, 4
#: Kinds of columns, in the upper three bits of their length. Of one with holes the values stand together: what was
#: before and after a gap is mostly alike.
_GAPS, _CONSTANT, _PACKED, _CONSTANT_WITH_HOLES, _PACKED_WITH_HOLES = range(5)
_HOLED = (_CONSTANT_WITH_HOLES, _PACKED_WITH_HOLES)
_IN_GROUPS = (_PACKED, _PACKED_WITH_HOLES)
_ZERO = bytes(8)
_NO_TURNS: Places = np.zeros(0, dtype=np.uint32)

#: What pcodec, numpy and struct say of bytes that somebody has changed.
_FAULTS = (ValueError, IndexError, TypeError, RuntimeError, struct.error, OverflowError, MemoryError)


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
    columns = _Column.of_all(values)
    groups = grouped([one.values for one in columns if one.kind in _IN_GROUPS])
    pages = iter(groups.pages)
    bodies = [next(pages) if one.kind in _IN_GROUPS else one.constant for one in columns]
    narrow = all(len(data) < 2**13 for data in bodies)
    flags = _STEADY * steady | _ALL_PLACES * all_places | _NARROW * narrow
    parts = [
        bytes((VERSION,)),
        FORMAT,
        bytes((flags,)),
        _varint(len(places)),
        _varint(count),
        struct.pack("<q", first),
    ]
    if steady:
        parts.append(_varint(step))
    else:
        packed = pack(np.diff(times))
        parts += [_varint(len(packed)), packed]
    if not all_places:
        packed = pack(places)
        parts += [_varint(len(packed)), packed]
    bits = 13 if narrow else 29
    lengths = [one.kind << bits | len(data) for one, data in zip(columns, bodies, strict=True)]
    parts.append(np.array(lengths, dtype="<u2" if narrow else "<u4").tobytes())
    turns = [one.turns for one in columns if one.kind in _HOLED]
    if turns:
        counts = np.array([len(one) for one in turns], dtype=np.uint32)
        packed = pack(np.concatenate((counts, *(np.diff(one, prepend=np.uint32(0)) for one in turns))))
        parts += [_varint(int(counts.sum())), _varint(len(packed)), packed]
    if groups.pages:
        parts += [_varint(len(groups.heads)), bytes(groups.numbers)]
        parts += [_varint(len(head)) for head in groups.heads]
        parts += groups.heads
    return b"".join(parts + bodies)


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
        self._packing = Unpacker(bytes(data[1:3]))
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
        bits, form = (13, "<u2") if flags & _NARROW else (29, "<u4")
        # Plain lists: most metrics have few series, and reading a day is reading many small stretches.
        heads: list[int] = np.frombuffer(self._take(series * int(form[-1])), form).tolist()
        kinds = [one >> bits for one in heads]
        rows = range(series) if wanted is None else np.flatnonzero(np.isin(places, wanted)).tolist()
        turns = self._turns([row for row, kind in enumerate(kinds) if kind in _HOLED], count)
        groups = self._groups([row for row, kind in enumerate(kinds) if kind in _IN_GROUPS])
        ends = list(accumulate((one & ((1 << bits) - 1) for one in heads), initial=self._at))
        if ends[-1] != len(self._data):
            raise ValueError("its parts do not add up")
        values: Values = np.empty((len(rows), count))
        for into, row in zip(values, rows, strict=True):
            data, group = self._data[ends[row] : ends[row + 1]], groups.get(row)
            if row in turns:
                solid = _solid(turns[row], count)
                column: Values = np.empty(int(np.count_nonzero(solid)))
                _fill(kinds[row], data, group, column)
                into[:] = GAP
                into[solid] = column
            else:
                _fill(kinds[row], data, group, into)
        return Stretch(times, places if wanted is None else places[rows], values)

    def _turns(self, rows: Sequence[int], count: int) -> dict[int, Places]:
        """Of each row with holes, after how many times each it goes over into a gap or out of it."""
        if not rows:
            return {}
        total = self._number()
        if total > len(rows) * count:
            raise ValueError("more gaps than times")
        numbers: Places = np.empty(len(rows) + total, dtype=np.uint32)
        self._packing.unpack(self._take(self._number()), numbers)
        counts, turns = np.split(numbers, [len(rows)])
        ends = np.cumsum(counts, dtype=np.int64)
        if ends[-1] != total:
            raise ValueError("its gaps do not add up")
        return dict(zip(rows, np.split(turns, ends[:-1]), strict=True))

    def _groups(self, rows: Sequence[int]) -> dict[int, Group]:
        """Of each packed row, what unpacks it."""
        if not rows:
            return {}
        total = self._number()
        numbers = bytes(self._take(len(rows)))
        sizes = [self._number() for _ in range(total)]
        groups = [self._packing.group(self._take(size)) for size in sizes]
        return {row: groups[number] for row, number in zip(rows, numbers, strict=True)}

    def _times(self, count: int, steady: bool) -> Times:
        (first,) = struct.unpack("<q", self._take(8))
        if steady:
            times: Times = np.arange(count, dtype=np.int64) * self._number() + first
        else:
            times = np.full(count, first, dtype=np.int64)
            steps: Times = np.empty(count - 1, dtype=np.int64)
            self._packing.unpack(self._take(self._number()), steps)
            times[1:] += np.cumsum(steps)
        return times

    def _places(self, series: int, all_of_them: bool) -> Places:
        places: Places = np.arange(series, dtype=np.uint32)
        if not all_of_them:
            self._packing.unpack(self._take(self._number()), places)
        return places

    def _take(self, size: int) -> memoryview:
        self._at += size
        return self._data[self._at - size : self._at]

    def _number(self) -> int:
        number, self._at = _read_varint(self._data, self._at)
        return number


class _Column(NamedTuple):
    """A series' values, without its gaps.

    Attributes:
        kind: what it is.
        values: float64, those to be packed.
        constant: or else, the bytes of the only one.
        turns: uint32, where a gap begins or ends.
    """

    kind: int
    values: Values
    constant: bytes
    turns: Places

    @classmethod
    def of_all(cls, values: Values) -> list[_Column]:
        """The columns of a matrix; what can be told of all of them at once, is."""
        if not values.size:
            return [cls(_GAPS, column, b"", _NO_TURNS) for column in values]
        solid: Values = np.ascontiguousarray(values)
        bits = solid.view(np.int64)
        gaps = np.isnan(solid)
        holed: npt.NDArray[np.bool_] = np.logical_or.reduce(gaps, axis=1)
        still: npt.NDArray[np.bool_] = np.logical_and.reduce(bits == bits[:, :1], axis=1)
        return [
            cls._with_holes(column, gap) if hole else cls._without(column, same, _CONSTANT, _PACKED, _NO_TURNS)
            for column, gap, hole, same in zip(solid, gaps, holed.tolist(), still.tolist(), strict=True)
        ]

    @classmethod
    def _with_holes(cls, column: Values, gaps: npt.NDArray[np.bool_]) -> _Column:
        if gaps.all():
            return cls(_GAPS, column[:0], b"", _NO_TURNS)
        turns = np.flatnonzero(np.diff(gaps, prepend=False)).astype(np.uint32)
        left = column[~gaps]
        bits = left.view(np.int64)
        same = bool((bits == bits[0]).all())
        return cls._without(left, same, _CONSTANT_WITH_HOLES, _PACKED_WITH_HOLES, turns)

    @classmethod
    def _without(cls, column: Values, same: bool, constant: int, packed: int, turns: Places) -> _Column:
        if not same:
            return cls(packed, column, b"", turns)
        data = column[:1].tobytes()
        return cls(constant, column[:0], b"" if data == _ZERO else data, turns)


def _solid(turns: Places, count: int) -> npt.NDArray[np.bool_]:
    """Where the values are."""
    edges = np.zeros(count, dtype=np.int8)
    edges[np.cumsum(turns, dtype=np.int64)] = 1
    solid: npt.NDArray[np.bool_] = np.cumsum(edges, dtype=np.int64) % 2 == 0
    return solid


def _fill(kind: int, data: memoryview, group: Group | None, into: Values) -> None:
    """Unpack the values of a column."""
    if group is not None:
        group.unpack(data, into)
    elif kind == _GAPS:
        into[:] = GAP
    elif kind in (_CONSTANT, _CONSTANT_WITH_HOLES):
        into[:] = np.frombuffer(data, "<f8", 1)[0] if len(data) else 0.0
    else:
        raise ValueError(f"kind {kind}")


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

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
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.sample import GAP, Times, Values
from dashboard.history.packing import FORMAT, Group, Unpacker, grouped, pack
from dashboard.history.stretch import Places, Stretch

VERSION = 2
_STEADY, _ALL_PLACES, _NARROW = 1, 2, 4
#: Kinds of columns, in the upper three bits of their length. Of one with holes the values stand together: what was
#: before and after a gap is mostly alike.
_GAPS, _CONSTANT, _PACKED, _CONSTANT_WITH_HOLES, _PACKED_WITH_HOLES = range(5)
_HOLED = (_CONSTANT_WITH_HOLES, _PACKED_WITH_HOLES)
_IN_GROUPS = (_PACKED, _PACKED_WITH_HOLES)
_ZERO = bytes(8)
_DOUBLE = struct.Struct("<d")
_NO_TURNS: Places = np.zeros(0, dtype=np.uint32)

#: What pcodec, numpy and struct say of bytes that somebody has changed.
_FAULTS = (ValueError, LookupError, TypeError, RuntimeError, struct.error, OverflowError, MemoryError)


class Damaged(ValueError):
    """Bytes that are no stretch of samples, or no longer."""


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


def decode(data: bytes) -> Stretch:
    """The stretch that was encoded.

    Raises:
        Damaged: the bytes are something else.
    """
    packed = Packed(data)
    values: Values = np.empty((len(packed.places), len(packed.times)))
    packed.unpack(range(len(values)), values)
    return Stretch(packed.times, packed.places, values)


class Packed:
    """A stretch whose values are unpacked as they are needed, to where they are needed.

    Args:
        data: what `encode` has made.

    Attributes:
        times: int64[n], ms since the epoch, ascending.
        places: uint32[k], which of the metric's series it has, ascending.

    Raises:
        Damaged: the bytes are something else.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            if data[0] != VERSION:
                raise ValueError(f"version {data[0]}")
            self._packing = Unpacker(data[1:3])
            self._flags = data[3]
            self._at = 4
            series, count = self._number(), self._number()
            self.times = self._times(count, bool(self._flags & _STEADY))
            self.places = self._places(series, bool(self._flags & _ALL_PLACES))
        except _FAULTS as error:
            raise self._damaged(error) from None

    def unpack(self, rows: Sequence[int], into: Iterable[Values]) -> None:
        """Unpack some series; only once.

        Args:
            rows: which, as indices of `places`.
            into: for each, float64[n] in one piece, where its values are put.

        Raises:
            Damaged: the bytes are something else.
        """
        try:
            self._unpack(rows, into)
        except _FAULTS as error:
            raise self._damaged(error) from None

    def _unpack(self, rows: Sequence[int], into: Iterable[Values]) -> None:
        series, count = len(self.places), len(self.times)
        bits, form = (13, "<u2") if self._flags & _NARROW else (29, "<u4")
        # Plain lists: most metrics have few series, and reading a day is reading many small stretches.
        heads: list[int] = np.frombuffer(self._take(series * int(form[-1])), form).tolist()
        kinds = [one >> bits for one in heads]
        turns = self._turns([row for row, kind in enumerate(kinds) if kind in _HOLED], count)
        groups = self._groups([row for row, kind in enumerate(kinds) if kind in _IN_GROUPS])
        mask = (1 << bits) - 1
        ends = list(accumulate([one & mask for one in heads], initial=self._at))
        if ends[-1] != len(self._data):
            raise ValueError("its parts do not add up")
        for row, column in zip(rows, into, strict=True):
            data, kind = self._data[ends[row] : ends[row + 1]], kinds[row]
            if kind == _PACKED:
                groups.of(row).unpack(data, column)
            elif kind == _CONSTANT:
                column.fill(_constant(data))
            elif kind == _GAPS:
                column.fill(GAP)
            elif kind in _HOLED:
                solid = _solid(turns[row], count)
                values: Values = np.empty(int(np.count_nonzero(solid)))
                if kind == _CONSTANT_WITH_HOLES:
                    values.fill(_constant(data))
                else:
                    groups.of(row).unpack(data, values)
                column.fill(GAP)
                column[solid] = values
            else:
                raise ValueError(f"kind {kind}")

    def _damaged(self, error: Exception) -> Damaged:
        return Damaged(f"{len(self._data)} bytes are no stretch of samples: {error}")

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

    def _groups(self, rows: Sequence[int]) -> _Groups:
        """What unpacks the packed rows."""
        if not rows:
            return _Groups(self._packing, {}, [])
        total = self._number()
        numbers = self._take(len(rows))
        sizes = [self._number() for _ in range(total)]
        heads = [self._take(size) for size in sizes]
        return _Groups(self._packing, dict(zip(rows, numbers, strict=True)), heads)

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

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def _number(self) -> int:
        number, self._at = _read_varint(self._data, self._at)
        return number


class _Groups:
    """The groups of packed columns; only of those that are unpacked the heads are read.

    Args:
        packing: reads them.
        numbers: of each row, its group.
        heads: of the groups.
    """

    def __init__(self, packing: Unpacker, numbers: Mapping[int, int], heads: Sequence[bytes]) -> None:
        self._packing = packing
        self._numbers = numbers
        self._heads = heads
        self._groups: dict[int, Group] = {}

    def of(self, row: int) -> Group:
        """What unpacks that row."""
        number = self._numbers[row]
        group = self._groups.get(number)
        if group is None:
            group = self._groups[number] = self._packing.group(self._heads[number])
        return group


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


def _constant(data: bytes) -> float:
    """The only value of a column."""
    value: float = _DOUBLE.unpack(data)[0] if len(data) else 0.0
    return value


def _varint(number: int) -> bytes:
    """LEB128, as in the DWARF standard."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
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

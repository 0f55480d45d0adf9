"""Columns of numbers as bytes and back, by pcodec (github.com/pcodec/pcodec) in its wrapped form.

Columns that are alike share what pcodec has found out about them: a group of columns is a chunk in its words, with one
head, and each column is a page of it, which is unpacked without the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, PagingSpec, wrapped

from collectors.sample import Values

#: A group's number is one byte.
MOST_GROUPS = 256
#: Of so few values the heads are a large part, and one for all may take less than one for each kind of columns. (Trying
#: one for each column as well halves the speed and gains 0.3%.)
FEW_VALUES = 2**15
#: Of so many of its first values it is told what a column is like.
FIRST = 64

#: pcodec's names of numpy's types.
_TYPES = {np.dtype(np.int64).char: "i64", np.dtype(np.uint32).char: "u32"}

_compressor = wrapped.FileCompressor()
FORMAT: bytes = _compressor.write_header()


class Groups(NamedTuple):
    """Packed columns.

    Attributes:
        numbers: of each column, its group.
        heads: what pcodec knows about each group.
        pages: the columns.
    """

    numbers: Sequence[int]
    heads: list[bytes]
    pages: list[bytes]

    @property
    def size(self) -> int:
        return sum(map(len, self.heads)) + sum(map(len, self.pages)) + 2 * len(self.heads)


def grouped(columns: Sequence[Values]) -> Groups:
    """Columns, packed in groups of those that are alike.

    Args:
        columns: float64, none of them empty.
    """
    if not columns:
        return Groups((), [], [])
    numbers: dict[tuple[bool, int, bool], int] = {}
    with np.errstate(over="ignore", invalid="ignore"):  # steps from the least number to the greatest, or from infinity
        alike = [min(numbers.setdefault(_likeness(one), len(numbers)), MOST_GROUPS - 1) for one in columns]
    found = _packed_in(columns, alike)
    if len(numbers) > 1 and sum(map(len, columns)) <= FEW_VALUES:
        found = min(found, _packed_in(columns, [0] * len(columns)), key=lambda one: one.size)
    return found


def _likeness(column: Values) -> tuple[bool, int, bool]:
    """Of its first values, whether they are whole numbers, the magnitude of their steps, and whether these are smaller
    than the distances from the mean: who is alike there packs well.

    pcodec chooses whether to pack values or steps once for a group, and chooses values for a group of both kinds. Of
    short columns the heads of more groups would take more than that gains.
    """
    some = column[:FIRST]
    steps = float(np.abs(some[1:] - some[:-1]).sum())
    steady = len(column) >= FIRST and steps < float(np.abs(some - some.mean()).sum())
    return bool((some == np.rint(some)).all()), math.frexp(steps / len(some))[1], steady


def _packed_in(columns: Sequence[Values], numbers: Sequence[int]) -> Groups:
    members: dict[int, list[int]] = {}
    for row, number in enumerate(numbers):
        members.setdefault(number, []).append(row)
    pages = [b""] * len(columns)
    heads = []
    for _, rows in sorted(members.items()):
        sizes = PagingSpec.exact_page_sizes([len(columns[row]) for row in rows])
        whole = np.concatenate([columns[row] for row in rows])
        chunk = _compressor.chunk_compressor(whole, ChunkConfig(paging_spec=sizes))
        heads.append(bytes(chunk.write_meta()))
        for page, row in enumerate(rows):
            pages[row] = bytes(chunk.write_page(page))
    return Groups(numbers, heads, pages)


def pack(column: npt.NDArray[np.generic]) -> bytes:
    """A single column: head and page."""
    if not len(column):
        return b""
    chunk = _compressor.chunk_compressor(column, ChunkConfig())
    return bytes(chunk.write_meta()) + bytes(chunk.write_page(0))


class Group:
    """What unpacks the columns of a group.

    Args:
        chunk: pcodec's.
    """

    def __init__(self, chunk: Any) -> None:  # Any: pcodec has no types
        self._chunk = chunk

    def unpack(self, data: bytes, into: npt.NDArray[np.generic]) -> None:
        """A column of it."""
        progress, _ = self._chunk.read_page_into(data, len(into), into)
        if progress.n_processed != len(into):
            raise ValueError(f"{progress.n_processed} of {len(into)} values")


class Unpacker:
    """Speaks the language of the pcodec that has written something; a later one may write another, and reads this, too.

    Args:
        form: the `FORMAT` of that time.
    """

    def __init__(self, form: bytes) -> None:
        self._file, _ = wrapped.FileDecompressor.new(form)

    def group(self, head: bytes) -> Group:
        """A group of float64 by its head."""
        return Group(self._file.chunk_decompressor(head, "f64")[0])

    def unpack(self, data: bytes, into: npt.NDArray[np.generic]) -> None:
        """What `pack` has made."""
        if not len(into):
            return
        chunk, used = self._file.chunk_decompressor(data, _TYPES[into.dtype.char])
        Group(chunk).unpack(data[used:], into)

"""What came in one second, as one row: written at once, kept until all of it stands in chunks."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from collectors.sample import Times, Values
from dashboard.history.codec import Damaged
from dashboard.history.stretch import Places

#: Of each entry: metric, offset of its last sample, times, series.
_HEAD = struct.Struct("<IQII")


class Entry(NamedTuple):
    """An append: from the first of its times on, its samples are all there is.

    Attributes:
        metric: by its number in the database.
        offset: running number of its last sample.
        times: int64[n], ms since the epoch.
        places: uint32[k], which of the metric's series the rows are.
        values: float64[k, n].
    """

    metric: int
    offset: int
    times: Times
    places: Places
    values: Values


def pack(entries: Iterable[Entry]) -> bytes:
    """Entries as bytes; plain, as each is small and read once at the most."""
    parts = []
    for metric, offset, times, places, values in entries:
        parts += [
            _HEAD.pack(metric, offset, len(times), len(places)),
            times.astype("<i8", copy=False).tobytes(),
            places.astype("<u4", copy=False).tobytes(),
            values.astype("<f8", copy=False).tobytes(),
        ]
    return b"".join(parts)


class Raw(NamedTuple):
    """An entry as it stands in the row: most of a journal is looked at many entries at a time.

    Attributes:
        metric: by its number in the database.
        offset: running number of its last sample.
        n: how many times it has.
        times, places, values: their bytes.
    """

    metric: int
    offset: int
    n: int
    times: bytes
    places: bytes
    values: bytes

    @property
    def first(self) -> int:
        """Its first time."""
        return int.from_bytes(self.times[:8], "little", signed=True)

    @property
    def last(self) -> int:
        """Its last time."""
        return int.from_bytes(self.times[-8:], "little", signed=True)


def scan(data: bytes) -> Iterator[Raw]:
    """The entries that were packed, as they stand there.

    Raises:
        Damaged: the bytes are something else.
    """
    at = 0
    try:
        while at < len(data):
            metric, offset, n, k = _HEAD.unpack_from(data, at)
            times = at + _HEAD.size
            places = times + 8 * n
            values = places + 4 * k
            at = values + 8 * n * k
            if at > len(data):
                raise Damaged("a second of the journal ends too soon")
            yield Raw(metric, offset, n, data[times:places], data[places:values], data[values:at])
    except struct.error as error:
        raise Damaged(f"a second of the journal can't be read: {error}") from None


def united(run: Sequence[Raw]) -> Entry:
    """Entries of one metric with the same places, each after the one before it, as one."""
    first, last = run[0], run[-1]
    times = np.frombuffer(b"".join([one.times for one in run]), "<i8")
    places = np.frombuffer(first.places, "<u4")
    if len(times) == len(run):  # one time each
        rows = np.frombuffer(b"".join([one.values for one in run]), "<f8").reshape(len(run), len(places))
        return Entry(first.metric, last.offset, times, places, rows.T)
    columns = [np.frombuffer(one.values, "<f8").reshape(len(places), one.n) for one in run]
    return Entry(first.metric, last.offset, times, places, np.concatenate(columns, axis=1))

"""What came in one second, as one row: written at once, kept until all of it stands in chunks."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from collectors.sample import Times, Values
from dashboard.history.codec import Damaged, Places

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


def unpack(data: bytes) -> Iterator[Entry]:
    """The entries that were packed.

    Raises:
        Damaged: the bytes are something else.
    """
    at = 0
    try:
        while at < len(data):
            metric, offset, n, k = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            times = np.frombuffer(data, "<i8", n, at)
            places = np.frombuffer(data, "<u4", k, at + 8 * n)
            values = np.frombuffer(data, "<f8", n * k, at + 8 * n + 4 * k).reshape(k, n)
            at += 8 * n + 4 * k + 8 * n * k
            yield Entry(metric, offset, times, places, values)
    except (struct.error, ValueError) as error:
        raise Damaged(f"a second of the journal can't be read: {error}") from None

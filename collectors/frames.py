"""The frames between the server and a collector process: a JSON header, then raw little-endian arrays.

u32 big-endian length of all that follows, u32 big-endian length of the header, the header, the arrays.
Both ends use this file; neither believes the other.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from collectors.errors import CollectorError
from collectors.metric import Series
from collectors.sample import GAP, Batch

#: Neither end takes or makes a longer frame, so that neither can fill the other's memory.
MAX_FRAME = 16 * 2**20
MAX_HEADER = 4 * 2**20

_LENGTHS = struct.Struct(">II")
_LENGTH = struct.Struct(">I")
_CHUNK = 65_536

Header = dict[str, Any]  # Any: JSON
Arrays = Sequence[bytes]
Known = dict[str, tuple[Series, ...]]


class FrameError(CollectorError):
    """What came is no frame, or one that is too long."""


def encode(header: Mapping[str, Any], arrays: Arrays = ()) -> bytes:
    """One frame.

    Raises:
        FrameError: it would be longer than is allowed.
    """
    text = json.dumps(header, separators=(",", ":"), default=_plain).encode()
    size = _LENGTH.size + len(text) + sum(map(len, arrays))
    if size > MAX_FRAME or len(text) > MAX_HEADER:
        raise FrameError(
            f"a sample of {size / 2**20:.1f} MiB (with {len(text) / 2**20:.1f} MiB of names) is too large: at most "
            f"{MAX_FRAME >> 20} MiB (and {MAX_HEADER >> 20} MiB) may be sent at once"
        )
    return b"".join((_LENGTHS.pack(size, len(text)), text, *arrays))


def _plain(value: object) -> object:
    """What JSON does not know: arrays and numbers of numpy in figures, dates in configurations."""
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)


class Reader:
    """Reads frames from a stream.

    Args:
        receive: gives at most so many bytes, b"" at the end; a socket's `recv`.
    """

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._buffer = bytearray()
        self.received = 0

    def read(self) -> tuple[Header, memoryview] | None:
        """The next frame's header and what follows it, or None at the end of the stream.

        Raises:
            FrameError: what came is no frame.
        """
        if not self._fill(_LENGTHS.size):
            return None
        size, header_size = _LENGTHS.unpack_from(self._buffer)
        if size > MAX_FRAME or header_size > MAX_HEADER:
            raise FrameError(f"a frame of {size} bytes was announced; at most {MAX_FRAME} are allowed")
        if header_size + _LENGTH.size > size:
            raise FrameError("a frame's header was announced as longer than the frame")
        if not self._fill(_LENGTH.size + size):
            return None
        frame = bytes(self._buffer[_LENGTHS.size : _LENGTH.size + size])
        del self._buffer[: _LENGTH.size + size]
        return _header(frame[:header_size]), memoryview(frame)[header_size:]

    def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            chunk = self._receive(max(_CHUNK, min(size - len(self._buffer), 2**20)))
            if not chunk:
                return False
            self.received += len(chunk)
            self._buffer += chunk
        return True


def _header(text: bytes) -> Header:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise FrameError(f"a frame's header is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise FrameError(f"a frame's header is a {type(header).__name__}, not an object")
    return header


def pack(batches: Sequence[Batch], known: Known) -> tuple[list[Header], list[bytes]]:
    """Batches as rows of a header and the bytes that follow it.

    Args:
        batches: what to send.
        known: the series that were last sent of each metric. They travel only when they have changed.
    """
    rows: list[Header] = []
    arrays: list[bytes] = []
    for batch in batches:
        row: Header = {"m": batch.metric, "n": len(batch.times)}
        if known.get(batch.metric) != batch.series:
            known[batch.metric] = batch.series
            row["series"] = [one.labels for one in batch.series]
        rows.append(row)
        arrays += (batch.times.astype("<i8").tobytes(), batch.values.astype("<f8").tobytes())
    return rows, arrays


def unpack(rows: object, payload: memoryview, known: Known, declared: Collection[str]) -> list[Batch]:
    """The opposite of `pack`; batches of metrics that are not `declared` are refused.

    Raises:
        FrameError: rows and payload are not what `pack` makes.
    """
    batches: list[Batch] = []
    offset = 0
    try:
        for row in rows:  # type: ignore[attr-defined]  # what is no list is refused below
            metric, count = str(row["m"]), int(row["n"])
            if metric not in declared:
                raise ValueError(f"metric {metric[:200]!r} is not declared")
            if "series" in row:
                known[metric] = tuple(Series(tuple((str(k), str(v)) for k, v in labels)) for labels in row["series"])
            series = known[metric]
            if count < 0:
                raise ValueError("a negative number of times")
            times = np.frombuffer(payload, "<i8", count, offset).astype(np.int64)
            values = np.frombuffer(payload, "<f8", count * len(series), offset + 8 * count).astype(np.float64)
            offset += 8 * count * (1 + len(series))
            if np.any(np.diff(times) <= 0):
                raise ValueError("times that do not ascend")
            values[~np.isfinite(values)] = GAP
            batches.append(Batch(metric, times, series, values.reshape(len(series), count)))
    except (KeyError, TypeError, ValueError) as error:
        raise FrameError(f"a batch is not as it should be: {type(error).__name__}: {error}") from None
    return batches

"""What clients send, made by hand, frame by frame; and what servers send, taken apart."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Sequence
from typing import Any

NAMESPACE = "/metrics"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

#: Masks with nothing: the server has to unmask all the same, and a megabyte of attack costs the test nothing.
NO_MASK = bytes(4)


def frame(
    payload: bytes | str, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0, mask: bytes | None = NO_MASK
) -> bytes:
    """One frame as a client sends it; `mask=None` leaves the mask out, as only servers may."""
    data = payload.encode() if isinstance(payload, str) else payload
    if mask not in (None, NO_MASK):
        key = (mask * (len(data) // 4 + 1))[: len(data)]
        data = (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")
    return frame_head(len(data), opcode, fin=fin, rsv=rsv, mask=mask) + data


def frame_head(size: int, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0, mask: bytes | None = NO_MASK) -> bytes:
    """The head of a frame that announces so many bytes."""
    masked = 0x80 if mask is not None else 0
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    if size < 126:
        return struct.pack("!BB", first, masked | size) + (mask or b"")
    if size < 2**16:
        return struct.pack("!BBH", first, masked | 126, size) + (mask or b"")
    return struct.pack("!BBQ", first, masked | 127, size) + (mask or b"")


def event(name: str, payload: Any, number: int | str = "") -> str:
    """An event as the text of a WebSocket message."""
    return f"42{NAMESPACE},{number}{json.dumps([name, payload], ensure_ascii=False)}"


def samples(message: Any, part: Any, rows: int) -> tuple[list[int], list[list[float | None]]]:
    """Times and values (a row for each series) of a message, be it JSON or binary."""
    if "t" in part:
        return part["t"], part["v"]
    numbers = array("d", message["b"][part["at"] : part["at"] + 8 * part["n"] * (rows + 1)])
    table = [list(numbers[at : at + part["n"]]) for at in range(0, len(numbers), part["n"])]
    return [int(one) for one in table[0]], [*table[1:]]


def p99(times: Sequence[float]) -> float:
    """The 99th percentile, in the unit of `times`."""
    return sorted(times)[int(len(times) * 0.99)] if times else float("inf")

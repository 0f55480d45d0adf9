"""What comes from a collector process: how much of it is taken, and what an answer means."""

from __future__ import annotations

from collections.abc import Callable

from collectors.errors import CollectorFailed, Misconfigured, Unavailable
from collectors.frames import FrameError, Header, Reader
from collectors.sample import Batch

#: What a process may send in one second; a stream joins what it pushes to 20 frames a second for each collector.
MOST_FRAMES = 2_000
MOST_BYTES = 64 * 2**20


class Meter:
    """Counts what comes in a second."""

    def __init__(self, reader: Reader, monotonic: Callable[[], float]) -> None:
        self._reader = reader
        self._monotonic = monotonic
        self._second = monotonic()
        self._frames = 0
        self._bytes = 0

    def count(self) -> None:
        """One more frame.

        Raises:
            FrameError: that is too much for one second.
        """
        now = self._monotonic()
        if now - self._second >= 1.0:
            self._second, self._frames, self._bytes = now, 0, self._reader.received
        self._frames += 1
        if self._frames > MOST_FRAMES or self._reader.received - self._bytes > MOST_BYTES:
            raise FrameError(f"more than {MOST_FRAMES} frames or {MOST_BYTES >> 20} MiB in one second")


def outcome(reply: Header, batches: list[Batch]) -> list[Batch]:
    """`batches`, or what the collector raised in its process.

    Raises:
        Unavailable, Misconfigured, CollectorFailed: as it was raised there.
    """
    match reply.get("outcome"):
        case "ok":
            return batches
        case "unavailable":
            raise Unavailable(str(reply.get("reason")))
        case "misconfigured":
            raise Misconfigured(str(reply.get("field")), str(reply.get("why")))
    error = CollectorFailed(str(reply.get("kind")), str(reply.get("text")), str(reply.get("where", "")))
    if reply.get("trace"):
        error.add_note(str(reply["trace"]))
    raise error

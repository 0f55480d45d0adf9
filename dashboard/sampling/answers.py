"""What comes from a collector process: how much of it is taken, and what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from collectors.errors import CollectorError, CollectorFailed, Misconfigured, Unavailable
from collectors.frames import FrameError, Header, Reader
from collectors.instance import Trouble
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a collector gave in its process.

    Attributes:
        batches: its samples.
        troubles: what is wrong with some of its instances while others work.
    """

    batches: list[Batch] = field(default_factory=list)
    troubles: tuple[Trouble, ...] = ()


def answer(reply: Header, batches: list[Batch]) -> Answer:
    """A reply as an answer.

    Raises:
        Unavailable, Misconfigured, CollectorFailed: as it was raised there.
    """
    if reply.get("outcome") != "ok":
        raise _error(reply)
    told = reply.get("troubles")
    rows = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return Answer(
        batches, tuple(Trouble(str(one.get("instance")), _error(one), bool(one.get("fresh"))) for one in rows)
    )


def _error(row: Header) -> CollectorError:
    match row.get("outcome"):
        case "unavailable":
            return Unavailable(str(row.get("reason")))
        case "misconfigured":
            return Misconfigured(str(row.get("field")), str(row.get("why")))
    error = CollectorFailed(str(row.get("kind")), str(row.get("text")), str(row.get("where", "")))
    if row.get("trace"):
        error.add_note(str(row["trace"]))
    return error

"""Whole frames that wait for one client, in bounds, and what the client has missed by those."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from dashboard.live.frame import Frame

#: Samples that have waited so long (seconds) are no news any more; the client will ask for what it missed.
STALE_AFTER = 5.0
#: Frames that wait, however small.
MAX_FRAMES = 4096


class Backlog:
    """Frames in the order in which they are sent; None is the end.

    When more than `bound` bytes of samples wait, or very many frames, or some are stale, the oldest samples go, but not
    the newest frame of them; other frames never do.

    Args:
        bound: bytes of samples.
        monotonic: a clock in seconds that never steps; `Frame.born` is of the same one.

    Attributes:
        size: bytes that wait.
        samples: those of them that are samples.
        dropped: frames of samples that have gone so far.
    """

    __slots__ = ("_bound", "_frames", "_missed", "_monotonic", "dropped", "samples", "size")

    def __init__(self, bound: int, monotonic: Callable[[], float]) -> None:
        self._bound = bound
        self._monotonic = monotonic
        self._frames: deque[Frame | None] = deque()
        self._missed: set[str] = set()
        self.size = self.samples = self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def first(self) -> Frame | None:
        """What comes next; None at the end, or when there is nothing."""
        return self._frames[0] if self._frames else None

    def keep(self, frames: Sequence[Frame], urgent: bool) -> None:
        """Take frames in: behind all others, or before them."""
        for frame in reversed(frames) if urgent else frames:
            if urgent:
                self._frames.appendleft(frame)
            else:
                self._frames.append(frame)
            self.size += frame.size
            if frame.metric:
                self.samples += frame.size
        if self.samples > self._bound or len(self._frames) > MAX_FRAMES or self._stale():
            self._drop()

    def take(self) -> Frame | None:
        """Take the next frame out. The end stays: whoever asks again is told again."""
        frame = self._frames[0]
        if frame is not None:
            self._frames.popleft()
            self._forget(frame)
        return frame

    def take_missed(self) -> list[str]:
        """Metrics of which samples have gone since this was asked last."""
        missed, self._missed = sorted(self._missed), set()
        return missed

    def end(self) -> None:
        """Nothing comes behind what waits."""
        self._frames.append(None)

    def clear(self) -> None:
        """Forget all; it is the end."""
        self._frames.clear()
        self._frames.append(None)
        self._missed.clear()
        self.size = self.samples = 0

    def _stale(self) -> bool:
        if not self.samples:
            return False
        oldest = next(one for one in self._frames if one is not None and one.metric)
        return oldest.born < self._monotonic() - STALE_AFTER

    def _drop(self) -> None:
        """Drop until half of the bound is free and nothing is stale."""
        old = self._monotonic() - STALE_AFTER
        full = self.samples > self._bound or len(self._frames) > MAX_FRAMES
        most, left = (self._bound // 2, MAX_FRAMES // 2) if full else (self._bound, MAX_FRAMES)
        count = len(self._frames)
        newest = next((one for one in reversed(self._frames) if one is not None and one.metric), None)
        keep = deque[Frame | None]()
        for frame in self._frames:
            over = self.samples > most or count > left
            if frame and frame.metric and frame is not newest and (over or frame.born < old):
                count -= 1
                self._forget(frame)
                self._missed.add(frame.metric)
                self.dropped += 1
            else:
                keep.append(frame)
        self._frames = keep

    def _forget(self, frame: Frame) -> None:
        self.size -= frame.size
        if frame.metric:
            self.samples -= frame.size

"""When to sample: ticks aligned to the interval, whatever the wall clock does."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator

from dashboard.tasks import Clock

#: A first sample is taken at once unless the first aligned tick is nearer than this part of the interval, and than so
#: many seconds: the rate between two samples that are closer is mostly noise.
EARLY = 0.25
MOST_EARLY = 0.5


class Lateness:
    """How late recent ticks came, in seconds: the last `size` of them, and how many there ever were."""

    def __init__(self, size: int = 1024) -> None:
        self._ring = array("d", bytes(8 * size))
        self._taken = 0
        self.ticks = 0

    def add(self, seconds: float) -> None:
        self._ring[self.ticks % len(self._ring)] = seconds
        self.ticks += 1

    def take(self) -> list[float]:
        """Those since the last call, oldest first; at most the last `size`."""
        size, end = len(self._ring), self.ticks
        start = max(self._taken, end - size)
        self._taken = end
        return [self._ring[place % size] for place in range(start, end)]


class Ticker:
    """Yields a time to sample at, once an interval.

    The waiting is done on the monotonic clock; the wall clock only says where the interval's marks are, and is asked
    anew for each tick. So a step of it moves the marks, and neither stops the ticks nor makes them burst.

    Args:
        every: the interval in seconds.
        clock: the clocks.
        wait: waits up to so many seconds; True ends the ticks.
        phase: seconds after each mark at which the tick comes, so that not all jobs wake at once.
        lateness: where the lateness of each tick is noted.

    Attributes:
        skipped: ticks that were left out because the one before took too long.
        late: ticks that came more than half an interval late.
    """

    def __init__(
        self,
        every: float,
        clock: Clock,
        wait: Callable[[float], bool],
        phase: float = 0.0,
        lateness: Lateness | None = None,
    ) -> None:
        self.every = every
        self.skipped = 0
        self.late = 0
        self._clock = clock
        self._wait = wait
        self._phase = phase
        self._lateness = lateness if lateness is not None else Lateness(1)
        self._mark: int | None = None

    def ticks(self) -> Iterator[int]:
        """The wall time of each tick in ms since the epoch, when it is due.

        A first one comes at once unless a mark is near: who samples once a minute need not wait for the first value.
        """
        first = self._first()
        if first is not None:
            yield first
        last_due: float | None = None
        while True:
            mark, due = self._next()
            if not self._sleep_until(due):
                return
            now, wall = self._clock.monotonic(), self._clock.wall()
            self._lateness.add(now - due)
            if last_due is not None:
                self.skipped += max(0, round((now - last_due) / self.every) - 1)
            if abs(wall - self._at(mark)) > self.every:  # the clock was stepped, or everything stood still for a while
                mark = math.floor((wall - self._phase) / self.every)
            if now - due > self.every / 2:
                self.late += 1
            self._mark, last_due = mark, min(now, due + self.every * math.floor((now - due) / self.every))
            yield round(mark * self.every * 1000)

    def _first(self) -> int | None:
        wall = self._clock.wall()
        left = self.every - (wall - self._phase) % self.every
        return int(wall * 1000) if left > min(self.every * EARLY, MOST_EARLY) else None

    def _next(self) -> tuple[int, float]:
        """The next mark, and when it is due on the monotonic clock."""
        wall = self._clock.wall()
        mark = math.floor((wall - self._phase) / self.every) + 1
        if mark == self._mark:  # woken a hair before the mark, by the wall clock
            mark += 1
        return mark, self._clock.monotonic() + self._at(mark) - wall

    def _at(self, mark: int) -> float:
        return mark * self.every + self._phase

    def _sleep_until(self, due: float) -> bool:
        """False when the ticks shall end."""
        left = due - self._clock.monotonic()
        while True:
            if self._wait(max(left, 0.0)):
                return False
            left = due - self._clock.monotonic()
            if left <= 0:
                return True

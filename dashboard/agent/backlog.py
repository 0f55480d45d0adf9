"""Samples that wait to be sent: bounded in time and size, the oldest go first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from collectors.sample import Batch

#: Bytes of an entry beside its numbers.
OVERHEAD = 400


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Samples of one metric.

    Attributes:
        number: counted from 1.
        at: when they came, in seconds of a clock that never steps.
        batch: with times of the agent's clock, less its steps.
    """

    number: int
    at: float
    batch: Batch

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return OVERHEAD + self.batch.times.nbytes + self.batch.values.nbytes


class Backlog:
    """What was sampled and is not known to have arrived. Every method may be called from every thread.

    Args:
        seconds: how long a sample waits at most.
        size: bytes that all may take.
        clock: seconds, by a clock that never steps.

    Attributes:
        dropped: values that went because they were too old or too many.
    """

    def __init__(self, seconds: float, size: int, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._most = size
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._number = 0
        self._lock = threading.Lock()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def values(self) -> int:
        """How many values wait."""
        with self._lock:
            return sum(one.batch.values.size for one in self._entries)

    def add(self, batch: Batch) -> None:
        """These wait from now on."""
        now = self._clock()
        with self._lock:
            self._number += 1
            entry = Entry(self._number, now, batch)
            self._entries.append(entry)
            self._size += entry.size
            while self._entries and (self._size > self._most or self._entries[0].at < now - self._seconds):
                gone = self._entries.popleft()
                self._size -= gone.size
                self.dropped += gone.batch.values.size

    def oldest(self, cells: int) -> list[Entry]:
        """Those that wait longest, up to so many values, but at least one of them; they stay until they are `done`."""
        found: list[Entry] = []
        with self._lock:
            for entry in self._entries:
                cells -= entry.batch.values.size
                if found and cells < 0:
                    break
                found.append(entry)
        return found

    def done(self, entries: Collection[Entry]) -> None:
        """These have arrived, or never will."""
        self.arrived(max((one.number for one in entries), default=0))

    def arrived(self, number: int) -> None:
        """All up to that number are where they belong."""
        with self._lock:
            while self._entries and self._entries[0].number <= number:
                self._size -= self._entries.popleft().size

    def forget(self, metrics: Collection[str]) -> None:
        """These metrics are no more what they were when they were sampled."""
        if not metrics:
            return
        with self._lock:
            self._entries = deque(one for one in self._entries if one.batch.metric not in metrics)
            self._size = sum(one.size for one in self._entries)

    def take_dropped(self) -> int:
        """How many values were dropped since the last call."""
        with self._lock:
            dropped, self.dropped = self.dropped, 0
            return dropped

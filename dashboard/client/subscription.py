"""Metrics that a program follows: what it iterates over."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dashboard.client.batch import Batch
from dashboard.client.errors import ClientError
from dashboard.client.follower import Follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.client.address import Address

#: Values that wait for a loop that is slower than what comes; a batch counts for its times, too, and for itself.
BACKLOG = 1_000_000
BATCH_COSTS = 64
#: A wait without an end can't be interrupted on every system.
LOOK_EVERY = 1.0


class Subscription:
    """Batches of some metrics, in the order of their numbers; made by `Client.subscribe`.

    The connection is looked after in a thread of its own. What waits for the loop is bounded: when that is too slow,
    the oldest batches are left out, and the next one of their metric tells how many samples that were.

    Attributes:
        metrics: what the catalog says of each: unit, title, seconds between samples, and so on.
    """

    def __init__(
        self, address: Address, names: Sequence[str], window: float, patience: float, backlog: int = BACKLOG
    ) -> None:
        self._backlog = backlog
        self._waiting: deque[Batch] = deque()
        self._size = 0
        self._dropped: dict[str, Batch] = {}  # what the next batch has to tell of those that were left out
        self._there = threading.Condition()
        self._failure: ClientError | None = None
        self._closed = False
        self._follower = Follower(address, names, window, patience, self._put, self._fail)
        self._follower.start()
        self.metrics: dict[str, dict[str, Any]] = self._follower.catalog

    @property
    def live(self) -> bool:
        """Whether there is a connection; it is made again by itself."""
        return self._follower.live

    def get(self, timeout: float | None = None) -> Batch | None:
        """The next batch; None when there is none in so many seconds, or when the subscription was closed.

        Raises:
            ClientError: there will be no more, as the server refuses this client.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._there:
            while not self._waiting:
                left = LOOK_EVERY if deadline is None else deadline - time.monotonic()
                if self._closed or left <= 0:
                    return None
                if self._failure is not None:
                    raise self._failure
                self._there.wait(min(LOOK_EVERY, left))
            batch = self._waiting.popleft()
            self._size -= _cost(batch)
            return batch

    def unsubscribe(self, *names: str) -> None:
        """Get no more of some metrics; without names, of all of them. What waits already still comes."""
        self._follower.unsubscribe(names or tuple(self.metrics))

    def close(self) -> None:
        """End it. A loop in another thread ends, too."""
        with self._there:
            self._closed = True
            self._waiting.clear()
            self._there.notify_all()
        self._follower.close()

    def __iter__(self) -> Iterator[Batch]:
        while (batch := self.get()) is not None:
            yield batch

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, batch: Batch) -> None:
        with self._there:
            if self._closed:
                return
            self._waiting.append(self._telling(batch))
            self._size += _cost(batch)
            while self._size > self._backlog and len(self._waiting) > 1:
                self._leave_out(self._waiting.popleft())
            self._there.notify_all()

    def _leave_out(self, batch: Batch) -> None:
        self._size -= _cost(batch)
        for place, later in enumerate(self._waiting):
            if later.metric == batch.metric:
                self._waiting[place] = _after(batch, later)
                return
        self._dropped[batch.metric] = batch

    def _telling(self, batch: Batch) -> Batch:
        dropped = self._dropped.pop(batch.metric, None)
        return batch if dropped is None else _after(dropped, batch)

    def _fail(self, error: ClientError) -> None:
        with self._there:
            self._failure = self._failure or error
            self._there.notify_all()


def _after(dropped: Batch, batch: Batch) -> Batch:
    """A batch that tells of the one before it, which was left out."""
    if batch.fresh:
        return batch
    gap = -1 if -1 in (dropped.gap, batch.gap) else dropped.gap + len(dropped) + batch.gap
    return replace(batch, gap=gap, fresh=dropped.fresh)


def _cost(batch: Batch) -> int:
    return int(batch.values.size) + len(batch) + BATCH_COSTS

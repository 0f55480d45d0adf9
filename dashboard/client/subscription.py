"""Metrics that a program follows: what it iterates over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dashboard.client.batch import Batch
from dashboard.client.follower import Follower
from dashboard.client.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.client.address import Address

#: Values that wait for a loop that is slower than what comes; a batch counts for its times, too, and for itself.
BACKLOG = 1_000_000
BATCH_COSTS = 64


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
        self._inbox = Inbox[Batch]()
        self._size = 0
        self._dropped: dict[str, Batch] = {}  # what the next batch has to tell of those that were left out
        self._follower = Follower(address, names, window, patience, self._put, self._inbox.fail)
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
        with self._inbox.there:
            batch = self._inbox.get(timeout)
            if batch is not None:
                self._size -= _cost(batch)
            return batch

    def unsubscribe(self, *names: str) -> None:
        """Get no more of some metrics; without names, of all of them. What waits already still comes."""
        self._follower.unsubscribe(names or tuple(self.metrics))

    def close(self) -> None:
        """End it. A loop in another thread ends, too."""
        with self._inbox.there:
            self._inbox.close()
            self._inbox.items.clear()
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
        inbox = self._inbox
        with inbox.there:
            if inbox.closed:
                return
            inbox.put(self._telling(batch))
            self._size += _cost(batch)
            while self._size > self._backlog and len(inbox.items) > 1:
                self._leave_out(inbox.items.popleft())

    def _leave_out(self, batch: Batch) -> None:
        self._size -= _cost(batch)
        for place, later in enumerate(self._inbox.items):
            if later.metric == batch.metric:
                self._inbox.items[place] = _after(batch, later)
                return
        self._dropped[batch.metric] = batch

    def _telling(self, batch: Batch) -> Batch:
        dropped = self._dropped.pop(batch.metric, None)
        return batch if dropped is None else _after(dropped, batch)


def _after(dropped: Batch, batch: Batch) -> Batch:
    """A batch that tells of the one before it, which was left out."""
    if batch.fresh:
        return batch
    gap = -1 if -1 in (dropped.gap, batch.gap) else dropped.gap + len(dropped) + batch.gap
    return replace(batch, gap=gap, fresh=dropped.fresh)


def _cost(batch: Batch) -> int:
    return int(batch.values.size) + len(batch) + BATCH_COSTS

"""What has come and waits for a loop in another thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

#: Seconds; a wait without an end can't be interrupted on every system.
LOOK_EVERY = 1.0


class Inbox(Generic[T]):
    """Things in the order in which they came; whoever takes them may wait for them.

    Args:
        most: so many at most, the oldest are left out; None for no such bound.

    Attributes:
        there: held by whoever looks at `items` or changes them; one thread may take it several times.
        items: what waits.
        closed: nobody wants any more.
    """

    def __init__(self, most: int | None = None) -> None:
        self.there = threading.Condition(threading.RLock())
        self.items: deque[T] = deque(maxlen=most)
        self.closed = False
        self._failure: Exception | None = None

    def put(self, item: T) -> None:
        with self.there:
            self.items.append(item)
            self.there.notify_all()

    def fail(self, error: Exception) -> None:
        """Nothing more will come; who has taken all that waits is told why."""
        with self.there:
            self._failure = self._failure or error
            self.there.notify_all()

    def close(self) -> None:
        """Whoever waits waits no longer."""
        with self.there:
            self.closed = True
            self.there.notify_all()

    def get(self, timeout: float | None = None) -> T | None:
        """Take the next one; None when there is none in so many seconds, or any more.

        Raises:
            Exception: what `fail` was given.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.there:
            while not self.items:
                left = LOOK_EVERY if deadline is None else deadline - time.monotonic()
                if self.closed or left <= 0:
                    return None
                if self._failure is not None:
                    raise self._failure
                self.there.wait(min(LOOK_EVERY, left))
            return self.items.popleft()

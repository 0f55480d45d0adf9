"""Changes of the catalog on their way to those who asked for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dashboard.live.catalog import Catalog, Change
from dashboard.live.wire import Payload


class News:
    """What has changed in a catalog since it was last told.

    The catalog tells its changes with its own lock held, and is asked with the fan-out's held: hence a lock of its own.

    Args:
        catalog: the declarations.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._change = Change()
        self._lock = threading.Lock()
        self._unlisten: Callable[[], None] = catalog.listen(self._note)
        self.there = threading.Event()

    def start(self) -> None:
        """Listen to the catalog, if that was stopped."""
        self._unlisten()
        self._unlisten = self._catalog.listen(self._note)

    def stop(self) -> None:
        """Listen no more, and wake who waits for news."""
        self._unlisten()
        self.there.set()

    def take(self) -> Change:
        """What has changed; the next call tells only what comes after."""
        with self._lock:
            change, self._change = self._change, Change()
        return change

    def payload(self, change: Change) -> Payload:
        """The payload of a `catalog` event."""
        return {
            "metrics": self._catalog.metrics(change.metrics),
            "gone": sorted(change.gone),
            "collectors": self._catalog.collectors(change.collectors),
            "gone_collectors": sorted(change.gone_collectors),
        }

    def _note(self, change: Change) -> None:
        with self._lock:
            self._change = self._change.then(change)
        self.there.set()

"""The history of every metric: a ring each, and the one lock that keeps readers and writers apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.downsample import thin_away
from dashboard.history.epoch import new_epoch
from dashboard.history.ring import Appended, Ring, Slice
from dashboard.tasks import Clock, run_here

if TYPE_CHECKING:
    from dashboard.settings import HistorySettings


class UnknownMetric(LookupError):
    """No metric of this name is declared (any more)."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no metric {name!r}")
        self.name = name


class History:
    """The samples of all metrics, as long as the retention says. Every method may be called from every task.

    Args:
        settings: retention and cap of series.
        clock: tells the time of day.
        native: runs a function in a native thread and waits for it; see `dashboard.tasks`.
    """

    def __init__(self, settings: HistorySettings, clock: Clock, native: Callable[..., Any] = run_here) -> None:
        self._settings = settings
        self._clock = clock
        self._native = native
        self._rings: dict[str, Ring] = {}
        # Offsets of metrics that went, so that one that comes again goes on counting: a client must not take its new
        # samples for old ones.
        self._ended: dict[str, int] = {}
        self._lock = threading.RLock()
        self.epoch = new_epoch(self.now())

    def now(self) -> int:
        """The time in ms since the epoch."""
        return int(self._clock.wall() * 1000)

    def declare(self, metric: Metric, every: float) -> None:
        """Make room for a metric that is sampled every so many seconds. One that is known keeps its samples."""
        with self._lock:
            ring = self._rings.get(metric.name)
            cap = self._settings.max_series if metric.max_series is None else metric.max_series
            if ring is None:
                offset = self._ended.pop(metric.name, 0)
                self._rings[metric.name] = Ring(every, self._settings.retention, cap, offset)
            else:
                ring.set_interval(every)
                ring.columns.cap = cap

    def forget(self, name: str) -> None:
        """Drop a metric and its samples."""
        with self._lock:
            ring = self._rings.pop(name, None)
            if ring is not None:
                self._ended[name] = ring.offset

    def append(self, batch: Batch) -> Appended:
        """Add the samples of a batch; see `Ring.append`.

        Raises:
            UnknownMetric: it was not declared.
        """
        with self._lock:
            return self._ring(batch.metric).append(batch.times, batch.series, batch.values)

    def offset(self, name: str) -> int:
        """Running number of the metric's last sample (time) in this epoch; the first sample has 1."""
        with self._lock:
            return self._ring(name).offset

    def series(self, name: str) -> tuple[Series, ...]:
        with self._lock:
            return self._ring(name).series

    def refused(self, name: str) -> int:
        """How many series of the metric have been left out so far, because it had as many as it may."""
        with self._lock:
            return self._ring(name).columns.refused

    def since(self, name: str, offset: int) -> Slice | None:
        """Exactly the samples after `offset` of this epoch, or None when one of them is no longer held."""
        with self._lock:
            return self._ring(name).since(offset)

    def recent(self, name: str, seconds: float) -> Slice:
        """Every sample of the last `seconds`, counted back from the newest one."""
        with self._lock:
            return self._ring(name).recent(seconds)

    def latest(self, name: str) -> Slice:
        """The newest sample; a slice of no times when there is none."""
        with self._lock:
            return self._ring(name).latest()

    def window(self, name: str, seconds: float, points: int) -> Slice:
        """The last `seconds`, counted back from the newest sample, in at most `points` points."""
        return self.thin(self.recent(name, seconds), points)

    def between(self, name: str, start: int, end: int, points: int) -> Slice:
        """The samples from `start` to `end` (ms since the epoch, both included), in at most `points` points."""
        with self._lock:
            found = self._ring(name).between(start, end)
        return self.thin(found, points)

    def thin(self, samples: Slice, points: int) -> Slice:
        """`samples` in at most `points` points; never called with the lock held, as it may wait."""
        return thin_away(samples, points, self._native)

    def _ring(self, name: str) -> Ring:
        try:
            return self._rings[name]
        except KeyError:
            raise UnknownMetric(name) from None

"""The rooms of metrics and of extracts of them: who is in one gets samples, at the pace at which they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from collectors.metric import Series
from dashboard.live import wire
from dashboard.live.extract import Extract, Extracts
from dashboard.live.fanout import Fanout, frame
from dashboard.live.pace import Pace, Samples
from dashboard.live.wire import Event, Payload


class MetricRooms:
    """Used with the fan-out's lock held.

    Args:
        fanout: of the server.
        max_fps: frames of a metric that go out each second, about.
    """

    def __init__(self, fanout: Fanout, max_fps: float) -> None:
        self._fanout = fanout
        self._pace = Pace(max_fps)
        self._extracts = Extracts(fanout.occupied)

    def watched(self, metric: str) -> bool:
        """Whether anybody gets what comes of a metric."""
        return self._fanout.occupied(wire.room(metric)) or bool(self._extracts.of(metric))

    def watch(self, extract: Extract, series: Sequence[Series]) -> None:
        """Somebody comes who sees an extract of a metric that has these series."""
        self._extracts.watch(extract, series)

    def renew(self, metric: str, offset: int, series: Sequence[Series], now: float) -> None:
        """A metric has other series from now on.

        Args:
            metric: its name.
            offset: of the last sample before.
            series: all of them.
            now: seconds of the clock that never steps.
        """
        self.release(metric, now)
        self._tell_series(wire.room(metric), metric, offset, series)
        for extract in self._extracts.renew(metric, series):
            self._tell_series(extract.room, metric, offset, filter(extract.has, series))

    def offer(self, metric: str, samples: Samples, now: float) -> None:
        """New samples: sent now, or held back until they are due."""
        idle = not self._pace.holds(metric)
        self._send(metric, self._pace.offer(metric, samples, now))
        if idle and self._pace.holds(metric):  # who waits until something is due has to look again
            self._fanout.due.set()

    def release(self, metric: str, now: float) -> None:
        """Send what is held back of a metric."""
        self._send(metric, self._pace.release(metric, now))

    def flush(self, now: float) -> None:
        """Send what is due."""
        for metric in self._pace.due(now):
            self.release(metric, now)

    def forget(self, metric: str) -> None:
        """Nobody needs what is held back of a metric."""
        self._pace.forget(metric)

    def held(self, metric: str) -> int:
        """How many samples of a metric are held back."""
        return self._pace.held(metric)

    def wait(self, now: float) -> float | None:
        """Seconds until something is due; None when nothing is held back."""
        return self._pace.wait(now)

    def _send(self, metric: str, parts: Iterable[Samples]) -> None:
        for samples in parts:
            self._send_samples(wire.room(metric), metric, samples)
            for extract, rows in self._extracts.of(metric):
                own = samples._replace(values=np.ascontiguousarray(samples.values[rows]))
                self._send_samples(extract.room, metric, own)

    def _send_samples(self, room: str, metric: str, samples: Samples) -> None:
        if self._fanout.occupied(room):
            self._fanout.send(frame(Event.SAMPLES, wire.samples(metric, *samples), metric=metric), room)

    def _tell_series(self, room: str, metric: str, offset: int, series: Iterable[Series]) -> None:
        if self._fanout.occupied(room):
            news: Payload = {"m": metric, "o": offset, "series": wire.labels(series)}
            self._fanout.send(frame(Event.SERIES, news), room)

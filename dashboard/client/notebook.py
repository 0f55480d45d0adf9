"""A live chart in a notebook."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from dashboard.client.batch import Batch, Kept
from dashboard.client.errors import ClientError, Missing
from dashboard.client.subscription import Subscription

#: Seconds between two changes of the chart: each sends all that it shows.
DRAW_EVERY = 0.5
#: Times of a curve; more can't be told apart.
MOST_TIMES = 3000


class Show:
    """A FigureWidget and the thread that keeps it up to date.

    The thread writes to the widget itself: a kernel sends what comes from any thread, also while a cell runs.

    Args:
        subscribe: opens the subscription.
        window: seconds of the past that it shows.

    Attributes:
        figure: the widget.
        trouble: what has ended it, "" before.
    """

    def __init__(self, subscribe: Callable[[], Subscription], window: float) -> None:
        self.figure = _widget()
        self.trouble = ""
        self._window = window
        self._kept: dict[str, Kept] = {}
        self._traces: dict[tuple[str, str], Any] = {}  # Any: Plotly's
        self._subscription = subscribe()
        units = {one["unit"] for one in self._subscription.metrics.values()}
        self.figure.update_layout(
            yaxis_title=units.pop() if len(units) == 1 else None, margin={"t": 30, "r": 20}, uirevision="live"
        )
        self._thread = threading.Thread(target=self._run, name="plotroom show", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let it stand still."""
        self._subscription.close()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while (batch := self._subscription.get()) is not None:
                until = time.monotonic() + DRAW_EVERY
                self._take(batch)
                while (left := until - time.monotonic()) > 0:
                    if (batch := self._subscription.get(left)) is not None:
                        self._take(batch)
                self._draw()
        except ClientError as error:
            self.trouble = str(error)
            self.figure.update_layout(title_text=self.trouble)

    def _take(self, batch: Batch) -> None:
        self._kept.setdefault(batch.metric, Kept(MOST_TIMES)).add(batch)

    def _draw(self) -> None:
        newest = max((kept.times[-1] for kept in self._kept.values() if len(kept.times)), default=0)
        with self.figure.batch_update():
            for metric, kept in self._kept.items():
                start = int(np.searchsorted(kept.times, newest - self._window * 1000))
                times = kept.times[start:].astype("datetime64[ms]")
                names = Batch(metric, kept.times, kept.values, kept.series, 0, "").names
                for name, row in zip(names, kept.values, strict=True):
                    trace = self._trace(metric, name)
                    trace.x, trace.y = times, row[start:]

    def _trace(self, metric: str, name: str) -> Any:
        key = (metric, name)
        if key not in self._traces:
            title = name if len(self._subscription.metrics) == 1 or name == metric else f"{metric} {name}"
            self.figure.add_scatter(name=title, mode="lines", connectgaps=False)
            self._traces[key] = self.figure.data[-1]
        return self._traces[key]


def _widget() -> Any:  # Any: Plotly ships no types
    for needed in ("anywidget", "ipywidgets"):
        if find_spec(needed) is None:
            raise Missing(f"{needed} is not installed; show() needs it: pip install 'plotroom[notebook]'")
    from plotly.graph_objects import FigureWidget

    return FigureWidget()

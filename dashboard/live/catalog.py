"""The metrics and collectors that there are now, in the form in which clients get them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from collectors.metric import Metric, Series
from dashboard.history.store import History, UnknownMetric
from dashboard.live.wire import Payload, labels
from dashboard.sampling.state import JobState


@dataclass(frozen=True, slots=True)
class Change:
    """What is different now, by name.

    Attributes:
        metrics: declared, or declared differently.
        gone: metrics that are no more.
        collectors: in another state.
        gone_collectors: collectors that are no more.
    """

    metrics: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    collectors: frozenset[str] = frozenset()
    gone_collectors: frozenset[str] = frozenset()

    def then(self, later: Change) -> Change:
        """This change and a later one as one."""
        return Change(
            (self.metrics - later.gone) | later.metrics,
            (self.gone - later.metrics) | later.gone,
            (self.collectors - later.gone_collectors) | later.collectors,
            (self.gone_collectors - later.collectors) | later.gone_collectors,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    metric: Metric
    every: float
    collector: str
    chart: str
    refused: int


Listener = Callable[[Change], None]


class Catalog:
    """What is declared, and the state of every collector. Every method may be called from every task.

    Args:
        history: knows the series of each metric.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._entries: dict[str, _Entry] = {}
        self._states: dict[str, JobState] = {}
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        """These are the metrics of a collector from now on; those it had before and has not here are gone."""
        with self._lock:
            entries = {one.name: _Entry(one, every, collector, *self._shape(one)) for one in metrics}
            before = {name for name, entry in self._entries.items() if entry.collector == collector}
            changed = {name for name, entry in entries.items() if self._entries.get(name) != entry}
            gone = before - entries.keys()
            for name in gone:
                del self._entries[name]
            self._entries |= entries
            self._tell(Change(metrics=frozenset(changed), gone=frozenset(gone)))

    def retire(self, collector: str) -> None:
        """A collector and its metrics are no more."""
        with self._lock:
            gone = {name for name, entry in self._entries.items() if entry.collector == collector}
            for name in gone:
                del self._entries[name]
            known = {collector} if self._states.pop(collector, None) else set()
            self._tell(Change(gone=frozenset(gone), gone_collectors=frozenset(known)))

    def state(self, state: JobState) -> None:
        """A collector is in this state now. One that only counted on is noted, but no news."""
        with self._lock:
            before = self._states.get(state.collector)
            self._states[state.collector] = state
            if before is None or _quiet(before) != _quiet(state):
                self._tell(Change(collectors=frozenset({state.collector})))

    def series_changed(self, name: str) -> None:
        """The metric has other series now, which may decide how it is drawn, or has refused some."""
        with self._lock:
            entry = self._entries.get(name)
            if entry is None:
                return
            chart, refused = self._shape(entry.metric)
            if (chart, refused) != (entry.chart, entry.refused):
                self._entries[name] = replace(entry, chart=chart, refused=refused)
                self._tell(Change(metrics=frozenset({name})))

    def metric(self, name: str) -> Metric | None:
        entry = self._entries.get(name)
        return entry.metric if entry else None

    def names(self) -> list[str]:
        """The names of all metrics."""
        with self._lock:
            return list(self._entries)

    def families(self) -> set[str]:
        """The families of all metrics."""
        with self._lock:
            return {entry.metric.family for entry in self._entries.values()}

    def series(self, name: str) -> tuple[Series, ...]:
        """The series that a metric has now; none when it is not known."""
        try:
            return self._history.series(name)
        except UnknownMetric:  # declared here a moment before, or forgotten there a moment before
            return ()

    def metrics(self, names: Iterable[str] | None = None) -> list[Payload]:
        """The metrics (of these names) as the wire has them, by family and order."""
        with self._lock:
            entries = list(self._entries.values()) if names is None else self._found(names)
            entries.sort(key=lambda entry: (entry.metric.family, entry.metric.order, entry.metric.name))
            return [self._wire_metric(entry) for entry in entries]

    def collectors(self, names: Iterable[str] | None = None) -> list[Payload]:
        """The collectors (of these names) as the wire has them, by name."""
        with self._lock:
            states = self._states.values() if names is None else [s for s in map(self._states.get, names) if s]
            return [_wire_state(state) for state in sorted(states, key=lambda state: state.collector)]

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change; returns what ends that. It must neither wait nor call back into here."""
        with self._lock:
            self._listeners.append(listener)

        def undo() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return undo

    def _tell(self, change: Change) -> None:
        if change != Change():
            for listener in tuple(self._listeners):
                listener(change)

    def _found(self, names: Iterable[str]) -> list[_Entry]:
        return [entry for entry in map(self._entries.get, names) if entry]

    def _shape(self, metric: Metric) -> tuple[str, int]:
        """How the metric is drawn, and how many series it has refused."""
        try:
            return chart_of(metric, self._history.series(metric.name)), self._history.refused(metric.name)
        except UnknownMetric:  # declared here a moment before
            return chart_of(metric, ()), 0

    def _wire_metric(self, entry: _Entry) -> Payload:
        metric = entry.metric
        return {
            "name": metric.name,
            "title": metric.title,
            "unit": metric.drawn_unit,
            "kind": metric.kind,
            "help": metric.help,
            "family": metric.family,
            "chart": entry.chart,
            "every": entry.every,
            "collector": entry.collector,
            "series": labels(self.series(metric.name)),
            "limits": list(metric.limits),
            "headline": metric.headline,
            "order": metric.order,
            "figure_id": metric.figure_id,
            "refused": entry.refused,
        }


def chart_of(metric: Metric, series: Sequence[Series]) -> str:
    """How a metric is drawn: as declared, else arrays (their series are told apart by `index`) as heat maps."""
    if metric.chart is not None:
        return metric.chart
    array = bool(series) and all([name for name, _ in one.labels] == ["index"] for one in series)
    return "heatmap" if array else "line"


def _quiet(state: JobState) -> JobState:
    """A state without what changes with every sample."""
    return replace(state, duration=0.0, samples=0, skipped=0)


def _wire_state(state: JobState) -> Payload:
    return {
        "collector": state.collector,
        "state": state.state,
        "reason": state.reason,
        "every": state.every,
        "origin": state.origin,
        "duration": state.duration * 1000,
        "samples": state.samples,
        "skipped": state.skipped,
        "errors": state.errors,
        "restarts": state.restarts,
        "since": state.since,
        "metrics": state.metrics,
    }

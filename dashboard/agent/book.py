"""What this machine's collectors declare, how they are and what they sample, as a scheduler tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.agent.backlog import Backlog
from dashboard.agent.server_clock import ServerClock
from dashboard.sampling.state import JobState

#: Seconds after which counts and duration of a collector are told again, though nothing else has changed.
COUNTS_EVERY = 10.0
#: Values that are sent as belonging together, at most: one batch may be larger.
CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """The metrics of a collector."""

    every: float = 0.0
    metrics: tuple[Metric, ...] = ()


@dataclass
class Told:
    """What a server has been told of it, over one connection.

    Attributes:
        told_at: when that was of each state, in seconds of a clock that never steps.
    """

    declared: dict[str, Declaration] = field(default_factory=dict)
    states: dict[str, JobState] = field(default_factory=dict)
    told_at: dict[str, float] = field(default_factory=dict)

    @property
    def collectors(self) -> set[str]:
        return {*self.declared, *self.states}


class Book:
    """A sink for a scheduler. Every method may be called from every thread.

    Args:
        backlog: where samples wait.
        clock: of the server.
        wake: called when there is something new.
    """

    def __init__(self, backlog: Backlog, clock: ServerClock, wake: Callable[[], None]) -> None:
        self._backlog = backlog
        self._clock = clock
        self._wake = wake
        self._declared: dict[str, Declaration] = {}
        self._states: dict[str, JobState] = {}
        self._closed = False
        self._lock = threading.Lock()

    # --- what a scheduler tells

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        with self._lock:
            before = self._declared.get(collector, Declaration()).metrics
            self._declared[collector] = Declaration(every, tuple(metrics))
        # What waits under a name that now means something else belongs to nothing any more.
        now = {one.name: (one.kind, one.drawn_unit) for one in metrics}
        self._backlog.forget({one.name for one in before if now.get(one.name) != (one.kind, one.drawn_unit)})
        self._wake()

    def retire(self, collector: str) -> None:
        with self._lock:
            gone = self._declared.pop(collector, Declaration()).metrics
            self._states.pop(collector, None)
        self._backlog.forget({one.name for one in gone})
        self._wake()

    def publish(self, batch: Batch) -> None:
        if not len(batch.times):
            return
        times = batch.times - self._clock.steps()
        step = max(1, CELLS // max(1, len(batch.series)))
        for first in range(0, len(times), step):
            part = slice(first, first + step)
            self._backlog.add(replace(batch, times=times[part], values=batch.values[:, part]))
        self._wake()

    def state(self, state: JobState) -> None:
        with self._lock:
            if not self._closed:
                self._states[state.collector] = state
        self._wake()

    def close(self) -> None:
        """What collectors say from now on is that they are stopped, which is ours to know."""
        with self._lock:
            self._closed = True

    # --- what a server is to be told

    @property
    def collectors(self) -> set[str]:
        """The names of all of them."""
        with self._lock:
            return {*self._declared, *self._states}

    def fresh_declarations(self, told: Told) -> dict[str, Declaration]:
        """Those that the server does not know yet; of a collector that has lost its metrics, one without any."""
        with self._lock:
            found = {name: one for name, one in self._declared.items() if told.declared.get(name) != one}
            lost = [name for name, one in told.declared.items() if name in self._states and one.metrics]
            return found | {name: Declaration(told.declared[name].every) for name in lost if name not in self._declared}

    def fresh_states(self, told: Told, now: float) -> list[JobState]:
        """Those that the server does not know yet; counts alone only now and then."""
        with self._lock:
            return [
                one
                for name, one in self._states.items()
                if (before := told.states.get(name)) is None
                or _quiet(before) != _quiet(one)
                or (before != one and now - told.told_at[name] >= COUNTS_EVERY)
            ]


def _quiet(state: JobState) -> JobState:
    """A state without what changes with every sample."""
    return replace(state, duration=0.0, samples=0, skipped=0)

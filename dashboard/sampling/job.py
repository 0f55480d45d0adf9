"""One collector with its schedule and its state: open, collect, skip, back off, close."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from collectors.backoff import Backoff
from collectors.errors import Misconfigured, Unavailable
from collectors.instance import REOPEN_AFTER, Trouble
from collectors.metric import Metric
from collectors.registry import Declaration
from collectors.sample import Batch, united
from dashboard.sampling.complaints import Complaints, text_of
from dashboard.sampling.limits import ProcessLost
from dashboard.sampling.rate import Rates
from dashboard.sampling.state import JobState, State, one_line
from dashboard.sampling.ticker import Lateness, Ticker
from dashboard.tasks import Supervised, Tasks

log = logging.getLogger(__name__)

#: Seconds after which a state is told again for its counts and duration, though nothing else has changed.
TELL_EVERY = 2.0


class Sink(Protocol):
    """Where samples and states go. Called from tasks only."""

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        """A collector measures `metrics`; when it is declared again, these take the place of the earlier ones."""

    def retire(self, collector: str) -> None:
        """A collector, its state and its metrics are gone."""

    def publish(self, batch: Batch) -> None:
        """New samples; of a counter, its rates."""

    def state(self, state: JobState) -> None:
        """The state of a job has changed."""


class Sampling(Protocol):
    """What a job samples: `collectors.sampler.Sampler`, or its stand-in for another process."""

    @property
    def troubles(self) -> Sequence[Trouble]: ...
    def open(self) -> None: ...
    def collect(self, tick: int) -> list[Batch]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What follows a try: seconds to pause, and whether the source is to be opened again."""

    pause: float = 0.0
    reopen: bool = False


_GOOD = _Verdict()
WORST_FIRST: tuple[State, ...] = ("failing", "misconfigured", "unavailable")


class Job:
    """Runs one collector until it is stopped.

    Args:
        declaration: of the collector.
        sampler: opens, samples and closes it.
        origin: the file or module that it comes from.
        every: seconds between samples.
        sink: where samples and states go.
        tasks: what runs it.
        lateness: where the lateness of its ticks is noted.
        phase: seconds after the marks of the interval at which it ticks.
        backoff: how long to wait after a failure.
    """

    def __init__(
        self,
        declaration: Declaration,
        sampler: Sampling,
        origin: str,
        every: float,
        sink: Sink,
        tasks: Tasks,
        lateness: Lateness | None = None,
        phase: float = 0.0,
        backoff: Backoff | None = None,
    ) -> None:
        self.name = declaration.name
        self.stopped = threading.Event()
        self._declaration = declaration
        self._sampler = sampler
        self._sink = sink
        self._tasks = tasks
        self._clock = tasks.clock
        self._backoff = backoff or Backoff()
        self._ticker = Ticker(every, tasks.clock, self.stopped.wait, phase, lateness)
        self._counters = {one.name: Rates(one.scale) for one in declaration.metrics if one.kind == "counter"}
        self._samples = 0
        self._failed_in_a_row = 0
        self._complaints = Complaints(f"collector {declaration.name}")
        self._told_at = -math.inf
        self._task: Supervised | None = None
        self._state = JobState(
            declaration.name,
            "starting",
            every=every,
            origin=origin,
            since=self._now(),
            metrics=len(declaration.metrics),
        )

    @property
    def state(self) -> JobState:
        # These two grow elsewhere, in a thread of their own where tasks are threads, and must not undo a change here.
        return replace(self._state, skipped=self._ticker.skipped, samples=self._samples)

    @property
    def late(self) -> int:
        """Ticks that came more than half an interval late."""
        return self._ticker.late

    def start(self) -> None:
        self._tell("starting")
        self._task = self._tasks.supervise(f"job {self.name}", self._run, self.stopped)

    def stop(self) -> None:
        """Ask it to end; `join` waits for that."""
        self.stopped.set()
        cancel = getattr(self._sampler, "cancel", None)
        if cancel is not None:
            cancel()

    def join(self, timeout: float) -> bool:
        """Wait until it has ended; False when it has not in time."""
        return self._task is None or self._task.ended.wait(timeout)

    def pushed(self, batches: Sequence[Batch]) -> None:
        """Publish what a streaming collector has pushed."""
        if not self.stopped.is_set():
            self._publish(batches, {batch.metric for batch in batches})

    def mark_late(self) -> None:
        """The collect takes, or the running one has taken, longer than the interval."""
        self._tell("late", f"takes longer than its interval of {self._state.every:g} s")

    def _run(self) -> None:
        try:
            while not self.stopped.is_set():
                verdict = self._try(self._open)
                if verdict is _GOOD:
                    verdict = self._tick()
                if self.stopped.wait(verdict.pause) if verdict.pause < math.inf else self.stopped.wait():
                    break
        finally:
            if self.stopped.is_set():
                self._close()
                self._tell("stopped")

    def _tick(self) -> _Verdict:
        """Collect at each tick, until it is stopped or the source has to be opened again."""
        for tick in self._ticker.ticks():
            verdict = self._try(partial(self._sampler.collect, tick), tick)
            if verdict.reopen:
                self._close()
                return verdict
        return _GOOD

    def _open(self) -> list[Batch]:
        self._sampler.open()
        return []

    def _try(self, action: Callable[[], list[Batch]], tick: int | None = None) -> _Verdict:
        """The job boundary: what `action` raises becomes a state; what it gives at `tick` is published."""
        started = self._clock.monotonic()
        try:
            batches = action()
        except Unavailable as error:
            self._tell("unavailable", error.reason)
            return _Verdict(self._backoff.next(), reopen=True)
        except Misconfigured as error:
            self._failure(error, "misconfigured")
            return _Verdict(math.inf, reopen=True)
        except ProcessLost as error:
            if self.stopped.is_set():
                return _Verdict(reopen=True)
            self._state = replace(self._state, restarts=self._state.restarts + 1)
            self._failure(error, "failing")
            return _Verdict(reopen=True)  # opening waits until there is a process again
        except Exception as error:  # a collector may raise anything; nothing of it must end the others
            self._failure(error, "failing")
            self._failed_in_a_row += 1
            if tick is None or self._failed_in_a_row % REOPEN_AFTER == 0:
                return _Verdict(self._backoff.next(), reopen=True)
            return _Verdict()
        if tick is not None:
            self._succeeded(batches, tick, started)
        return _GOOD

    def _succeeded(self, batches: Sequence[Batch], tick: int, started: float) -> None:
        duration = self._clock.monotonic() - started
        self._failed_in_a_row = 0
        self._backoff.reset()
        self._state = replace(self._state, duration=duration)
        if self._sampler.troubles:
            self._some_failed(self._sampler.troubles)
        elif duration > self._state.every:
            self.mark_late()
        else:
            self._tell("running")
        if not self._declaration.streams:
            self._publish(batches, self._counters.keys(), (tick, started))

    def _publish(self, batches: Sequence[Batch], sampled: Set[str], taken: tuple[int, float] | None = None) -> None:
        """Publish `batches`; series of the metrics `sampled` that are not in them are gone.

        `taken` says of the samples of a tick when they were read, on the monotonic clock.
        """
        self._samples += 1
        for name in sampled & self._counters.keys():
            self._counters[name].begin()
        ready: dict[str, list[Batch]] = {}
        for batch in batches:
            rates_of = self._counters.get(batch.metric)
            if rates_of is not None:
                of_tick = taken is not None and len(batch.times) == 1 and batch.times[0] == taken[0]
                batch = rates_of.apply(batch, taken[1] if taken is not None and of_tick else None)
            ready.setdefault(batch.metric, []).append(batch)
        # Sources with times of their own: one after the other, they would look as if the clock had stepped back.
        for group in ready.values():
            self._sink.publish(united(group))

    def _close(self) -> None:
        try:
            self._sampler.close()
        except ProcessLost:
            pass
        except Exception as error:  # the job boundary, as in `_try`
            self._failure(error, self._state.state)

    def _some_failed(self, troubles: Sequence[Trouble]) -> None:
        """Some instances fail while others go on: the worst of it is the state, and each says why."""
        for one in troubles:
            if one.fresh and not isinstance(one.error, Unavailable):
                self._state = replace(self._state, errors=self._state.errors + 1)
                self._complaints.log(one.error, f"instance {one.instance}: ")
        reasons = (f"instance {one.instance}: {text_of(one.error)}" for one in troubles)
        self._tell(min((_state(one.error) for one in troubles), key=WORST_FIRST.index), "; ".join(reasons))

    def _failure(self, error: Exception, state: State) -> None:
        self._state = replace(self._state, errors=self._state.errors + 1)
        lost = isinstance(error, ProcessLost)
        if lost:  # its source tells that once for all its collectors
            log.debug("collector %s: %s", self.name, one_line(str(error)))
        else:
            self._complaints.log(error)
        self._tell(state, text_of(error), news=lost)

    def _tell(self, state: State, reason: str = "", news: bool = False) -> None:
        """Tell the sink, if there is something new in it: another state or reason, or what the caller knows of."""
        reason = one_line(reason)
        now = self._clock.monotonic()
        changed = (state, reason) != (self._state.state, self._state.reason)
        if changed:
            self._state = replace(self._state, state=state, reason=reason, since=self._now())
        if changed or news or now - self._told_at >= TELL_EVERY:
            self._told_at = now
            self._sink.state(self.state)

    def _now(self) -> int:
        return int(self._clock.wall() * 1000)


def _state(error: BaseException) -> State:
    if isinstance(error, Unavailable):
        return "unavailable"
    return "misconfigured" if isinstance(error, Misconfigured) else "failing"

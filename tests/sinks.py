"""What tests of sampling share: a sink that remembers, clocks that are told the time, and quick limits."""

from __future__ import annotations

import os
import select
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.sampling.limits import Limits
from dashboard.sampling.state import JobState
from dashboard.tasks import Clock

#: Seconds that an event may take that is sure to come.
PATIENCE = 20.0

#: So that failures are seen in a test's time. 2 s are enough for an honest collector on a busy machine.
QUICK = Limits(timeout=2.0, max_memory=2**30, load_time=15.0, first_wait=0.1, most_wait=0.4)


class RememberingSink:
    """Takes what a scheduler sends, and lets a test wait for it."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.declared: dict[str, tuple[float, list[str]]] = {}
        self.declarations: list[str] = []
        self.retired: list[str] = []
        self.batches: list[Batch] = []
        self.states: list[JobState] = []

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        with self.changed:
            self.declared[collector] = (every, [one.name for one in metrics])
            self.declarations.append(collector)
            self.changed.notify_all()

    def retire(self, collector: str) -> None:
        with self.changed:
            self.declared.pop(collector, None)
            self.retired.append(collector)
            self.changed.notify_all()

    def publish(self, batch: Batch) -> None:
        with self.changed:
            self.batches.append(batch)
            self.changed.notify_all()

    def state(self, state: JobState) -> None:
        with self.changed:
            self.states.append(state)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], object], what: str = "it") -> None:
        """Wait until `condition` holds; it is asked again after each call of the sink, and now and then."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not (came := condition()) and time.monotonic() < deadline:
                self.changed.wait(0.05)
            assert came, f"{what} did not come; states: {self.states[-8:]}, batches: {len(self.batches)}"

    def wait_state(self, collector: str, state: str, text: str = "") -> JobState:
        """Wait until `collector` has been in `state` with `text` in its reason; that state."""
        found: list[JobState] = []

        def there() -> bool:
            found[:] = [s for s in self.states if s.collector == collector and s.state == state and text in s.reason]
            return bool(found)

        self.wait_for(there, f"{collector} {state} {text!r}")
        return found[-1]

    def wait_values(self, metric: str, count: int = 1, after: int = 0) -> list[float]:
        """Wait for `count` times of `metric` beyond the first `after`; its first series' values."""
        self.wait_for(lambda: len(self.values(metric)) >= after + count, f"{count} values of {metric}")
        return self.values(metric)[after:]

    def values(self, metric: str) -> list[float]:
        return [value for batch in list(self.batches) if batch.metric == metric for value in batch.values[0].tolist()]

    def times(self, metric: str) -> list[int]:
        return [time for batch in list(self.batches) if batch.metric == metric for time in batch.times.tolist()]


class FakeTime:
    """A wall clock and a monotonic clock that only move when someone waits or when they are told to."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self.wall = wall
        self.mono = 500.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.mono)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.mono += seconds


def ended(pid: int, patience: float = PATIENCE) -> bool:
    """Whether the process `pid`, which need not be ours, ends in time."""
    try:
        end = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([end], [], [], patience)[0])
    finally:
        os.close(end)


def open_files() -> Counter[str]:
    """What this process has open, by what it is: a number says nothing, as the next file gets it again."""
    found: Counter[str] = Counter()
    for number in os.listdir("/proc/self/fd"):
        try:
            found[os.readlink(f"/proc/self/fd/{number}")] += 1
        except FileNotFoundError:  # of the listing itself, or closed by another thread since
            pass
    return found


def left_open(before: Counter[str], patience: float = PATIENCE) -> Counter[str]:
    """What is open and was not before: nothing as soon as all is closed, or what there still is after that time."""
    deadline = time.monotonic() + patience
    while (left := open_files() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def write_plugin(folder: Path, name: str, text: str) -> Path:
    """A plugin file with `text` in `folder`, replaced as an editor does: in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    fresh = path.with_name(f".{name}.new")
    fresh.write_text(textwrap.dedent(text), encoding="utf-8")
    fresh.replace(path)
    return path

"""One collector with its schedule and its state."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from collectors import Collector, Counter, Gauge, Misconfigured, Unavailable
from collectors.backoff import Backoff
from collectors.errors import CollectorFailed
from collectors.instance import Trouble
from collectors.metric import Series
from collectors.registry import Declaration
from collectors.sample import Batch
from collectors.sampler import Sampler
from dashboard.sampling.job import Job
from dashboard.tasks import Tasks, threads
from tests.sinks import PATIENCE, RememberingSink

EVERY = 0.02


class Script:
    """A sampler that does what it is told: each call of open and collect takes the next step of its list."""

    def __init__(self, opens: list[object] = (), collects: list[object] = ()) -> None:  # type: ignore[assignment]
        self.opens = list(opens)
        self.collects = list(collects)
        self.calls: list[str] = []
        self.troubles: tuple[Trouble, ...] = ()

    def open(self) -> None:
        self.calls.append("open")
        if self.opens:
            self._do(self.opens.pop(0))

    def collect(self, tick: int) -> list[Batch]:
        self.calls.append("collect")
        step = self._do(self.collects.pop(0)) if self.collects else None
        value = float(step) if isinstance(step, (int, float)) else 1.0
        return [Batch("t.value", np.array([tick]), (Series(),), np.array([[value]]))]

    def close(self) -> None:
        self.calls.append("close")

    @staticmethod
    def _do(step: object) -> object:
        if isinstance(step, BaseException):
            raise step
        return step() if callable(step) else step


class Told(Collector):
    """A collector for its declarations."""

    every = EVERY
    value = Gauge("t.value")
    count = Counter("t.count", scale=2)


class ShortBackoff(Backoff):
    """Waits next to nothing, and remembers how long it should have waited."""

    def __init__(self) -> None:
        super().__init__(uniform=lambda low, high: 1.0)
        self.waits: list[float] = []
        self.resets = 0

    def next(self) -> float:
        self.waits.append(super().next())
        return 0.001

    def reset(self) -> None:
        self.resets += 1
        super().reset()


@pytest.fixture
def sink() -> RememberingSink:
    return RememberingSink()


@pytest.fixture
def run(sink: RememberingSink) -> Iterator[Callable[..., Job]]:
    """Starts a job of a script or of a collector class; it is stopped at the end."""
    jobs: list[Job] = []

    def start(what: Script | type[Collector], every: float = EVERY, **options: object) -> Job:
        kind = Told if isinstance(what, Script) else what
        sampler = what if isinstance(what, Script) else Sampler(what)
        options.setdefault("backoff", ShortBackoff())
        job = Job(Declaration.of(kind), sampler, "here.py", every, sink, threads(), **options)  # type: ignore[arg-type]
        jobs.append(job)
        job.start()
        return job

    yield start
    for job in jobs:
        job.stop()
        assert job.join(PATIENCE)


def test_a_job_opens_samples_and_closes(run: Callable[..., Job], sink: RememberingSink) -> None:
    """It is opened once, sampled at each tick, and closed when it is stopped."""
    script = Script()
    job = run(script)
    sink.wait_values("t.value", 3)
    job.stop()
    assert job.join(PATIENCE)
    assert script.calls[0] == "open"
    assert script.calls[-1] == "close"
    assert set(script.calls[1:-1]) == {"collect"}
    assert [state.state for state in sink.states] == ["starting", "running", "stopped"]
    assert sink.states[-1].samples == len(sink.batches)


def test_single_values_carry_the_time_of_the_tick(run: Callable[..., Job], sink: RememberingSink) -> None:
    """After the first, times are whole multiples of the interval."""
    run(Script())
    sink.wait_values("t.value", 4)
    assert all(time % 20 == 0 for time in sink.times("t.value")[1:])


def test_unavailable_is_quiet_and_tried_again(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """A source that is away is no error; waits double, and it is opened again each time."""
    backoff = ShortBackoff()
    job = run(Script(opens=[Unavailable("no broker")] * 4), backoff=backoff)
    state = sink.wait_state("told", "unavailable")
    assert state.reason == "no broker"
    sink.wait_state("told", "running")
    assert backoff.waits == [1.0, 2.0, 4.0, 8.0]
    assert job.state.errors == 0
    assert not caplog.records


def test_unavailable_in_collect_closes_and_opens_again(run: Callable[..., Job], sink: RememberingSink) -> None:
    """A source that goes away is closed before it is opened again."""
    script = Script(collects=[1, Unavailable("gone"), 2])
    run(script)
    sink.wait_values("t.value", 2)
    assert script.calls[:6] == ["open", "collect", "collect", "close", "open", "collect"]


def test_misconfigured_stops_until_the_configuration_changes(run: Callable[..., Job], sink: RememberingSink) -> None:
    """Nothing is tried again, and the state names the field."""
    script = Script(opens=[Misconfigured("url", "is no address")])
    job = run(script)
    state = sink.wait_state("told", "misconfigured")
    assert state.reason == "url: is no address"
    assert not job.join(0.1)
    assert script.calls == ["open"]


def test_an_error_is_shown_and_the_next_tick_comes(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """One failure costs one sample; it is logged with its traceback."""
    script = Script(collects=[1, ValueError("odd"), 2])
    run(script)
    state = sink.wait_state("told", "failing")
    assert state.reason == "ValueError: odd"
    sink.wait_values("t.value", 2)
    assert script.calls[:4] == ["open", "collect", "collect", "collect"]
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    first, *trace = record.getMessage().splitlines()
    assert first == "collector told: ValueError: odd"
    assert trace[0] == "    Traceback (most recent call last):"


def test_an_error_cannot_forge_lines_of_the_log(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """Control characters in the text of an error are written out; what follows the first line is indented."""
    error = CollectorFailed("ValueError", "odd\n2026-01-01 ERROR root: forged\x1b[2J", "x.py, line 3")
    error.add_note("Traceback:\nforged, too\r\x1b]0;title\x07")
    run(Script(collects=[error, 1]))
    state = sink.wait_state("told", "failing")
    assert state.reason == "ValueError: odd 2026-01-01 ERROR root: forged\\x1b[2J (x.py, line 3)"
    sink.wait_values("t.value")
    [record] = caplog.records
    first, *rest = record.getMessage().split("\n")
    assert first == f"collector told: {state.reason}"
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_some_instances_that_fail_are_told_while_the_others_go_on(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """The state is the worst of them and names each; a failure counts once, and it is running again when all work."""
    script = Script()
    broken, away = RuntimeError("no"), Unavailable("nobody answers")

    def fail(*errors: Exception) -> Callable[[], None]:
        def step() -> None:
            script.troubles = tuple(Trouble(name, one, step.fresh) for name, one in zip("ab", errors, strict=False))  # type: ignore[attr-defined]

        step.fresh = True  # type: ignore[attr-defined]
        return step

    def again() -> None:
        script.troubles = tuple(replace(one, fresh=False) for one in script.troubles)

    script.collects += [fail(away), fail(broken, away), again, again, fail()]
    job = run(script)
    sink.wait_values("t.value", 6)
    seen = [(state.state, state.reason) for state in sink.states]
    assert seen[1:4] == [
        ("unavailable", "instance a: nobody answers"),
        ("failing", "instance a: RuntimeError: no; instance b: nobody answers"),
        ("running", ""),
    ]
    assert job.state.errors == 1
    assert len(caplog.records) == 1


def test_instances_with_times_of_their_own_are_one_batch(run: Callable[..., Job], sink: RememberingSink) -> None:
    """Two time columns of one metric are published as one: the ring would take the second for a clock step."""
    one, two = Series((("instance", "1"),)), Series((("instance", "2"),))

    class Columns(Script):
        def collect(self, tick: int) -> list[Batch]:
            values = np.array([[tick / 1000, tick / 1000 + 0.01]])
            return [
                Batch(metric, np.array([tick + shift, tick + shift + 10]), (series,), values)
                for metric in ("t.value", "t.count")
                for shift, series in ((0, one), (5, two))
            ]

    run(Columns())
    sink.wait_for(lambda: len(sink.batches) >= 6)
    value, count = sink.batches[4:6]
    assert (value.metric, count.metric) == ("t.value", "t.count")
    assert np.diff(value.times).tolist() == [5, 5, 5]
    assert value.series == (one, two)
    assert np.isnan(value.values).tolist() == [[False, True, False, True], [True, False, True, False]]
    assert count.values[0, [0, 2]] == pytest.approx(
        [2, 2], rel=1e-3
    )  # rates of readings that follow each other, times the scale


def test_counts_of_a_stream_are_not_lost(sink: RememberingSink) -> None:
    """What is pushed meanwhile, in another thread, does not undo a change of state, nor is it undone."""
    batch = Batch("t.value", np.array([1]), (Series(),), np.array([[1.0]]))
    job = Job(Declaration.of(Told), Script(), "here.py", EVERY, sink, threads())

    class Between(RememberingSink):
        """Pushes while the state is being told."""

        def publish(self, batch: Batch) -> None:
            job.mark_late()

    job._sink = Between()
    for _ in range(3):
        job.pushed([batch])
    assert (job.state.state, job.state.samples) == ("late", 3)


def test_the_same_error_is_logged_once_and_counted(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """Thirty failures of a kind are one loud line, one line with the count of ten, and a count in the state."""
    failing = [ValueError(f"odd {n}") for n in range(30)]
    job = run(Script(collects=[*failing, KeyError("x"), 1]), every=0.01)
    sink.wait_values("t.value")
    assert [record.getMessage().splitlines()[0].partition(":")[2] for record in caplog.records] == [
        " ValueError: odd 0",
        " ValueError: odd 9 (10 times so far)",
        " KeyError: 'x'",
    ]
    assert job.state.errors == 31


def test_repeated_failures_open_the_source_again(run: Callable[..., Job], sink: RememberingSink) -> None:
    """After three failed collects one after another the source is closed and opened, with back-off."""
    backoff = ShortBackoff()
    script = Script(collects=[ConnectionError("broken")] * 7)
    run(script, backoff=backoff)
    sink.wait_state("told", "running")
    assert script.calls[:6] == ["open", "collect", "collect", "collect", "close", "open"]
    assert backoff.waits == [1.0, 2.0]
    assert backoff.resets >= 1


def test_failures_to_open_back_off(run: Callable[..., Job], sink: RememberingSink) -> None:
    """A source that can't be opened is not tried at every tick."""
    backoff = ShortBackoff()
    run(Script(opens=[OSError("no")] * 3), backoff=backoff)
    sink.wait_state("told", "running")
    assert backoff.waits == [1.0, 2.0, 4.0]


def test_a_collect_that_takes_longer_than_its_interval_is_late(run: Callable[..., Job], sink: RememberingSink) -> None:
    """It is shown as late, its ticks are skipped and counted, and it is running again when it keeps up."""
    gate = threading.Event()
    job = run(Script(collects=[1, lambda: gate.wait(5 * EVERY)]))
    sink.wait_state("told", "late", "longer than its interval of 0.02 s")
    sink.wait_for(lambda: sink.states[-1].state == "running")
    assert job.state.skipped >= 3


def test_counters_are_published_as_rates(run: Callable[..., Job], sink: RememberingSink) -> None:
    """What reaches the sink of a counter is its scaled rate, gauges are as they were given."""

    class Grows(Collector):
        every = EVERY
        count = Counter("t.count", scale=10)
        level = Gauge("t.level")
        total = 0

        def collect(self) -> None:
            self.total += 1
            self.count.set(time.monotonic())  # grows by one a second, however late a tick is
            self.level.set(self.total)

    run(Grows)
    rates = sink.wait_values("t.count", 12)
    assert math.isnan(rates[0])
    assert np.median(rates[1:]) == pytest.approx(10, rel=0.2)
    assert sink.values("t.level")[:3] == [1.0, 2.0, 3.0]


def test_none_is_a_gap_and_no_error(run: Callable[..., Job], sink: RememberingSink) -> None:
    """A gap is a sample: it is published, and the job is running."""

    class Sometimes(Collector):
        every = EVERY
        value = Gauge("t.value")

        def collect(self) -> None:
            self.value.set(None)

    job = run(Sometimes)
    assert all(math.isnan(value) for value in sink.wait_values("t.value", 2))
    assert job.state.state == "running"


def test_an_error_from_another_process_keeps_its_words(
    run: Callable[..., Job], sink: RememberingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """Kind, text and place of an error in a collector process are what is shown, and kinds are told apart by place."""
    errors = [CollectorFailed("ValueError", "odd", f"sensor.py, line {line}") for line in (3, 3, 9)]
    run(Script(collects=[*errors, 1]))
    state = sink.wait_state("told", "failing")
    assert state.reason.startswith("ValueError: odd (sensor.py, line")
    sink.wait_values("t.value")
    assert len(caplog.records) == 2


def test_an_error_while_closing_is_not_the_end(run: Callable[..., Job], sink: RememberingSink) -> None:
    """A source that fails to close is opened again nevertheless."""

    class Sticky(Script):
        def close(self) -> None:
            super().close()
            raise OSError("sticky")

    script = Sticky(collects=[Unavailable("gone"), 1])
    job = run(script)
    sink.wait_values("t.value")
    assert job.state.errors == 1


def test_a_sink_that_fails_is_a_task_that_dies(sink: RememberingSink, caplog: pytest.LogCaptureFixture) -> None:
    """An error behind the job is not blamed on the collector: its task dies, is counted, and starts again."""

    class Broken(RememberingSink):
        def publish(self, batch: Batch) -> None:
            super().publish(batch)
            if len(self.batches) == 1:
                raise RuntimeError("no room")

    broken, tasks = Broken(), threads()
    job = Job(Declaration.of(Told), Script(), "here.py", EVERY, broken, tasks)
    job.start()
    broken.wait_values("t.value", 2)
    job.stop()
    assert job.join(PATIENCE)
    assert tasks.deaths == {"job told": 1}
    assert job.state.errors == 0
    assert "task job told died" in caplog.text


def test_a_job_that_waits_to_try_again_stops_at_once(sink: RememberingSink) -> None:
    """Stopping does not wait for the back-off."""
    job = Job(Declaration.of(Told), Script(opens=[Unavailable("away")]), "here.py", EVERY, sink, threads())
    job.start()
    sink.wait_state("told", "unavailable")
    job.stop()
    assert job.join(1.0)


def test_supervised_tasks_start_again(caplog: pytest.LogCaptureFixture) -> None:
    """A task that raises is run again until it returns; deaths are counted and logged with what was raised."""
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        if len(runs) < 4:
            raise ValueError("dead")

    tasks: Tasks = threads()
    assert tasks.supervise("worker", work, backoff=ShortBackoff()).ended.wait(PATIENCE)
    assert tasks.deaths == {"worker": 3}
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False]
    assert "2. time (ValueError('dead'))" in caplog.text


def test_a_supervised_task_can_be_stopped_while_it_waits() -> None:
    """A task that waits to be run again ends when it is told to."""
    stopped = threading.Event()
    tasks = threads()

    def work() -> None:
        stopped.set()
        raise ValueError("dead")

    assert tasks.supervise("worker", work, stopped).ended.wait(PATIENCE)
    assert tasks.deaths == {"worker": 1}


def test_back_off_doubles_to_its_most_with_jitter() -> None:
    """Waits double up to the most and never beyond; jitter is a quarter either way; a reset starts again."""
    low = Backoff(uniform=lambda a, b: a)
    high = Backoff(uniform=lambda a, b: b)
    assert [low.next() for _ in range(8)] == [0.75, 1.5, 3, 6, 12, 24, 45, 45]
    assert [high.next() for _ in range(8)] == [1.25, 2.5, 5, 10, 20, 40, 60, 60]
    high.reset()
    assert high.next() == 1.25

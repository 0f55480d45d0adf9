"""All collectors of a server: started, shown, kept apart, stopped."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from collectors import Collector, Gauge
from collectors.registry import Declaration
from dashboard.sampling.limits import Limits
from dashboard.sampling.roster import plan
from dashboard.sampling.scheduler import Scheduler
from dashboard.settings import Settings
from dashboard.tasks import threads
from tests.sinks import PATIENCE, QUICK, RememberingSink, ended, left_open, open_files, write_plugin
from tests.tries import until_fine

FAST = """
from collectors import metric

@metric("fast.value", every=0.1)
def value():
    return 1
"""


class Own(Collector):
    """A collector of the server itself."""

    every = 0.1
    value = Gauge("own.value")

    def collect(self) -> None:
        self.value.set(1)


Start = Callable[..., tuple[Scheduler, RememberingSink]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a scheduler without bundled collectors on the folder `plugins`; it is stopped at the end."""
    started: list[Scheduler] = []

    def begin(
        bundled: tuple[str, ...] = (),
        own: tuple[type[Collector], ...] = (),
        limits: Limits = QUICK,
        **given: Any,
    ) -> tuple[Scheduler, RememberingSink]:
        settings = Settings(config=tmp_path / "plotroom.toml", data_dir=tmp_path / "data", **given)
        sink = RememberingSink()
        scheduler = Scheduler(settings, sink, threads(), own, limits=limits, bundled=bundled)
        started.append(scheduler)
        scheduler.start()
        return scheduler, sink

    yield begin
    for scheduler in started:
        scheduler.stop()


def state_of(scheduler: Scheduler, name: str) -> tuple[str, str]:
    [found] = [(state.state, state.reason) for state in scheduler.states() if state.collector == name]
    return found


def test_inline_and_plugin_collectors_run_side_by_side(start: Start, tmp_path: Path) -> None:
    """A collector of the server and a plugin both publish, and both are shown."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    scheduler, sink = start(own=(Own,))
    sink.wait_values("fast.value", 3)
    sink.wait_values("own.value", 3)
    assert {state.collector: state.state for state in scheduler.states()} == {"own": "running", "fast.value": "running"}
    assert sink.declared == {"own": (0.1, ["own.value"]), "fast.value": (0.1, ["fast.value"])}
    [worker] = scheduler.workers()
    assert psutil.Process(worker).ppid() == os.getpid()
    assert set(scheduler.durations()) == {"own", "fast.value"}
    assert len(scheduler.lateness()) >= 4
    assert scheduler.ticks()["restarted"] == 0
    assert not scheduler.problems


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("time.sleep(3600)", "did not return from collect"),
        ("while True: pass", "did not return from collect"),
        ("ctypes.PyDLL(None).sleep(3600)", "did not return from collect"),
        ("os._exit(1)", "exited with code 1"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("bad.garbage = bytes(b'x' * 2**30); time.sleep(3600)", "sampling.max_memory"),
    ],
)
def test_a_bad_plugin_costs_nobody_else_a_tick(start: Start, tmp_path: Path, body: str, reason: str) -> None:
    """It is shown as failing with what it did, is restarted, and the others tick on in time."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    write_plugin(
        tmp_path / "plugins",
        "bad.py",
        "import ctypes, os, time\nfrom collectors import metric\n"
        f"@metric('bad.value', every=0.1)\ndef bad():\n    {body}\n",
    )
    scheduler, sink = start(own=(Own,), limits=replace(QUICK, max_memory=256 * 2**20, timeout=1.0))
    sink.wait_state("bad.value", "failing", reason)
    sink.wait_for(lambda: any(s.collector == "bad.value" and s.restarts == 2 for s in sink.states), "a restart")
    for metric in ("own.value", "fast.value"):
        sink.wait_values(metric, 6)
    healthy = [state for state in scheduler.states() if state.collector != "bad.value"]
    assert all(state.state == "running" and state.errors == 0 and state.restarts == 0 for state in healthy)


def test_a_collector_in_a_crash_is_itself_again(start: Start, tmp_path: Path) -> None:
    """After a crash the plugin is started again and publishes under the same names; restarts are counted."""
    write_plugin(
        tmp_path / "plugins",
        "once.py",
        f"""
        import os, pathlib
        from collectors import metric
        @metric("once.value", every=0.05)
        def value():
            mark = pathlib.Path({str(tmp_path / "mark")!r})
            if not mark.exists():
                mark.touch()
                os._exit(4)
            return 7
        """,
    )
    scheduler, sink = start()
    sink.wait_state("once.value", "failing", "exited with code 4")
    sink.wait_state("once.value", "running")
    assert sink.wait_values("once.value", 2) == [7.0, 7.0]
    [state] = scheduler.states()
    assert (state.restarts, state.state) == (1, "running")
    assert sink.declarations == ["once.value"]
    assert sink.retired == []


def test_a_name_that_is_taken_is_refused_with_both_culprits(start: Start, tmp_path: Path) -> None:
    """The earlier plugin goes on; the later one is shown as failing with a text that names both files."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    scheduler, sink = start()
    sink.wait_values("fast.value")
    other = write_plugin(tmp_path / "plugins", "other.py", FAST)
    state = sink.wait_state("plugins/other.py", "failing")
    assert str(other) in state.reason
    assert str(tmp_path / "plugins" / "fast.py") in state.reason
    assert "'fast.value'" in state.reason
    assert state_of(scheduler, "fast.value") == ("running", "")
    assert [problem.collector for problem in scheduler.problems] == ["plugins/other.py"]


def test_a_list_of_tables_is_several_instances(start: Start, tmp_path: Path) -> None:
    """Each table of a list is an instance; its series carry the instance's name."""
    write_plugin(
        tmp_path / "plugins",
        "broker.py",
        """
        from collectors import Collector, CollectorConfig, Gauge
        class Broker(Collector):
            every = 0.1
            class Config(CollectorConfig):
                size: int = 0
            depth = Gauge("broker.depth")
            def collect(self):
                self.depth.set(self.config.size)
        """,
    )
    tables = [{"instance": "north", "size": 1}, {"instance": "south", "size": 2}, {"enabled": False}]
    _, sink = start(collectors={"broker": tables})
    sink.wait_values("broker.depth")
    batch = sink.batches[-1]
    assert [one.as_dict() for one in batch.series] == [{"instance": "north"}, {"instance": "south"}]
    assert batch.values.tolist() == [[1.0], [2.0]]


def test_an_instance_that_fails_is_shown_while_the_others_go_on(start: Start, tmp_path: Path) -> None:
    """The state of a plugin with a bad instance names it and its reason; samples of the good one come."""
    write_plugin(
        tmp_path / "plugins",
        "broker.py",
        """
        from collectors import Collector, CollectorConfig, Gauge, Unavailable
        class Broker(Collector):
            every = 0.1
            class Config(CollectorConfig):
                away: bool = False
            depth = Gauge("broker.depth")
            def collect(self):
                if self.config.away:
                    raise Unavailable("nobody answers")
                self.depth.set(1)
        """,
    )
    _, sink = start(collectors={"broker": [{"instance": "north"}, {"instance": "south", "away": True}]})
    sink.wait_state("broker", "unavailable", "instance south: nobody answers")
    sink.wait_values("broker.depth", 3)
    assert {one.name for one in sink.batches[-1].series} == {"north"}


def test_a_wrong_option_is_shown_and_nothing_is_tried_again(start: Start, tmp_path: Path) -> None:
    """An option that the collector does not have, or an impossible interval, makes it misconfigured."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    write_plugin(tmp_path / "plugins", "slow.py", FAST.replace("fast", "slow"))
    _, sink = start(collectors={"fast.value": {"sped": 1}, "slow.value": {"every": 0}})
    assert "sped" in sink.wait_state("fast.value", "misconfigured").reason
    assert "every" in sink.wait_state("slow.value", "misconfigured").reason


def test_a_collector_can_be_switched_off(start: Start, tmp_path: Path) -> None:
    """What is switched off is shown as stopped, and a plugin of which all is switched off has no process."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    scheduler, sink = start(collectors={"fast.value": {"enabled": False}})
    sink.wait_state("fast.value", "stopped", "enabled = true")
    deadline = time.monotonic() + PATIENCE
    while scheduler.workers() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert scheduler.workers() == []


def test_a_stream_is_published_as_it_comes(start: Start, tmp_path: Path) -> None:
    """A plugin that pushes is not asked; its job is running as long as the stream is alive, counters are rates."""
    write_plugin(
        tmp_path / "plugins",
        "pushes.py",
        """
        import itertools, threading
        from collectors import Collector, Counter, Gauge
        class Pushes(Collector):
            every = 0.2
            value = Gauge("pushes.value")
            count = Counter("pushes.count")
            def stream(self):
                for n in itertools.count():
                    self.value.set(n)
                    self.count.set(n * 10)
                    yield
                    threading.Event().wait(0.01)
        """,
    )
    scheduler, sink = start()
    values = sink.wait_values("pushes.value", 40)
    assert values == sorted(values)
    rates = sink.wait_values("pushes.count", 30)
    assert 200 < sum(rates[5:25]) / 20 < 1100
    sink.wait_state("pushes", "running")
    assert state_of(scheduler, "pushes") == ("running", "")


def test_bundled_collectors_run_where_they_say(start: Start) -> None:
    """Of the bundled ones, those that may hang or take long share one process, the others run in the server."""
    modules = ("collectors.cpu", "collectors.filesystems", "collectors.processes", "no.such.module")
    scheduler, sink = start(bundled=modules)
    for name in ("cpu", "filesystems", "processes"):
        sink.wait_state(name, "running")
    assert len(scheduler.workers()) == 1
    assert {state.collector: state.origin for state in scheduler.states()}["processes"] == "collectors"
    assert sink.wait_state("no.such.module", "failing").reason.startswith("no.such.module: ModuleNotFoundError")


def test_the_demo_switches_on_what_is_off(start: Start) -> None:
    """With `--demo` the collectors of invented data run."""
    _, sink = start(bundled=("collectors.random_walk", "collectors.demo"), demo=True)
    sink.wait_state("random_walk", "running")
    sink.wait_state("demo_waves", "running")


def test_a_plugin_that_is_not_there_is_shown(start: Start, tmp_path: Path) -> None:
    """A `--plugin` that does not exist is a problem until it appears."""
    path = tmp_path / "later.py"
    scheduler, sink = start(plugin=(path,))
    sink.wait_state(str(path), "failing", "no such plugin")
    write_plugin(tmp_path, "later.py", FAST)
    sink.wait_values("fast.value")
    assert str(path) in sink.retired
    assert not scheduler.problems


def test_a_table_for_nobody_is_noticed(start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A misspelt table is logged with what was probably meant."""
    write_plugin(tmp_path / "plugins", "fast.py", FAST)
    _, sink = start(collectors={"fast.valeu": {"every": 1}})
    sink.wait_values("fast.value", 20)
    assert "[collectors.fast.valeu] is for no collector; did you mean 'fast.value'?" in caplog.text


@pytest.mark.timeout(120)  # it may measure again
@pytest.mark.parametrize("body", ["return 1", "time.sleep(3600)", "ctypes.PyDLL(None).sleep(3600)"])
def test_stopping_leaves_nothing_behind(start: Start, tmp_path: Path, body: str) -> None:
    """Within two seconds there is no task, thread, process or open file of it, even with a hung collector."""
    before = open_files()
    running = set(threading.enumerate())
    write_plugin(
        tmp_path / "plugins",
        "bad.py",
        f"import ctypes, time\nfrom collectors import metric\n@metric('bad', every=0.1)\ndef bad():\n    {body}\n",
    )
    write_plugin(tmp_path / "plugins", "loads.py", "import time\ntime.sleep(3600)\n")

    def stop() -> float:
        scheduler, sink = start(own=(Own,))
        sink.wait_state("bad", "running" if "return" in body else "late")
        sink.wait_for(lambda: len(scheduler.workers()) == 2)
        pids = scheduler.workers()
        started = time.monotonic()
        scheduler.stop()
        took = time.monotonic() - started
        assert all(ended(pid) for pid in pids)
        for thread in set(threading.enumerate()) - running:
            thread.join(PATIENCE)
        assert set(threading.enumerate()) <= running
        assert not left_open(before)
        assert scheduler.workers() == []
        return took

    assert until_fine(stop, lambda took: took < 2.5) < 2.5


class Off(Own):
    """Off by default."""

    name = "off"
    enabled = False


@pytest.mark.parametrize(
    ("kind", "tables", "demanded", "enabled", "every"),
    [
        (Own, [], False, True, 0.1),
        (Own, [{"every": 5}], False, True, 5.0),
        (Own, [{"every": 5}, {"every": 2}, {}], False, True, 2.0),
        (Own, [{"enabled": False, "every": 1}, {"every": 2}], False, True, 2.0),
        (Own, [{"enabled": False}], True, False, 0.1),
        (Off, [], False, False, 0.1),
        (Off, [{}], False, False, 0.1),
        (Off, [{"enabled": True}], False, True, 0.1),
        (Off, [], True, True, 0.1),
    ],
)
def test_plans(
    kind: type[Collector], tables: list[dict[str, Any]], demanded: bool, enabled: bool, every: float
) -> None:
    """Whether and how often a collector runs follows from its class, its tables and `--demo`."""
    found = plan(Declaration.of(kind), tables, demanded)
    assert (found.enabled, found.every, found.wrong) == (enabled, every, "")

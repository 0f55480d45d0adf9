"""The dashboard as a collector of itself."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from collectors.sampler import Sampler
from dashboard.self_metrics import PROBE_EVERY, Cost, HubLag, Vitals, self_collector


def vitals(**given: object) -> Vitals:
    """Vitals of a quiet server, but for what is given."""
    quiet: dict[str, object] = {
        "hub_lag": lambda: 0.002,
        "lateness": lambda: [0.001, 0.004, 0.002],
        "ticks": lambda: {"late": 1, "skipped": 2},
        "people": lambda: {"clients": 3, "rooms": 12},
        "messages_out": lambda: 100,
        "bytes_out": lambda: 20_000,
        "durations": lambda: {"cpu": 0.0004},
        "workers": list,
        "history": lambda: Cost(4096, 1000, 0.0031, 0),
    }
    return Vitals(**{**quiet, **given})  # type: ignore[arg-type]  # a table of callables


def sampled(source: Vitals) -> dict[tuple[str, str], float]:
    sampler = Sampler(self_collector(source))
    sampler.open()
    return {
        (batch.metric, series.name): value
        for batch in sampler.collect(1_000)
        for series, (value,) in zip(batch.series, batch.values.tolist(), strict=True)
    }


def test_every_figure_is_reported() -> None:
    """One collect reports lag, lateness, ticks, people, traffic, cost and durations."""
    figures = sampled(vitals())
    assert figures["self.hub_lag", ""] == 0.002
    assert figures["self.tick_lateness", "median"] == 0.002
    assert figures["self.tick_lateness", "worst"] == 0.004
    assert figures["self.ticks_missed", "skipped"] == 2
    assert figures["self.clients", "rooms"] == 12
    assert figures["self.bytes_out", ""] == 20_000
    assert figures["self.collect_duration", "cpu"] == 0.0004
    assert figures["self.history_size", ""] == 4096
    assert figures["self.history_commit", ""] == 0.0031
    assert figures["self.memory", "server"] > 10e6
    assert ("self.memory", "collectors") not in figures


def test_a_second_without_ticks_has_no_lateness() -> None:
    """When nothing ticked since the last call there is no lateness to report."""
    figures = sampled(vitals(lateness=list))
    assert ("self.tick_lateness", "worst") not in figures


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.communicate(b"\n", timeout=5)


def test_collector_processes_are_added_up(child: subprocess.Popen[bytes]) -> None:
    """Memory of the collector processes is the sum over them; one that has ended counts nothing."""
    alive = [child.pid, os.getpid(), 2**22 + 1]
    source = vitals(workers=lambda: alive)
    both = sampled(source)["self.memory", "collectors"]
    alive[:] = [child.pid]
    one = sampled(source)["self.memory", "collectors"]
    assert both > one > 1e6
    assert set(source.processes) == {0, child.pid}


def test_hub_lag_that_was_stopped_does_not_begin() -> None:
    """A server that is stopped before the task had its turn leaves no task behind."""
    lag = HubLag(lambda seconds: pytest.fail("it went on"), lambda: 0.0)
    lag.stop()
    lag.run()


def test_hub_lag_is_the_worst_since_it_was_taken() -> None:
    """The lag is how much later than asked the hub woke a sleeper, the worst since the last look."""
    now = 100.0
    oversleeps = [0.001, 0.050, 0.002]

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds + oversleeps.pop(0)
        if not oversleeps:
            lag.stop()

    lag = HubLag(sleep, lambda: now)
    lag.run()
    assert lag.take() == pytest.approx(0.050)
    assert lag.take() == 0.0
    assert now == pytest.approx(100.053 + 3 * PROBE_EVERY)

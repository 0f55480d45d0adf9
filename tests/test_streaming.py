"""Collectors that push."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from collectors import Collector, Gauge, Unavailable
from collectors.metric import Series
from collectors.sample import Batch
from collectors.streaming import MOST, Streamer, joined
from tests.sinks import PATIENCE

A, B = Series((("x", "a"),)), Series((("x", "b"),))


def batch(time: int, value: float, series: Series = A, metric: str = "m") -> Batch:
    return Batch(metric, np.array([time], dtype=np.int64), (series,), np.array([[value]]))


def plain(batches: list[Batch]) -> list[tuple[str, list[int], list[str], list[list[float]]]]:
    return [(one.metric, one.times.tolist(), [s.name for s in one.series], one.values.tolist()) for one in batches]


def test_neighbours_in_time_become_one_array() -> None:
    """Single samples of the same series travel side by side, each metric for itself."""
    found = joined([batch(1, 10.0), batch(1, 5.0, metric="n"), batch(2, 11.0), batch(5, 12.0)])
    assert plain(found) == [("m", [1, 2, 5], ["a"], [[10.0, 11.0, 12.0]]), ("n", [1], ["a"], [[5.0]])]


def test_two_values_of_one_millisecond_are_one_sample() -> None:
    """Of the same series the later counts; of two series both do."""
    assert plain(joined([batch(1, 10.0), batch(1, 11.0)])) == [("m", [1], ["a"], [[11.0]])]
    assert plain(joined([batch(1, 10.0), batch(1, 11.0, B)])) == [("m", [1], ["a", "b"], [[10.0], [11.0]])]


def test_other_series_and_times_that_go_back_begin_a_new_batch() -> None:
    """The order in which a metric was set stays."""
    found = joined([batch(1, 10.0), batch(2, 20.0, B), batch(3, 30.0), batch(2, 40.0)])
    order = [(times, names) for _, times, names, _ in plain(found)]
    assert order == [([1], ["a"]), ([2], ["b"]), ([3], ["a"]), ([2], ["a"])]


class Pushes(Collector):
    """Pushes what the test tells it to."""

    value = Gauge("pushes.value")
    step = threading.Semaphore(0)
    ending: list[BaseException] = []
    size = 1

    def stream(self) -> Iterator[None]:
        while True:
            assert self.step.acquire(timeout=PATIENCE)
            if self.ending:
                raise self.ending[0]
            self.value.write(np.arange(self.size), np.ones(self.size))
            yield


@pytest.fixture
def pushes() -> type[Pushes]:
    """A class of its own for each test."""

    class Own(Pushes):
        name = "pushes"
        step = threading.Semaphore(0)
        ending: list[BaseException] = []

    return Own


def test_what_is_pushed_is_taken(pushes: type[Pushes]) -> None:
    """Each portion is announced once; collecting only says that the stream is alive."""
    pending = threading.Event()
    streamer = Streamer(pushes, (), pending.set)
    streamer.open()
    pushes.step.release()
    assert pending.wait(PATIENCE)
    assert plain(streamer.take()) == [("pushes.value", [0], [""], [[1.0]])]
    assert streamer.take() == []
    assert streamer.collect(1) == []
    streamer.close()
    pushes.step.release()


@pytest.mark.parametrize("error", [Unavailable("hung up"), SystemExit(1)])
def test_what_ends_a_stream_is_raised_by_collect(pushes: type[Pushes], error: BaseException) -> None:
    """Whatever a stream raises is told at the next collect, and opening starts it anew."""
    streamer = Streamer(pushes, (), lambda: None)
    streamer.open()
    pushes.ending.append(error)
    pushes.step.release()
    [thread] = [one for one in threading.enumerate() if one.name == "pushes stream"]
    thread.join(PATIENCE)
    with pytest.raises(type(error)):
        streamer.collect(1)
    streamer.close()
    pushes.ending.clear()
    streamer.open()
    assert streamer.collect(2) == []
    streamer.close()
    pushes.step.release()


def test_a_stream_that_pushes_too_much_waits(pushes: type[Pushes]) -> None:
    """What waits to be taken is bounded; a stream that is closed while it waits ends."""
    pushes.size = MOST
    pending = threading.Event()
    streamer = Streamer(pushes, (), pending.set)
    streamer.open()
    for _ in range(5):
        pushes.step.release()
    assert pending.wait(PATIENCE)
    [thread] = [one for one in threading.enumerate() if one.name == "pushes stream"]
    thread.join(0.1)
    assert thread.is_alive()
    assert sum(one.values.size for one in streamer.take()) <= 2 * MOST
    streamer.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()

"""The history of every metric."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.archive import Archive
from dashboard.history.epoch import new_epoch
from dashboard.history.keeper import keep_of
from dashboard.history.store import History, UnknownMetric
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock

START = 1_700_000_000_000


def history(**settings: float) -> History:
    clock = Clock(wall=lambda: START / 1000, monotonic=lambda: 0.0)
    return History(HistorySettings(**settings), clock)  # type: ignore[arg-type]  # pydantic checks them


def batch(name: str, second: int, *values: float) -> Batch:
    series = tuple(Series((("n", str(index)),)) for index in range(len(values)))
    times = np.array([START + second * 1000], dtype=np.int64)
    return Batch(name, times, series, np.array(values, dtype=np.float64).reshape(-1, 1))


def test_metrics_are_apart() -> None:
    """Each metric has its own samples and its own offsets."""
    store = history()
    store.declare(Metric("a.one"), 1.0)
    store.declare(Metric("a.two"), 1.0)
    store.append(batch("a.one", 1, 1.0))
    store.append(batch("a.one", 2, 2.0))
    store.append(batch("a.two", 1, 5.0))
    assert store.offset("a.one") == 2
    assert store.offset("a.two") == 1
    assert store.latest("a.one").values.tolist() == [[2.0]]


@pytest.mark.parametrize("ask", ["offset", "series", "refused", "latest"])
def test_an_unknown_metric_is_named(ask: str) -> None:
    """Whatever is asked about a metric that is not declared raises an error with its name."""
    with pytest.raises(UnknownMetric, match=r"'no\.such'"):
        getattr(history(), ask)("no.such")


def test_windows_are_thinned() -> None:
    """A window has at most the points that were asked for, and the newest sample."""
    store = history()
    store.declare(Metric("a.b"), 1.0)
    for second in range(1000):
        store.append(batch("a.b", second, float(second % 17)))
    assert len(store.recent("a.b", 300).times) == 301
    thinned = store.thin(store.recent("a.b", 3000), 100)
    assert len(thinned.times) <= 100
    assert thinned.times[-1] == START + 999_000
    span = store.between("a.b", START + 100_000, START + 199_000, 50)
    assert len(span.times) <= 50
    assert span.times[[0, -1]].tolist() == [START + 100_000, START + 199_000]


def test_declaring_again_keeps_the_samples() -> None:
    """A metric that is declared anew (its plugin was reloaded) keeps what it has; its cap and interval may change."""
    store = history(retention=60)
    store.declare(Metric("a.b", max_series=1), 1.0)
    store.append(batch("a.b", 1, 1.0, 2.0))
    assert store.refused("a.b") == 1
    store.declare(Metric("a.b", max_series=3), 0.1)
    assert store.offset("a.b") == 1
    store.append(batch("a.b", 2, 1.0, 2.0, 3.0, 4.0))
    assert len(store.series("a.b")) == 3


def test_a_metric_that_comes_again_goes_on_counting() -> None:
    """Offsets of a forgotten metric are not given again: a client must not take new samples for ones that it has."""
    store = history()
    store.declare(Metric("a.b"), 1.0)
    store.append(batch("a.b", 1, 1.0))
    store.forget("a.b")
    store.forget("a.b")
    with pytest.raises(UnknownMetric):
        store.append(batch("a.b", 2, 2.0))
    store.declare(Metric("a.b"), 1.0)
    assert store.since("a.b", 0) is None
    assert store.append(batch("a.b", 3, 3.0)).offset == 2


def test_the_default_cap_is_the_servers() -> None:
    """A metric without a cap of its own has the one of the settings."""
    store = history(max_series=2)
    store.declare(Metric("a.b"), 1.0)
    store.append(batch("a.b", 1, 1.0, 2.0, 3.0))
    assert (len(store.series("a.b")), store.refused("a.b")) == (2, 1)


def test_every_history_has_an_epoch_of_its_own() -> None:
    """Two histories begun in the same millisecond are told apart, and later ones sort after earlier ones."""
    assert history().epoch != history().epoch
    assert new_epoch(START) < new_epoch(START + 1)


def test_readers_and_a_writer_do_not_disturb_each_other() -> None:
    """While one thread appends, what others read is whole: times ascend and each value belongs to its time."""
    store = history(retention=60)
    store.declare(Metric("a.b"), 1.0)
    done = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not done.is_set():
            found = store.recent("a.b", 60)
            if len(found.times) and not np.array_equal(found.values[0], (found.times - START) / 1000):
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for second in range(3000):
        store.append(batch("a.b", second, float(second)))
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_what_is_all_in_memory_asks_no_disk(tmp_path: Path) -> None:
    """The archive is asked for the past of a metric only when it may have more of it than the memory."""
    asked: list[str] = []

    def native(function: Callable[..., Any], *arguments: object) -> Any:  # Any: what the function returns
        asked.append(getattr(function, "__name__", ""))
        return function(*arguments)

    clock = Clock(wall=lambda: START / 1000, monotonic=lambda: 0.0)
    settings = HistorySettings(memory=60)
    archive = Archive(tmp_path, keep_of(settings), lambda: START)
    store = History(settings, clock, native, archive)
    store.declare(Metric("a.b"), 1.0)
    for second in range(3):
        store.append(batch("a.b", second, 1.0))
    assert not store.reaches_back("a.b", 3600)
    for second in range(3, 3000):
        store.append(batch("a.b", second, 1.0))
    assert store.reaches_back("a.b", 3600)  # the first ones have left the memory
    asked.clear()
    work = store.take_work()
    archive.commit(work.appends, work.seals)
    archive.close(clean=True)
    again = History(settings, clock, native, Archive(tmp_path, keep_of(settings), lambda: START))
    again.declare(Metric("a.b"), 1.0)
    assert again.reaches_back("a.b", 3600)
    again.declare(Metric("a.new"), 1.0)
    again.append(batch("a.new", 1, 1.0))
    assert not again.reaches_back("a.new", 3600)

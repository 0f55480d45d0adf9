"""Samples that wait at an agent."""

from __future__ import annotations

import numpy as np
import pytest

from collectors.metric import Series
from collectors.sample import Batch
from dashboard.agent.backlog import OVERHEAD, Backlog


class Waiting:
    """A backlog and its clock; `add(n)` puts in n values of one time."""

    def __init__(self, seconds: float = 60.0, size: int = 2**20) -> None:
        self.now = 0.0
        self.backlog = Backlog(seconds, size, lambda: self.now)

    def add(self, values: int = 1, metric: str = "a.b") -> None:
        series = tuple(Series((("n", str(one)),)) for one in range(values))
        self.backlog.add(Batch(metric, np.array([int(self.now)]), series, np.zeros((values, 1))))

    def numbers(self) -> list[int]:
        return [one.number for one in self.backlog.oldest(2**30)]


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_the_oldest_come_first_and_stay_until_they_arrived(waiting: Waiting) -> None:
    """`oldest` gives as many as are asked for, at least one, in order, and again until they are `done`."""
    for _ in range(4):
        waiting.add(10)
    assert [one.number for one in waiting.backlog.oldest(25)] == [1, 2]
    assert [one.number for one in waiting.backlog.oldest(1)] == [1]
    waiting.backlog.done(waiting.backlog.oldest(25))
    assert waiting.numbers() == [3, 4]
    waiting.backlog.arrived(3)
    waiting.backlog.done([])
    assert waiting.numbers() == [4]
    assert waiting.backlog.values == 10


def test_what_is_too_old_goes(waiting: Waiting) -> None:
    """Samples that have waited longer than they may go when new ones come, and are counted."""
    waiting.add(2)
    waiting.now = 59.0
    waiting.add(3)
    assert waiting.numbers() == [1, 2]
    waiting.now = 61.0
    waiting.add(4)
    assert waiting.numbers() == [2, 3]
    assert waiting.backlog.take_dropped() == 2
    assert waiting.backlog.take_dropped() == 0


def test_what_is_too_much_goes_the_oldest_first() -> None:
    """The size is a bound, whatever comes."""
    waiting = Waiting(size=3 * (OVERHEAD + 8 + 80))
    for _ in range(5):
        waiting.add(10)
    assert waiting.numbers() == [3, 4, 5]
    assert waiting.backlog.dropped == 20
    waiting.add(1000)
    assert waiting.numbers() == []
    waiting.add(10)
    assert waiting.numbers() == [7]


def test_metrics_can_be_forgotten(waiting: Waiting) -> None:
    """Those of one that is now something else go, the others stay in order."""
    for metric in ("a.b", "c.d", "a.b", "e.f"):
        waiting.add(metric=metric)
    waiting.backlog.forget(["a.b"])
    assert waiting.numbers() == [2, 4]
    assert len(waiting.backlog) == 2

"""One metric in memory, and how far it is archived."""

from __future__ import annotations

import numpy as np
import pytest

from collectors.metric import Series
from dashboard.history.directory import Key
from dashboard.history.kept import SEAL_AFTER, SEAL_CELLS, Kept
from dashboard.history.ring import Ring
from dashboard.history.slice import Slice

START = 1_790_000_000_000
KEY = Key("a.b", "", "gauge")
SERIES = (Series(),)
SECOND = 1000


@pytest.fixture
def kept() -> Kept:
    return Kept(KEY, Ring(1.0, 3600.0, 10))


def add(kept: Kept, first: int, last: int | None = None) -> list[int]:
    """Samples of these seconds; the seconds of what has to be put by first."""
    times = START + SECOND * np.arange(first, (first if last is None else last) + 1, dtype=np.int64)
    _, cut = kept.append(times, SERIES, np.ones((1, len(times))))
    return [] if cut is None else seconds(cut.samples)


def seconds(samples: Slice) -> list[int]:
    return [(time - START) // SECOND for time in samples.times.tolist()]


def seal(kept: Kept, now: int) -> list[int]:
    """What is due at that second, which is then done."""
    due = kept.due(START + now * SECOND)
    if due is None:
        return []
    kept.sealed(due)
    return seconds(due.samples)


def test_it_is_due_after_a_while(kept: Kept) -> None:
    """Samples are packed when the oldest that is not has waited, the first time sooner; then only what came since."""
    add(kept, 0, 20)
    assert seal(kept, 20) == []
    assert seal(kept, SEAL_AFTER // SECOND) == list(range(21))
    add(kept, 21, 30)
    assert seal(kept, SEAL_AFTER // SECOND + 20) == []
    assert seal(kept, SEAL_AFTER // SECOND + 21) == list(range(21, 31))
    assert seal(kept, 10**6) == []


def test_metrics_take_turns() -> None:
    """Metrics that begin together are not all due together."""
    due = set()
    for number in range(50):
        one = Kept(Key(f"a.m{number}", "", "gauge"), Ring(1.0, 3600.0, 10))
        add(one, 0)
        due.add(next(second for second in range(0, 601, 20) if one.due(START + second * SECOND) is not None))
    assert len(due) > 8
    assert min(due) >= SEAL_AFTER // SECOND // 2


def test_many_values_are_due_at_once(kept: Kept) -> None:
    """What is large is packed before its time."""
    count = SEAL_CELLS // 10
    times = START + np.arange(count, dtype=np.int64)
    names = tuple(Series((("n", str(one)),)) for one in range(10))
    kept.append(times[:-10], names, np.ones((10, count - 10)))
    assert kept.due(START) is None
    kept.append(times[-10:], names, np.ones((10, 10)))
    kept.append(times[-1:] + 1, names, np.ones((10, 1)))
    assert kept.due(START) is not None


def test_what_was_not_done_is_due_again(kept: Kept) -> None:
    """A try that failed changes nothing; what came meanwhile comes along."""
    add(kept, 0, 5)
    first = kept.due(START + SEAL_AFTER)
    add(kept, 6)
    kept.not_sealed()
    assert first is not None and seconds(first.samples) == list(range(6))
    assert seal(kept, SEAL_AFTER // SECOND) == list(range(7))


def test_late_samples_are_packed_again(kept: Kept) -> None:
    """What was packed and changed since, be it while it was being packed, is packed once more."""
    add(kept, 0, 5)
    due = kept.due(START + SEAL_AFTER)
    assert due is not None
    add(kept, 4)  # late by a second: 4 and 5 are appended anew
    kept.sealed(due)
    add(kept, 6)
    again = kept.due(START + 2 * SEAL_AFTER)
    assert again is not None and seconds(again.samples) == [4, 5, 6]
    kept.sealed(again)
    add(kept, 6)
    assert seal(kept, 3 * SEAL_AFTER // SECOND) == [6]


def test_a_clock_that_is_set_back_loses_nothing(kept: Kept) -> None:
    """What memory lets go of as the clock was set back is put by, and what comes then is due in its own time."""
    add(kept, 100, 110)
    assert add(kept, 50) == list(range(100, 111))
    add(kept, 51, 52)
    due = kept.due(START + 60 * SECOND + SEAL_AFTER)
    assert due is not None and seconds(due.samples) == [50, 51, 52]
    kept.sealed(due)
    add(kept, 60)
    later = kept.due(START + 60 * SECOND + 2 * SEAL_AFTER)
    # What the archive has between, of the time before, does not follow upon 52.
    assert later is not None and (later.start, later.whole) == (START + 52_001, 4)


def test_another_archive_gets_everything_at_once(kept: Kept) -> None:
    """After the file was lost all that memory has is due, however short it has been there."""
    add(kept, 0, 5)
    seal(kept, SEAL_AFTER // SECOND)
    add(kept, 6)
    kept.forget_archive()
    assert seal(kept, 7) == list(range(7))
    assert seal(kept, 8) == []


def test_what_the_archive_has_is_not_packed_again(kept: Kept) -> None:
    """Samples that came from the archive are there; those that follow are packed as their continuation."""
    times = START + SECOND * np.arange(5, dtype=np.int64)
    kept.restore(Slice(77, times, SERIES, np.ones((1, 5))), 5)
    assert kept.due(START + SEAL_AFTER) is None
    add(kept, 9)
    due = kept.due(START + SEAL_AFTER * 2)
    assert due is not None and seconds(due.samples) == [9]
    assert (due.samples.offset, due.whole, due.start) == (78, 6, START + 4001)

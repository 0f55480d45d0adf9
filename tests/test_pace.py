"""How often samples are sent: not too often, none lost, none twice, and never with what replaces them."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.pace import EARLY, MAX_HELD, Pace, Samples

FPS = 20
INTERVAL = 1 / FPS


def samples(offset: int, *times: int, series: int = 1) -> Samples:
    """Samples of which the last has that offset; values tell offset and series."""
    offsets = np.arange(offset - len(times) + 1, offset + 1, dtype=float)
    values = offsets + np.arange(series)[:, None] / 1000
    return Samples(offset, np.array(times, dtype=np.int64), values)


def told(frames: list[Samples]) -> list[tuple[int, list[int]]]:
    """Offset and times of each frame."""
    return [(one.offset, one.times.tolist()) for one in frames]


def test_the_first_passes_and_what_comes_soon_after_waits() -> None:
    """After a frame the next may be sent half an interval later, with all samples in between."""
    pace = Pace(FPS)
    assert told(pace.offer("a.b", samples(1, 10), 0.0)) == [(1, [10])]
    assert pace.wait(0.0) is None
    assert pace.offer("a.b", samples(2, 11), 0.01) == []
    assert pace.offer("a.b", samples(4, 12, 13), 0.02) == []
    assert (pace.holds("a.b"), pace.held("a.b")) == (True, 3)
    assert pace.wait(0.02) == pytest.approx(0.005)
    assert (pace.due(0.024), pace.due(0.026)) == ([], ["a.b"])
    [frame] = pace.release("a.b", 0.026)
    assert told([frame]) == [(4, [11, 12, 13])]
    assert frame.values.tolist() == [[2, 3, 4]]
    assert (pace.holds("a.b"), pace.held("a.b"), pace.wait(0.026), pace.release("a.b", 1.0)) == (False, 0, None, [])


def test_a_slow_metric_never_waits() -> None:
    """What comes less often than frames may be sent passes at once."""
    pace = Pace(FPS)
    for number in range(1, 10):
        assert told(pace.offer("a.b", samples(number, number), number * INTERVAL)) == [(number, [number])]


def test_a_metric_as_fast_as_frames_does_not_wait_because_one_of_its_samples_was_late() -> None:
    """What comes every interval, give or take, passes at once: each as if those before it had been on time."""
    pace = Pace(FPS)
    late = [0, 0.02, 0, 0.003, 0.024, 0, 0.01]
    for number, by in enumerate(late, start=1):
        assert told(pace.offer("a.b", samples(number, number), number * INTERVAL + by)) == [(number, [number])]


def test_what_had_to_go_before_its_time_does_not_hold_up_what_comes_later() -> None:
    """However many frames were sent at once, because a clock stepped back, the next waits as after one."""
    pace = Pace(FPS)
    for number in range(1, 100):
        assert pace.offer("a.b", samples(number, 100 - number), 0.0)
    assert pace.offer("a.b", samples(100, 100), 0.01) == []
    left = pace.wait(0.01)
    assert left is not None and left < INTERVAL


def test_metrics_do_not_wait_for_one_another() -> None:
    """Each has a pace of its own; what is due first says how long to wait."""
    pace = Pace(FPS)
    for name, now in (("a.b", 0.0), ("a.c", 0.03)):
        assert pace.offer(name, samples(1, 1), now)
        assert not pace.offer(name, samples(2, 2), now)
    assert pace.wait(0.01) == pytest.approx(0.015)
    assert (pace.due(0.04), pace.due(0.06)) == (["a.b"], ["a.b", "a.c"])
    assert pace.wait(1.0) == 0


def test_a_clock_that_steps_back_parts_frames() -> None:
    """Samples that replace held ones come in a frame of their own, right behind those, at once."""
    pace = Pace(FPS)
    pace.offer("a.b", samples(1, 10), 0.0)
    pace.offer("a.b", samples(3, 11, 12), 0.0)
    assert told(pace.offer("a.b", samples(5, 12, 13), 0.01)) == [(3, [11, 12]), (5, [12, 13])]
    assert told(pace.offer("a.b", samples(6, 13), 0.02)) == [(6, [13])]
    assert pace.offer("a.b", samples(7, 14), 0.03) == []


def test_other_series_part_frames() -> None:
    """Samples with another number of series do not travel with those before."""
    pace = Pace(FPS)
    pace.offer("a.b", samples(1, 1), 0.0)
    pace.offer("a.b", samples(2, 2), 0.0)
    [before] = pace.offer("a.b", samples(3, 3, series=2), 0.0)
    [after] = pace.release("a.b", 0.0)
    assert (told([before, after]), after.values.shape) == ([(2, [2]), (3, [3])], (2, 1))


def test_what_is_held_has_a_bound() -> None:
    """More values than may be held are sent before their time."""
    pace = Pace(FPS)
    pace.offer("a.b", samples(1, 0), 0.0)
    half = MAX_HELD // 20
    assert pace.offer("a.b", samples(half + 1, *range(1, half + 1), series=10), 0.0) == []
    assert pace.offer("a.b", samples(2 * half + 1, *range(half + 1, 2 * half + 1), series=10), 0.0) == []
    [frame] = pace.offer("a.b", samples(2 * half + 2, 2 * half + 1, series=10), 0.0)
    assert (frame.offset, len(frame.times), pace.held("a.b")) == (2 * half + 2, 2 * half + 1, 0)


def test_what_is_held_is_a_copy() -> None:
    """Whoever brought the values may write to their array again."""
    pace = Pace(FPS)
    pace.offer("a.b", samples(1, 1), 0.0)
    lent = samples(2, 2)
    pace.offer("a.b", lent, 0.0)
    lent.values[:] = -1
    [frame] = pace.release("a.b", 0.0)
    assert frame.values.tolist() == [[2.0]]


def test_a_metric_can_be_forgotten() -> None:
    """After that nothing of it is held or due, and it begins anew."""
    pace = Pace(FPS)
    pace.offer("a.b", samples(1, 1), 0.0)
    pace.offer("a.b", samples(2, 2), 0.0)
    pace.forget("a.b")
    pace.forget("no.such")
    assert (pace.holds("a.b"), pace.held("a.b"), pace.due(9.0), pace.wait(0.0)) == (False, 0, [], None)
    assert told(pace.offer("a.b", samples(9, 1), 0.0)) == [(9, [1])]


OFFERS = st.tuples(
    st.sampled_from(["a.b", "a.c"]),
    st.integers(1, 4),  # samples
    st.sampled_from([0.0, 0.0, 0.001, 0.02, 0.049, 0.2]),  # seconds until the next
    st.sampled_from([False] * 9 + [True]),  # the clock was set back
    st.sampled_from([0] * 9 + [1]),  # series that are new
    st.booleans(),  # what is due is released
)


@given(st.lists(OFFERS, max_size=60))
def test_no_sample_is_lost_or_sent_twice(offers: list[tuple[str, int, float, bool, int, bool]]) -> None:
    """Whatever comes when: all of it goes out in order, at the pace unless it must not travel with what was before."""
    pace, now = Pace(FPS), 100.0
    came: dict[str, list[Samples]] = defaultdict(list)
    sent: dict[str, list[tuple[float, Samples]]] = defaultdict(list)
    parted: set[int] = set()  # offers that may go, or make what is held go, before their time
    for name, count, pause, back, grown, release in offers:
        last = came[name][-1] if came[name] else samples(0, 0)
        first = int(last.times[-1]) + (-1 if back else 1)
        series = (len(last.values) if came[name] else 1) + grown
        one = samples(last.offset + count, *range(first, first + count), series=series)
        came[name].append(one)
        out = pace.offer(name, one, now)
        if back or grown:
            parted.update(id(frame) for frame in out)
        sent[name] += [(now, frame) for frame in out]
        now += pause
        for metric in pace.due(now) if release else ():
            sent[metric] += [(now, frame) for frame in pace.release(metric, now)]
    for name in came:
        sent[name] += [(now + 1000, frame) for frame in pace.release(name, now)]
        _check_whole(came[name], [frame for _, frame in sent[name]])
        moments = [moment for moment, frame in sent[name] if id(frame) not in parted]
        # However long one looks, one frame may be early, and no more than that.
        for (at, earlier), (to, later) in combinations(enumerate(moments), 2):
            assert later - earlier >= (to - at - EARLY) * INTERVAL - 1e-9


def _check_whole(came: list[Samples], sent: list[Samples]) -> None:
    """The same samples in the same order; offsets follow one another, and times of a frame ascend."""
    assert [one for part in sent for one in part.times.tolist()] == [
        one for part in came for one in part.times.tolist()
    ]
    offset = 0
    for frame in sent:
        assert frame.offset == offset + len(frame.times)
        assert np.all(np.diff(frame.times) > 0)
        expected = np.arange(offset + 1, frame.offset + 1) + np.arange(len(frame.values))[:, None] / 1000
        assert np.array_equal(frame.values, expected)
        offset = frame.offset
    assert offset == (came[-1].offset if came else 0)

"""One metric's samples as a client puts them in order, without a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dashboard.client.batch import Batch, Kept
from dashboard.client.track import Track
from dashboard.live.wire import Event

START = 1_700_000_000_000
SERIES = [{"labels": {"name": "a"}}]


class Feed:
    """A track, its clock, and what it has handed on; sample number n has the time START + n and the value n."""

    def __init__(self, window: float = 60.0, patience: float = 5.0) -> None:
        self.now = 100.0
        self.batches: list[Batch] = []
        self.track = Track("m", window, self.batches.append, patience, lambda: self.now)

    @property
    def step(self) -> str:
        return self.track.step

    def ask(self) -> Any:
        return self.track.wanted(1, "e")

    def answer(self, first: int, last: int, recovered: bool = False, epoch: str = "e") -> None:
        part = {"name": "m", "offset": last, "recovered": recovered, "series": SERIES, **samples(first, last)}
        self.track.answered({"ok": True, "epoch": epoch}, part)

    def frame(self, first: int, last: int) -> None:
        self.track.frame(Event.SAMPLES, {"m": "m", "o": last, **samples(first, last)})

    def join(self, last: int = 3) -> None:
        self.ask()
        self.answer(1, last)

    def told(self) -> list[tuple[list[int], bool, bool, int]]:
        """Numbers, `fresh`, `recovered` and `gap` of each batch."""
        return [((one.times - START).tolist(), one.fresh, one.recovered, one.gap) for one in self.batches]


def samples(first: int, last: int) -> dict[str, Any]:
    numbers = list(range(first, last + 1))
    return {"t": [START + number for number in numbers], "v": [[float(number) for number in numbers]]}


def test_a_hole_is_mended_before_what_came_after_it() -> None:
    """What is missing is asked for after a moment, and handed on in its place."""
    feed = Feed()
    feed.join()
    feed.frame(6, 6)
    feed.frame(7, 7)
    assert (feed.step, len(feed.batches)) == ("live", 1)
    feed.now += 2.1
    feed.track.look()
    assert feed.step == "new"
    assert feed.ask()["since"] == 3
    feed.frame(8, 8)
    feed.answer(4, 7, recovered=True)
    feed.frame(9, 9)
    assert feed.told() == [
        ([1, 2, 3], True, False, 0), ([4, 5, 6, 7], False, True, 0), ([8], False, False, 0), ([9], False, False, 0),
    ]  # fmt: skip


def test_lagged_asks_at_once() -> None:
    """When the server says that something was left out, it is asked for without waiting."""
    feed = Feed()
    feed.join()
    feed.frame(6, 6)
    feed.track.lagged()
    assert feed.step == "new"


def test_patience_has_an_end() -> None:
    """What is not mended in time is told as a gap, and the answer that comes later is not handed on twice."""
    feed = Feed(patience=5.0)
    feed.join()
    feed.frame(6, 6)
    feed.track.lagged()
    feed.ask()
    feed.frame(7, 7)
    feed.now += 5.1
    feed.track.look()
    assert feed.told()[1:] == [([6], False, False, 2), ([7], False, False, 0)]
    feed.answer(4, 7, recovered=True)
    feed.frame(8, 8)
    assert feed.told()[3:] == [([8], False, False, 0)]


def test_frames_before_the_answer_wait_for_it() -> None:
    """Frames that overtake the answer come after it, less what it had."""
    feed = Feed()
    feed.ask()
    feed.frame(3, 4)
    feed.frame(5, 5)
    feed.answer(1, 3)
    assert feed.told() == [([1, 2, 3], True, False, 0), ([4], False, False, 0), ([5], False, False, 0)]


def test_frames_of_another_list_of_series_wait_for_a_new_answer() -> None:
    """A frame that does not fit the series that are known is not guessed at."""
    feed = Feed()
    feed.join()
    feed.track.frame(Event.SAMPLES, {"m": "m", "o": 4, "t": [START + 4], "v": [[4.0], [4.0]]})
    assert feed.step == "new" and len(feed.batches) == 1
    assert feed.ask()["since"] == 3


def test_series_are_told_with_the_samples_that_they_belong_to() -> None:
    """Each batch has the list of series that was in force at its samples."""
    feed = Feed()
    feed.join()
    more = [*SERIES, {"labels": {"name": "b"}}]
    feed.track.frame(Event.SERIES, {"m": "m", "o": 3, "series": more})
    feed.track.frame(Event.SAMPLES, {"m": "m", "o": 4, "t": [START + 4], "v": [[4.0], [None]]})
    assert [len(one.series) for one in feed.batches] == [1, 2]
    assert np.isnan(feed.batches[1].values[1, 0])


@pytest.mark.parametrize(("window", "fresh", "numbers"), [(60.0, True, [1, 2, 3, 4, 5]), (0.0, False, [4, 5])])
def test_another_history_begins_anew(window: float, fresh: bool, numbers: list[int]) -> None:
    """With a window the new history comes whole; without one only what is later than what was had."""
    feed = Feed(window)
    feed.join()
    feed.track.lost()
    feed.ask()
    feed.answer(1, 5, epoch="f")
    assert feed.told()[-1] == (numbers, fresh, False, -1)
    assert (len(feed.batches) == 2) == bool(window)


def test_a_server_that_counts_anew_is_asked_anew() -> None:
    """A low number with a new time, or a `top` below what was had, means that no number tells anything any more."""
    for tell in ("frame", "top"):
        feed = Feed()
        feed.join()
        if tell == "frame":
            feed.track.frame(Event.SAMPLES, {"m": "m", "o": 1, "t": [START + 9], "v": [[1.0]]})
        else:
            feed.track.top(1)
        assert feed.step == "new"
        assert "since" not in feed.ask()


def test_a_lost_last_frame_is_seen_by_its_number() -> None:
    """When `top` is above what was had, what is missing is asked for."""
    feed = Feed()
    feed.join()
    feed.track.top(4)
    feed.now += 2.1
    feed.track.look()
    assert feed.ask()["since"] == 3


def test_holes_again_and_again_are_asked_for_ever_more_rarely() -> None:
    """Each hole in a row waits about twice as long as the one before."""
    feed = Feed(patience=1e9)
    feed.join(1)
    number, waits = 1, []
    for _ in range(4):
        number += 2
        feed.frame(number, number)
        asked_at = feed.track.look()
        waits.append(asked_at - feed.now)
        feed.now = asked_at
        feed.track.look()
        feed.ask()
        feed.answer(number - 1, number, recovered=True)
    assert all(2**times <= wait <= 2 ** (times + 1) for times, wait in enumerate(waits)), waits


def test_kept_holds_what_the_server_does() -> None:
    """A set-back clock takes what is later with it, series keep their values by their labels, and the oldest go."""
    kept = Kept(limit=4)
    kept.add(batch([1, 2, 3], a=[1, 2, 3]))
    kept.add(batch([4], b=[9], a=[4]))
    assert kept.series == ({"name": "b"}, {"name": "a"})
    assert kept.values[1].tolist() == [1, 2, 3, 4]
    kept.add(batch([3, 5, 6], b=[8, 8, 8], a=[7, 7, 7]))
    assert kept.times.tolist() == [2, 3, 5, 6]
    assert kept.values[1].tolist() == [2, 7, 7, 7]


def batch(times: list[int], **rows: list[int]) -> Batch:
    values = np.array(list(rows.values()), dtype=np.float64)
    return Batch("m", np.array(times), values, tuple({"name": name} for name in rows), times[-1], "e")

"""Fairness: who reads slowly or not at all harms nobody but itself, and who is fast again has it all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.arena import Arena, arena, until, value_at
from tests.crafted import PONG, frame, p99, samples
from tests.tries import until_fine
from tests.viewers import Seen, Viewer

pytestmark = pytest.mark.timed

MEGABYTE = 2**20
#: Clients that do not read.
MUTE = 31
#: Who does not read is closed after 10 s, with 2 s of patience; what who reads slowly has is no older.
CLOSED_BY = AGE = 12
#: Seconds that somebody else may wait longer than before.
FELT = 0.05


@dataclass
class Siege:
    """What came of some slow, some mute and some honest clients, all at the same time.

    Attributes:
        closed: seconds after which each of those was closed that do not read.
        waited: what the viewer of the pulse waited, before and meanwhile.
        grown: bytes of memory that the server had more at most.
        slow: the slow reader.
        told: what was logged.
    """

    closed: dict[str, float] = field(default_factory=dict)
    waited: tuple[Seen, Seen] = (Seen(), Seen())
    grown: int = 0
    slow: SlowReader | None = None
    told: list[str] = field(default_factory=list)

    @property
    def longer(self) -> float:
        """Seconds that the viewer has waited longer than before."""
        calm, during = self.waited
        return p99(during.waited) - p99(calm.waited)

    @property
    def age(self) -> float:
        """Seconds; how old the newest sample of the slow reader was at most, once what stood in buffers was read."""
        ages = self.slow.ages if self.slow is not None else []
        return max(ages[len(ages) // 3 :], default=float("inf"))

    @property
    def in_time(self) -> bool:
        """Whether all who do not read went in time, and nobody else had to wait."""
        all_went = len(self.closed) == MUTE and max(self.closed.values()) < CLOSED_BY
        return all_went and self.longer < FELT and self.age < AGE


class SlowReader(threading.Thread):
    """An honest client that reads 10 kB a second of 50, then as fast as it can, and asks for what it has missed.

    Attributes:
        ages: seconds; how old the newest sample of each frame was when it came.
        got: value of each series by offset.
        recovered: what the answer said, None if it never had to ask.
        error: what ended it.
    """

    METRIC = "test.middle"

    def __init__(self, running: Arena) -> None:
        super().__init__()
        self.ages: list[float] = []
        self.got: dict[int, tuple[int, list[float | None]]] = {}
        self.recovered: bool | None = None
        self.error: BaseException | None = None
        self.lagged: list[str] = []
        self.hurry = threading.Event()
        self.first = self.last = 0
        self.wire = running.member(buffer=4096)
        hello = self.wire.subscribe(self.METRIC, window=0.2)
        self.epoch = hello["epoch"]
        self.rows = len(hello["metrics"][0]["series"])
        self.first = self.last = hello["metrics"][0]["offset"]

    def run(self) -> None:
        try:
            self.wire.rate = 10_000
            while not self.hurry.is_set():
                self.take()
            self.wire.rate = None
            while not self.lagged:
                self.take()
            self.catch_up()
        except BaseException as error:
            self.error = error

    def take(self) -> None:
        message = self.wire.message(20)
        if message.event == "lagged":
            self.lagged += message.data[1]["metrics"]
        elif message.event == "samples":
            payload = message.data[1]
            self.keep(payload, payload)
            self.ages.append(time.time() - self.got[self.last][0] / 1000)

    def keep(self, whole: Any, part: Any) -> None:
        times, rows = samples(whole, part, self.rows)
        offset = part["o"] if "o" in part else part["offset"]
        for place, moment in enumerate(times):
            self.got[offset - len(times) + 1 + place] = (moment, [row[place] for row in rows])
        self.last = max(self.last, offset)

    def catch_up(self) -> None:
        """Ask for everything from the first hole on."""
        known = self.first
        while known + 1 in self.got:
            known += 1
        answer = self.wire.subscribe(self.METRIC, since=known, epoch=self.epoch, points=10_000, window=300)
        part = answer["metrics"][0]
        self.recovered = part["recovered"]
        self.keep(answer, part)

    def wrong(self) -> list[int]:
        """Offsets that are missing, or whose values are not what they should be."""
        return [
            offset
            for offset in range(self.first + 1, self.last + 1)
            if offset not in self.got
            or self.got[offset][1] != [value_at(self.got[offset][0], row) for row in range(self.rows)]
        ]


def besiege(running: Arena) -> Siege:
    """Ten clients each that never read a little or a lot, one that reads a byte a second, a slow reader, a viewer."""
    siege = Siege()
    with Viewer(running.port) as viewer, ExitStack() as stack:
        calm = viewer.watch(1)
        before, start = running.memory(), time.monotonic()
        mute = {
            f"{load} {number}": stack.enter_context(running.member(f"test.{load}", buffer=4096))
            for load in ("low", "high", "pulse")
            for number in range(10)
        }
        mute["a byte a second"] = stack.enter_context(running.member("test.middle", buffer=4096))
        slow = siege.slow = SlowReader(running)
        slow.start()
        while time.monotonic() - start < 14:
            for name, wire in mute.items():
                # It answers what it has not read, as often as it may have been asked, and with what it may have been.
                alive = wire.send(frame("3"), frame(b"", PONG), frame(b"0123", PONG))
                if not alive and name not in siege.closed:
                    siege.closed[name] = time.monotonic() - start
            if "a byte a second" not in siege.closed:
                try:
                    mute["a byte a second"].socket.recv(1)
                except OSError:
                    pass
            siege.grown = max(siege.grown, running.memory() - before)
            time.sleep(1 if len(siege.closed) == len(mute) else 0.25)
        slow.hurry.set()
        slow.join(20)
        slow.wire.close()
        siege.waited = (calm, viewer.seen())
    siege.told = running.told()
    return siege


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """A siege of fourteen seconds with the settings that a server has by default."""
    with arena(tmp_path_factory.mktemp("siege"), load=True) as running:

        def measure() -> Siege:
            found = besiege(running)
            assert until(lambda: running.count() == 0)
            return found

        yield until_fine(measure, lambda found: found.in_time, tries=4)


def test_who_never_reads_is_closed(siege: Siege) -> None:
    """Within 10 s (and 2 s of patience), be there much to read or little, though it answers all pings blindly."""
    assert len(siege.closed) == MUTE, sorted(siege.closed)
    assert max(siege.closed.values()) < CLOSED_BY


def test_others_do_not_notice_who_does_not_read(siege: Siege) -> None:
    """The viewer beside them misses nothing and waits no longer than before."""
    _, during = siege.waited
    assert not during.ended and not during.holes
    assert siege.longer < FELT


def test_what_waits_for_who_does_not_read_is_bounded(siege: Siege) -> None:
    """At most `max_backlog` for each, beside what the history itself takes (1 MB a second, room for twice that)."""
    assert siege.grown < MUTE * MEGABYTE + 2 * 14 * MEGABYTE


def test_who_reads_slowly_sees_the_newest(siege: Siege) -> None:
    """Ten kilobytes a second of fifty: never closed, and what it reads is at most so many seconds old."""
    slow = siege.slow
    assert slow is not None
    assert slow.error is None
    assert len(slow.ages) > 20
    assert siege.age < AGE


def test_who_was_slow_gets_the_whole(siege: Siege) -> None:
    """When it reads fast again it is told of which metrics it has missed samples; then `since` gives it every one."""
    slow = siege.slow
    assert slow is not None
    assert slow.error is None
    assert slow.lagged == [slow.METRIC]
    assert slow.recovered is True
    assert slow.last - slow.first > 200
    assert slow.wrong() == []


def test_the_log_has_a_line_for_each(siege: Siege) -> None:
    """One line for each client that was closed, and nothing for those who were not."""
    assert len(siege.told) <= MUTE

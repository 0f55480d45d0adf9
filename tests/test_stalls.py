"""Servers that stand still, clocks that are set, laptops that sleep: everybody comes back, and nothing is missed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rooms import RoomsServer
from tests.watchers import Seen, Watchers

pytestmark = pytest.mark.timed

#: Whole seconds of interval: python-engineio tells clients no others.
INTERVAL, TIMEOUT = 1, 0.5
#: More than interval and timeout: every client that looks at the clock has given up.
STALL = 2.5
BACK = 10.0
PAGES, OTHERS = 6, 3
HOUR = 3600
METRIC = "test.stall"

Start = Callable[..., Watchers]


class StallingServer(RoomsServer):
    """A process of `tests.stalling_server`, with short heartbeats."""

    module = "tests.stalling_server"

    def __init__(self, mode: str, direct: bool, log: Path) -> None:
        self._mode = mode
        live = {"ping_interval": INTERVAL, "ping_timeout": TIMEOUT}
        super().__init__(mode, log, live=live, direct=direct)
        self.do("declare", collector="test", metrics=[{"name": METRIC, "unit": "", "kind": "gauge"}], every=0.05)

    def stream(self, count: int) -> None:
        """Publish so many samples, one every 50 ms, whose value is their number; wait until a tenth of them is sent."""
        self.do("stream", metric=METRIC, count=count, series=1, pause=0.05, start=1_700_000_000_000)
        self.sent(count // 10)

    def sent(self, more: int) -> None:
        """Wait until so many more messages were sent to all clients."""
        before = self.do("counters")
        enough = before["messages_out"] + more * before["clients"]
        self.wait_for(lambda counters: counters["messages_out"] >= enough)

    def stand_still(self, seconds: float) -> float:
        """Do nothing for so long; when that ended."""
        if self._mode == "eventlet":
            self.do("stall", seconds=seconds)
        else:
            self._process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            self._process.send_signal(signal.SIGCONT)
        return time.monotonic()


@pytest.fixture(params=["eventlet"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StallingServer]:
    """A server of its own for each test, with tasks of either kind, or with writes by the libraries."""
    one = StallingServer(request.param.split()[0], "libraries" not in request.param, tmp_path / "server.log")
    yield one
    one.close()


@pytest.fixture
def follow(server: StallingServer) -> Iterator[Start]:
    """`follow(language, last, count, patient)` starts clients; see `tests.watchers.Watchers`."""
    started: list[Watchers] = []

    def start(language: str, last: int, count: int, patient: bool = False) -> Watchers:
        started.append(Watchers(language, server.url, METRIC, last, count, patient))
        return started[-1]

    yield start
    for one in started:
        one.close()


def exact(clients: list[Seen]) -> bool:
    """Whether each has every sample, once and in order."""
    return all(one.wrong == 0 and one.ends for one in clients)


ALL_WAYS = pytest.mark.parametrize("server", ["eventlet", "eventlet libraries", "threading"], indirect=True)
BOTH_KINDS = pytest.mark.parametrize("server", ["eventlet", "threading"], indirect=True)


@pytest.mark.node
@ALL_WAYS
def test_after_a_stall_of_the_server_everybody_is_back(server: StallingServer, follow: Start) -> None:
    """The server sends nobody away for what it could not hear; pages that gave up come back, each in its own time."""
    pages, patient = follow("node", 40, PAGES), follow("python", 40, OTHERS, patient=True)
    server.stream(40)
    began = time.monotonic()
    ended = server.stand_still(STALL)
    left, stayed = pages.seen(), patient.seen()
    assert exact(left) and exact(stayed)
    for one in stayed:
        assert (len(one.connects), one.reasons) == (1, [])
    tries = []
    for one in left:
        assert set(one.reasons) == {"ping timeout"}  # its own; from the server's it would be "transport close"
        assert one.connects[1:] and one.connects[-1] < ended + BACK
        tries.append(next(moment for moment in one.attempts if moment > began))
    assert max(tries) - min(tries) > 0.05
    assert server.do("counters")["let_go"] == 0


@pytest.mark.node
@BOTH_KINDS
def test_the_servers_clock_may_be_set(server: StallingServer, follow: Start) -> None:
    """An hour forth or back on the server's clock disconnects nobody."""
    pages, others = follow("node", 90, 2), follow("python", 90, 2)
    server.stream(90)
    server.do("set_clock", seconds=HOUR)
    server.sent(40)  # that is longer than interval and timeout
    server.do("set_clock", seconds=-2 * HOUR)
    seen = pages.seen() + others.seen()
    assert exact(seen)
    for one in seen:
        assert (len(one.connects), one.reasons) == (1, [])
    assert server.do("counters")["let_go"] == 0


@pytest.mark.node
def test_a_pages_clock_may_be_set(server: StallingServer, follow: Start) -> None:
    """A page whose clock jumps an hour forth, and back again, misses nothing."""
    pages = follow("node", 60, 2)
    server.stream(60)
    pages.set_clock(HOUR)
    server.sent(20)
    pages.set_clock(0)
    assert exact(pages.seen())


@pytest.mark.node
@pytest.mark.parametrize(
    ("server", "language"), [("eventlet", "node"), ("threading", "python")], indirect=["server"]
)  # fmt: skip
def test_a_laptop_that_slept_comes_back(server: StallingServer, follow: Start, language: str) -> None:
    """A client that was asleep for longer than its heartbeats is back by itself and has what was sent meanwhile."""
    asleep = follow(language, 80, OTHERS)
    server.stream(80)
    asleep.sleep()
    server.wait_for(lambda counters: counters["clients"] == 0)
    asleep.wake()
    woken = time.monotonic()
    seen = asleep.seen()
    assert exact(seen)
    for one in seen:
        assert one.connects[1:] and one.connects[-1] < woken + BACK
    assert server.do("counters")["let_go"] == OTHERS

"""A server under attack: what it samples, what it holds, and what it has logged."""

from __future__ import annotations

import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.attackers import PATIENCE, Wire, allow_files
from tests.crafted import p99
from tests.server import QUIET, AsyncMode, Server
from tests.tries import until_fine
from tests.viewers import Seen, Viewer

PULSE = '''
"""A pulse that tells how late one is, and more metrics than a client may watch."""
import time
from collectors import Collector, Gauge


class Pulse(Collector):
    """The value is the time at which it was published."""
    every = 0.02
    runs = "inline"
    pulse = Gauge("test.pulse")

    def collect(self):
        self.pulse.set(time.monotonic())


class Rooms(Collector):
    """One more metric than a client may watch."""
    every = 3600
    runs = "inline"
    for number in range(201):
        vars()[f"room{number}"] = Gauge(f"rooms.r{number}")

    def collect(self):
        pass
'''

LOAD = '''
"""About 5 kB, 50 kB and 1 MB a second; values are a function of time and series."""
import time
import numpy as np
from collectors import Collector, Gauge


class Load(Collector):
    every = 0.05
    runs = "inline"
    low = Gauge("test.low", labels=["of"])
    middle = Gauge("test.middle", labels=["of"])
    high = Gauge("test.high", labels=["of"])

    def open(self):
        self.labels = [{"of": one} for one in range(500)]
        self.last = 0

    def write(self, metric, series, times):
        values = times % 1_000_000 + np.arange(series)[:, None] / 1000
        metric.write(times, values, self.labels[:series])

    def collect(self):
        now = max(time.time_ns() // 1_000_000, self.last + 12)
        self.last = now
        newest = np.array([now])
        self.write(self.low, 11, newest)
        self.write(self.middle, 310, newest)
        self.write(self.high, 480, np.arange(now - 11, now + 1))
'''


def value_at(time_ms: int, series: int) -> float:
    """What the plugin's loads are at a time."""
    return time_ms % 1_000_000 + series / 1000


class Arena:
    """A running server with that plugin.

    Args:
        server: it.
    """

    def __init__(self, server: Server) -> None:
        assert server.process is not None
        self.server = server
        self.port = server.port
        self._process = psutil.Process(server.process.pid)
        self._told = len(server.log())
        self._wires: list[Wire] = []

    def close(self) -> None:
        """Close what attackers have left open."""
        for wire in self._wires:
            wire.close()

    def memory(self) -> int:
        """Bytes that would be free if the server ended."""
        return int(self._process.memory_full_info().uss)

    def files(self) -> int:
        """How many files and sockets it has open."""
        return self._process.num_fds()

    def count(self, kind: str = "clients") -> int:
        """How many `clients` are in the namespace, or how many `rooms` have someone in them; told once a second."""
        start = f'plotroom_self_clients{{kind="{kind}"}} '
        lines = self.server.get("/metrics")[2].decode().splitlines()
        return int(float(next(line for line in lines if line.startswith(start)).removeprefix(start)))

    def told(self) -> list[str]:
        """Lines that it has logged since it was last asked; none may be of a traceback."""
        text = self.server.log()
        new, self._told = text[self._told :], len(text)
        assert "Traceback" not in new, new
        return new.splitlines()

    def wire(self, *headers: str, source: str = "127.0.0.1", buffer: int = 0) -> Wire:
        """A WebSocket that has joined nothing."""
        self._wires = [one for one in self._wires if one.socket.fileno() >= 0]
        wire = Wire(self.port, headers, source=source, buffer=buffer)
        self._wires.append(wire)
        assert wire.status == 101, wire.head
        return wire

    def member(self, *subscribed: str, source: str = "127.0.0.1", buffer: int = 0) -> Wire:
        """A WebSocket that has joined the namespace, and subscribed to metrics."""
        wire = self.wire(source=source, buffer=buffer)
        wire.join()
        if subscribed:
            assert wire.subscribe(*subscribed)["ok"]
        return wire

    def visit(self, source: str = "127.0.0.1") -> float:
        """Seconds in which someone new gets the page, `hello`, and the first samples."""
        start = time.monotonic()
        with urllib.request.urlopen(f"{self.server.url}/", timeout=PATIENCE) as page:
            assert b'id="boot"' in page.read()
        with self.wire(source=source) as wire:
            wire.join()
            answer = wire.subscribe("test.pulse")
            assert answer["metrics"][0]["t"]
        return time.monotonic() - start

    def visits(self, times: int = 7) -> float:
        """The median of some visits."""
        return statistics.median(self.visit() for _ in range(times))


def until(condition: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def undisturbed(viewer: Viewer, attack: Callable[[], None], limit: float) -> tuple[float, float]:
    """Attack, and see how long the viewer waits (99th percentile, seconds) beforehand and meanwhile.

    It is repeated until it has gone by without harm, see `tests.tries`; each time the machine may come to rest first:
    while the viewer waits too long without an attack, nothing can be said of one.

    Args:
        viewer: of the pulse.
        attack: returns when it is over.
        limit: seconds by which it may be more.
    """

    def calm() -> float:
        return p99(viewer.watch(0.6).waited)

    def measure() -> tuple[float, float]:
        before = until_fine(calm, lambda waited: waited < limit)
        attack()
        seen: Seen = viewer.seen()
        assert not seen.ended and not seen.holes, seen
        return before, p99(seen.waited)

    return until_fine(measure, lambda found: found[1] < found[0] + limit)


@contextmanager
def arena(folder: Path, *arguments: str, async_mode: AsyncMode = "eventlet", load: bool = False) -> Iterator[Arena]:
    """A server to attack; at its end it must have exited with 0 and without a traceback.

    Args:
        folder: for its files.
        arguments: of the command line.
        async_mode: what runs its tasks.
        load: it also samples a megabyte a second, which its history remembers.
    """
    allow_files(8192)
    folder.mkdir(parents=True, exist_ok=True)
    given = ["--log-level", "info", "--live-max-fps", "100", *arguments]
    for name, text in {"pulse": PULSE, "load": LOAD if load else ""}.items():
        if text:
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
            given += ["--plugin", str(folder / f"{name}.py")]
    # What is forked shares memory until it writes there: that would look like growth.
    server = Server(folder, given, async_mode=async_mode, config=QUIET, preloaded=False)
    server.start()
    try:
        running = Arena(server)
        last = "test.high" if load else "test.pulse"
        assert until(lambda: server.get(f"/api/v1/query?metric={last}")[0] == 200)
        assert until(lambda: "sampling" in server.log())
        running.told()
        try:
            yield running
        finally:
            running.close()
    finally:
        problems = server.finish()
    assert not problems, "\n".join(problems)

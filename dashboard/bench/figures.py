"""What is measured of a server and a crowd: how much it delivers, how soon, and what a client costs it."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dashboard.bench import dialect
from dashboard.bench.crowd import Client, Counted, Crowd, LoadFailed
from dashboard.bench.limit import measure_limit
from dashboard.bench.machine import Cores
from dashboard.bench.server import LIMITS, THROUGHPUT, Process, harness

#: Bytes of an event as a client gets it, about.
EVENT = 200
#: Seconds after which what has not come does not come any more.
PATIENCE = 60.0
#: Events of the run that finds out how many ticks are worth measuring; fewer for less than two seconds of them.
TRIAL = 50_000
#: Clients that are there before memory is first looked at: the first one makes the server import and build things.
FIRST = 10
#: Seconds after clients have come that are not measured.
SETTLE = 2.0

#: Publishes so many ticks in so many rooms; its part is to begin, `count` waits for the end.
Start = Callable[[int], object]


@dataclass(frozen=True)
class Delivered:
    """What came of some ticks, as fast as they could be delivered.

    Attributes:
        ticks: samples that were published in each room.
        events: how many came, of how many that should.
        size: bytes of an event, with WebSocket's framing.
        rate: events a second.
        cpu: seconds of processor that the server used for each event.
        busy: share of the time for which the load was at work, 0 to 1.
    """

    ticks: int
    events: int
    expected: int
    size: int
    rate: float
    cpu: float
    busy: float

    @property
    def exact(self) -> bool:
        """Each event came, once."""
        return self.events == self.expected


@dataclass(frozen=True)
class Delays:
    """How long samples were on their way, from `publish` to the client's read; seconds.

    Attributes:
        events: how many were timed.
        busy: share of the time for which the load was at work, 0 to 1.
    """

    events: int
    p50: float
    p99: float
    worst: float
    busy: float


@dataclass(frozen=True)
class Held:
    """What a server has with so many clients.

    Attributes:
        cpu: of one core, 0 to 1.
        memory: bytes for each client.
        traffic: bytes a second for each client.
    """

    clients: int
    delays: Delays
    cpu: float
    memory: float
    traffic: float


def delivered(
    crowd: Crowd, per_tick: int, start: Start, cpu: Callable[[], float], seconds: float, most: int = 1_000_000
) -> Delivered:
    """Find out the rate by a short run, then measure one of about so many seconds.

    Args:
        crowd: of clients that are ready.
        per_tick: events for all clients together.
        start: publishes ticks.
        cpu: of the server so far.
        seconds: how long.
        most: ticks.
    """
    trial = counted(crowd, per_tick, start, cpu, max(2, min(most, trial_ticks(per_tick, seconds))))
    return counted(crowd, per_tick, start, cpu, max(2, min(most, round(trial.rate * seconds / per_tick))))


def trial_ticks(per_tick: int, seconds: float) -> int:
    """Of the first run, which finds out how many are worth measuring."""
    return round(min(1.0, seconds / 2) * TRIAL / per_tick)


def counted(crowd: Crowd, per_tick: int, start: Start, cpu: Callable[[], float], ticks: int) -> Delivered:
    """Deliver so many ticks."""
    expected, before = per_tick * ticks, cpu()
    found: Counted = crowd.count(expected, PATIENCE, lambda: start(ticks))
    spent = cpu() - before
    return Delivered(
        ticks,
        found.events,
        expected,
        round(found.received / max(1, found.events)),
        found.events / max(1e-9, found.seconds),
        spent / max(1, found.events),
        found.busy,
    )


def fan_out(clients: int, rooms: int, seconds: float, cores: Cores, size: int = EVENT) -> Delivered:
    """What one core delivers to clients that are all in the same rooms.

    Raises:
        CannotStart: the server does not start, or does not serve so many.
    """
    with harness(THROUGHPUT, cores.server, unpaced=True) as server:
        metrics = server.do("declare", rooms=rooms, size=size)
        with Crowd(server.port, dialect.plotroom(metrics)) as crowd:
            crowd.grow(clients)
            return delivered(crowd, clients * rooms, ticks_of(server, rooms), server.cpu, seconds)


def ticks_of(server: Process, rooms: int) -> Start:
    """Publishes ticks in the first rooms of a harness."""
    return lambda ticks: server.do("ticks", count=ticks, rooms=rooms)


def limit_of(ours: Delivered, clients: int, rooms: int, seconds: float, cores: Cores) -> Delivered:
    """What a bare loop of `socket.send` delivers of the same bytes to as many clients.

    Raises:
        CannotStart: the clients can't be connected.
    """
    per_tick = clients * rooms
    ticks = max(2, trial_ticks(per_tick, seconds))
    trial, _ = measure_limit(clients, rooms, ours.size, ticks, cores.server)
    ticks = max(2, round(trial.events / trial.seconds * seconds / per_tick))
    found, cpu = measure_limit(clients, rooms, ours.size, ticks, cores.server)
    rate = found.events / found.seconds
    return Delivered(ticks, found.events, per_tick * ticks, ours.size, rate, cpu / found.events, found.busy)


def delays(crowd: Crowd, talk: dialect.Dialect, seconds: float) -> Delays:
    """Time every event that comes in so many seconds.

    Raises:
        LoadFailed: none came.
    """
    taken = array("d")

    def take(client: Client, arrived: float, message: bytes) -> None:
        if talk.marker in message and (found := talk.stamp.search(message)):
            taken.append(arrived - float(found[1]))

    busy = crowd.watch(seconds, take)
    if not taken:
        raise LoadFailed("no event has come")
    times = np.sort(np.frombuffer(taken))
    last = len(times) - 1
    p50, p99 = (float(times[min(last, int(share * len(times)))]) for share in (0.5, 0.99))
    return Delays(len(times), p50, p99, float(times[-1]), busy)


class Steady:
    """A server with default settings whose metrics are all sampled once a second, and its growing crowd.

    Args:
        server: the harness.
        rooms: metrics, all of which every client watches.
        size: bytes of an event, about.
    """

    def __init__(self, server: Process, rooms: int, size: int = EVENT, deflate: bool = False) -> None:
        self._server = server
        self._rooms = rooms
        self.dialect = dialect.plotroom(server.do("declare", rooms=rooms, size=size))
        self.crowd = Crowd(server.port, self.dialect, deflate)
        self._base = 0

    def hold(self, clients: int, seconds: float, every: float = 1.0) -> Held:
        """Have so many clients, and measure for so many seconds.

        Raises:
            LoadFailed: the server does not serve so many.
        """
        server, first = self._server, min(FIRST, clients)
        server.do("halt")
        if not self._base:
            self.crowd.grow(first)
            self._settle(every, seconds)
            self._base = server.memory()
        self.crowd.grow(clients)
        self._settle(every, seconds)
        before, received, began = server.cpu(), self.crowd.received, time.monotonic()
        found = delays(self.crowd, self.dialect, seconds)
        took = time.monotonic() - began
        cpu, traffic = (server.cpu() - before) / took, (self.crowd.received - received) / took / clients
        memory = (server.memory() - self._base) / max(1, clients - first)
        return Held(clients, found, cpu, memory, traffic)

    def _settle(self, every: float, seconds: float) -> None:
        """Publish, and let the first seconds pass: what joining has cost is not what holding costs."""
        self._server.do("stream", every=every, rooms=self._rooms)
        self.crowd.watch(min(SETTLE, seconds / 2), lambda client, arrived, message: None)


def steady(clients: int, rooms: int, seconds: float, cores: Cores, size: int = EVENT) -> Held:
    """What it costs to hold so many clients with a sample a second in each room, and how soon they have it.

    Raises:
        CannotStart: the server does not start, or does not serve so many.
    """
    with harness(LIMITS, cores.server) as server:
        with (held := Steady(server, rooms, size)).crowd:
            return held.hold(clients, seconds)

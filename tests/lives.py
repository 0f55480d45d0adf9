"""Clients as heartbeats see them, without sockets: one that does as it is told, and one behind a slow stream."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from dashboard.live.heartbeat import PROBE_BYTES, Heartbeats

#: Seconds of the settings of a `Hub`.
INTERVAL, TIMEOUT, STALLED, JOIN = 8.0, 6.0, 10.0, 12.0
TICK = 0.05  # seconds of a simulation's step
CHUNK = 16 * 2**10  # bytes that a server hands to a socket at once
BACKLOG = 2**20  # bytes that wait for a client at most
STALE = 5.0  # seconds that they wait at most
PING, PROBE = 3, 14  # bytes


class Time:
    """A clock that is told how late it is."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Patient:
    """A client of `Heartbeats` that remembers what was done to it; what it answers is up to the test."""

    def __init__(self, time: Time, probes: bool = True) -> None:
        self.time = time
        self.probes = probes
        self.held = False
        self.waiting = self.taken = self.late = 0
        self.pings: list[float] = []
        self.probed: list[bytes] = []
        self.end: tuple[float, str] | None = None

    @property
    def lives(self) -> bool:
        return self.end is None

    def ping(self) -> None:
        assert self.lives
        self.pings.append(self.time.now)

    def probe(self, payload: bytes) -> None:
        assert self.lives and self.probes
        self.probed.append(payload)

    def hang_up(self, why: str) -> None:
        assert self.lives
        self.end = (self.time.now, why)


class Hub:
    """Heartbeats at `STALLED` and so on, and the loop that calls them."""

    def __init__(
        self, seed: int = 1, interval: float = INTERVAL, timeout: float = TIMEOUT, stalled: float = STALLED
    ) -> None:
        self.time = Time()
        self.hearts = Heartbeats(interval, timeout, stalled, JOIN, self.time, random.Random(seed).random)
        self.start = self.time.now

    def client(self, probes: bool = True, joined: bool = True) -> Patient:
        one = Patient(self.time, probes)
        self.hearts.add(one)
        if joined:
            self.hearts.joined(one)
        return one

    def run(self, seconds: float, *answers: Callable[[], None], every: float = 0.0) -> None:
        """Beat for that long; call `answers` after each."""
        end = self.time.now + seconds
        while self.time.now < end - 1e-6:
            self.time.now += every or self.hearts.step
            self.hearts.beat()
            for answer in answers:
                answer()

    def stand_still(self, seconds: float) -> None:
        """Nothing runs for that long; then the next beat comes."""
        self.time.now += seconds
        self.hearts.beat()

    def echo(self, client: Patient) -> Callable[[], None]:
        """Reads everything at once."""

        def read() -> None:
            if client.probed:
                self.hearts.echoed(client, client.probed[-1])

        return read

    def pong(self, client: Patient) -> Callable[[], None]:
        """Answers a ping, if there is one or not."""
        return lambda: self.hearts.ponged(client)


def crowd(server: Hub, count: int) -> list[Patient]:
    return [server.client() for _ in range(count)]


def answer_all(server: Hub, clients: list[Patient]) -> Callable[[], None]:
    def answer() -> None:
        for client in clients:
            if client.probed:
                server.hearts.echoed(client, client.probed[-1])
            server.hearts.ponged(client)

    return answer


class Stream(Patient):
    """A client that reads `speed` bytes a second from what the kernels on the way hold, which is `room` bytes at most.

    Kernels that were full take more only when `refill` of their room is free: a third where the network is slow, all of
    it where the reader is on the same machine (measured: 112 KB at once, every 12 s at 10 kB/s). The server sends
    messages of `size` bytes, `rate` bytes a second in all, as an outbox does: bounded, the oldest go; probes before
    what waits.
    """

    def __init__(
        self, time: Time, hearts: Heartbeats, rate: float, size: int, speed: float, room: int, refill: float
    ) -> None:
        super().__init__(time)
        self._hearts = hearts
        self._rate, self._size, self.speed = rate, size, speed
        self._room, self._refill = room, refill * room
        self._credit = 0.0
        self._read = 0.0
        self._told = 0
        self._blocked = self._draining = False
        self._frames: deque[tuple[int, float]] = deque()  # size and birth
        self._urgent: deque[bytes] = deque()
        self._marks: deque[tuple[int, bytes | None]] = deque()  # where a probe, or a ping (None), ends in the stream
        self.answers: list[float] = []
        hearts.add(self)
        hearts.joined(self)

    def ping(self) -> None:
        super().ping()
        self._enqueue(PING)
        self._drain()

    def probe(self, payload: bytes) -> None:
        self._urgent.append(payload)
        self.waiting += PROBE
        self._drain()

    def step(self) -> None:
        """What happens within `TICK` seconds."""
        self._credit += self._rate * TICK
        while self._credit >= self._size:
            self._credit -= self._size
            self._enqueue(self._size)
        self._drain()
        self._read = min(self._read + self.speed * TICK, self.taken)
        while self._marks and self._marks[0][0] <= self._read:
            _, payload = self._marks.popleft()
            if payload is None:
                self._hearts.ponged(self)
            else:
                self.answers.append(self.time.now)
                self._hearts.echoed(self, payload)

    def _enqueue(self, size: int) -> None:
        self._frames.append((size, self.time.now))
        self.waiting += size
        while len(self._frames) > 1 and (self.waiting > BACKLOG or self._frames[0][1] < self.time.now - STALE):
            if self._frames[0][0] == PING:
                break
            self.waiting -= self._frames.popleft()[0]

    def _drain(self) -> None:
        if self._draining:  # what is taken may lead to a probe
            return
        self._draining = True
        while self.waiting and self._kernel_takes():
            taken = 0
            while self.waiting and taken < CHUNK:
                taken += self._hand_over()
            if self.taken - self._told >= PROBE_BYTES:
                self._told = self.taken
                self._hearts.took(self)
        self._draining = False

    def _hand_over(self) -> int:
        if self._urgent:
            size = PROBE
            self._marks.append((self.taken + size, self._urgent.popleft()))
        else:
            size, _ = self._frames.popleft()
            if size == PING:
                self._marks.append((self.taken + size, None))
        self.taken += size
        self.waiting -= size
        return size

    def _kernel_takes(self) -> bool:
        free = self._room - (self.taken - self._read)
        self._blocked = free < (self._refill if self._blocked else min(CHUNK, self._room))
        return not self._blocked

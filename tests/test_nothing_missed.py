"""Nothing missed, nothing twice: the page's own modules behind networks that break and crawl, on real sockets."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rooms import RoomsServer
from tests.rough import RoughNetwork
from tests.server import ASYNC_MODES, ROOT, AsyncMode

pytestmark = [pytest.mark.node, pytest.mark.timeout(90)]

PATIENCE = 30.0  # seconds; much more than anything here takes, for a machine that is busy
CUTS = 100
#: Bytes a second of a line that carries all, and of one that carries a fifth of what is published.
FAST, SLOW = 10**7, 25_000
SLOW_FOR = 16.0  # seconds
#: Seconds that the newest sample may be old on a slow line: what kernels on the way hold, and what waits before it. It
#: would be four fifths of the time for which it was slow if nothing was left out.
LATEST = 12.0

#: Values by the name of their series; None is a gap.
Row = dict[str, float | None]


class Feed:
    """A metric whose values tell their series and their number; it remembers what it has published.

    Args:
        name: of the metric.
        every: seconds between batches.
        size: samples in a batch.
        row: the values of a sample, by its number.

    Attributes:
        rows: times and values so far.
        end: time of the last one; the next is later.
    """

    def __init__(self, name: str, every: float, size: int, row: Callable[[int], Row]) -> None:
        self.name = name
        self.every = every
        self.rows: list[tuple[int, Row]] = []
        self.end = 0
        self._size = size
        self._row = row

    @property
    def declaration(self) -> dict[str, Any]:
        return {"name": self.name, "every": self.every / self._size}

    def publish(self, server: RoomsServer) -> None:
        """Publish the next batch, with the time of now."""
        first = self.end = max(round(time.time() * 1000), self.end + 1)
        self.end += self._size - 1
        batch = [(first + place, self._row(len(self.rows) + 1 + place)) for place in range(self._size)]
        names = batch[-1][1]
        values = {name: [row.get(name) for _, row in batch] for name in names}
        server.do("publish", metric=self.name, times=[at for at, _ in batch], values=values)
        self.rows += [(at, {name: row.get(name) for name in names}) for at, row in batch]


def feeds() -> list[Feed]:
    """One that grows series, one with gaps, one as wide as to be binary, one that comes in large portions."""
    return [
        Feed(
            "growing", 0.1, 1, lambda number: {f"s{place}": number * 100.0 + place for place in range(1 + number // 8)}
        ),
        Feed("gaps", 0.15, 2, lambda number: {"a": None if number % 3 == 0 else float(number), "b": -float(number)}),
        Feed("wide", 0.1, 1, lambda number: {f"s{place}": number + place / 128 for place in range(72)}),
        Feed("portions", 0.5, 40, lambda number: {f"s{place}": number * 4.0 + place for place in range(3)}),
    ]


class Load:
    """Publishes feeds, each at its pace, from threads of its own until it is left."""

    def __init__(self, server: RoomsServer, all_feeds: list[Feed]) -> None:
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(server, feed)) for feed in all_feeds]
        self._failures: list[Exception] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not self._failures

    def _run(self, server: RoomsServer, feed: Feed) -> None:
        try:
            while not self._ended.wait(feed.every):
                feed.publish(server)
        except Exception as error:  # told by the test, which does not see what ends a thread
            self._failures.append(error)


class Followers:
    """The process of tests/node/followers.mjs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str) -> list[dict[str, Any]]:
        """`state` or `rings` of every client."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        answer: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return answer

    def until(self, right: Callable[[dict[str, Any]], bool], patience: float = PATIENCE) -> None:
        """Wait until something is true of the state of every client."""
        deadline = time.monotonic() + patience
        while not all(map(right, states := self.ask("state"))):
            assert time.monotonic() < deadline, states
            time.sleep(0.05)


@contextmanager
def following(url: str, metrics: list[dict[str, Any]], clients: int, pauses: float) -> Iterator[Followers]:
    node = shutil.which("node")
    assert node, "install Node 18 or later"
    # So many points that no answer has to be thinned: what they hold has to be all that there is.
    options = {"url": url, "metrics": metrics, "clients": clients, "pauses": pauses, "window": 120, "points": 10_000}
    command = [node, str(ROOT / "tests" / "node" / "followers.mjs"), json.dumps(options)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Followers(process)
            _, errors = process.communicate(timeout=PATIENCE)
            assert errors == ""
        finally:
            process.kill()


def expected(rows: list[tuple[int, Row]]) -> dict[str, Any]:
    """A ring that holds these rows: the series of the last one, with gaps where they were not there yet."""
    names = list(rows[-1][1])
    return {"times": [at for at, _ in rows], "values": {name: [row.get(name) for _, row in rows] for name in names}}


def parted(held: dict[str, Any], time: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a ring holds before a time, and from it on."""
    place = next(place for place, at in enumerate(held["times"]) if at >= time)
    low, high = (
        {"times": held["times"][part], "values": {name: row[part] for name, row in held["values"].items()}}
        for part in (slice(None, place), slice(place, None))
    )
    return low, high


def has_all(feed_rows: dict[str, int]) -> Callable[[dict[str, Any]], bool]:
    """Whether a client has so many samples of each metric, and none is missing."""

    def right(state: dict[str, Any]) -> bool:
        rings = state["rings"]
        return all(name in rings and rings[name]["whole"] == count for name, count in feed_rows.items())

    return right


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RoomsServer]]:
    """`start(feeds, mode)` starts a server of rooms that knows their metrics."""
    started: list[RoomsServer] = []

    def start_one(all_feeds: list[Feed], mode: AsyncMode = "eventlet", **options: Any) -> RoomsServer:
        server = RoomsServer(mode, tmp_path / f"log{len(started)}.txt", **options)
        started.append(server)
        for feed in all_feeds:
            server.do("declare", collector=feed.name, metrics=[{"name": feed.name}], every=feed.declaration["every"])
        return server

    yield start_one
    for server in started:
        server.close()


class Lifetimes:
    """How many bytes a connection lives for: so few that it ends while it is made, or so many that it brings much."""

    def __init__(self, seed: int, least_up: int) -> None:
        self._chance = random.Random(seed)
        self._least_up = least_up

    def __call__(self, up: bool) -> float:
        if up and self._chance.random() < 0.6:
            return math.inf
        least, most = (self._least_up, 5_000) if up else (50, 80_000)
        return math.exp(self._chance.uniform(math.log(least), math.log(most)))


@pytest.mark.parametrize("mode", ASYNC_MODES)
def test_a_hundred_breaks_lose_nothing_and_double_nothing(start: Callable[..., RoomsServer], mode: AsyncMode) -> None:
    """Clients whose connections end at a hundred random bytes hold exactly what was published, every value right."""
    known, fast, count = feeds(), "fast", 1500
    server = start(known, mode)
    server.do("declare", collector=fast, metrics=[{"name": fast}], every=0.005)
    metrics = [feed.declaration for feed in known] + [{"name": fast, "every": 0.005}]
    # Werkzeug, which serves in that mode here, takes the first part of a request for the whole of it, and complains.
    lifetimes = Lifetimes(seed := random.randrange(10**9), least_up=50 if mode == "eventlet" else 700)
    begin = round(time.time() * 1000)
    with RoughNetwork(server.port, lifetimes) as network, following(network.url, metrics, 8, pauses=8) as followers:
        with Load(server, known):
            server.do("stream", metric=fast, count=count, series=1, pause=0.005, start=begin)
            deadline = time.monotonic() + PATIENCE
            while network.cuts < CUTS:
                assert time.monotonic() < deadline, (network.cuts, seed)
                time.sleep(0.05)
        network.calm()
        followers.until(has_all({feed.name: len(feed.rows) for feed in known} | {fast: count}))
        rows = {feed.name: feed.rows for feed in known}
        rows[fast] = [(begin + number, {"0": float(number)}) for number in range(1, count + 1)]
        clients = followers.ask("rings")
    for client in clients:
        for name, held in client["rings"].items():
            assert held == expected(rows[name]), (name, seed)
    resumed = sum(told["recovered"] for client in clients for told in client["told"])
    assert resumed > CUTS / 10, seed


def test_a_slow_client_sees_the_newest_and_in_the_end_all(start: Callable[..., RoomsServer]) -> None:
    """With a fifth of the speed that it needs, a client still gets what is new, with holes; once fast, all of it."""
    known = [
        Feed(f"wide{which}", 0.4, 10, lambda number: {f"s{place}": number + place / 128 for place in range(72)})
        for which in range(8)
    ]
    server = start(known, live={"max_backlog": 2**17})
    late: list[float] = []
    torn: set[str] = set()
    with RoughNetwork(server.port) as network:
        network.rate = FAST
        with following(network.url, [feed.declaration for feed in known], 1, pauses=1) as followers:
            with Load(server, known):
                followers.until(lambda state: all(state["rings"].get(feed.name, {}).get("last") for feed in known))
                network.rate, begin = SLOW, time.monotonic()
                while not torn or time.monotonic() < begin + SLOW_FOR:
                    assert time.monotonic() < begin + PATIENCE, (torn, [round(one, 1) for one in late])
                    time.sleep(0.25)
                    [state] = followers.ask("state")
                    late.append(time.time() - max(ring["last"] for ring in state["rings"].values()) / 1000)
                    torn |= {name for name, ring in state["rings"].items() if ring["whole"] < ring["offset"]}
                network.rate = FAST
            followers.until(has_all({feed.name: len(feed.rows) for feed in known}))
            [state], [client] = followers.ask("state"), followers.ask("rings")
    assert max(late) < LATEST, late
    assert state["sessions"] == 1
    for feed in known:
        assert client["rings"][feed.name] == expected(feed.rows)


def test_a_restarted_server_is_told_from_the_one_before(start: Callable[..., RoomsServer]) -> None:
    """After a restart a client is told that nothing was recovered, has the backfill, and follows the new server."""
    known = feeds()
    server = start(known)
    with RoughNetwork(server.port) as network, following(network.url, [one.declaration for one in known], 2, 8) as them:
        for _ in range(20):
            for feed in known:
                feed.publish(server)
        them.until(has_all({feed.name: len(feed.rows) for feed in known}))
        before = {feed.name: feed for feed in known}
        network.cut()
        known = feeds()
        for feed in known:
            feed.end = before[feed.name].end
        server = start(known)
        for _ in range(10):
            for feed in known:
                feed.publish(server)
        network.lead_to(server.port)
        network.mend()
        them.until(has_all({feed.name: len(feed.rows) for feed in known}))
        for _ in range(10):
            for feed in known:
                feed.publish(server)
        them.until(has_all({feed.name: len(feed.rows) for feed in known}))
        for client in them.ask("rings"):
            first, second = dict.fromkeys(told["epoch"] for told in client["told"])
            for feed in known:
                told = [one for one in client["told"] if one["name"] == feed.name]
                assert not next(one["recovered"] for one in told if one["epoch"] == first)
                assert [one["recovered"] for one in told if one["epoch"] == second] == [False]
                older, newer = parted(client["rings"][feed.name], feed.rows[0][0])
                assert newer == expected(feed.rows)
                assert {at for at, _ in before[feed.name].rows} <= set(older["times"])

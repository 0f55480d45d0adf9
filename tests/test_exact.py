"""Nothing is missed and nothing comes twice, whatever happens in whatever order.

A machine publishes, connects clients and cuts them off at any byte, lets them lag, restarts the server, sets clocks
back and lets time pass. Whenever all comes to rest, each client has drawn what the server holds.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from collectors.metric import Series
from collectors.sample import Batch
from dashboard.live.audience import Audience
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, Tasks, run_here
from tests.house import START, FakeConnection, House
from tests.links import Link, library_writer
from tests.model_client import ModelClient
from tests.pipes import Pipe
from tests.truth import Row, Truth

PLENTY = 2**40
RETENTION = 60  # seconds; a ring holds 79 samples or these seconds, whichever is more
BOUND = 4096  # bytes of samples that wait for a client
CLIENTS = 3

#: metric -> ms between samples, series at first
METRICS = {"test.slow": (1000, 2), "test.fast": (10, 1), "test.wide": (1000, 70)}
#: what clients draw, and how many seconds of it
WANTS: list[dict[str, float]] = [
    {"test.slow": 10_000.0, "test.fast": 10_000.0, "test.wide": 10_000.0},
    {"test.slow": 5.0, "test.fast": 10_000.0, "test.wide": 3.0},
    {"test.slow": 10_000.0, "test.fast": 0.05, "test.wide": 10_000.0},
]


class Machine(RuleBasedStateMachine):
    """The server, its clients, and the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.meanwhile: deque[Callable[[], None]] = deque()
        self.serial = 0
        self.house = self.build()
        self.truths = {name: Truth() for name in METRICS}
        self.expected: list[dict[tuple[int, str], tuple[bool, list[int]]]] = [{} for _ in WANTS]
        self.clients = [ModelClient(wants, self.judge(place)) for place, wants in enumerate(WANTS)]
        self.links: list[Link | None] = [None] * CLIENTS
        self.orphans: list[Link] = []

    def build(self) -> House:
        tasks = Tasks(lambda *_: None, self.sleep, run_here)
        clock = Clock(lambda: START / 1000, self.monotonic)
        house = House(tasks, clock, HistorySettings(memory=RETENTION), BOUND, max_events=100_000, burst=100_000)
        house.fanout.audience = Audience(house.fanout.lock, self.monotonic, stride=1)  # others run after each client
        house.eio.ping_interval = -house.eio.ping_timeout  # so long the library's writer would wait for packets
        house.declare(*METRICS)
        return house

    def monotonic(self) -> float:
        if self.meanwhile:  # what takes long lets others run
            self.now += 0.01
        return self.now

    def sleep(self, seconds: float) -> None:
        """What happens while a task of the server lets others run."""
        if self.meanwhile:
            self.meanwhile.popleft()()

    # --- what is published

    @rule(
        metric=st.sampled_from(sorted(METRICS)),
        how=st.sampled_from(["next"] * 6 + ["late", "back", "jump"]),
        count=st.sampled_from([1, 1, 1, 2, 5, 30]),
        grow=st.sampled_from([0] * 6 + [1, 2]),
        part=st.sampled_from([False] * 5 + [True]),
    )
    def publish(self, metric: str, how: str, count: int, grow: int, part: bool) -> None:
        truth, (every, series) = self.truths[metric], METRICS[metric]
        newest = truth.newest or START
        names = truth.series or [f"s{one}" for one in range(series)]
        first = newest + every
        if how == "late" and truth.times:
            first = max(newest - 700, truth.times[0])
        elif how == "back":
            first = newest - 2500
        elif how == "jump":
            first = newest + 1000 * RETENTION
        if part and how == "next" and truth.series and newest - truth.times[0] < 10_000:
            names = names[::2]  # what is left out for long is forgotten by the ring, and is not what this is about
        elif len(names) < series + 6:
            names = names + [f"s{len(names) + one}" for one in range(grow)]
        count = min(count, 6) if series > 10 else count
        times = [first + place * every for place in range(count)]
        rows = [self.values(len(names)) for _ in times]
        known = tuple(Series((("name", one),)) for one in names)
        batch = Batch(metric, np.array(times, dtype=np.int64), known, np.array(rows).T)
        assert self.house.broadcast.publish(batch)
        truth.publish(times, names, rows)

    def values(self, count: int) -> Row:
        """Values that never come again; some are gaps."""
        self.serial += count
        return tuple(math.nan if one % 11 == 0 else float(one) for one in range(self.serial - count, self.serial))

    @rule(metric=st.sampled_from(sorted(METRICS)))
    def publish_meanwhile(self, metric: str) -> None:
        """Publish in the middle of something that lets other tasks run."""
        self.meanwhile.append(lambda: self.publish(metric, "next", 1, 0, False))

    @rule(
        metrics=st.lists(st.sampled_from(sorted(METRICS)), min_size=1, max_size=5),
        count=st.integers(1, 8),
        step=st.sampled_from([0.001, 0.03, 0.2]),
        late=st.sampled_from(["next", "next", "late", "back"]),
        readers=st.sets(st.integers(0, CLIENTS - 1)),
        room=st.sampled_from([1, 50, 500, 2000, PLENTY]),
    )
    def stream(self, metrics: list[str], count: int, step: float, late: str, readers: set[int], room: int) -> None:
        """Publish for a while; some read so much each time, others nothing."""
        for turn in range(count):
            for metric in metrics:
                self.publish(metric, late if turn == 2 else "next", 1, 0, False)
            self.now += step
            self.house.broadcast.flush()
            for place in sorted(readers):
                self.move(place, room, PLENTY)
                self.hear(place, 1)

    # --- what the server does

    @rule()
    def flush(self) -> None:
        self.house.broadcast.flush()

    @rule(seconds=st.sampled_from([0.01, 0.1, 1.0, 6.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @rule(times=st.sampled_from([1, 4, 50]), living=st.sets(st.integers(0, CLIENTS - 1)))
    def beat(self, times: int, living: set[int]) -> None:
        """Heartbeats go on; those who read and answer stay, and of the others some are sent away."""
        links = {place: self.links[place] for place in living}
        for _ in range(times):
            for place in living:
                self.pump(place)
            self.now += self.house.fanout.heartbeats.step
            self.house.fanout.heartbeats.beat()
        for place, link in links.items():
            assert link is None or (self.links[place] is link and not link.client.outbox.closed)

    @rule()
    def send_tops(self) -> None:
        self.house.broadcast.send_tops()

    @rule(sure=st.sampled_from([False, False, False, True]))
    def restart(self, sure: bool) -> None:
        if not sure:  # or there would be little else
            return
        for link in self.open_links():
            link.pipe.cut()
            link.pipe.run()
        self.house = self.build()
        self.truths = {name: Truth() for name in METRICS}
        self.orphans.clear()

    # --- what the network and the clients do

    @rule(place=st.integers(0, CLIENTS - 1), how=st.sampled_from(["direct", "small", "sticky", "library"]))
    def connect(self, place: int, how: str) -> None:
        if self.links[place] is not None:
            return
        pipe = Pipe(sticky=how == "sticky")
        pipe.at_once = {"small": 500, "sticky": 2**14}.get(how, 2**16)
        client = self.house.open(FakeConnection(pipe.cut))
        if how == "library":
            below = self.house.eio.sockets[client.sid]
            pipe.write_on(lambda: library_writer(below, pipe))
        else:
            client.hears_probes = True
            client.outbox.attach(pipe)
        self.links[place] = Link(self.house, client, pipe, self.clients[place].connected())

    @rule(
        place=st.integers(0, CLIENTS - 1),
        room=st.sampled_from([0, 1, 60, 700, 5000, 50_000]),
        read=st.sampled_from([0, 1, 60, 700, PLENTY, PLENTY]),
    )
    def move(self, place: int, room: int, read: int) -> None:
        """The network takes so much, and the client reads so much of what has come."""
        link = self.links[place]
        if link is not None:
            link.pipe.run(room)
            self.clients[place].receive(link.take(read))

    @rule(place=st.integers(0, CLIENTS - 1), count=st.integers(1, 5))
    def hear(self, place: int, count: int) -> None:
        """The server takes requests of the client."""
        link = self.links[place]
        for _ in range(count):
            if link is not None:
                self.answer(place, link)

    @rule(place=st.integers(0, CLIENTS - 1))
    def work(self, place: int) -> None:
        """All goes well for a moment."""
        link = self.links[place]
        if link is not None:
            self.answer(place, link)
            link.pipe.run(PLENTY)
            link.pipe.room = 0
            self.clients[place].receive(link.take(PLENTY))

    @rule(place=st.integers(0, CLIENTS - 1), read=st.integers(0, 3000), life=st.sampled_from([0, 0, 1, 500, PLENTY]))
    def cut(self, place: int, read: int, life: int) -> None:
        """A client's connection ends for it at any byte; for the server some bytes later."""
        link = self.links[place]
        if link is None:
            return
        self.clients[place].receive(link.take(read))
        self.lose(place)
        link.pipe.life = life
        if not life:
            link.pipe.cut()
        self.orphans.append(link)

    @rule(place=st.integers(0, 5), heard=st.integers(0, 3))
    def notice(self, place: int, heard: int) -> None:
        """The server notices that a client has gone, after what it had sent last."""
        if place < len(self.orphans):
            link = self.orphans.pop(place)
            for _ in range(heard):
                link.hear()
            link.house.end(link.client)
            link.pipe.cut()
            link.pipe.run()

    @rule(place=st.integers(0, CLIENTS - 1), by=st.sampled_from([-1, 0, 1]))
    def overflow(self, place: int, by: int) -> None:
        """A client comes back when the ring holds just what it has missed, or one sample more or less."""
        client, truth = self.clients[place], self.truths["test.slow"]
        chart = client.charts["test.slow"]
        if chart.step != "live" or chart.offset is None or client.epoch != self.house.history.epoch:
            return
        self.cut(place, 0, 0)
        while truth.offset - chart.offset < len(self.house.history.between("test.slow", 0, 2**62, PLENTY).times) + by:
            self.publish("test.slow", "next", 1, 0, False)
        self.connect(place, "direct")
        for _ in range(3):
            self.work(place)

    @rule(place=st.integers(0, CLIENTS - 1), metric=st.sampled_from(sorted(METRICS)))
    def leave(self, place: int, metric: str) -> None:
        self.clients[place].leave(metric)

    @rule(place=st.integers(0, CLIENTS - 1), metric=st.sampled_from(sorted(METRICS)))
    def want(self, place: int, metric: str) -> None:
        self.clients[place].want(metric)

    # --- what must be true

    @initialize()
    def begin(self) -> None:
        """Some are there from the beginning, or most runs would be over before much has happened."""
        self.publish("test.slow", "next", 5, 0, False)
        for place in range(CLIENTS):
            self.connect(place, ("direct", "sticky", "library")[place])
        self.rest()

    @rule()
    def rest(self) -> None:
        """Everybody reads and is connected: after a while nothing more happens, and what is drawn is the truth."""
        for _ in range(120):
            for place, link in enumerate(self.links):
                if link is None:
                    self.connect(place, "direct")
            more = bool(self.meanwhile)
            self.sleep(0)
            self.now += 0.1
            self.house.broadcast.flush()
            moved = [self.pump(place) for place in range(CLIENTS)]
            if not any(moved) and not more:
                break
        else:
            raise AssertionError("it does not come to rest")
        self.check()
        self.house.broadcast.send_tops()
        for place in range(CLIENTS):
            self.pump(place)
            assert not self.links[place].outgoing, "the newest offsets are not those that it has"  # type: ignore[union-attr]  # all are connected

    def pump(self, place: int) -> bool:
        """Let all that waits between a client and the server through; whether there was anything."""
        link, moved = self.links[place], False
        while link is not None and self.links[place] is link:
            link.pipe.run(PLENTY)
            more = link.unread > 0
            self.clients[place].receive(link.take(PLENTY))
            while self.answer(place, link):
                more = True
            self.follow_ends()
            if not more:
                link.pipe.room = 0
                return moved
            moved = True
        return True

    def check(self) -> None:
        for name, truth in self.truths.items():
            held = self.house.history.between(name, 0, 2**62, PLENTY)
            assert held.offset == truth.offset
            times, rows = truth.since(held.times[0] if len(held.times) else math.inf)
            assert held.times.tolist() == times
            assert [[str(one) for one in row] for row in held.values.T.tolist()] == rows
            for client in self.clients:
                assert not client.missed, "samples were missing without a word"
                chart = client.charts[name]
                if chart.step == "off":
                    continue
                assert (chart.step, client.epoch, chart.offset) == ("live", self.house.history.epoch, truth.offset)
                assert bool(chart.times) == bool(truth.times)
                if chart.times:
                    assert chart.since(0) == truth.since(chart.times[0])

    @invariant()
    def follow_ends(self) -> None:
        """What the server has ended is ended for its client, too, when it has read what came before."""
        for place, link in enumerate(self.links):
            if link is not None and (link.pipe.broken or link.client.outbox.closed):
                self.clients[place].receive(link.take(PLENTY))
                link.house.end(link.client)
                link.pipe.cut()
                link.pipe.run()
                self.lose(place)

    def teardown(self) -> None:
        self.rest()
        for place in range(CLIENTS):
            self.cut(place, 0, 0)
        while self.orphans:
            self.notice(0, 0)
        assert (self.house.broadcast.clients, self.house.broadcast.rooms) == (0, 0)
        assert not self.house.fanout.clients
        assert not self.house.eio.sockets

    # --- how that is done

    def open_links(self) -> list[Link]:
        return [link for link in [*self.links, *self.orphans] if link is not None]

    def lose(self, place: int) -> None:
        self.links[place] = None
        self.clients[place].lost()
        self.expected[place].clear()

    def answer(self, place: int, link: Link) -> bool:
        """The server answers one message; what a subscription has to be answered with is written down before."""
        if not link.outgoing:
            return False
        number, _, request = str(link.outgoing[0]).removeprefix("42/metrics,").partition("[")
        if request.startswith('"subscribe"') and not self.meanwhile:  # else it is not one step
            wanted = json.loads("[" + request)[1]
            for one in wanted["metrics"]:
                self.expected[place][int(number), one["name"]] = self.right(wanted.get("epoch"), **one)
        return link.hear()

    def right(
        self, epoch: str | None, name: str, window: float, points: int, since: int = -1
    ) -> tuple[bool, list[int]]:
        """Whether all that is missing is there, and the times of the answer."""
        truth, history = self.truths[name], self.house.history
        held = truth.times[len(truth.times) - len(history.between(name, 0, 2**62, PLENTY).times) :]
        missing = truth.offset - since
        if epoch == history.epoch and since >= truth.floor and 0 <= missing <= len(held):
            return True, held[len(held) - missing :]
        return False, [time for time in held if time >= truth.newest - window * 1000]

    def judge(self, place: int) -> Callable[[int, str, bool, list[int]], None]:
        def compare(ticket: int, name: str, recovered: bool, times: list[int]) -> None:
            assert self.expected[place].pop((ticket, name), (recovered, times)) == (recovered, times)

        return compare


Machine.TestCase.settings = settings(
    deadline=None, max_examples=120, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)
TestExact = Machine.TestCase

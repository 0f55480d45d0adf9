"""The Python client, against real servers and networks that break."""

from __future__ import annotations

import itertools
import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.client import Batch, CannotConnect, Client, ClientError, Kept, Refused, Subscription
from dashboard.client.address import address
from tests.proxy import Proxy
from tests.rooms import PATIENCE, RoomsServer
from tests.rough import RoughNetwork
from tests.server import QUIET, Server

START = 1_700_000_000_000
CUTS = 32
CLIENTS = 8


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """One server for all tests that need no server of their own."""
    folder = tmp_path_factory.mktemp("client")
    server = RoomsServer("eventlet", folder / "log", people=str(folder), talk={"messages": 10_000, "burst": 1000})
    yield server
    server.close()


_numbers = itertools.count(1)


@pytest.fixture
def metric(rooms: RoomsServer) -> str:
    """The name of a metric that is declared, and that no other test uses."""
    name = f"client.m{next(_numbers)}"
    rooms.do("declare", collector=name, metrics=[{"name": name}])
    return name


def publish(server: RoomsServer, metric: str, first: int, last: int, series: int = 1) -> None:
    """Samples whose times and values tell their numbers."""
    numbers = range(first, last + 1)
    values = {f"s{place}": [number + place / 128 for number in numbers] for place in range(series)}
    server.do("publish", metric=metric, times=[START + number for number in numbers], values=values)


def take(subscription: Subscription, last: int, patience: float = PATIENCE) -> list[Batch]:
    """Batches up to the one that has sample number `last`."""
    batches: list[Batch] = []
    while not batches or batches[-1].times[-1] < START + last:
        batch = subscription.get(patience)
        assert batch is not None, [one.offset for one in batches]
        batches.append(batch)
    return batches


def numbers(batches: list[Batch]) -> list[int]:
    return [int(at) - START for batch in batches for at in batch.times]


def test_history_comes_first_and_then_what_is_new(rooms: RoomsServer, metric: str) -> None:
    """A window of the past is the first batch, and each sample after it comes once, in order."""
    publish(rooms, metric, 1, 20)
    with Client(rooms.url) as c, c.subscribe(metric, window="1 h") as subscription:
        [history] = take(subscription, 20)
        assert history.fresh and (history.gap, history.offset) == (0, 20)
        assert history.names == ("s0",) and history.series == ({"name": "s0"},)
        for number in range(21, 25):
            publish(rooms, metric, number, number)
        batches = take(subscription, 24)
    assert numbers(batches) == [21, 22, 23, 24]
    assert not any(batch.fresh or batch.recovered or batch.gap for batch in batches)
    assert np.concatenate([one.values for one in batches], axis=1).tolist() == [[21, 22, 23, 24]]


def test_without_a_window_only_what_is_new_comes(rooms: RoomsServer, metric: str) -> None:
    """By default no history is handed on."""
    publish(rooms, metric, 1, 20)
    with Client(rooms.url) as c, c.subscribe(metric) as subscription:
        publish(rooms, metric, 21, 21)
        assert numbers(take(subscription, 21)) == [21]


@pytest.mark.parametrize("series", [1, 70])
def test_numbers_are_right_as_json_and_as_binary(rooms: RoomsServer, metric: str, series: int) -> None:
    """Few values and many come as the same arrays, whole milliseconds and float64."""
    with Client(rooms.url) as c, c.subscribe(metric) as subscription:
        publish(rooms, metric, 1, 3, series)
        [batch] = take(subscription, 3)
    assert (str(batch.times.dtype), str(batch.values.dtype), batch.values.shape) == ("int64", "float64", (series, 3))
    assert batch.values[-1].tolist() == [number + (series - 1) / 128 for number in (1, 2, 3)]


def test_several_metrics_come_in_one_loop(rooms: RoomsServer) -> None:
    """A loop over several metrics gets each in order; the catalog's words on each are there."""
    names = [f"client.several{next(_numbers)}" for _ in range(3)]
    for name in names:
        rooms.do("declare", collector=name, metrics=[{"name": name, "unit": "%"}])
    with Client(rooms.url) as c, c.subscribe(*names) as subscription:
        assert {name: subscription.metrics[name]["unit"] for name in names} == dict.fromkeys(names, "%")
        for number in range(1, 6):
            for name in names:
                publish(rooms, name, number, number)
        batches: list[Batch] = []
        for batch in subscription:
            batches.append(batch)
            if len(numbers(batches)) == 15:
                break
    assert all(numbers([one for one in batches if one.metric == name]) == [1, 2, 3, 4, 5] for name in names)


def test_dozens_of_cut_connections_lose_nothing(tmp_path: Path) -> None:
    """Clients whose connections end at random bytes are handed every sample once, in order, without a gap."""
    seed = random.randrange(10**9)
    chance = random.Random(seed)

    def lifetime(up: bool) -> float:
        return math.inf if up else math.exp(chance.uniform(math.log(300), math.log(6_000)))

    server = RoomsServer("eventlet", tmp_path / "log")
    count, pause = 1200, 0.005
    server.do("declare", collector="m", metrics=[{"name": "m"}], every=pause)
    publish(server, "m", 1, 1)

    def follow(url: str) -> list[Batch]:
        with Client(url) as c, patiently(lambda: c.subscribe("m", window=3600)) as subscription:
            return take(subscription, count, 2 * PATIENCE)

    with RoughNetwork(server.port, lifetime) as network, ThreadPoolExecutor(CLIENTS) as pool:
        following = [pool.submit(follow, network.url) for _ in range(CLIENTS)]
        server.do("stream", metric="m", count=count, series=1, pause=pause, start=START)
        deadline = time.monotonic() + 20
        while network.cuts < CUTS and time.monotonic() < deadline:
            time.sleep(0.05)
        network.calm()
        results = [one.result(30) for one in following]
        assert network.cuts >= CUTS, seed
    server.close()
    for batches in results:
        kept = Kept()
        for batch in batches:
            kept.add(batch)
        assert kept.times.tolist() == [START + number for number in range(1, count + 1)], seed
        assert not any(batch.gap for batch in batches), seed
        assert [batch.fresh for batch in batches].count(True) == 1, seed
    assert any(batch.recovered for batches in results for batch in batches), seed


def patiently(connect: Callable[[], Subscription]) -> Subscription:
    """The first connection may be cut, too, which is told to who makes it."""
    while True:
        try:
            return connect()
        except CannotConnect:
            time.sleep(0.05)


def test_a_restarted_server_begins_anew(tmp_path: Path) -> None:
    """After a restart that has lost the history, the new one is told as such, and followed."""
    first, second = (RoomsServer("threading", tmp_path / f"log{place}") for place in range(2))
    for server in (first, second):
        server.do("declare", collector="m", metrics=[{"name": "m"}])
    publish(first, "m", 1, 5)
    publish(second, "m", 6, 8)
    with RoughNetwork(first.port) as network, Client(network.url) as c, c.subscribe("m", window=60) as subscription:
        before = take(subscription, 5)
        network.cut()
        network.lead_to(second.port)
        network.mend()
        [fresh] = take(subscription, 8)
        publish(second, "m", 9, 9)
        after = take(subscription, 9)
    assert fresh.fresh and fresh.gap == -1 and fresh.epoch != before[0].epoch
    assert numbers([fresh, *after]) == [6, 7, 8, 9]
    for server in (first, second):
        server.close()


def test_a_lost_connection_is_told_and_comes_back(rooms: RoomsServer, metric: str) -> None:
    """`live` says how it is, and what came meanwhile is told as recovered."""
    with Proxy(rooms.port) as proxy, Client(proxy.url) as c, c.subscribe(metric) as subscription:
        publish(rooms, metric, 1, 1)
        take(subscription, 1)
        assert subscription.live
        proxy.cut()
        until(lambda: not subscription.live)
        publish(rooms, metric, 2, 5)
        proxy.mend()
        [missed] = take(subscription, 5)
        assert subscription.live
    assert missed.recovered and missed.gap == 0 and numbers([missed]) == [2, 3, 4, 5]


def test_a_slow_loop_gets_the_newest_and_is_told_what_was_left_out(rooms: RoomsServer, metric: str) -> None:
    """What waits is bounded; the batch after those that were left out tells how many samples they had."""
    with Client(rooms.url) as c, c.subscribe(metric, backlog=2000) as subscription:
        for first in range(1, 1001, 50):
            publish(rooms, metric, first, first + 49)
            time.sleep(0.06)  # more than a frame's distance from the next: each is a batch of its own
        rooms.do("counters")
        until(lambda: subscription._inbox.items[-1].offset == 1000)
        batches = take(subscription, 1000)
    assert sum(len(one) * 2 + 64 for one in batches) <= 2000
    assert batches[0].gap == 1000 - len(numbers(batches)) > 0
    assert not any(one.gap for one in batches[1:])


def test_late_samples_and_a_set_back_clock_are_followed(rooms: RoomsServer, metric: str) -> None:
    """What a client keeps is what the server holds, whatever its times do."""
    kept = Kept()
    with Client(rooms.url) as c, c.subscribe(metric) as subscription:
        for times in ([1000, 1400, 1800], [1200], [9000, 9500], [4000], [4100]):
            values = {"a": [float(at) for at in times]}
            rooms.do("publish", metric=metric, times=[START + at for at in times], values=values)
        while kept.times[-1:].tolist() != [START + 4100]:
            batch = subscription.get(PATIENCE)
            assert batch is not None
            kept.add(batch)
    assert (kept.times - START).tolist() == [1000, 1200, 1400, 1800, 4000, 4100]


def test_a_metric_that_comes_back_is_followed_again(rooms: RoomsServer, metric: str) -> None:
    """A metric whose collector is gone for a while counts anew, and goes on in the loop."""
    with Client(rooms.url) as c, c.subscribe(metric) as subscription:
        publish(rooms, metric, 1, 3)
        take(subscription, 3)
        rooms.do("retire", collector=metric)
        time.sleep(0.4)  # both in one `catalog` event would be no news
        rooms.do("declare", collector=metric, metrics=[{"name": metric}])
        deadline = time.monotonic() + PATIENCE
        batch = None
        for number in range(4, 100):
            publish(rooms, metric, number, number)
            batch = subscription.get(0.2)
            if batch is not None:
                break
        assert batch is not None and time.monotonic() < deadline


def test_unsubscribing_ends_one_metric(rooms: RoomsServer, metric: str) -> None:
    """After `unsubscribe` the room is left, and the connection stays."""
    with Client(rooms.url) as c, c.subscribe(metric) as subscription:
        occupied = rooms.do("counters")["rooms"]
        subscription.unsubscribe(metric)
        rooms.wait_for(lambda counters: counters["rooms"] == occupied - 1)
        publish(rooms, metric, 1, 1)
        assert subscription.get(0.2) is None and subscription.live


def test_closing_ends_a_loop_in_another_thread(rooms: RoomsServer, metric: str) -> None:
    """A loop that waits comes to its end when the client is closed."""
    with Client(rooms.url) as c:
        loop = threading.Thread(target=list, args=(c.subscribe(metric),))
        loop.start()
    loop.join(PATIENCE)
    assert not loop.is_alive()


def test_a_mistake_is_told_at_once(rooms: RoomsServer, metric: str) -> None:
    """An unknown metric, an address that is none, and one where nobody is, are sentences that say what to do."""
    with Client(rooms.url) as c:
        with pytest.raises(Refused, match=rf"'{metric}x'; did you mean '{metric[:-1]}") as refused:
            c.subscribe(f"{metric}x")
        assert refused.value.code == "unknown_metric"
        with pytest.raises(ClientError, match="name the metrics"):
            c.subscribe()
        with pytest.raises(ClientError, match=r"one after the other, as in subscribe\('system.cpu', 'system.load'\)"):
            c.subscribe([metric, metric])  # type: ignore[arg-type]  # as a mistake would
    with pytest.raises(CannotConnect, match="write it as in 'http://127.0.0.1:8420'"):
        Client("localhost:8420")
    with pytest.raises(CannotConnect, match="nothing answers .* is Plotroom running there"):
        Client("http://127.0.0.1:9").subscribe(metric)


def test_the_token_is_asked_for_and_taken(server: Callable[..., Server]) -> None:
    """Without its token, or with another, a server says so; an address with it will do, also below a base path."""
    running = server("--require-token", "--base-path", "/plots", config=QUIET)
    url, token = f"{running.url}/plots", (running.data_dir / "token").read_text().strip()
    for given, words in (("", "asks for its token; `plotroom token`"), ("wrong", "does not take that token")):
        with pytest.raises(Refused, match=words):
            Client(url, token=given).subscribe("system.cpu")
        with pytest.raises(Refused, match=words):
            Client(url, token=given).catalog()
    with Client(f"{url}/?token={token}") as c:
        assert "self.hub_lag" in {one["name"] for one in c.catalog()}
        assert c.subscribe("self.hub_lag", window=60).get(PATIENCE) is not None
        assert c.history("self.hub_lag").unit == "s"


@pytest.mark.parametrize("url", ["https://h:1/x/", "wss://h:1/x", "https://me:secret@h:1/x?token=t"])
def test_addresses(url: str) -> None:
    """What a browser would take is taken; names and passwords have no meaning here."""
    found = address(url)
    assert (found.origin, found.base) == ("https://h:1", "/x")
    assert found.token == ("t" if "token" in url else "")
    assert "secret" not in found.url


def test_people_talk(rooms: RoomsServer) -> None:
    """What one says the other hears, whispers reach one alone, and what was said while one was away comes later."""
    room = f"talk{next(_numbers)}"
    with Client(rooms.url) as ada, Proxy(rooms.port) as proxy, Client(proxy.url) as ben:
        assert ada.join(room, "Ada") == ben.join(room, "Ben") == []
        until(lambda: {one["name"] for one in ada.person.people(room)} == {"Ada", "Ben"})
        ada.say(room, "look **here**", metric="system.cpu", pin=START)
        heard = ben.messages()
        first = next(heard)
        assert (first.room, first.sender, first.text) == (f"dashboard:{room}", "Ada", "look **here**")
        assert first.raw["pin"] == START
        ada.whisper("Ben", "between us")
        assert next(heard).room == ""
        proxy.cut()
        until(lambda: not ben.person._line.live)
        ada.say(room, "while you were away")
        proxy.mend()
        assert next(heard).text == "while you were away"
        secret, who = ben.secret, ben.person.id
    with Client(rooms.url, secret=secret) as again:
        assert [one.text for one in again.join(room)] == ["look **here**", "while you were away"]
        assert again.person.id == who


def test_refusals_of_people_are_told(rooms: RoomsServer) -> None:
    """Who says something where they are not is told so."""
    with Client(rooms.url) as c, pytest.raises(Refused) as refused:
        c.say("elsewhere", "hello")
    assert refused.value.code == "forbidden"


def test_a_notebook_shows_what_comes(rooms: RoomsServer, metric: str) -> None:
    """`show` is a widget whose curves follow the samples, and stand still when the client is closed."""
    publish(rooms, metric, 1, 10, 2)
    with Client(rooms.url) as c:
        figure = c.show(metric, window=60)
        until(lambda: len(figure.data) == 2 and len(figure.data[0].y) == 10)
        publish(rooms, metric, 11, 12, 2)
        until(lambda: len(figure.data[0].y) == 12)
    assert figure.data[1].name == "s1"
    assert list(figure.data[1].y)[-1] == 12 + 1 / 128


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)

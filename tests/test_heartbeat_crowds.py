"""Which clients live: servers that stand still, and thousands of clients."""

from __future__ import annotations

import itertools
import time
from collections import Counter

import pytest

from dashboard.live.heartbeat import CATCH_UP, NOT_READING
from tests.lives import INTERVAL, JOIN, STALLED, Hub, Patient, answer_all, crowd


@pytest.fixture
def server() -> Hub:
    return Hub()


@pytest.mark.parametrize("stall", [1.5, 6.0, 20.0, 3600.0])
@pytest.mark.parametrize("moment", [0.5, 3.0, 5.75, 7.75, 9.5, 31.0])
def test_nobody_is_let_go_for_what_the_server_could_not_hear(stall: float, moment: float) -> None:
    """Whenever the server stands still, and however long, who answers afterwards lives, and who does not still goes."""
    server = Hub(seed=int(moment * 4))
    good, silent, new = server.client(), server.client(), server.client(joined=False)
    answers = [answer_all(server, [good, new]), answer_all(server, [silent])]
    server.run(max(0.0, moment - 5.5), *answers)
    server.run(min(moment, 5.5))  # its answers are on their way, or wait in a buffer
    if moment < JOIN:
        assert new.lives
    server.stand_still(stall)
    back = server.time.now
    server.run(server.hearts.step)  # so long it takes until all is read
    assert good.lives and silent.lives
    server.hearts.joined(new)
    server.run(30, answers[0])
    assert good.lives
    assert new.lives or moment > JOIN
    assert silent.end is not None and silent.end[0] <= back + STALLED


def test_a_deadline_that_is_next_when_the_server_stops_is_put_off(server: Hub) -> None:
    """Of what would have been due with the next beat, nothing is judged before all that came meanwhile is read."""
    one = server.client()
    server.run(STALLED - 2 * server.hearts.step, server.pong(one))
    server.stand_still(5.0)
    assert one.lives
    server.hearts.echoed(one, one.probed[-1])
    server.run(STALLED / 2, server.pong(one))
    assert one.lives


def test_a_hub_that_is_always_late_still_lets_go(server: Hub) -> None:
    """When every beat comes late, time passes more slowly, but it passes."""
    one = server.client()
    for _ in range(int(STALLED / server.hearts.step) + 2):
        server.stand_still(1.7)
        server.hearts.ponged(one)
    assert one.end is not None and one.end[1] == NOT_READING


def pings_by_beat(server: Hub, clients: list[Patient], since: float) -> Counter[float]:
    return Counter(moment for client in clients for moment in client.pings if moment >= since)


def test_pings_are_spread_over_the_interval(server: Hub) -> None:
    """A thousand clients that came in the same instant are pinged one after the other, for ever."""
    clients = crowd(server, 1000)
    server.run(4 * INTERVAL, answer_all(server, clients))
    counts = pings_by_beat(server, clients, server.start)
    even = 1000 * server.hearts.step / INTERVAL
    assert max(counts.values()) < 2 * even
    assert len(counts) >= 3 * INTERVAL / server.hearts.step


def test_pings_that_fell_due_in_a_stall_are_spread(server: Hub) -> None:
    """Who had to be pinged in a stall is within two seconds of it, the longest due first, and not all at once."""
    clients = crowd(server, 1000)
    server.run(2 * INTERVAL, answer_all(server, clients))
    before = server.time.now
    server.stand_still(INTERVAL / 2)
    after = server.time.now
    server.run(3 * INTERVAL, answer_all(server, clients))
    counts = pings_by_beat(server, clients, after)
    in_time = sum(count for moment, count in counts.items() if moment <= after + CATCH_UP + server.hearts.step)
    assert in_time >= 1000 * 0.45
    assert max(counts.values()) < 1000 * 0.5 * server.hearts.step / CATCH_UP * 2
    for client in clients:
        moments = [moment for moment in client.pings if moment > before - INTERVAL]
        gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
        assert max(gaps) <= INTERVAL + INTERVAL / 2 + CATCH_UP + 2 * server.hearts.step
    late = sorted((one.pings[1], one.pings[2]) for one in clients if one.pings[1] + INTERVAL < after - 1)
    moments = [moment for _, moment in late]
    assert len(moments) > 300 and moments == sorted(moments)
    settled = pings_by_beat(server, clients, after + INTERVAL)
    assert max(settled.values()) < 2 * 1000 * server.hearts.step / INTERVAL


def test_five_thousand_clients_cost_little(server: Hub) -> None:
    """Beats for 5,000 clients take a few milliseconds each at most; the bound leaves room for a busy machine."""
    clients = crowd(server, 5000)
    answer = answer_all(server, clients)
    server.run(INTERVAL, answer)
    took = []
    for _ in range(40):
        server.time.now += server.hearts.step
        began = time.thread_time()
        server.hearts.beat()
        took.append(time.thread_time() - began)
        answer()
    assert sorted(took)[len(took) // 2] < 0.015

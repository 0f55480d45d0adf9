"""Slow and silent readers, simulated: who is let go depends on what stands in buffers on the way."""

from __future__ import annotations

import itertools
import random

import pytest

from dashboard.live.heartbeat import Heartbeats
from tests.lives import TICK, Stream, Time

RATES, SIZES = (1e3, 3e4, 1e5, 1e6), (500, 4000, 16_384)
ROOMS = ((2**16, 1 / 3), (112 * 2**10, 1.0), (2**18, 1 / 3), (2**20, 0.1))


def stream(
    rate: float, size: int, speed: float, room: int, refill: float, seconds: float, turn: float = 1e9, then: float = 0.0
) -> Stream:
    """A client that reads at that speed, from the moment `turn` at the speed `then`, for so many seconds in all."""
    time = Time()
    hearts = Heartbeats(8, 8, 10, 10, time, random.Random(size).random)
    client = Stream(time, hearts, rate, size, speed, room, refill)
    start = beat = time.now
    while time.now < start + seconds and client.end is None:
        time.now += TICK
        if time.now > start + turn:
            client.speed = then
        client.step()
        if time.now >= beat:
            hearts.beat()
            beat += hearts.step
    return client


@pytest.mark.parametrize("speed", [5e3, 1e4, 1e5])
@pytest.mark.parametrize("rate", RATES)
def test_a_slow_reader_is_never_let_go(rate: float, speed: float) -> None:
    """However much is sent to it and whatever stands in buffers before it, a client that reads 5 kB/s lives."""
    for size, (room, refill) in itertools.product(SIZES, ROOMS):
        client = stream(rate, size, speed, room, refill, 90)
        assert client.lives, (size, room, refill, client.end)
        gaps = [later - sooner for sooner, later in itertools.pairwise(client.answers)]
        assert max(gaps) < 8, (size, room, refill)


@pytest.mark.parametrize("rate", RATES)
def test_a_reader_that_becomes_slow_is_never_let_go(rate: float) -> None:
    """A client that has kept up lives when it suddenly reads 10 kB/s only; its probes then come sooner."""
    for size, (room, refill) in itertools.product(SIZES, ROOMS):
        client = stream(rate, size, 1e7, room, refill, 90, 11.1, 1e4)
        assert client.end is None, (size, room, refill, client.end)
        assert client.answers[-1] - client.answers[-11] < 40, (size, room, refill)  # seconds for ten of them


@pytest.mark.parametrize("rate", [0.0, *RATES])
@pytest.mark.parametrize("stop", [0.0, 3.3, 17.8])
def test_a_client_that_stops_to_read_is_let_go(rate: float, stop: float) -> None:
    """However much is sent to it, a client that answers pings blindly goes within `stalled_after` of its last byte."""
    for size, (room, refill) in itertools.product(SIZES, ROOMS):
        client = stream(rate, size, 1e5, room, refill, stop + 30, stop)
        assert client.end is not None
        assert client.end[0] <= 1000 + stop + 10 + TICK, (size, room, refill)


def test_probes_of_a_fast_client_are_few() -> None:
    """A client that is sent 200 kB/s and reads it gets five probes a second, and one that is sent little far fewer."""
    busy = stream(2e5, 4000, 1e7, 2**20, 1 / 3, 60)
    assert len(busy.answers) <= 60 * 5
    idle = stream(1e3, 500, 1e7, 2**20, 1 / 3, 60)
    assert len(idle.answers) <= 60 / 2.5

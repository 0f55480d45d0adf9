"""Too many requests: they are refused by name, then their sender is sent away; nobody else waits."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.arena import arena, undisturbed
from tests.attackers import Ended, Wire
from tests.crafted import event, frame
from tests.server import ASYNC_MODES, AsyncMode
from tests.viewers import Viewer

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)

BURST, RATE = 50, 20


def subscribing(count: int) -> bytes:
    """So many `subscribe` events, each with an answer."""
    wanted = {"metrics": [{"name": "test.pulse", "window": 1, "points": 10}]}
    return b"".join(frame(event("subscribe", wanted, number)) for number in range(1, count + 1))


def verdicts(wire: Wire) -> tuple[int, int]:
    """How many of a client's events were answered and how many refused for being too many, until it was sent away."""
    fine = limited = 0
    try:
        while True:
            message = wire.message(5)
            if message.kind != "3":
                continue
            if message.data[0]["ok"]:
                fine += 1
            else:
                assert message.data[0]["error"]["code"] == "rate_limited"
                limited += 1
    except Ended:
        return fine, limited


@both_modes
def test_who_asks_too_much_is_told_and_then_sent_away(tmp_path: Path, async_mode: AsyncMode) -> None:
    """50 events at once are answered, then 20 a second; the rest is `rate_limited`, and who does not stop is closed."""
    with arena(tmp_path, async_mode=async_mode) as running, running.member() as wire:
        start = time.monotonic()
        sender = threading.Thread(target=wire.send, args=(subscribing(20_000),))
        sender.start()
        fine, limited = verdicts(wire)
        took = time.monotonic() - start
        wire.close()
        sender.join()
        assert BURST <= fine <= BURST + RATE * took + 1
        assert limited >= 1
        assert len(running.told()) <= 2  # that some are refused, and that it was sent away
        with running.member() as patient:  # who goes on at the rate that is allowed is never refused
            for _ in range(BURST - 1):
                assert patient.call("unsubscribe", {"metrics": ["x"]})["ok"]
            for _ in range(5):
                time.sleep(1.5 / RATE)
                assert patient.call("unsubscribe", {"metrics": ["x"]})["ok"]
        assert not running.told()


@pytest.mark.timed
@pytest.mark.parametrize("clients", [1, 20])
def test_a_burst_of_requests_is_not_felt(tmp_path: Path, clients: int) -> None:
    """20,000 subscribe events, of one client or of twenty: for everybody else the 99th percentile stays under 50 ms."""
    each = subscribing(20_000 // clients)
    with arena(tmp_path, "--live-max-connects", "100000") as running, Viewer(running.port) as viewer:
        sent: list[tuple[int, int]] = []

        def attack() -> None:
            with ExitStack() as stack:
                wires = [stack.enter_context(running.member()) for _ in range(clients)]
                viewer.seen()  # how they came is another matter
                senders = [threading.Thread(target=wire.send, args=(each,)) for wire in wires]
                for sender in senders:
                    sender.start()
                sent.extend(verdicts(wire) for wire in wires)
                for sender in senders:
                    sender.join()
            time.sleep(0.3)

        usual, worst = undisturbed(viewer, attack, 0.03)
        assert worst < max(0.05, usual + 0.03)
        assert len(running.told()) <= 2 * len(sent)

"""What comes in masses (names, random packets, signs of life) leaves nothing behind, and nobody waits for it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.arena import Arena, arena, undisturbed, until
from tests.crafted import BINARY, CONTINUATION, PING, PONG, TEXT, event, frame
from tests.test_hostile import LIMIT, MEGABYTE, VIOLATIONS
from tests.viewers import Viewer


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """A server with the limits that it has by default, but for connections."""
    with arena(tmp_path_factory.mktemp("place"), "--live-max-connects", "100000") as running:
        yield running


@pytest.fixture(scope="module")
def viewer(place: Arena) -> Iterator[Viewer]:
    """Who must not notice."""
    with Viewer(place.port) as viewer:
        yield viewer


def names() -> list[str]:
    """10,000 names that are no metric's: random, long, from all over Unicode, and of JavaScript's own."""
    draw = random.Random(7)
    known = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "metric:test.pulse", "everyone",
             "catalog", "", " ", "\0", "..", "../../etc/passwd", "None", "null", "test.pulse "]  # fmt: skip
    alphabet = [chr(draw.choice((draw.randrange(1, 0xD800), draw.randrange(0xE000, 0x110000)))) for _ in range(2000)]
    made = ["".join(draw.choices(alphabet, k=draw.randrange(1, 30))) for _ in range(3000)]
    made += ["x" * draw.randrange(100, 120) + str(one) for one in range(500)]
    made += [f"test.{draw.randbytes(6).hex()}" for _ in range(10_000 - len(known) - len(made))]
    return known + made


def batches(wanted: list[str]) -> Iterator[list[str]]:
    """Names as they fit into messages."""
    batch: list[str] = []
    for name in wanted:
        if len(event("subscribe", {"metrics": [{"name": one} for one in [*batch, name]]}, 100).encode()) > LIMIT - 100:
            yield batch
            batch = []
        batch.append(name)
    yield batch


def test_unknown_names_leave_nothing_behind(place: Arena, viewer: Viewer) -> None:
    """10,000 rooms that do not exist are refused one by one, and no room, no memory and no log line is left of them."""

    def ask(wanted: list[str]) -> int:
        answered = asked = 0
        wire = place.member()
        for batch in batches(wanted):
            if asked == 45:  # before its burst is used up
                wire.close()
                wire, asked = place.member(), 0
            answer = wire.call("subscribe", {"metrics": [{"name": name} for name in batch]})
            asked += 1
            answered += len(batch)
            if not answer["ok"]:
                assert answer["error"]["code"] == "bad_request"
                continue
            assert {one["error"]["code"] for one in answer["metrics"]} == {"unknown_metric"}
            assert [one["name"] for one in answer["metrics"]] == batch
        wire.close()
        return answered

    wanted = names()
    ask(wanted[:2000])
    assert until(lambda: place.count("rooms") == 1)  # the viewer's
    before = place.memory()
    place.told()
    assert ask(wanted) == 10_000
    assert place.memory() - before < 5 * MEGABYTE
    assert place.count("rooms") == 1
    assert not place.told()


def test_rooms_have_a_limit(place: Arena) -> None:
    """The 201st room of a client is refused; after it has left one, it may come in."""
    wanted = [f"rooms.r{number}" for number in range(201)]
    with place.member() as wire:
        answer = wire.subscribe(*wanted)
        errors = [one.get("error", {}).get("code") for one in answer["metrics"]]
        assert errors == [None] * 200 + ["too_many_rooms"]
        assert wire.subscribe(*wanted[:200])["metrics"][199].get("error") is None
        assert wire.call("unsubscribe", {"metrics": wanted[:1]})["ok"]
        assert "error" not in wire.subscribe(wanted[200])["metrics"][0]


def garbage(draw: random.Random) -> bytes:
    """A frame of which nobody knows what it is: random bytes, or what a client sends, with some of it changed."""
    honest = [event("subscribe", {"metrics": [{"name": "test.low"}]}, 1), event("catalog", {}), "40/metrics,", "3", "2",
              "41/metrics,", event("nothing", draw.random()), '43/metrics,1[{"ok":true}]', "42[]", "6"]  # fmt: skip
    if draw.random() < 0.3:
        return draw.randbytes(draw.randrange(1, 40))
    data = bytearray(draw.choice(honest).encode())
    for _ in range(draw.choice((0, 1, 1, 2, 5))):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return frame(bytes(data), draw.choice((TEXT, TEXT, TEXT, TEXT, BINARY, PING, PONG, CONTINUATION)))


@pytest.mark.timed
def test_random_packets_harm_nobody(place: Arena, viewer: Viewer) -> None:
    """100,000 random packets over 400 connections: the viewer waits no 20 ms for it, and less than 5 MB are kept."""
    draw = random.Random(11)
    storm = [b"".join(garbage(draw) for _ in range(250)) for _ in range(400)]

    sent = 0

    def attack(count: int = len(storm)) -> None:
        nonlocal sent
        sent += count
        for packets in storm[:count]:
            with place.member() as wire:
                wire.send(packets)

    attack(40)
    assert until(lambda: place.count() == 1)
    before, files = place.memory(), place.files()
    place.told()
    usual, worst = undisturbed(viewer, attack, 0.02)
    assert worst < usual + 0.02
    assert until(lambda: place.count() == 1)
    assert place.memory() - before < 5 * MEGABYTE
    assert until(lambda: place.files() <= files + 2)
    assert len(place.told()) <= sent


@pytest.mark.timed
def test_violations_harm_nobody(place: Arena, viewer: Viewer) -> None:
    """All violations at once, from many clients: the viewer waits no 20 ms for them, and less than 5 MB are kept."""

    def attack() -> None:
        wires = [place.member() for _ in VIOLATIONS]
        for wire, (frames, _) in zip(wires, VIOLATIONS.values(), strict=True):
            wire.send(*frames)
        for wire in wires:
            wire.verdict(3)
            wire.close()

    attack()
    before = place.memory()
    usual, worst = undisturbed(viewer, attack, 0.02)
    assert worst < usual + 0.02
    assert place.memory() - before < 5 * MEGABYTE


@pytest.mark.timed
@pytest.mark.parametrize(
    "useless",
    [frame("3"), frame("2"), frame("6"), frame("", PONG), frame("x" * 100, PING), frame("", fin=False) + frame("", 0)],
    ids=["pongs", "pings", "noops", "websocket-pongs", "websocket-pings", "empty-messages"],
)
def test_a_flood_of_nothing_harms_nobody(place: Arena, viewer: Viewer, useless: bytes) -> None:
    """Ten clients that send small frames as fast as they can, and never read, cost nobody 20 ms and no memory."""
    block = useless * (8192 // len(useless))

    def attack() -> None:
        wires = [place.member(buffer=4096) for _ in range(10)]
        for wire in wires:
            wire.socket.settimeout(0.02)
        for _ in range(50):
            for wire in wires:
                wire.send(block)
        for wire in wires:
            wire.close(reset=True)

    before = place.memory()
    usual, worst = undisturbed(viewer, attack, 0.02)
    assert worst < usual + 0.02
    assert place.memory() - before < 5 * MEGABYTE
    assert until(lambda: place.count() == 1)

"""What hostile clients send: each is refused or sent away, at nobody else's cost."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.arena import Arena, arena, until
from tests.attackers import Ended, Wire
from tests.crafted import BINARY, CLOSE, CONTINUATION, PING, TEXT, event, frame, frame_head
from tests.rooms import RoomsServer
from tests.server import ASYNC_MODES, AsyncMode

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)

LIMIT = 16_384
MEGABYTE = 2**20
#: How RFC 6455 has one say no to what a message says, where it has no code of its own for it.
REFUSED = {1003, 1007, 1008, 1009}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """A server with the limits that it has by default, but for connections."""
    with arena(tmp_path_factory.mktemp("place"), "--live-max-connects", "100000") as running:
        yield running


def packet(text: str | bytes) -> list[bytes]:
    """A text message."""
    return [frame(text)]


def fragments(piece: bytes, count: int) -> list[bytes]:
    """A message that goes on and on, and does not end."""
    return [frame(b"4" + piece, TEXT, fin=False), *[frame(piece, CONTINUATION, fin=False)] * count]


#: What is sent, and the codes with which a server may close then.
VIOLATIONS: dict[str, tuple[list[bytes], set[int]]] = {
    "a message over 16 KiB": (packet("4" + "x" * LIMIT), {1009}),
    "the head of an endless message": ([frame_head(2**63 - 1)], {1009}),
    "the head of an impossible message": ([frame_head(2**64 - 1)], {1002, 1009}),
    "large fragments": (fragments(b"x" * 1024, 20), {1009}),
    "tiny fragments": (fragments(b"x", 5000), {1008, 1009}),
    "empty fragments": (fragments(b"", 5000), {1008, 1009}),
    "deep JSON over the limit": (packet('42/metrics,["subscribe",' + "[" * 200_000), {1009}),
    "deep JSON below the limit": (packet('42/metrics,["subscribe",' + "[" * 16_000), REFUSED),
    "deep objects": (packet('42/metrics,["subscribe",' + '{"a":' * 3_000), REFUSED),
    "deep JSON that ends": (packet('42/metrics,["subscribe",' + "[" * 8_000 + "]" * 8_001), REFUSED),
    "9,999,999,999 attachments": (packet('459999999999-/metrics,["subscribe",{"_placeholder":true,"num":0}]'), REFUSED),
    "as many for an answer": (packet('469999999999-/metrics,1[{"_placeholder":true,"num":0}]'), REFUSED),
    "a million digits": (packet("45" + "9" * 16_000 + '-/metrics,["x"]'), REFUSED),
    "an acknowledgement of many digits": (packet("42/metrics," + "9" * 16_000 + '["x"]'), REFUSED),
    "a binary event": (
        [*packet('451-/metrics,["x",{"_placeholder":true,"num":0}]'), frame(b"xyz", BINARY)], REFUSED,
    ),
    "a binary message": ([frame(b"4", BINARY)], REFUSED),
    "RSV1 without compression": ([frame("42/metrics,[]", rsv=4)], {1002}),
    "RSV2": ([frame("42/metrics,[]", rsv=2)], {1002}),
    "no mask": ([frame("42/metrics,[]", mask=None)], {1002}),
    "an opcode of the future": ([frame("x", 3)], {1002}),
    "a control frame of the future": ([frame("x", 11)], {1002}),
    "a continuation of nothing": ([frame("x", CONTINUATION)], {1002}),
    "a message within another": ([frame("4", fin=False), frame("42/metrics,[]")], {1002}),
    "half a ping": ([frame("x", PING, fin=False)], {1002}),
    "a ping of 126 bytes": ([frame("x" * 126, PING)], {1002}),
    "a ping that announces gigabytes": ([frame_head(2**40, PING)], {1002, 1009}),
    "half a close code": ([frame(b"\x03", CLOSE)], {1002}),
    "a forbidden close code": ([frame(struct.pack("!H", 1005), CLOSE)], {1002}),
    "a reason that is no UTF-8": ([frame(struct.pack("!H", 1000) + b"\xff", CLOSE)], {1007}),
    "no UTF-8": (packet(b"4\xff\xfe"), {1007}),
    "overlong UTF-8": (packet(b"4\xc0\xaf"), {1007}),
    "half of a surrogate pair": (packet(b"4\xed\xa0\x80"), {1007}),
    "more than Unicode": (packet(b"4\xf4\x90\x80\x80"), {1007}),
    "a character that does not end": (packet(b"4\xe2\x82"), {1007}),
    "no JSON": (packet("42/metrics,[1,"), REFUSED),
    "JSON that is no event": (packet('42/metrics,{"a":1}'), REFUSED),
    "an event without a name": (packet("42/metrics,[]"), REFUSED),
    "an event named by a number": (packet("42/metrics,[7]"), REFUSED),
    "NaN": (packet('42/metrics,["subscribe",NaN]'), REFUSED),
    "no packet of Engine.IO": (packet("x"), REFUSED | {1002}),
    "an empty message": (packet(""), REFUSED | {1002}),
    "no packet of Socket.IO": (packet("49"), REFUSED),
    "a refusal, which only servers send": (packet('44/metrics,{"message":"x"}'), REFUSED),
}  # fmt: skip
VIOLATIONS |= {
    f"an event named {name}": (packet(event(name, {})), REFUSED)
    for name in ("connect", "disconnect", "connect_error", "newListener", "removeListener")
}


@pytest.mark.parametrize("what", VIOLATIONS)
def test_violations_are_told_by_their_code(place: Arena, what: str) -> None:
    """What no client of ours sends ends its connection, with the code that RFC 6455 has for it, and in one log line."""
    frames, codes = VIOLATIONS[what]
    place.told()
    with place.member() as wire:
        wire.send(*frames)
        assert wire.verdict(3) in codes
    assert len(place.told()) <= 1


def outcomes(member: Callable[[], Wire]) -> dict[str, str]:
    """What became of each violation, all sent at once: "said" goodbye with a code, "ended" without, or "open"."""
    found = {}
    with ExitStack() as stack:
        wires = {what: stack.enter_context(member()) for what in VIOLATIONS}
        for what, (frames, _) in VIOLATIONS.items():
            wires[what].send(*frames)
        deadline = time.monotonic() + 3
        for what, wire in wires.items():
            try:
                found[what] = "said" if wire.verdict(max(0.05, deadline - time.monotonic())) else "ended"
            except TimeoutError:
                found[what] = "open"
    return found


#: wsproto, which reads for threads, counts the bytes of fragments and not the fragments: these never come to anything.
ENDLESS = {"empty fragments", "tiny fragments"}


def test_violations_end_the_connection_with_threads_too(tmp_path: Path) -> None:
    """Where tasks are threads, and others read, each violation ends its connection as well, without a traceback."""
    with arena(tmp_path, "--live-max-connects", "100000", async_mode="threading") as running:
        assert {what for what, how in outcomes(running.member).items() if how == "open"} <= ENDLESS
        assert len(running.told()) <= len(VIOLATIONS)
        assert until(lambda: running.count() == 0)


def test_violations_end_the_connection_on_the_libraries_way_too(tmp_path: Path) -> None:
    """Where eventlet reads, as its WebSockets could not be taken over, each violation ends its connection as well."""
    server = RoomsServer("eventlet", tmp_path / "log", direct=False)

    def member() -> Wire:
        wire = Wire(server.port)
        wire.join()
        return wire

    try:
        assert [what for what, how in outcomes(member).items() if how == "open"] == []
        server.wait_for(lambda counters: counters["clients"] == 0)
    finally:
        server.close()


@pytest.mark.parametrize(
    "text", ["4x" * 8192, "é" * 8000, "42/metrics,5" + '["nothing","' + "\N{GRINNING FACE}" * 3000]
)
def test_messages_up_to_the_limit_are_read(place: Arena, text: str) -> None:
    """What fits is read, whatever its bytes, and a message may come in a few pieces, split within a character."""
    whole = event("unsubscribe", {"metrics": [text[: 9000 if text.isascii() else 3000]]}, 9).encode()
    assert len(whole) <= LIMIT
    with place.member() as wire:
        cut = len(whole) // 3 + 1
        wire.send(frame(whole[:cut], fin=False), frame("between", PING), frame(whole[cut:], CONTINUATION))
        while (message := wire.message()).id != 9:
            pass
        assert "ok" in message.data[0]


@both_modes
def test_a_violation_is_no_way_to_stay(tmp_path: Path, async_mode: AsyncMode) -> None:
    """Who is told to go and goes on sending, a byte at a time, is not waited for, and is not answered by HTTP."""
    with arena(tmp_path, async_mode=async_mode) as running, running.member() as wire:
        wire.send(frame("42/metrics,[]", mask=None))
        assert wire.verdict(3) == 1002
        assert until(lambda: not wire.send(b"x"), 5)


def test_compression_bombs_do_not_go_off(tmp_path: Path) -> None:
    """With compression on, 16 KiB that would be 12 MB are refused by their size unpacked, and honest ones are read."""
    with arena(tmp_path, "--live-compression") as running:

        def packed(data: bytes) -> bytes:
            packer = zlib.compressobj(wbits=-15)
            return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]

        def offer() -> Wire:
            wire = running.wire("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover")
            assert "permessage-deflate" in wire.head
            wire.blind = True
            return wire

        bomb = packed(b"4" * 12 * MEGABYTE)
        assert len(bomb) < LIMIT
        with offer() as honest:
            honest.send(frame(packed(b"40/metrics,"), rsv=4))
            while honest.message().event != "hello":
                pass
        before = running.memory()
        for _ in range(5):
            with offer() as wire:
                wire.send(frame(bomb, rsv=4))
                assert wire.verdict(3) in {0, 1009}
            with offer() as wire:  # in pieces, of which each is small
                size = len(bomb) // 20 + 1
                first, *others = [bomb[at : at + size] for at in range(0, len(bomb), size)]
                wire.send(frame(first, rsv=4, fin=False), *[frame(one, CONTINUATION, fin=False) for one in others])
                wire.send(frame(b"", CONTINUATION))
                assert wire.verdict(3) in {0, 1009}
        assert running.memory() - before < 5 * MEGABYTE
        assert len(running.told()) <= 10


def test_events_without_a_handler_change_nothing(place: Arena) -> None:
    """Unknown events, late answers and namespaces that do not exist are no way in, and no way to a traceback."""
    with place.member() as wire:
        for text in ('43/metrics,77[{"a":1}]', '43/metrics,[]', event("hello", {}), event("samples", {"m": "x"}),
                     '40/admin,', '42/admin,["x"]', "40,", '40/metrics,{"token":"x"}'):  # fmt: skip
            wire.say(text)
        try:
            assert wire.call("unsubscribe", {"metrics": ["x"]})["ok"]
        except Ended:
            assert wire.code in REFUSED | {1002}
    assert len(place.told()) <= 1


def test_a_json_bomb_of_a_request_is_one_sentence(place: Arena) -> None:
    """What is valid JSON and no request is refused by a short sentence, however large it is."""
    with place.member() as wire:
        payloads: list[Any] = [
            {"metrics": [1] * 5000},
            {"x" * 9000: 1},
            [[[[]]]] * 100,
            {"metrics": [{"name": "x" * 9000}]},
        ]
        for payload in payloads:
            answer = wire.call("subscribe", payload)
            assert answer["error"]["code"] == "bad_request"
            assert len(json.dumps(answer)) < 500

"""The load of the benchmarks: what its clients count and time is what a server has sent, however that arrives."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from dashboard.bench import dialect
from dashboard.bench.crowd import Crowd, LoadFailed
from dashboard.bench.figures import delays
from dashboard.bench.websocket import BINARY, PING, PONG, TEXT, Frames, Handshake, ProtocolError, client_frame

Found = TypeVar("Found")

EVENT = b'42/metrics,["samples",{"m":"a.b","o":1,"t":[1],"v":[[5.0]]}]'


def server_frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    length = bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes((0x80 | opcode,)) + length + payload


@contextmanager
def speaker(pieces: list[bytes], hears: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """A server for one client that sends pieces and then waits for so many bytes; its port, and what it heard."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with listener.accept()[0] as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            connection.settimeout(20)
            while sum(map(len, heard)) < hears and (data := connection.recv(4096)):
                heard.append(data)
            while connection.recv(4096):  # until it leaves
                pass

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        thread.join(20)
        listener.close()


@pytest.mark.parametrize("size", [1, 2, 7, 60, 64])
def test_events_may_be_torn_anywhere(size: int) -> None:
    """Events are counted whatever pieces they come in, and text that only looks like half of one is not."""
    stream = b"".join([server_frame(TEXT, EVENT), b'["sampl', server_frame(TEXT, EVENT)] * 20)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    with speaker(pieces) as (port, _), Crowd(port, dialect.BARE) as crowd:
        crowd.grow(1)
        found = crowd.count(40, 20)
        # The last event counts when it is known to be one; its end may not have come by then.
        assert found.events == 40
        assert len(stream) - len(EVENT) < found.received <= len(stream)


def test_events_too_many_are_counted_too() -> None:
    """Events that come on top of those expected are part of the count, so that none twice is taken for exact."""
    with speaker([server_frame(TEXT, EVENT) * 3]) as (port, _), Crowd(port, dialect.BARE) as crowd:
        crowd.grow(1)
        assert crowd.count(2, 20).events == 3


@pytest.mark.parametrize("counting", [True, False])
def test_pings_are_answered(counting: bool) -> None:
    """Heartbeats of Engine.IO and of WebSocket are answered, and lengths of events that look like one are not."""
    looks = server_frame(TEXT, EVENT.ljust(0x89)) + server_frame(TEXT, EVENT.ljust(0x101))
    payload = b"\x89\x01\x05\x81\x7e"
    pieces = [looks + server_frame(TEXT, b"2") + server_frame(PING, payload) + looks]
    answers = {client_frame(TEXT, b"3"), client_frame(PONG, payload)}
    with speaker(pieces, hears=sum(map(len, answers))) as (port, heard), Crowd(port, dialect.BARE) as crowd:
        crowd.grow(1)
        if counting:
            assert crowd.count(4, 20).events == 4
        else:
            seen: list[bytes] = []
            assert wait_for(lambda: crowd.watch(0.05, lambda *message: seen.append(message[2])) >= 0 and len(seen) == 4)
        assert wait_for(lambda: sum(map(len, heard)) == sum(map(len, answers)))
    first, second = sorted(answers)
    assert b"".join(heard) in (first + second, second + first)


def test_the_way_is_timed() -> None:
    """The time from the stamp in an event to its arrival is what is told, event by event."""
    stamps = [time.time() - back for back in (9, 5, 1)]
    pieces = [server_frame(TEXT, EVENT.replace(b"5.0", f"{stamp:.6f}".encode())) for stamp in stamps]
    with speaker(pieces) as (port, _), Crowd(port, dialect.BARE) as crowd:
        crowd.grow(1)
        found = delays(crowd, dialect.BARE, 1.5)
    assert found.events == 3
    assert 5 <= found.p50 < 9 <= found.worst
    assert found.p99 == found.worst


def test_no_events_are_no_figure() -> None:
    """Without an event there is nothing to be told, and an error says so."""
    with speaker([]) as (port, _), Crowd(port, dialect.BARE) as crowd:
        crowd.grow(1)
        with pytest.raises(LoadFailed, match="no event"):
            delays(crowd, dialect.BARE, 0.05)


def test_a_refusal_is_told() -> None:
    """A server that gives no WebSocket is named with its answer, and one that hangs up with the client's number."""
    talk = dialect.socketio(["r0"])
    with speaker([b"HTTP/1.1 403 Forbidden\r\n\r\n"]) as (port, _), Crowd(port, talk) as crowd:
        with pytest.raises(LoadFailed, match="client 0: no WebSocket is given: HTTP/1.1 403 Forbidden"):
            crowd.grow(1)
    with pytest.raises(LoadFailed, match="client 0 can't connect"), Crowd(port, talk) as crowd:
        crowd.grow(1)


def test_frames_come_in_any_pieces() -> None:
    """Frames are the same whether they are read at once or byte by byte, with lengths of each kind."""
    sent = [(TEXT, b"a" * 125), (BINARY, b"b" * 126), (PING, b""), (TEXT, b"c" * 65_535)]
    stream = b"".join(server_frame(*one) for one in sent)
    long = b"\x82\x7f" + (70_000).to_bytes(8, "big") + b"d" * 70_000
    assert Frames().feed(stream + long) == [*sent, (BINARY, b"d" * 70_000)]
    slowly = Frames()
    assert [one for at in range(len(stream)) for one in slowly.feed(stream[at : at + 1])] == sent


def test_compressed_frames_are_undone() -> None:
    """A compressed message is what it was before, with the earlier ones as dictionary; unasked for, it is refused."""
    deflate = zlib.compressobj(wbits=-15)
    packed = [(deflate.compress(EVENT) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4] for _ in range(3)]
    assert len(packed[1]) < len(packed[0])
    stream = b"".join(bytes((0x80 | 0x40 | TEXT, len(one))) + one for one in packed)
    assert Frames(deflate=True).feed(stream) == [(TEXT, EVENT)] * 3
    with pytest.raises(ProtocolError, match="without having been asked"):
        Frames().feed(stream)


@pytest.mark.parametrize(("data", "words"), [(b"\x81\x85....abcde", "masks"), (b"\x01\x01a", "fragments")])
def test_frames_that_no_server_sends_are_refused(data: bytes, words: str) -> None:
    """Masked or fragmented frames are an error, for what follows could not be counted."""
    with pytest.raises(ProtocolError, match=words):
        Frames().feed(data)


def test_an_answer_to_another_key_is_refused() -> None:
    """The handshake's answer has to be made from the key that was sent."""
    one, other = Handshake("/", "localhost"), Handshake("/", "localhost")
    assert one.read(b"HTTP/1.1 101 Switching") is None
    with pytest.raises(ProtocolError):
        one.read(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + other.request[-30:] + b"\r\n\r\n")


def wait_for(condition: Callable[[], Found]) -> Found:
    """What `condition` gives as soon as it is true, or after 20 s."""
    deadline = time.monotonic() + 20
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return result

"""What may come in through a WebSocket; what that means on a real one is in test_namespace_metrics.py."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dashboard.live.connection import FULL_BYTES, FULL_PACKETS, Backlog
from dashboard.live.gate import LOOK_EVERY, MAX_FRAGMENTS, GuardedSocket, Refused


@dataclass
class Frame:
    """What eventlet's WebSocket makes of the frames of a message, as far as they have come."""

    opcode: int = 1
    data: list[bytes] = field(default_factory=list)


class Socket:
    """A WebSocket that gives what it was given."""

    def __init__(self, *messages: str | bytes | None, fragment: bytes = b"") -> None:
        self.messages = list(messages)
        self.sent: list[str | bytes] = []
        self.frame = Frame()
        self.fragment = fragment
        self.closed = False

    def wait(self) -> str | bytes | None:
        return self.messages.pop(0)

    def send(self, message: str | bytes) -> None:
        self.sent.append(message)

    def close(self) -> None:
        self.closed = True

    def _recv_frame(self, message: Frame | None = None) -> Frame:
        if not self.frame.opcode & 8:
            self.frame.data.append(self.fragment)
        return self.frame


def guard(inner: Socket, most: int = 100) -> GuardedSocket:
    return GuardedSocket(inner, most, Backlog(), lambda seconds: None, 1.0)


@pytest.mark.parametrize(
    ("message", "passed"),
    [("42[]", "42[]"), ("3", "3"), ("7", None), ("x", None), ("", None), (b"4", None), (None, None)],
)
def test_only_packets_pass(message: str | bytes | None, passed: str | None) -> None:
    """Text that starts like an Engine.IO packet passes; everything else is the end of the connection."""
    paused: list[float] = []
    guarded = GuardedSocket(Socket(message), 100, Backlog(), paused.append, 1.0)
    assert guarded.wait() == passed
    assert paused == [0]


def test_everything_else_is_the_sockets() -> None:
    """Sending, closing and whatever a driver asks for reach the socket itself."""
    inner = Socket()
    guarded = guard(inner)
    guarded.send("2")
    guarded.close()
    assert (inner.sent, inner.closed, guarded.messages) == (["2"], True, [])


@pytest.mark.parametrize(("fragment", "most"), [(b"", MAX_FRAGMENTS), (b"x" * 30, 3)])
def test_fragments_are_limited(fragment: bytes, most: int) -> None:
    """A message in more than some fragments, or of more bytes than allowed, is refused, however small each one is."""
    inner = Socket(fragment=fragment)
    guard(inner)
    for _ in range(most):
        inner._recv_frame(message=inner.frame)
    with pytest.raises(Refused):
        inner._recv_frame(message=inner.frame)


def test_control_frames_are_not_fragments() -> None:
    """A ping between the fragments of a message is left alone."""
    inner = Socket()
    guard(inner, 0)
    inner.frame = Frame(opcode=9, data=[b"x"] * 100)
    assert inner._recv_frame() is inner.frame


@pytest.mark.parametrize(("packets", "size"), [(FULL_PACKETS + 1, 100), (1, FULL_BYTES + 1)])
def test_requests_of_who_does_not_read_are_held(packets: int, size: int) -> None:
    """While much waits for a client its next request waits, too, until some of that is sent; heartbeats pass."""
    backlog = Backlog()
    backlog.queued(packets, size)
    inner = Socket("3", "42[]", "3")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 5:
            guarded.send("4" + "x" * 50 if size < 1000 else b"x" * 50)

    guarded = GuardedSocket(inner, 100, backlog, sleep, 1.0)
    assert guarded.wait() == "3"
    assert slept == [0]
    assert guarded.wait() == "42[]"
    assert slept == [0, 0, *[LOOK_EVERY] * 3]


def test_no_request_is_held_for_long() -> None:
    """A heartbeat may stand behind a request that is held: it must be read before the client counts as dead."""
    backlog = Backlog()
    backlog.queued(1, 10 * FULL_BYTES)
    slept: list[float] = []
    guarded = GuardedSocket(Socket("42[]", "3"), 100, backlog, slept.append, 1.0)
    assert (guarded.wait(), guarded.wait()) == ("42[]", "3")
    assert 0.9 < sum(slept) < 1.1


def test_heartbeats_are_no_backlog() -> None:
    """What the library sends by itself was not counted when it was queued, nor is it when it goes out."""
    backlog = Backlog()
    backlog.queued(2, 8)
    guarded = GuardedSocket(Socket(), 100, backlog, lambda seconds: None, 1.0)
    guarded.send("2")
    assert backlog.bytes == 8
    guarded.send("4äbc")
    assert backlog.bytes == 3
    guarded.send("4 more than was queued")
    assert backlog.bytes == 0

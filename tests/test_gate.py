"""What may come in through a WebSocket; what that means on a real one is in test_namespace_metrics.py."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dashboard.live.gate import MAX_FRAGMENTS, GuardedSocket, Refused


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


@pytest.mark.parametrize(
    ("message", "passed"),
    [("42[]", "42[]"), ("3", "3"), ("7", None), ("x", None), ("", None), (b"4", None), (None, None)],
)
def test_only_packets_pass(message: str | bytes | None, passed: str | None) -> None:
    """Text that starts like an Engine.IO packet passes; everything else is the end of the connection."""
    paused: list[int] = []
    guarded = GuardedSocket(Socket(message), 100, lambda: paused.append(1))
    assert guarded.wait() == passed
    assert paused == [1]


def test_everything_else_is_the_sockets() -> None:
    """Sending, closing and whatever a driver asks for reach the socket itself."""
    inner = Socket()
    guarded = GuardedSocket(inner, 100, lambda: None)
    guarded.send("2")
    guarded.close()
    assert (inner.sent, inner.closed, guarded.messages) == (["2"], True, [])


@pytest.mark.parametrize(("fragment", "most"), [(b"", MAX_FRAGMENTS), (b"x" * 30, 3)])
def test_fragments_are_limited(fragment: bytes, most: int) -> None:
    """A message in more than some fragments, or of more bytes than allowed, is refused, however small each one is."""
    inner = Socket(fragment=fragment)
    GuardedSocket(inner, 100, lambda: None)
    for _ in range(most):
        inner._recv_frame(message=inner.frame)
    with pytest.raises(Refused):
        inner._recv_frame(message=inner.frame)


def test_control_frames_are_not_fragments() -> None:
    """A ping between the fragments of a message is left alone."""
    inner = Socket()
    GuardedSocket(inner, 0, lambda: None)
    inner.frame = Frame(opcode=9, data=[b"x"] * 100)
    assert inner._recv_frame() is inner.frame

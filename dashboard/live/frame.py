"""A message as bytes: encoded once, ready for any number of clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engineio import packet as engine
from socketio.packet import EVENT

from dashboard.live.gate import StrictPacket
from dashboard.live.websocket import binary_frame, ping_frame, text_frame
from dashboard.live.wire import Payload


class Frame:
    """A message for any number of clients, both as packets of Engine.IO and as what a WebSocket carries.

    Args:
        packets: one, or two with a binary attachment; python-engineio ships no types.
        metric: whose samples these are: such a frame may be dropped for a client that lags. "" for all others.

    Attributes:
        size: bytes on the wire, without the few of WebSocket's framing.
        born: when it was sent to its room, in seconds on a clock that never steps; only of samples.
    """

    __slots__ = ("_wire", "born", "metric", "packets", "size")

    #: It belongs to the WebSocket protocol itself and may go between the pieces of a message.
    control = False

    def __init__(self, packets: tuple[Any, ...], metric: str = "") -> None:
        self.packets = packets
        self.metric = metric
        self.size = sum(_size(one) for one in packets)
        self.born = 0.0
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """The message as WebSocket frames."""
        if self._wire is None:
            self._wire = b"".join(_framed(one.encode()) for one in self.packets)
        return self._wire


class Control(Frame):
    """A frame of the WebSocket protocol itself: a pong, a close. It travels where WebSockets are ours."""

    __slots__ = ()

    control = True

    def __init__(self, wire: bytes) -> None:
        super().__init__(())
        self._wire = wire
        self.size = len(wire)


class Probe(Frame):
    """A WebSocket ping. It also travels as a packet of Engine.IO, which `GuardedSocket` knows on its way out."""

    __slots__ = ()

    control = True

    def __init__(self, payload: bytes) -> None:
        super().__init__((ProbePacket(payload),))
        self._wire = ping_frame(payload)


class ProbePacket:
    """Stands among packets of Engine.IO for a WebSocket ping."""

    __slots__ = ("data",)

    def __init__(self, payload: bytes) -> None:
        self.data = payload

    def encode(self) -> PingPayload:
        return PingPayload(self.data)


class PingPayload(bytes):
    """What is to be sent as a WebSocket ping, not as a message."""


class Bundle:
    """Frames that are written together; their bytes are joined once for all clients that get them."""

    __slots__ = ("_wire", "frames", "size")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.size = sum([one.size for one in frames])
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = b"".join([one.wire for one in self.frames]) if len(self.frames) > 1 else self.frames[0].wire
        return self._wire


def event_frame(event: str, payload: Payload, namespace: str, metric: str = "") -> Frame:
    """Encode an event with one argument. A binary attachment is expected at `payload["b"]` and nowhere else."""
    # Told whether there is one, Socket.IO does not look through every value for it.
    whole = StrictPacket(EVENT, data=[str(event), payload], namespace=namespace, binary="b" in payload)
    return encoded_frame(whole.encode(), metric)


def encoded_frame(encoded: str | list[str | bytes], metric: str = "") -> Frame:
    """A frame of what a Socket.IO packet was encoded to."""
    parts = encoded if isinstance(encoded, list) else [encoded]
    return Frame(tuple(engine.Packet(engine.MESSAGE, part) for part in parts), metric)


def _size(packet: Any) -> int:
    data = packet.data
    if isinstance(data, bytes):
        return len(data)
    if isinstance(data, str):
        return 1 + (len(data) if data.isascii() else len(data.encode()))
    return len(packet.encode())


def _framed(encoded: str | bytes) -> bytes:
    return binary_frame(encoded) if isinstance(encoded, bytes) else text_frame(encoded.encode())

"""WebSockets that the libraries read and write themselves, with the limits that those lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from simple_websocket import ConnectionClosed
from wsproto import events
from wsproto.frame_protocol import Opcode

from dashboard.live.connection import FIRST_LOOK, Client
from dashboard.live.frame import PingPayload
from dashboard.live.gate import Refused
from dashboard.live.websocket import MAX_FRAGMENTS, message_frame
from dashboard.live.writer import CHUNK

#: Packet types of Engine.IO: open, close, ping, pong, message, upgrade, noop.
ENGINE_TYPES = frozenset("0123456")
#: Messages of a client that have come and are not looked at yet.
MOST_ASKED = 4
#: Seconds between two looks of a thread whether the connection that it reads is still there.
LOOK_EVERY = 1.0


class GuardedSocket:
    """A WebSocket of the libraries whose client may only send what starts as an Engine.IO packet; else it ends.

    A client that asks faster than it reads has its requests held.

    Args:
        websocket: eventlet's or simple-websocket's.
        max_message: bytes of the largest message.
        client: whose it is.
        sleep: waits cooperatively.
        echoed: called with the client and the payload of a pong.
    """

    def __init__(
        self,
        websocket: Any,
        max_message: int,
        client: Client,
        sleep: Callable[[float], None],
        echoed: Callable[[Client, bytes], bool],
    ) -> None:
        self._websocket = websocket
        self._client = client
        self._sleep = sleep
        self._echoed = echoed
        self._inner = getattr(websocket, "ws", None)  # simple-websocket's
        if self._inner is not None:
            self._inner.ws.events = self._listening(self._inner.ws.events)
        else:
            websocket._handle_control_frame = self._watching(websocket._handle_control_frame)
        client.hears_probes = True
        receive = getattr(websocket, "_recv_frame", None)
        if receive is not None:
            websocket._recv_frame = _whole_messages(receive, max_message)
            websocket.max_frame_length = max_message
            websocket._apply_mask = _unmasked  # eventlet's own takes 0.5 s for a megabyte

    def __getattr__(self, name: str) -> Any:
        if name in ("socket", "_sock"):  # python-engineio would give it a timeout, which a stall of ours can outlast
            raise AttributeError(name)
        return getattr(self._websocket, name)

    def send(self, message: str | bytes) -> None:
        """Send a message, or a ping."""
        if not isinstance(message, PingPayload):
            self._send(message)
        elif self._inner is None:
            self._websocket.send(bytes(message), control_code=Opcode.PING.value)
        else:
            self._inner.sock.send(self._inner.ws.send(events.Ping(bytes(message))))

    def _send(self, message: str | bytes) -> None:
        """Send a large message in pieces: with each that the socket takes it is seen that the client reads."""
        data = message if isinstance(message, bytes) else message.encode()
        if len(data) <= CHUNK or getattr(self._websocket, "extensions", None):  # eventlet packs the whole or nothing
            self._websocket.send(message)
            return
        for place in range(0, len(data), CHUNK):
            piece, last = data[place : place + CHUNK], place + CHUNK >= len(data)
            self._send_piece(piece, isinstance(message, str), place == 0, last)
            self._client.outbox.late += len(piece)

    def _send_piece(self, piece: bytes, text: bool, first: bool, last: bool) -> None:
        if self._inner is None:
            opcode = 0 if not first else Opcode.TEXT.value if text else Opcode.BINARY.value
            self._websocket._send(message_frame(opcode, piece, last))
            return
        opcode = Opcode.CONTINUATION if not first else Opcode.TEXT if text else Opcode.BINARY
        self._inner.sock.sendall(message_frame(opcode.value, piece, last))

    def wait(self) -> str | None:
        """The next message, or None at the end, which garbage is, too."""
        message = self._next()
        # A client with a hundred messages in its buffer must not have them all served before anyone else's first.
        self._sleep(0)
        if not (isinstance(message, str) and message[:1] in ENGINE_TYPES and message):
            if message is not None:
                self._client.refuse("it sent what is no packet of Engine.IO")
            return None
        if message.startswith("4"):
            self._client.wait_until_taken(self._sleep)
        return None if self._client.outbox.closed else message

    def _listening(self, heard: Callable[[], Iterable[Any]]) -> Callable[[], Iterable[Any]]:
        inner: Any = self._inner

        def listen() -> Iterable[Any]:
            for event in heard():
                if isinstance(event, events.Pong):
                    self._echoed(self._client, bytes(event.payload))
                # This is the thread that receives: while it waits, the client does, too.
                while len(inner.input_buffer) >= MOST_ASKED and inner.connected:
                    self._sleep(FIRST_LOOK)
                yield event

        return listen

    def _watching(self, handle: Callable[[int, bytes], None]) -> Callable[[int, bytes], None]:
        def watch(opcode: int, data: bytes) -> None:
            if opcode == Opcode.PONG.value:
                self._echoed(self._client, data)
            handle(opcode, data)

        return watch

    def _next(self) -> Any:
        inner = self._inner
        if inner is None:
            return self._websocket.wait()
        # simple-websocket may miss the end of a connection while it waits for a message.
        with suppress(ConnectionClosed):
            while inner.connected or inner.input_buffer:
                message = inner.receive(timeout=LOOK_EVERY)
                if message is not None:
                    return message
        return None


def _unmasked(data: bytes, mask: tuple[int, ...], length: int | None = None, offset: int = 0) -> bytes:
    size = len(data)
    turned = bytes(mask[(offset + place) % 4] for place in range(4))
    key = (turned * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def _whole_messages(receive: Callable[..., Any], limit: int) -> Callable[..., Any]:
    """eventlet limits each frame, but collects the fragments of a message without end."""

    def receive_frame(message: Any = None) -> Any:
        frame = receive(message=message)
        if not frame.opcode & 8 and (len(frame.data) > MAX_FRAGMENTS or sum(map(len, frame.data)) > limit):
            raise Refused(f"more than {limit} bytes or {MAX_FRAGMENTS} fragments")
        return frame

    return receive_frame

"""What may come in through a WebSocket: small text, in whole packets, that this protocol knows.

Engine.IO and Socket.IO take more (binary attachments by the thousand million, fragments without end, events named
`connect`), and answer what they can't read with a traceback. A client that sends such things is let go.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from socketio import packet

from dashboard.live.connection import Backlog
from dashboard.live.wire import Json

log = logging.getLogger(__name__)

#: Fragments of one message, of any size; browsers send each of ours as one frame.
MAX_FRAGMENTS = 32
#: Seconds between two looks at a backlog that is full.
LOOK_EVERY = 0.02
#: Packet types of Engine.IO: open, close, ping, pong, message, upgrade, noop.
_ENGINE_TYPES = frozenset("0123456")
#: Events that Socket.IO raises itself: a client that sends them would pose as the server.
_RESERVED = frozenset(("connect", "disconnect", "connect_error", "newListener", "removeListener"))


class Refused(ValueError):
    """A packet that no client of ours sends."""


class StrictPacket(packet.Packet):  # type: ignore[misc]  # python-socketio ships no types
    """A Socket.IO packet that, coming in, is text, of a known type and of the right shape."""

    json = Json

    def decode(self, encoded_packet: object) -> int:
        """Read a packet.

        Raises:
            Refused: it is no packet that a client of ours sends.
        """
        if not isinstance(encoded_packet, str):
            raise Refused("binary")
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, TypeError, IndexError, RecursionError) as error:
            raise Refused("not readable") from error
        if attachments or self.packet_type not in (packet.CONNECT, packet.DISCONNECT, packet.EVENT, packet.ACK):
            raise Refused("of a type that clients don't send")
        if self.packet_type in (packet.EVENT, packet.ACK) and not isinstance(self.data, list):
            raise Refused("an event or answer without a list")
        if self.packet_type == packet.EVENT and not _is_named(self.data):
            raise Refused("an event without a name of its own")
        return 0


def _is_named(event: list[object]) -> bool:
    return bool(event) and isinstance(event[0], str) and event[0] not in _RESERVED


def guard_messages(server: Any, hang_up: Callable[[str], None]) -> None:  # Any: python-socketio ships no types
    """Let go of clients whose messages are no Socket.IO packets, where the library would log a traceback for each."""
    handle = server.eio.handlers["message"]

    def on_message(eio_sid: str, data: object) -> None:
        try:
            if not data:  # Socket.IO takes this for a packet that it has made itself
                raise Refused("empty")
            handle(eio_sid, data)
        except Refused as error:
            log.info("client %s sent a packet that is %s; it is let go", eio_sid, error)
            hang_up(eio_sid)

    server.eio.on("message", on_message)


def guard_websockets(eio: Any, max_message: int, compression: bool, backlog: Callable[[Any], Backlog]) -> None:
    """Put `GuardedSocket` around the WebSockets of an Engine.IO server.

    Args:
        eio: the server; python-engineio ships no types.
        max_message: bytes of the largest message.
        compression: whether clients may have theirs compressed.
        backlog: what waits for a client of that server.
    """
    driver = dict(eio._async)  # of the module: other servers have it, too
    plain = driver["websocket"]

    def guarded(handler: Callable[[Any], Any], server: object) -> Callable[..., Iterable[bytes]]:
        def handle(websocket: Any) -> Any:
            # The handler is a method of the client, which no one else hands over.
            waiting = backlog(handler.__self__)  # type: ignore[attr-defined]
            return handler(GuardedSocket(websocket, max_message, waiting, eio.sleep, eio.ping_timeout / 2))

        # simple-websocket has a limit of its own, which python-engineio does not pass on; eventlet's driver takes none.
        options = {"max_message_size": max_message} if eio.async_mode == "threading" else {}
        application = plain(handle, server, **options)
        application.support_legacy_versions = False  # drafts of WebSocket that eventlet reads without any limit

        def upgrade(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            # Both drivers grant permessage-deflate to everyone who asks, and compress each frame for each client anew.
            if not compression:
                environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            answer: Iterable[bytes] = application(environ, start_response)
            return answer

        return upgrade

    driver["websocket"] = guarded
    eio._async = driver


class GuardedSocket:
    """A WebSocket whose client may only send what starts as an Engine.IO packet; anything else ends the connection.

    A client that asks faster than it reads has its requests held. Its heartbeats pass, unless they stand behind a
    request that is; so none is held for longer than `patience`, and what then piles up has a bound in the fan-out.

    Args:
        websocket: eventlet's or simple-websocket's.
        max_message: bytes of the largest message.
        backlog: what waits for the client.
        sleep: waits cooperatively.
        patience: seconds for which a request is held at most; less than the time in which a heartbeat must come.
    """

    def __init__(
        self, websocket: Any, max_message: int, backlog: Backlog, sleep: Callable[[float], None], patience: float
    ) -> None:
        self._websocket = websocket
        self._backlog = backlog
        self._sleep = sleep
        self._looks = max(1, round(patience / LOOK_EVERY))
        receive = getattr(websocket, "_recv_frame", None)
        if receive is not None:
            websocket._recv_frame = _whole_messages(receive, max_message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)

    def send(self, message: str | bytes) -> None:
        """Send a message; the backlog has one less when the socket has taken it."""
        self._websocket.send(message)
        if isinstance(message, bytes) or message.startswith("4"):  # heartbeats are not counted when they are queued
            self._backlog.sent(size_of(message))

    def wait(self) -> str | None:
        """The next message, or None at the end, which garbage is, too."""
        message = self._websocket.wait()
        # A client with a hundred messages in its buffer must not have them all served before anyone else's first.
        self._sleep(0)
        if not (isinstance(message, str) and message[:1] in _ENGINE_TYPES and message):
            return None
        looks = self._looks if message.startswith("4") else 0
        while looks and self._backlog.full:
            self._sleep(LOOK_EVERY)
            looks -= 1
        return message


def size_of(message: str | bytes) -> int:
    """Bytes of a message on the wire."""
    return len(message) if isinstance(message, bytes) or message.isascii() else len(message.encode())


def _whole_messages(receive: Callable[..., Any], limit: int) -> Callable[..., Any]:
    """eventlet limits each frame, but collects the fragments of a message without end."""

    def receive_frame(message: Any = None) -> Any:
        frame = receive(message=message)
        if not frame.opcode & 8 and (len(frame.data) > MAX_FRAGMENTS or sum(map(len, frame.data)) > limit):
            raise Refused(f"more than {limit} bytes or {MAX_FRAGMENTS} fragments")
        return frame

    return receive_frame

"""Bytes to sockets: a message is encoded once for all who get it, and nobody's queue grows without end."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import socketio
from engineio import packet as engine
from socketio.packet import EVENT

from dashboard.live.connection import Backlog, socket_of
from dashboard.live.gate import StrictPacket, size_of
from dashboard.live.wire import NAMESPACE, Payload

log = logging.getLogger(__name__)

#: Packets that may wait for one client. At 20 rooms and a sample a second it has not read for most of a minute then.
MAX_QUEUE = 1_000
#: Bytes that may wait for one client. The largest answer is half of that.
MAX_WAITING = 16 * 2**20
#: Seconds in which a connection has to join a namespace; our clients do so with their first packet.
JOIN_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, ready to be sent to any number of clients: one packet, or two with a binary attachment."""

    packets: tuple[Any, ...]  # Any: python-engineio ships no types
    size: int


def frame(event: str, payload: Payload, namespace: str = NAMESPACE) -> Frame:
    """Encode an event. A binary attachment is expected at `payload["b"]` and nowhere else."""
    # Told whether there is one, Socket.IO does not look through every value for it.
    whole = StrictPacket(EVENT, data=[str(event), payload], namespace=namespace, binary="b" in payload)
    return _engine_frame(whole.encode())


def _engine_frame(encoded: str | list[str | bytes]) -> Frame:
    parts = encoded if isinstance(encoded, list) else [encoded]
    packets = tuple(engine.Packet(engine.MESSAGE, part) for part in parts)
    return Frame(packets, sum(map(_size, parts)))


def _size(part: str | bytes) -> int:
    """Bytes on the wire: text has the type of its packet in front."""
    return size_of(part) + isinstance(part, str)


class Fanout(socketio.Manager):  # type: ignore[misc]  # python-socketio ships no types
    """The rooms of Socket.IO, and the one way out of the server.

    `lock` is held while rooms or queues change: packets of a message then stay together whatever other tasks send
    (python-socketio leaves that to its users), and whoever holds it can join a room and read history as one step.

    Args:
        max_queue: packets that may wait for one client.
        join_within: seconds in which a connection has to join a namespace.

    Attributes:
        messages_out: messages handed to clients' queues so far.
        bytes_out: their bytes.
        overruns: clients that were let go because they did not read.
    """

    def __init__(self, max_queue: int = MAX_QUEUE, join_within: float = JOIN_WITHIN) -> None:
        super().__init__()
        self.lock = threading.RLock()
        self.messages_out = 0
        self.bytes_out = 0
        self.overruns = 0
        self.join_within = join_within
        self._max_queue = max_queue
        self._backlogs: WeakKeyDictionary[Any, Backlog] = WeakKeyDictionary()
        self._strangers: dict[str, float] = {}

    def set_server(self, server: Any) -> None:
        super().set_server(server)
        # Answers to requests leave through here as well.
        server._send_packet = self._send_packet

    def occupied(self, room: str, namespace: str = NAMESPACE) -> bool:
        """Whether anybody is in the room."""
        return room in self.rooms.get(namespace, ())

    def send(self, message: Frame, room: str, namespace: str = NAMESPACE) -> None:
        """Queue a message for everybody in a room, or for one client, by its sid."""
        with self.lock:
            for _, eio_sid in self.get_participants(namespace, room):
                self._queue(eio_sid, message)

    def emit(
        self, event: str, data: object, namespace: str, room: Any = None, skip_sid: Any = None,
        callback: Any = None, to: Any = None, **options: object,
    ) -> None:  # fmt: skip
        """What `SocketIO.emit` calls. A room must be named: without one, clients that have no part in it get it, too.

        Raises:
            ValueError: no room is named.
        """
        room = to or room
        if not room:
            raise ValueError(f"event {event!r} names no room; emit to a room or to a client's sid")
        if callback:  # the answers are told apart by a number in each packet
            with self.lock:
                super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback)
            return
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        message = _engine_frame(StrictPacket(EVENT, data=[event, *arguments], namespace=namespace).encode())
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        with self.lock:
            for sid, eio_sid in self.get_participants(namespace, room):
                if sid not in skipped:
                    self._queue(eio_sid, message)

    def backlog(self, client: Any) -> Backlog:
        """What waits for an Engine.IO client."""
        with self.lock:
            found = self._backlogs.get(client)
            if found is None:
                found = self._backlogs[client] = Backlog()
            return found

    def sweep(self, now: float) -> None:
        """Hang up on connections that have been in no namespace for a while: they hold a place and never have a part.

        Args:
            now: seconds on a clock that never steps.
        """
        with self.lock:
            inside = {eio_sid for rooms in self.rooms.values() for eio_sid in rooms.get(None, {}).values()}
            outside = set(self.server.eio.sockets) - inside
            self._strangers = {eio_sid: self._strangers.get(eio_sid, now) for eio_sid in outside}
        for eio_sid, since in self._strangers.items():
            if now - since >= self.join_within:
                log.info("client %s has joined nothing; it is let go", eio_sid)
                self.hang_up(eio_sid)

    def hang_up(self, eio_sid: str) -> None:
        """Shut a client's connection down, below Socket.IO and Engine.IO: both would first wait for its queue."""
        connection = socket_of(self.server.environ.get(eio_sid, {}))
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is down already
                pass
        elif eio_sid in self.server.eio.sockets:  # long-polling: there is no connection that stays
            self.server.eio.sockets[eio_sid].close(wait=False, abort=True)

    # The base class is not made for threads: of two that enter and leave a room at once, one can lose its place.
    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: Any = None) -> None:
        with self.lock:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        with self.lock:
            super().basic_leave_room(sid, namespace, room)

    def basic_disconnect(self, sid: str, namespace: str, **options: object) -> None:
        with self.lock:
            super().basic_disconnect(sid, namespace, **options)

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        with self.lock:
            return list(super().get_participants(namespace, room))

    def _send_packet(self, eio_sid: str, message: Any) -> None:
        encoded = message.encode()
        with self.lock:
            self._queue(eio_sid, _engine_frame(encoded))

    def _queue(self, eio_sid: str, message: Frame) -> None:
        client = self.server.eio.sockets.get(eio_sid)
        # Straight into the queue: Socket.send would also compare the time of day with the last pong, and a clock that
        # is set would disconnect everybody in the middle of this.
        if client is None or client.closed or client.closing:
            return
        backlog = self.backlog(client)
        if backlog.abandoned:
            return
        waiting = backlog.bytes
        # One message may be of any size: who has nothing before it gets it.
        if client.queue.qsize() >= self._max_queue or (waiting and waiting + message.size > MAX_WAITING):
            backlog.abandoned = True
            self.overruns += 1
            log.warning(
                "a client does not read: %d packets and %d bytes wait for it; it is let go",
                client.queue.qsize(), waiting,
            )  # fmt: skip
            self.hang_up(eio_sid)
            return
        if client.upgraded:  # what long-polling takes is not seen; it has the bound of packets alone
            backlog.queued(len(message.packets), message.size)
        for one in message.packets:
            client.queue.put(one)
        self.messages_out += 1
        self.bytes_out += message.size

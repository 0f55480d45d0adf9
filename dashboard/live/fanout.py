"""The rooms of Socket.IO and the one way out of the server: whatever is sent to anybody passes here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import socketio
from socketio.packet import EVENT

from dashboard.live import wire
from dashboard.live.audience import Audience
from dashboard.live.connection import Client
from dashboard.live.frame import Frame, encoded_frame, event_frame
from dashboard.live.gate import StrictPacket, guard_messages
from dashboard.live.heartbeat import Heartbeats
from dashboard.live.outbox import Outbox
from dashboard.live.sockets import Gate, direct_writes
from dashboard.live.wire import NAMESPACE, Event

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings

log = logging.getLogger(__name__)

#: Socket.IO's own namespace for its admin interface, which sends to all in it.
ADMIN = "/admin"


def frame(event: str, payload: wire.Payload, namespace: str = NAMESPACE, metric: str = "") -> Frame:
    """Encode an event; `metric` names whose samples it holds, which a client that lags need not get."""
    return event_frame(event, payload, namespace, metric)


class Fanout(socketio.Manager):  # type: ignore[misc]  # python-socketio ships no types
    """The rooms of Socket.IO, the clients below them, and what is on its way.

    `lock` is held while rooms or queues change: packets of a message then stay together whatever other tasks send
    (python-socketio leaves that to its users), and whoever holds it can join a room and read history as one step.

    Args:
        settings: limits and intervals.
        direct: write to sockets without the libraries' detour, where that is possible.
        monotonic: a clock in seconds that never steps.

    Attributes:
        due: set when there is something to flush.
        let_go: clients that were sent away, by what they did.
    """

    def __init__(
        self, settings: LiveSettings, direct: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.lock = threading.RLock()
        self.due = threading.Event()
        self.let_go = 0
        self.audience = Audience(self.lock, monotonic)
        self.clients: dict[str, Client] = {}
        self.heartbeats = Heartbeats(
            settings.ping_interval, settings.ping_timeout, settings.stalled_after, settings.join_within, monotonic
        )
        self._monotonic = monotonic
        self._settings = settings
        self._direct = direct

    def install(self, server: Any) -> None:
        """Put this between a Socket.IO server and its clients.

        Args:
            server: python-socketio's, of which this is the manager.
        """
        eio, settings = server.eio, self._settings
        server._send_packet = self._send_packet  # answers to requests leave through here as well
        empty = eio.get_queue_empty_exception()
        eio.create_queue = lambda: Outbox(
            settings.max_backlog, self.lock, _lagged, empty, self._monotonic, patient=True
        )
        eio.start_service_task = False  # it walks through all clients all the time; the heartbeats see to them
        server._handle_eio_connect = self._around(server._handle_eio_connect, before=self._connected)
        server._handle_eio_disconnect = self._around(server._handle_eio_disconnect, after=self._disconnected)
        eio.on("connect", server._handle_eio_connect)
        eio.on("disconnect", server._handle_eio_disconnect)
        guard_messages(server, self._refuse, settings.max_events, settings.burst, self._monotonic)
        direct = self._direct and direct_writes(eio)
        gate = Gate(
            eio, settings.max_message, direct, lambda below: self.clients.get(below.sid), self.heartbeats.echoed
        )
        gate.install(settings.compression)

    @property
    def messages_out(self) -> int:
        return self.audience.messages_out

    @property
    def bytes_out(self) -> int:
        return self.audience.bytes_out

    # --- sending

    def occupied(self, room: str, namespace: str = NAMESPACE) -> bool:
        """Whether anybody is in the room."""
        return self.audience.occupied((namespace, room))

    def send(self, message: Frame, room: str, namespace: str = NAMESPACE) -> None:
        """Send a message to everybody in a room, with whatever else is due to them at the next flush."""
        with self.lock:
            self.audience.send((namespace, room), message)
            if not self.due.is_set():
                self.due.set()

    def tell(self, message: Frame, sid: str, namespace: str = NAMESPACE) -> None:
        """Send a message to one client, at once."""
        with self.lock:
            eio_sid = self.eio_sid_from_sid(sid, namespace)
            if eio_sid is not None:
                self._tell(eio_sid, message)

    def flush(self, pause: Callable[[], None]) -> None:
        """Write what is due.

        Args:
            pause: lets other tasks run.
        """
        self.due.clear()
        self.audience.flush(pause)

    def emit(
        self, event: str, data: object, namespace: str, room: Any = None, skip_sid: Any = None,
        callback: Any = None, to: Any = None, **options: object,
    ) -> None:  # fmt: skip
        """What `SocketIO.emit` calls. A room must be named: without one, clients that have no part in it get it, too.

        Raises:
            ValueError: no room is named.
        """
        room = to or room
        if not room and namespace != ADMIN:
            raise ValueError(f"event {event!r} names no room; emit to a room or to a client's sid")
        if callback:  # the answers are told apart by a number in each packet
            with self.lock:
                super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback)
            return
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        message = encoded_frame(StrictPacket(EVENT, data=[event, *arguments], namespace=namespace).encode())
        skipped = set(skip_sid if isinstance(skip_sid, list) else [skip_sid] if skip_sid else ())
        with self.lock:
            if room and not isinstance(room, (list, tuple)) and not self.is_sid_room(namespace, room):
                without = [self.eio_sid_from_sid(one, namespace) for one in skipped]
                self.audience.send((namespace, room), message, without)
                self.due.set()
                return
            for sid, eio_sid in self.get_participants(namespace, room):
                if sid not in skipped:
                    self._tell(eio_sid, message)

    def _send_packet(self, eio_sid: str, message: Any) -> None:
        encoded = message.encode()
        with self.lock:
            self._tell(eio_sid, encoded_frame(encoded))

    def _tell(self, eio_sid: str, message: Frame) -> None:
        client = self.clients.get(eio_sid)
        if client is not None:
            self.audience.tell(eio_sid, client.outbox, message)

    # --- clients

    def _refuse(self, eio_sid: str) -> None:
        """Let go of a client of which the log has told already."""
        client = self.clients.get(eio_sid)
        if client is not None:
            client.refuse("")
            if not client.direct:  # of a WebSocket of ours, its reader says why
                client.hang_up("")

    def _connected(self, eio_sid: str, environ: dict[str, Any]) -> None:
        below = self.server.eio.sockets[eio_sid]
        client = self.clients[eio_sid] = Client(eio_sid, below, self.server.eio.start_background_task, self._count)
        # python-engineio's own heartbeats cost a task per client and look at the time of day, which may be set.
        below.last_ping = None
        below.schedule_ping = lambda: self.heartbeats.ponged(client)
        client.outbox.on_taken = lambda: self.heartbeats.took(client)
        self.heartbeats.add(client)

    def _disconnected(self, eio_sid: str, reason: str) -> None:
        with self.lock:
            client = self.clients.pop(eio_sid, None)
            self.audience.drop(eio_sid)
        if client is not None:
            self.heartbeats.remove(client)
            client.outbox.on_taken = None  # what refers to itself stays until the garbage collector looks
        below = self.server.eio.sockets.pop(eio_sid, None)
        if below is not None:
            del below.schedule_ping

    def _count(self) -> None:
        self.let_go += 1

    @staticmethod
    def _around(
        handler: Callable[..., Any], before: Callable[..., None] | None = None, after: Callable[..., None] | None = None
    ) -> Callable[..., Any]:
        def both(*arguments: Any) -> Any:
            if before is not None:
                before(*arguments)
            try:
                return handler(*arguments)
            finally:
                if after is not None:
                    after(*arguments)

        return both

    # --- rooms. The base class keeps two dictionaries a room and looks through all rooms for each client that goes; and
    # of two clients that enter and leave a room at once, one can lose its place.

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: Any = None) -> None:
        with self.lock:
            if room is None:
                super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
                if eio_sid in self.clients:
                    self.heartbeats.joined(self.clients[eio_sid])
            if room is None or room == sid:  # a client's own room needs no keeping
                return
            if self.is_sid_room(namespace, room):
                raise ValueError(f"{room!r} is a client; nobody else can enter it")
            client = self.clients.get(self.eio_sid_from_sid(sid, namespace))
            if client is not None:
                self.audience.enter(client.sid, (namespace, room), client.outbox)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        with self.lock:
            if room is None:
                super().basic_leave_room(sid, namespace, room)
            elif room != sid:
                self.audience.leave(self.eio_sid_from_sid(sid, namespace), (namespace, room))

    def basic_disconnect(self, sid: str, namespace: str, **options: object) -> None:
        with self.lock:
            eio_sid = self.eio_sid_from_sid(sid, namespace)
            for known, room in self.audience.rooms(eio_sid):
                if known == namespace:
                    self.audience.leave(eio_sid, (known, room))
            super().basic_disconnect(sid, namespace, **options)
            if eio_sid in self.clients and not any(eio_sid in rooms[None].inverse for rooms in self.rooms.values()):
                self.heartbeats.left(self.clients[eio_sid])

    def get_participants(self, namespace: str, room: Any) -> list[tuple[str, str]]:
        with self.lock:
            if isinstance(room, (list, tuple)):
                pairs = (one for name in room for one in self.get_participants(namespace, name))
                return list(dict(pairs).items())
            if room is None:
                return list(super().get_participants(namespace, room))
            if self.is_sid_room(namespace, room):
                return [(room, self.eio_sid_from_sid(room, namespace))]
            clients = self.audience.clients((namespace, room))
            return [(self.sid_from_eio_sid(one, namespace), one) for one in clients]

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        eio_sid = self.eio_sid_from_sid(sid, namespace)
        return [sid, *(room for known, room in self.audience.rooms(eio_sid) if known == namespace)]


def _lagged(metrics: list[str]) -> Frame:
    return event_frame(Event.LAGGED, {"metrics": metrics}, NAMESPACE)

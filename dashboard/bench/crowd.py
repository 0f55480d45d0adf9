"""A crowd of clients in one process: it connects them, and counts or times what they get.

A client costs one read for whatever has come, so that one core of load keeps up with a core that serves.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from dashboard.bench.dialect import PATH, Dialect
from dashboard.bench.poller import poller
from dashboard.bench.websocket import PING, PONG, TEXT, Frames, Handshake, ProtocolError, client_frame
from dashboard.errors import CannotStart

#: Clients that connect at the same time.
BATCH = 64
#: Seconds in which a batch has to be ready.
PATIENCE = 20.0
#: Bytes that are read at once.
READ = 256 * 1024
#: A frame with a ping of Engine.IO, and the first byte of a ping of WebSocket.
_ENGINE_PING = b"\x81\x012"
_WEBSOCKET_PING = 0x80 | PING

Take = Callable[["Client", float, bytes], None]


class LoadFailed(CannotStart):
    """The clients can't be connected, or the server has let some go."""


@dataclass(frozen=True)
class Counted:
    """What has come.

    Attributes:
        events: how many.
        received: bytes, with WebSocket's framing.
        seconds: until the last event.
        busy: share of that time for which this process had its core, 0 to 1; near 1, it is the load that is measured.
    """

    events: int
    received: int
    seconds: float
    busy: float


class Client:
    """One connection.

    Attributes:
        number: its place in the crowd.
        tail: the last bytes that were read, when events are counted.
    """

    __slots__ = ("frames", "handshake", "number", "sock", "step", "tail")

    def __init__(self, number: int, sock: socket.socket, handshake: Handshake) -> None:
        self.number = number
        self.sock = sock
        self.handshake: Handshake | None = handshake
        self.frames = Frames()
        self.step = 0
        self.tail = b""

    def say(self, packet: bytes) -> None:
        """Send a packet of Engine.IO."""
        self.sock.sendall(client_frame(TEXT, packet))


class Crowd:
    """Clients of one server. Leave it as a context manager, which closes them.

    Args:
        port: of the server on 127.0.0.1.
        dialect: how it is talked to.
        deflate: ask for compression.
    """

    def __init__(self, port: int, dialect: Dialect, deflate: bool = False) -> None:
        self.clients: dict[int, Client] = {}
        self.received = 0
        self._address = ("127.0.0.1", port)
        self._dialect = dialect
        self._deflate = deflate
        self._poller = poller()

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for client in self.clients.values():
            client.sock.close()
        self._poller.close()

    def __len__(self) -> int:
        return len(self.clients)

    def grow(self, size: int) -> None:
        """Connect clients until there are `size`.

        Raises:
            LoadFailed: not all of them are served.
        """
        while len(self.clients) < size:
            waiting = {self._connect() for _ in range(min(BATCH, size - len(self.clients)))}
            if not self._dialect.script:
                continue
            until = time.monotonic() + PATIENCE
            while waiting:
                for descriptor in self._poller.readable(max(0.0, until - time.monotonic())):
                    client = self.clients[descriptor]
                    self._greet(client, self._read(client))
                    if client.step == len(self._dialect.script):
                        waiting.discard(descriptor)
                if waiting and time.monotonic() > until:
                    raise LoadFailed(
                        f"{len(waiting)} of {len(self.clients)} clients were not served within {PATIENCE:.0f} s"
                    )

    def count(self, expected: int, limit: float, go: Callable[[], object] = lambda: None) -> Counted:
        """Read until so many events have come, or for `limit` seconds; events that come on top are counted, too.

        The events have to be text. Frames are not taken apart, so `watch` makes no sense of what comes afterwards.

        Args:
            expected: events.
            limit: seconds.
            go: lets the server begin; time runs from then on.
        """
        marker = self._dialect.marker
        lead = len(marker) - 1  # a marker may begin in one read and end in the next
        buffer = bytearray(lead + READ)
        space = memoryview(buffer)[lead:]
        for client in self.clients.values():
            client.tail = bytes(lead)
        events = received = 0
        began, cpu = time.perf_counter(), time.process_time()
        last, until = began, began + limit
        go()
        while events < expected and (left := until - time.perf_counter()) > 0:
            for descriptor in self._poller.readable(left):
                client = self.clients[descriptor]
                got = self._fill(client, space)
                end = lead + got
                buffer[:lead] = client.tail
                events += buffer.count(marker, 0, end)
                client.tail = bytes(buffer[got:end])
                received += got
                # A byte is searched at the speed of memory; in events that are text these two are lengths at most.
                if buffer.find(_WEBSOCKET_PING, lead, end) >= 0 or buffer.find(1, lead, end) >= 0:
                    self._answer_pings(client, buffer, lead, end)
            last = time.perf_counter()
        busy = (time.process_time() - cpu) / (last - began) if last > began else 0.0
        return Counted(events + self._surplus(), received, last - began, busy)

    def watch(self, seconds: float, take: Take) -> float:
        """For so many seconds, hand over every text message with its client and the time of day when it was read.

        Nothing is looked at while there is something to be read, so that looking delays no arrival.

        Returns:
            The share of the time for which this process had its core.

        Raises:
            LoadFailed: the server has let a client go.
        """
        unread: deque[tuple[Client, float, bytes]] = deque()
        began, cpu = time.monotonic(), time.process_time()
        until = began + seconds
        while (left := until - time.monotonic()) > 0:
            ready = self._poller.readable(0 if unread else left)
            for descriptor in ready:
                client = self.clients[descriptor]
                data = self._read(client)
                unread.append((client, time.time(), data))
            if not ready and unread:
                self._look(*unread.popleft(), take)
        busy = (time.process_time() - cpu) / (time.monotonic() - began)
        while unread:
            self._look(*unread.popleft(), take)
        return busy

    def _look(self, client: Client, arrived: float, data: bytes, take: Take) -> None:
        for message in self._messages(client, data):
            take(client, arrived, message)

    def _connect(self) -> int:
        try:
            sock = socket.create_connection(self._address, PATIENCE)
        except OSError as error:
            raise LoadFailed(f"client {len(self.clients)} can't connect: {error.strerror or error}") from None
        # Small answers must not wait for each other.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handshake = Handshake(PATH, f"{self._address[0]}:{self._address[1]}", self._deflate)
        client = Client(len(self.clients), sock, handshake)
        if self._dialect.script:
            sock.sendall(handshake.request)
        sock.setblocking(False)
        self.clients[sock.fileno()] = client
        self._poller.add(sock)
        return sock.fileno()

    def _greet(self, client: Client, data: bytes) -> None:
        """Go on with the script. Nothing is sent before the handshake is answered: servers may read ahead."""
        try:
            if client.handshake is not None:
                # An answer of a hundred bytes comes whole from a server on the same machine.
                rest = client.handshake.read(data)
                if rest is None:
                    raise ProtocolError(f"half an answer: {data[:100]!r}")
                client.frames = Frames(client.handshake.granted)
                client.handshake = None
                data = rest
            for message in self._messages(client, data):
                if client.step < len(self._dialect.script):
                    self._answer(client, message)
        except ProtocolError as error:
            raise LoadFailed(f"client {client.number}: {error}") from None

    def _answer(self, client: Client, message: bytes) -> None:
        beginnings, reply = self._dialect.script[client.step]
        if not message.startswith(beginnings):
            return
        if b'"error":' in message:
            raise ProtocolError(f"refused: {message[:300].decode(errors='replace')}")
        client.step += 1
        if reply is not None:
            client.say(reply)

    def _messages(self, client: Client, data: bytes) -> list[bytes]:
        """The messages of Engine.IO in what was read; heartbeats are answered."""
        messages = []
        for opcode, payload in client.frames.feed(data):
            if opcode == PING:
                client.sock.sendall(client_frame(PONG, payload))
            elif opcode == TEXT and payload == b"2":
                client.say(b"3")
            elif opcode == TEXT:
                messages.append(payload)
        return messages

    def _answer_pings(self, client: Client, buffer: bytearray, start: int, end: int) -> None:
        """Find pings among events that are text. One that is torn between two reads is left to the next one."""
        at = buffer.find(1, start, end)
        while at >= 0:
            if buffer[at - 1 : at + 2] == _ENGINE_PING:
                client.say(b"3")
            at = buffer.find(1, at + 1, end)
        at = buffer.find(_WEBSOCKET_PING, start, end)
        while 0 <= at < end - 1:
            after = at + 2 + buffer[at + 1]
            # Behind a 126 it is the length of an event.
            if 126 not in buffer[at - 2 : at] and buffer[at + 1] < 126 and after <= end:
                client.sock.sendall(client_frame(PONG, bytes(buffer[at + 2 : after])))
                at = after - 1
            at = buffer.find(_WEBSOCKET_PING, at + 1, end)

    def _surplus(self) -> int:
        """Events that come although all have come, within a moment."""
        surplus, until = 0, time.monotonic() + 0.1
        while (left := until - time.monotonic()) > 0:
            for descriptor in self._poller.readable(left):
                client = self.clients[descriptor]
                data = client.tail + self._read(client)
                surplus += data.count(self._dialect.marker)
                client.tail = data[1 - len(self._dialect.marker) :]
        return surplus

    def _read(self, client: Client) -> bytes:
        try:
            data = client.sock.recv(READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(client, error) from None
        if not data:
            raise self._gone(client, None)
        self.received += len(data)
        return data

    def _fill(self, client: Client, space: memoryview) -> int:
        try:
            got = client.sock.recv_into(space)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._gone(client, error) from None
        if not got:
            raise self._gone(client, None)
        self.received += got
        return got

    def _gone(self, client: Client, error: OSError | None) -> LoadFailed:
        why = f": {error.strerror}" if error is not None and error.strerror else ""
        return LoadFailed(f"the server has closed the connection of client {client.number}{why}")

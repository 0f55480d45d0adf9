"""WebSockets that are read and written without the detour of the libraries, where those are as this file knows them.

The only file, beside its writer, that leans on what python-engineio and the server below it do not promise.
`direct_writes` looks whether all of that is there; if it is not, messages take the libraries' own way, which is slower
and otherwise the same.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from engineio import packet as engine
from engineio.socket import Socket as EngineSocket
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import RemoteProtocolError

from dashboard.live.budget import Budget
from dashboard.live.connection import FIRST_LOOK, LAST_LOOK, Client
from dashboard.live.frame import Bundle, Control
from dashboard.live.guarded import ENGINE_TYPES, GuardedSocket
from dashboard.live.upgrade import go_on
from dashboard.live.websocket import Closing, Message, Ping, Pong, Reader, close_frame, pong_frame
from dashboard.live.websocket import Refused as Violation
from dashboard.live.writer import DirectWriter

log = logging.getLogger(__name__)

#: What a WebSocket may offer as its protocol; a browser that has offered any ends it when none is chosen.
PROTOCOL = "plotroom"
READ_SIZE = 16 * 2**10
#: Requests that wait until the client has taken more; from then on nothing is read of it.
MOST_ASKED = 4
#: After a violation, so much more is read and thrown away, so that the client gets to read why.
MAX_LEFTOVER = 2**20
LEFTOVER_TIME = 1.0  # seconds
#: Pings, pongs and the like that a client may send in a second, and at once; an honest one sends less than one.
SIGNS, SIGNS_BURST = 20, 200
#: Bytes that the kernel takes before it has sent what it has: a slow client's newest samples would wait behind them.
MAX_UNSENT = 16 * 2**10
_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25 if sys.platform == "linux" else None)


def direct_writes(eio: Any) -> bool:
    """Whether WebSockets can be taken over from the libraries: they are as they were when this was written."""
    if eio.async_mode != "eventlet":
        return False
    try:
        driver = eio._async["websocket"]
        made = sys.modules[driver.__mro__[1].__module__].RFC6455WebSocket
        known = all(hasattr(made, name) for name in ("wait", "send", "close"))
        ours = ("_websocket_handler", "receive", "schedule_ping", "close")
        known &= all(hasattr(EngineSocket, name) for name in ours)
        with socket.socket() as plain:  # patched: a green one
            known &= all(hasattr(plain, name) for name in ("fd", "act_non_blocking"))
    except (AttributeError, KeyError, IndexError):
        known = False
    if not known:
        log.warning("python-engineio or eventlet is not as expected: messages take their own, slower way")
    return known


class Gate:
    """What becomes of WebSockets when they have been opened.

    Args:
        eio: python-engineio's server; that library ships no types.
        max_message: bytes of the largest message.
        direct: take them over.
        client: the client of one of python-engineio's objects, if it is still there.
        echoed: called with a client and the payload of a WebSocket pong; whether that was the echo of a ping of ours.
    """

    def __init__(
        self,
        eio: Any,
        max_message: int,
        direct: bool,
        client: Callable[[Any], Client | None],
        echoed: Callable[[Client, bytes], bool],
    ) -> None:
        self._eio = eio
        self._max_message = max_message
        self._direct = direct
        self._client = client
        self._echoed = echoed
        self._turn = threading.Lock()

    def install(self, compression: bool) -> None:
        """Put this around the WebSockets of the server.

        Args:
            compression: whether clients may have theirs compressed.
        """
        driver = dict(self._eio._async)  # of the module: other servers have it, too
        plain = driver["websocket"]

        def guarded(handler: Callable[[Any], Any], server: object) -> Callable[..., Iterable[bytes]]:
            def handle(websocket: Any) -> Any:
                return self._serve(handler, websocket)

            # simple-websocket has a limit that python-engineio does not pass on; eventlet's driver takes no options.
            threading_options = {"max_message_size": self._max_message, "subprotocols": [PROTOCOL]}
            options = threading_options if self._eio.async_mode == "threading" else {}
            application = plain(handle, server, **options)
            application.supported_protocols = [PROTOCOL]  # eventlet's, which takes no option for that either
            application.support_legacy_versions = False  # drafts of WebSocket that eventlet reads without any limit

            def upgrade(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
                self._wait_for_turn()
                # Both drivers grant permessage-deflate to all who ask, and compress each frame for each client anew.
                if not compression:
                    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
                try:
                    answer: Iterable[bytes] = application(environ, start_response)
                except RemoteProtocolError:  # simple-websocket: what came is no whole request
                    start_response("400 Bad Request", [("Connection", "close")])
                    return []
                return answer

            return upgrade

        driver["websocket"] = guarded
        self._eio._async = driver

    def _serve(self, handler: Callable[[Any], Any], websocket: Any) -> Any:
        below = handler.__self__  # type: ignore[attr-defined]  # the handler is a method of python-engineio's object
        client = self._client(below)
        if client is None:  # it went while it waited for its turn
            return []
        connection = client.connection = websocket.socket if hasattr(websocket, "socket") else websocket.ws.sock
        connection.settimeout(None)  # the heartbeats decide
        _bound_kernel(connection)
        # One that began with long-polling, or has its messages compressed, stays with the libraries.
        if self._direct and not below.connected and not getattr(websocket, "extensions", None):
            return self._take_over(client, below, websocket)
        return handler(GuardedSocket(websocket, self._max_message, client, self._eio.sleep, self._echoed))

    def _take_over(self, client: Client, below: Any, websocket: Any) -> list[bytes]:
        connection = websocket.socket
        websocket.websocket_closed = True  # eventlet need not say goodbye
        below.connected = below.upgraded = True
        client.direct = client.hears_probes = True
        client.outbox.attach(DirectWriter(connection, self._eio))
        # The task of the request has much on its stack that nobody needs any more.
        go_on(websocket.environ, partial(self._converse, client, below, connection))
        return []

    def _converse(self, client: Client, below: Any, connection: Any) -> None:
        try:
            self._read(client, below, connection)
        except Violation as error:
            client.refuse(f"it sent {error}")
            self._say_why(client, connection, error)
        except (OSError, EOFError, ValueError):  # the connection has ended; TLS says so in more than one way
            pass
        finally:
            client.outbox.close()
            self._wait_for_turn()
            below.close(wait=False, abort=True, reason=self._eio.reason.TRANSPORT_CLOSE)

    def _read(self, client: Client, below: Any, connection: Any) -> None:
        """Read until the client goes, is sent away, or says something that it must not.

        A client that asks faster than it reads is not answered until it has taken more, but its signs of life count.
        """
        reader, signs = Reader(self._max_message), Budget(SIGNS, SIGNS_BURST)
        asked: deque[str] = deque()
        look = FIRST_LOOK
        while True:
            if asked and not client.outbox.full:
                look = FIRST_LOOK
                self._answer(client, below, asked.popleft())
            elif len(asked) >= MOST_ASKED:
                client.wait_until_taken(self._eio.sleep)
            else:
                connection.settimeout(look if asked else None)
                try:
                    data = connection.recv(READ_SIZE)
                except TimeoutError:
                    look = min(2 * look, LAST_LOOK)
                    continue
                if not data or not self._hear(client, below, reader.receive(data), signs, asked):
                    return
            if client.outbox.closed:
                return

    def _hear(self, client: Client, below: Any, messages: Iterable[Message], signs: Budget, asked: deque[str]) -> bool:
        """Take note of what came; False at the end."""
        for message in messages:
            if isinstance(message, str) and message.startswith("4"):
                asked.append(message)
                # Each in its turn; what came with it, and is not looked at yet, waits in the reader.
                while len(asked) >= MOST_ASKED or (asked and not client.outbox.full):
                    client.wait_until_taken(self._eio.sleep)
                    if client.outbox.closed:
                        return False
                    self._answer(client, below, asked.popleft())
                continue
            if isinstance(message, Pong) and self._echoed(client, message.payload):
                continue
            if not signs.take():
                raise Violation(CloseReason.POLICY_VIOLATION, "too many signs of life")
            if isinstance(message, Ping):
                client.outbox.send(Bundle((Control(pong_frame(message.payload)),)))
            elif isinstance(message, Closing):
                client.outbox.send_last(Bundle((Control(close_frame(message.code)),)))
                return False
            elif message == "3":
                below.schedule_ping()
            elif isinstance(message, str) and message[:1] not in ENGINE_TYPES:
                raise Violation(CloseReason.POLICY_VIOLATION, "what is no packet of Engine.IO")
            elif message == "1":
                return False
        return True

    def _answer(self, client: Client, below: Any, message: str) -> None:
        self._wait_for_turn()
        below.receive(engine.Packet(engine.MESSAGE, message[1:]))
        if client.refused:
            raise Violation(CloseReason.POLICY_VIOLATION, "what is no message of this protocol")

    def _wait_for_turn(self) -> None:
        """Between two pieces of work for whatever clients, all other tasks have theirs: a thousand who come, ask or go
        at once keep nobody waiting but one another."""
        with self._turn:
            self._eio.sleep(0)

    def _say_why(self, client: Client, connection: Any, error: Violation) -> None:
        """Close the WebSocket with a code, and give the client a moment to read it: what it has sent and nobody has
        read would make the kernel take the connection, and the code with it, away from it at once."""
        client.outbox.send_last(Bundle((Control(close_frame(error.code, error.why)),)))
        left, until = MAX_LEFTOVER, time.monotonic() + LEFTOVER_TIME
        with suppress(OSError, EOFError, ValueError):
            while left > 0 and (rest := until - time.monotonic()) > 0:
                connection.settimeout(rest)
                data = connection.recv(READ_SIZE)
                if not data:
                    return
                left -= len(data)


def _bound_kernel(connection: Any) -> None:
    if _NOTSENT_LOWAT is not None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, MAX_UNSENT)
        except OSError:  # not TCP, or not known there
            pass

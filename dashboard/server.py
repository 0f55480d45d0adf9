"""One serving process: what a server is, the connections, the signals, the orderly end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext
from types import FrameType
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from dashboard.arrivals import NEWCOMER, Arrivals, Newcomer
from dashboard.bodies import WholeRequests
from dashboard.listener import Door, refuse
from dashboard.live.connection import shut_down, socket_of
from dashboard.live.upgrade import UPGRADE, Upgrade
from dashboard.tasks import run_here
from dashboard.web.proxies import Network

logger = logging.getLogger(__name__)

#: After a signal the process is gone within this time, whatever still hangs.
END_TIMEOUT = 4


class Serving(Protocol):
    """A WSGI server on a socket that already listens."""

    def run(self) -> None:
        """Serve until `stop`."""

    def stop(self) -> None:
        """Accept no more connections and let `run` return."""


@dataclass(frozen=True)
class Limits:
    """What clients may take.

    Attributes:
        connections: at the same time.
        connects: new connections a second from one address.
        arrive_within: seconds for a whole request.
        idle: seconds after which a connection is closed on which nothing moves; heartbeats keep the live ones busy.
        body: bytes of a request's body.
        exempt: networks of proxies, whose connections are everybody's.
    """

    connections: int
    connects: float
    arrive_within: float
    idle: float
    body: int
    exempt: tuple[Network, ...] = ()


class MakesServing(Protocol):
    """Makes a server of a listening socket and an application; with TLS if it is given a context."""

    def __call__(
        self, listener: socket.socket, application: WSGIApplication, limits: Limits, tls: SSLContext | None = None
    ) -> Serving: ...


@dataclass(frozen=True)
class Runtime:
    """What tasks are: eventlet's (made in __main__.py, the only file that names it) or threads.

    Attributes:
        async_mode: of Socket.IO.
        native: runs a function in a native thread and waits for its result, letting other tasks run.
        serving: makes a server.
    """

    async_mode: str
    native: Callable[..., Any]  # Any: the result of whatever function is given
    serving: MakesServing


_NONE = Upgrade()


class Connections:
    """A WSGI layer that knows the sockets of the requests in progress, WebSockets among them, and can close them.

    Args:
        inner: the application.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner
        self._open: set[socket.socket] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        connection = socket_of(environ)
        if connection is None:
            return self._inner(environ, start_response)
        upgrade: Upgrade = environ.get(UPGRADE, _NONE)
        self._open.add(connection)
        try:
            return self._inner(environ, start_response)
        finally:
            if upgrade.pending:
                upgrade.at_end(partial(self._open.discard, connection))
            else:
                self._open.discard(connection)

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """Shut the sockets down, below Socket.IO: told to disconnect by it, a browser would not come back."""
        for connection in list(self._open):
            shut_down(connection)


def serve(serving: Serving, spawn: Callable[..., object], start: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run `serving` until SIGTERM or Ctrl-C, then `stop` what belongs to it.

    Args:
        serving: the server.
        spawn: starts a task.
        start: starts what belongs to the server; called when a signal already ends it in order.
        stop: closes connections and stops jobs; called when nothing is accepted any more.
    """
    # The handler only writes a byte: it may run in the middle of anything, the hub included, and a hub that waits in
    # epoll does not see what a handler has scheduled. It does see a socket that becomes readable.
    reader, writer = socket.socketpair()
    handlers = (signal.SIGINT, signal.SIGTERM)
    ended = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        for last in handlers:
            signal.signal(last, _leave)
        # Leave then, even if something does not end: a thread that waits for a dead disk can't be asked to.
        if hasattr(signal, "setitimer"):  # not on Windows
            signal.signal(signal.SIGALRM, _leave)
            signal.setitimer(signal.ITIMER_REAL, END_TIMEOUT)
        writer.send(b"\0")

    def end() -> None:
        if not reader.recv(1):  # the server ended by itself
            return
        serving.stop()
        try:
            stop()
        except Exception:  # the end of the process: whatever it is, it is over
            logger.exception("stopping failed")
        ended.set()

    for number in handlers:
        signal.signal(number, on_signal)
    try:
        start()
        spawn(end)
        serving.run()
        if not ended.wait(END_TIMEOUT):
            logger.error("stopping took too long")
    finally:
        writer.close()
        reader.close()


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(0)


class ServerLog:
    """What eventlet's server has to say: it tells of a client that left in the middle by a traceback, as of bugs."""

    def info(self, message: str) -> None:
        error = sys.exception()
        if error is None or isinstance(error, (OSError, EOFError)):
            logger.debug("%s", message if error is None else f"a connection has ended: {error!r}")
        else:
            logger.error("a request failed", exc_info=error)

    def debug(self, message: str) -> None:
        logger.debug("%s", message)

    def error(self, message: str) -> None:
        logger.debug("%s", message)  # of a body that breaks off; what a client sent is in it


class ThreadedServing:
    """Werkzeug's server with a thread per connection, for where tasks are threads."""

    def __init__(
        self, listener: socket.socket, application: WSGIApplication, limits: Limits, tls: SSLContext | None = None
    ) -> None:
        self._arrivals = Arrivals(limits.arrive_within, limits.body)
        handler = type("Handler", (_Handler,), {"timeout": limits.idle, "arrivals": self._arrivals, "tls": tls})
        self._server = _Server(listener, WholeRequests(application, self._arrivals), limits, handler)
        self._server.ssl_context = tls  # only told: the handlers shake hands, each in its own thread
        listener.close()  # Werkzeug has made a duplicate of its own

    def run(self) -> None:
        threading.Thread(target=self._arrivals.watch, daemon=True).start()
        self._server.serve_forever(poll_interval=0.25)

    def stop(self) -> None:
        self._arrivals.end()
        self._server.shutdown()


class _Server(ThreadedWSGIServer):
    """Closes connections past the limits at once, before a thread is started for them."""

    def __init__(
        self, listener: socket.socket, application: WSGIApplication, limits: Limits, handler: type[WSGIRequestHandler]
    ) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(host, port, application, handler, fd=listener.fileno())
        self._door = Door(limits.connects, limits.exempt)
        self._most = limits.connections
        self._open = 0
        self._lock = threading.Lock()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # Any: as the base class says
        if self._door.admits(client_address[0]) and self._open < self._most:
            return True
        refuse(request)
        return False

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # Any: as the base class says
        self._count(1)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._lock:
            self._open += more


class _Handler(Newcomer, WSGIRequestHandler):
    """Speaks HTTP/1.1, logs no requests (their addresses may hold a token), and does not say what it is."""

    protocol_version = "HTTP/1.1"

    def make_environ(self) -> WSGIEnvironment:
        return {**super().make_environ(), NEWCOMER: self}

    def run_wsgi(self) -> None:
        # simple-websocket uses send() where it means sendall(), which only a socket without a timeout forgives.
        if "Upgrade" in self.headers:
            self.connection.settimeout(None)
            self.close_connection = True  # what follows on it, even if the upgrade is refused, is no HTTP
        super().run_wsgi()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def log(self, type: str, message: str, *args: Any) -> None:  # Any: as the base class says
        logger.debug("%r", message % args)  # what a client sent is in it


def threaded() -> Runtime:
    """Tasks are threads."""
    return Runtime("threading", run_here, ThreadedServing)

"""One serving process: the listening socket, the connections, the signals, the orderly end."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from dashboard.errors import CannotStart
from dashboard.live.connection import socket_of
from dashboard.tasks import run_here

logger = logging.getLogger(__name__)

BACKLOG = 1024
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
        idle: seconds after which a connection is closed on which nothing arrives; heartbeats keep the live ones busy.
    """

    connections: int
    idle: float


@dataclass(frozen=True)
class Runtime:
    """What tasks are: eventlet's (made in __main__.py, the only file that names it) or threads.

    Attributes:
        async_mode: of Socket.IO.
        native: runs a function in a native thread and waits for its result, letting other tasks run.
        serving: makes a server of a listening socket and an application.
    """

    async_mode: str
    native: Callable[..., Any]  # Any: the result of whatever function is given
    serving: Callable[[socket.socket, WSGIApplication, Limits], Serving]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the first address of `host`.

    Not left to `socketio.run`: under eventlet that sets SO_REUSEPORT, by which a second server takes half of the
    connections of the first one instead of being told that the port is busy.

    Raises:
        CannotStart: the address is unknown, busy, or not for us.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise CannotStart(f"--host {host}: {error.strerror}; use an address of this machine, or 0.0.0.0") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere this option means SO_REUSEPORT
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotStart(_why_not(error, host, port)) from None
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use on {host}; stop what uses it, or choose another one with --port"
    if error.errno == errno.EACCES:
        return f"port {port} is not for ordinary users; choose one above 1023 with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is no address of this machine; use one of its own, or 0.0.0.0 for all"
    return f"can't listen on {host} port {port}: {error.strerror}"


class PatientListener:
    """A listening socket for eventlet, whose server ends for good when one accept fails.

    It fails when a client hangs up at the wrong moment, or when there are no more file descriptors: both pass.
    """

    def __init__(self, listener: socket.socket, sleep: Callable[[float], None] = time.sleep) -> None:
        self._listener = listener
        self._sleep = sleep
        self._complained = False

    def accept(self) -> tuple[socket.socket, Any]:  # Any: an address of its family
        """The next connection."""
        while True:
            try:
                return self._listener.accept()
            except OSError as error:
                if error.errno in (errno.EBADF, errno.EINVAL):  # closed
                    raise
                if error.errno in (errno.EMFILE, errno.ENFILE) and not self._complained:
                    self._complained = True
                    logger.error("no more connections can be taken: %s; raise the limit (ulimit -n)", error.strerror)
                self._sleep(0.05)

    def __getattr__(self, name: str) -> Any:  # Any: whatever a socket has
        return getattr(self._listener, name)


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
        self._open.add(connection)
        try:
            return self._inner(environ, start_response)
        finally:
            self._open.discard(connection)

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """Shut the sockets down, below Socket.IO: told to disconnect by it, a browser would not come back."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was quicker
                pass


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


class ThreadedServing:
    """Werkzeug's server with a thread per connection, for where tasks are threads; it does not limit connections."""

    def __init__(self, listener: socket.socket, application: WSGIApplication, limits: Limits) -> None:
        host, port = listener.getsockname()[:2]
        handler = type("Handler", (_QuietHandler,), {"timeout": limits.idle})
        self._server: BaseWSGIServer = make_server(
            host, port, application, threaded=True, request_handler=handler, fd=listener.fileno()
        )
        listener.close()  # Werkzeug has made a duplicate of its own

    def run(self) -> None:
        self._server.serve_forever(poll_interval=0.25)

    def stop(self) -> None:
        self._server.shutdown()


class _QuietHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1, logs no requests (their addresses may hold a token), and does not say what it is."""

    protocol_version = "HTTP/1.1"

    def run_wsgi(self) -> None:
        # simple-websocket uses send() where it means sendall(), which only a socket without a timeout forgives.
        if "Upgrade" in self.headers:
            self.connection.settimeout(None)
        super().run_wsgi()

    def version_string(self) -> str:
        return "plotroom"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def log(self, type: str, message: str, *args: Any) -> None:  # Any: as the base class says
        logger.debug("%r", message % args)  # what a client sent is in it


def threaded() -> Runtime:
    """Tasks are threads."""
    return Runtime("threading", run_here, ThreadedServing)

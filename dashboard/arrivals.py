"""Connections whose request has not arrived yet: how long they may take, what they may send, and who comes first.

A `Newcomer` stands between a server's handler of one connection and the socket. From the moment it is accepted, and
again from the end of each answer, a client has so many seconds for a whole request, TLS handshake and body included,
however it spreads its bytes over them.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.live.budget import Budgets, household
from dashboard.live.connection import shut_down
from dashboard.live.upgrade import Upgrade
from dashboard.tls import SPEAK_TLS, begins_tls

if TYPE_CHECKING:
    _Handler = BaseHTTPRequestHandler
else:  # eventlet's handler has another class of this name among its ancestors, a green one
    _Handler = object

logger = logging.getLogger(__name__)

#: Where a request's environ has its `Newcomer`.
NEWCOMER = "plotroom.newcomer"
#: So many are cut before other tasks have their turn, and then so many seconds later the next ones.
CUT_AT_ONCE, CUT_PAUSE = 16, 0.002
MAX_HEAD = 64 * 2**10  # bytes
#: Of what a client goes on to send after it was refused, so many bytes are thrown away.
MOST_DRAINED = 2**20


class Arrivals:
    """Who has not brought a request yet; `watch` cuts those off that take too long.

    Args:
        within: seconds for a whole request.
        max_body: bytes of the largest body.
        pause: lets other tasks run; None where tasks are threads.
        clock: seconds, by a clock that never steps.
    """

    def __init__(
        self,
        within: float,
        max_body: int,
        pause: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.within = within
        self.max_body = max_body
        self._pause = pause
        self._clock = clock
        self._due: dict[Newcomer, float] = {}  # in the order of time, for all are given the same span
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._told = Budgets(1 / 60, 1, 1024, clock)

    def expect(self, newcomer: Newcomer) -> None:
        """A request must come; if one is expected already, nothing changes."""
        with self._lock:
            self._due.setdefault(newcomer, self._clock() + self.within)

    def arrived(self, newcomer: Newcomer) -> None:
        """The request has come, or never will."""
        with self._lock:
            self._due.pop(newcomer, None)

    def take_turn(self) -> None:
        """Wait until no other newcomer is being served in this round of the hub.

        When a thousand come at the same moment, those who are there already are served between any two of them.
        """
        if self._pause is not None:
            with self._turn:
                self._pause()

    def drain(self, connection: socket.socket) -> None:
        """Throw away what still comes: closed before that, the kernel would take our last words back."""
        left = MOST_DRAINED
        try:
            if not isinstance(connection, ssl.SSLSocket):  # those have no half of a goodbye
                connection.shutdown(socket.SHUT_WR)
            while left > 0 and (data := connection.recv(65_536)):
                left -= len(data)
                self.take_turn()
        except OSError:  # it has gone
            pass

    def watch(self) -> None:
        """Cut off who is overdue, until `end`."""
        while not self._ended.wait(self._next_look()):
            for newcomer in self._overdue():
                self._tell(newcomer)
                shut_down(newcomer.request)

    def end(self) -> None:
        """Let `watch` return."""
        self._ended.set()

    def _next_look(self) -> float:
        with self._lock:
            first = next(iter(self._due.values()), None)
        return self.within if first is None else max(CUT_PAUSE, first - self._clock())

    def _overdue(self) -> list[Newcomer]:
        now = self._clock()
        with self._lock:
            found: list[Newcomer] = []
            for newcomer, due in self._due.items():
                if due > now or len(found) == CUT_AT_ONCE:
                    break
                found.append(newcomer)
            for newcomer in found:
                del self._due[newcomer]
        return found

    def _tell(self, newcomer: Newcomer) -> None:
        """One line an address and minute; a connection that has been of use and is idle now is nothing to tell of."""
        address = newcomer.client_address[0]
        if not newcomer.heard and self._told.take(household(address)):
            logger.info("%s has brought no request within %g s (live.join_within): it is cut off", address, self.within)


class Newcomer(_Handler):
    """What `eventlet.wsgi.HttpProtocol` and Werkzeug's handler have to do before they hear a request.

    A mixin; subclasses set the class attributes, and put themselves into each environ under `NEWCOMER`.

    Attributes:
        arrivals: of the server.
        tls: secures the connection; None for plain HTTP.
        heard: it has brought a request.
        upgrade: what is done with the connection after the request.
    """

    arrivals: ClassVar[Arrivals]
    tls: ClassVar[ssl.SSLContext | None] = None
    heard = False
    upgrade = Upgrade()  # of no request, so never with anything to do
    # Of `send_error`, whose own are a page of HTML that says which Python this is.
    error_message_format = "%(message)s\n"
    error_content_type = "text/plain;charset=utf-8"

    def __init__(self, *arguments: Any) -> None:  # Any: they differ from server to server
        try:
            super().__init__(*arguments)
        except (OSError, EOFError) as error:  # it has gone, was cut off, or speaks no TLS
            logger.debug("a connection has ended: %r", error)
        finally:
            self.arrivals.arrived(self)
            if not self.upgrade.pending:
                self.request.close()  # the server may only know the one that TLS has taken the place of

    def setup(self) -> None:
        self.arrivals.expect(self)
        # A small answer would else wait for the client to confirm the one before, which it puts off for 40 ms.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is not None:
            self._shake_hands(self.tls)
        super().setup()

    def finish(self) -> None:
        if self.upgrade.pending:
            self.rfile.close()
            self.wfile.close()
            self.upgrade.at_end(partial(_close, self.request))
        else:
            super().finish()

    def handle_one_request(self) -> None:
        self.arrivals.expect(self)
        if not self.rfile.closed:
            self.rfile.peek(1)  # type: ignore[attr-defined]  # it is a BufferedReader
            self.arrivals.take_turn()
        super().handle_one_request()

    def parse_request(self) -> bool:
        source = self.rfile
        head = self.rfile = _Head(source)  # type: ignore[assignment]  # all that is used of it here
        try:
            parsed = super().parse_request()
        finally:
            self.rfile = source
        if parsed and head.left <= 0:
            self._refuse(431, f"At most {MAX_HEAD} bytes of headers can be sent here.")
        elif parsed and not head.whole:
            raise ConnectionAbortedError("its head breaks off")
        return parsed and head.left > 0 and self._is_bounded()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # Until it has found a version, the base class takes a request for one of HTTP/0.9, whose answers have no head.
        if self.request_version == "HTTP/0.9":
            self.request_version = "HTTP/1.0"
        super().send_error(code, message, explain)

    def version_string(self) -> str:
        return "plotroom"

    def log_message(self, format: str, *args: Any) -> None:  # Any: as the base class says
        logger.debug("%r", format % args)  # what a client sent is in it

    def _shake_hands(self, context: ssl.SSLContext) -> None:
        if not begins_tls(self.request):
            self.request.sendall(SPEAK_TLS)
            self.arrivals.drain(self.request)
            raise ConnectionAbortedError("it speaks no TLS")
        self.arrivals.take_turn()  # a handshake is a millisecond of arithmetic
        self.request = context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        self.request.do_handshake()

    def _is_bounded(self) -> bool:
        """Whether the body has a length that is bearable; what comes in chunks has none, and no browser sends them."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        if "Transfer-Encoding" in self.headers:
            self._refuse(411, "A body needs a Content-Length here.")
        elif len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            self._refuse(400, "There must be one Content-Length, a number.")
        elif len(lengths[0]) > 12 or int(lengths[0]) > self.arrivals.max_body:
            self._refuse(413, f"At most {self.arrivals.max_body} bytes can be sent here.")
        else:
            return True
        return False

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True
        self.send_error(status, message)
        self.wfile.flush()
        self.arrivals.drain(self.request)


class _Head:
    """The lines of a request's head; for the base class, one that breaks off is a head as good as any other."""

    def __init__(self, source: Any) -> None:  # Any: what either server reads lines from
        self._source = source
        self.left = MAX_HEAD
        self.whole = False

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._source.readline(limit)
        self.left -= len(line)
        self.whole = line in (b"\r\n", b"\n")
        return line if self.left > 0 else b""


def _close(connection: socket.socket) -> None:
    shut_down(connection)
    connection.close()

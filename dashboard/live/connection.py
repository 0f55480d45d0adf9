"""One client's connection below Socket.IO: its socket, what waits for it, and its end."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

from engineio import packet as engine

from dashboard.live.frame import Bundle, Frame, Probe
from dashboard.live.outbox import Outbox

log = logging.getLogger(__name__)

PING = Bundle((Frame((engine.Packet(engine.PING),)),))
#: Seconds between two looks whether a client has taken what waits for it, at first and at last.
FIRST_LOOK, LAST_LOOK = 0.005, 0.5


def socket_of(environ: dict[str, Any]) -> socket.socket | None:
    """The socket of a request, as the server that took it has put it there: eventlet's, or Werkzeug's."""
    if "eventlet.input" in environ:
        found: socket.socket = environ["eventlet.input"].get_socket()
        return found
    return environ.get("werkzeug.socket")


def shut_down(connection: socket.socket) -> None:
    """End a connection that a task may be reading from: that task comes to the end of what there is to read."""
    try:
        if isinstance(connection, ssl.SSLSocket):
            # Its own shutdown would take the TLS state away from below that task, which would then fail in odd ways.
            socket.SocketType.shutdown(connection, socket.SHUT_RDWR)
        else:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is down already
        pass


class Client:
    """A connected client of Engine.IO.

    Args:
        sid: Engine.IO's name for it.
        below: python-engineio's own object for it; that library ships no types.
        spawn: starts a task.
        let_go: called when it is sent away.

    Attributes:
        connection: its socket, when it has one that stays.
        direct: its WebSocket is read and written here, not by the libraries.
        outbox: what waits for it.
        hears_probes: it has a WebSocket whose pongs are heard.
        held: its next request waits until it has taken more of what it was sent.
        refused: it has sent something that it must not, and is let go.
    """

    __slots__ = (
        "_below",
        "_let_go",
        "_spawn",
        "connection",
        "direct",
        "hears_probes",
        "held",
        "outbox",
        "refused",
        "sid",
    )

    def __init__(self, sid: str, below: Any, spawn: Callable[..., object], let_go: Callable[[], None]) -> None:
        self.sid = sid
        self._below = below
        self._spawn = spawn
        self._let_go = let_go
        self.connection: socket.socket | None = None
        self.outbox: Outbox = below.queue
        self.outbox.on_close = self._end
        self.direct = self.hears_probes = self.held = self.refused = False

    @property
    def probes(self) -> bool:
        """Whether WebSocket pings can be sent to it: not while it has a WebSocket and still uses long-polling."""
        return self.hears_probes and bool(self._below.upgraded)

    @property
    def waiting(self) -> int:
        """Bytes that the socket has not taken yet."""
        return self.outbox.waiting

    @property
    def taken(self) -> int:
        """Bytes that the socket has taken so far."""
        return self.outbox.taken

    @property
    def late(self) -> int:
        """Those of them that had to wait."""
        return self.outbox.late

    def ping(self) -> None:
        """Send a heartbeat of Engine.IO."""
        self.outbox.send(PING)

    def probe(self, payload: bytes) -> None:
        """Send a WebSocket ping, which the other side's WebSocket answers by itself, when it has read up to it."""
        self.outbox.send(Bundle((Probe(payload),)), urgent=True)

    def hang_up(self, why: str) -> None:
        """Shut the connection down, below Socket.IO and Engine.IO: both would first wait for its queue, and a browser
        that Socket.IO sends away does not come back.

        Args:
            why: for the log: what it did.
        """
        self.outbox.close(why)

    def refuse(self, why: str) -> None:
        """Take note that it has sent what it must not, once.

        Args:
            why: for the log; "" when that has been told.
        """
        if not self.refused:
            self.refused = True
            self._let_go()
            if why:
                log.info("client %s is let go: %s", self.sid, why)

    def wait_until_taken(self, sleep: Callable[[float], None]) -> None:
        """Wait until the client has taken most of what waits for it: who asks faster than it reads is not heard."""
        look = FIRST_LOOK
        while self.outbox.full and not self.outbox.closed:
            self.held = True
            sleep(look)
            look = min(2 * look, LAST_LOOK)
        self.held = False

    def _end(self, why: str) -> None:
        if why:
            self._let_go()
            log.info("client %s is let go: %s", self.sid, why)
        if self.connection is not None and self._below.upgraded:
            shut_down(self.connection)
        else:  # in a task of its own: it tells everybody, some of whom may be at work just now
            self._spawn(self._close_below)

    def _close_below(self) -> None:
        self._below.close(wait=False, abort=True)

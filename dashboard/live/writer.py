"""How an outbox puts bytes into a socket itself, without the detour of the libraries."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Protocol

#: Bytes that are taken at once and then have to be sent to their end: so large are the WebSocket frames of a message.
CHUNK = 16 * 2**10


class Writer(Protocol):
    """The socket below an outbox, when that writes itself.

    Attributes:
        at_once: bytes that it takes at once at most.
        sticky: what was tried once has to be tried again until it is sent.
    """

    at_once: int
    sticky: bool

    def try_write(self, data: bytes) -> int:
        """Write what can be written at once; how many bytes that was.

        Raises:
            OSError: the connection has ended.
        """

    def write_on(self, run: Callable[[], None]) -> None:
        """Run something that may wait in a task of its own."""

    def pause(self) -> None:
        """Let other tasks run."""

    def wait_and_write(self, data: memoryview) -> int:
        """Wait until something can be written, and write it; how many bytes that was.

        Raises:
            OSError: the connection has ended.
        """


class DirectWriter:
    """Writes to the socket of a WebSocket under eventlet.

    Args:
        connection: eventlet's socket.
        eio: python-engineio's server, which knows what tasks are.

    Attributes:
        sticky: what was tried once has to be tried again until it is sent (TLS has encrypted it already).
        at_once: bytes that it takes at once at most.
    """

    __slots__ = ("_connection", "_eio", "_send", "at_once", "sticky")

    def __init__(self, connection: Any, eio: Any) -> None:
        self._connection = connection
        self._eio = eio
        self.sticky = isinstance(connection, ssl.SSLSocket)
        self.at_once = CHUNK if self.sticky else 4 * CHUNK
        self._send: Callable[[Any], int] = self._send_tls if self.sticky else connection.fd.send

    def try_write(self, data: bytes) -> int:
        try:
            return self._send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def write_on(self, run: Callable[[], None]) -> None:
        self._eio.start_background_task(run)

    def pause(self) -> None:
        self._eio.sleep(0)

    def wait_and_write(self, data: memoryview) -> int:
        try:
            sent: int = self._connection.send(data)
        except TimeoutError:  # the reader's, for whose sake the socket may have one just now
            return 0
        return sent

    def _send_tls(self, data: Any) -> int:
        self._connection.act_non_blocking = True
        try:
            sent: int = self._connection.send(data)
            return sent
        finally:
            self._connection.act_non_blocking = False

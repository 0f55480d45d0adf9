"""The connection below a request, and what is still on its way through it."""

from __future__ import annotations

import socket
from typing import Any

#: A client for which so much waits has its next request read when it has taken some of that.
FULL_PACKETS = 10
FULL_BYTES = 2**20


def socket_of(environ: dict[str, Any]) -> socket.socket | None:
    """The socket of a request, as the server that took it has put it there: eventlet's, or Werkzeug's."""
    if "eventlet.input" in environ:
        found: socket.socket = environ["eventlet.input"].get_socket()
        return found
    return environ.get("werkzeug.socket")


class Backlog:
    """Messages for one WebSocket, from when they were queued until its socket has taken them.

    The queue alone does not tell: its writer takes all that is in there at once. Each of the counters has one writer,
    so that no lock is needed.

    Attributes:
        abandoned: the client has been let go; nothing more is queued for it.
    """

    def __init__(self) -> None:
        self.abandoned = False
        self._packets_in = self._packets_out = 0
        self._bytes_in = self._bytes_out = 0

    @property
    def bytes(self) -> int:
        return self._bytes_in - self._bytes_out

    @property
    def full(self) -> bool:
        """Whether the client should take some of this before it asks for more."""
        return self._packets_in - self._packets_out > FULL_PACKETS or self.bytes > FULL_BYTES

    def queued(self, packets: int, size: int) -> None:
        self._packets_in += packets
        self._bytes_in += size

    def sent(self, size: int) -> None:
        # At most what was queued: of a client that began with long-polling, a part was not counted.
        self._packets_out = min(self._packets_out + 1, self._packets_in)
        self._bytes_out = min(self._bytes_out + size, self._bytes_in)

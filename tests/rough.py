"""A network that is not kind: connections end at any byte, or carry little."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.proxy import Proxy

#: Bytes that a throttled connection may have on the way: a kernel would else take megabytes from the server at once.
ON_THE_WAY = 8192
#: Throttled bytes are passed on so many times a second.
PORTIONS = 20


class RoughNetwork(Proxy):
    """A proxy whose connections end after as many bytes as `lifetime` says, in the middle of whatever that is.

    Args:
        port: of the server on this machine.
        lifetime: told whether it is for the way up to the server, gives how many bytes may pass there before the
            connection ends; one call for each way of each connection.

    Attributes:
        cuts: connections that have been ended so far.
        rate: bytes a second that a connection carries down from the server; None for as many as it can.
    """

    def __init__(self, port: int, lifetime: Callable[[bool], float] = lambda up: float("inf")) -> None:
        super().__init__(port)
        self.cuts = 0
        self.rate: float | None = None
        self._lifetime = lifetime
        self._calm = threading.Event()
        self._own = self._listener.getsockname()[1]

    def __enter__(self) -> RoughNetwork:
        super().__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.rate = None
        super().__exit__(*raised)

    def calm(self) -> None:
        """End no more connections."""
        self._calm.set()

    def lead_to(self, port: int) -> None:
        """New connections go to another server."""
        self._target = port

    def _connect(self) -> socket.socket:
        if self.rate is None:
            return super()._connect()
        server = socket.socket()
        # Before it connects: what a kernel has once offered to take, it takes.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ON_THE_WAY)
        try:
            server.connect(("127.0.0.1", self._target))
        except OSError:
            server.close()
            raise
        return server

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:  # type: ignore[override]  # was static
        with suppress(OSError):
            up = source.getsockname()[1] == self._own
            self._carry(source, sink, up)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        left = self._lifetime(up)
        while data := source.recv(self._portion(up)):
            if len(data) >= left and not self._calm.is_set():
                sink.sendall(data[: int(left)])
                with self._lock:
                    self.cuts += 1
                return
            left -= len(data)
            sink.sendall(data)
            if self.rate is not None and not up:
                threading.Event().wait(len(data) / self.rate)

    def _portion(self, up: bool) -> int:
        return 65_536 if up or self.rate is None else max(1, int(self.rate / PORTIONS))

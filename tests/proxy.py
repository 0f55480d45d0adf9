"""A TCP proxy that a test can cut: what a lost network is to a browser, without touching browser or server."""

from __future__ import annotations

import socket
import threading

from tests.server import free_port


class Proxy:
    """Passes connections on to `port` of this machine until `cut`; `mend` lets new ones through again.

    Attributes:
        url: its address, without a slash at the end.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._open = True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        own = free_port()
        self.url = f"http://127.0.0.1:{own}"
        self._listener = socket.create_server(("127.0.0.1", own))

    def __enter__(self) -> Proxy:
        self._spawn(self._accept)
        return self

    def __exit__(self, *raised: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)
        for end in self._ends:
            end.close()

    def cut(self) -> None:
        """End all connections and take no new ones."""
        with self._lock:
            self._open = False
            pairs, self._pairs = self._pairs, []
        for end in (one for pair in pairs for one in pair):
            _shut(end)

    def mend(self) -> None:
        """Let connections through again."""
        self._open = True

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                client.close()
                continue
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            with self._lock:
                self._pairs.append((client, server))
                self._ends += (client, server)
            self._spawn(self._pump, client, server)
            self._spawn(self._pump, server, client)

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._target))

    def _spawn(self, function: object, *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)  # type: ignore[arg-type]  # a function
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            pass
        _shut(source)
        _shut(sink)


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass

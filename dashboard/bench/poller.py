"""Which of many sockets can be read: epoll itself where there is one, for `selectors` costs more than a read does."""

from __future__ import annotations

import select
import selectors
import socket
import sys
from typing import Protocol


class Poller(Protocol):
    """Knows sockets by their file descriptors."""

    def add(self, connection: socket.socket) -> None:
        """Watch a socket."""

    def remove(self, connection: socket.socket) -> None:
        """Watch it no more."""

    def readable(self, timeout: float) -> list[int]:
        """The descriptors of those that can be read, after `timeout` seconds at the latest."""

    def close(self) -> None:
        """Give back what it has from the system."""


class _Epoll:
    def __init__(self) -> None:
        assert sys.platform == "linux"
        self._epoll = select.epoll()
        self._count = 0

    def add(self, connection: socket.socket) -> None:
        assert sys.platform == "linux"
        self._epoll.register(connection, select.EPOLLIN)
        self._count += 1

    def remove(self, connection: socket.socket) -> None:
        self._epoll.unregister(connection)
        self._count -= 1

    def readable(self, timeout: float) -> list[int]:
        # All that are ready at once: with fewer, the first ones would be read again before the last.
        return [descriptor for descriptor, _ in self._epoll.poll(timeout, max(1, self._count))]

    def close(self) -> None:
        self._epoll.close()


class _Selector:
    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def add(self, connection: socket.socket) -> None:
        self._selector.register(connection, selectors.EVENT_READ)

    def remove(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)

    def readable(self, timeout: float) -> list[int]:
        return [key.fd for key, _ in self._selector.select(timeout)]

    def close(self) -> None:
        self._selector.close()


def poller() -> Poller:
    """The fastest of this system."""
    return _Epoll() if hasattr(select, "epoll") else _Selector()

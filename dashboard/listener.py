"""The listening socket, and the door behind it: who may open a connection, and how often."""

from __future__ import annotations

import errno
import logging
import os
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.errors import CannotStart
from dashboard.live.budget import Budgets, household
from dashboard.web.proxies import Network, is_trusted

logger = logging.getLogger(__name__)

BACKLOG = 1024
#: An address may open connections for this many seconds at once.
BURST = 10
#: Addresses that are remembered one by one.
MOST_ADDRESSES = 8192
#: Connections that are accepted before other tasks have their turn: less than a millisecond's worth.
AT_ONCE = 16
#: Close at once and forget the connection: one that is closed in order would be kept by the kernel for a minute.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


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


class Door:
    """Who may open a connection: each address so often, of IPv6 each network of 64 bits.

    Args:
        rate: new connections a second from one address; `BURST` seconds' worth of them may come at once.
        exempt: networks that may always: of a proxy, everybody's connections come from one address.
        clock: seconds, by a clock that never steps.
    """

    def __init__(
        self, rate: float, exempt: Sequence[Network] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._exempt = exempt
        self._budgets = Budgets(rate, max(1.0, BURST * rate), MOST_ADDRESSES, clock)
        self._told = Budgets(1 / 60, 1, MOST_ADDRESSES, clock)

    def admits(self, address: str) -> bool:
        """Whether one more may come in from this address; the log is told of a refusal once a minute."""
        if self._exempt and is_trusted(address, self._exempt):
            return True
        who = household(address)
        if self._budgets.take(who):
            return True
        if self._told.take(who):
            logger.warning(
                "%s opens connections faster than %g a second (live.max_connects): they are closed", who, self._rate
            )
        return False


def refuse(connection: socket.socket) -> None:
    """Close a connection without a word."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    except OSError:  # the other side was quicker
        pass
    connection.close()


class PatientListener:
    """A listening socket for a server that must not end when one accept fails.

    It fails when a client hangs up at the wrong moment, or when there are no more file descriptors: both pass.

    Args:
        listener: the socket.
        door: who may come in.
        sleep: waits cooperatively, in seconds; 0 lets other tasks run.
    """

    def __init__(self, listener: socket.socket, door: Door, sleep: Callable[[float], None] = time.sleep) -> None:
        self._listener = listener
        self._door = door
        self._sleep = sleep
        self._accepted = 0
        self._complained = False

    def accept(self) -> tuple[socket.socket, Any]:  # Any: an address of its family
        """The next connection that may come in."""
        while True:
            self._give_way()
            try:
                connection, address = self._listener.accept()
            except OSError as error:
                self._failed(error)
                continue
            if self._door.admits(address[0]):
                return connection, address
            refuse(connection)

    def _give_way(self) -> None:
        # While connections wait to be accepted, a green accept returns without a look at any other task.
        self._accepted += 1
        if self._accepted >= AT_ONCE:
            self._accepted = 0
            self._sleep(0)

    def _failed(self, error: OSError) -> None:
        if error.errno in (errno.EBADF, errno.EINVAL):  # closed
            raise error
        if error.errno in (errno.EMFILE, errno.ENFILE) and not self._complained:
            self._complained = True
            logger.error("no more connections can be taken: %s; raise the limit (ulimit -n)", error.strerror)
        self._sleep(0.05)

    def __getattr__(self, name: str) -> Any:  # Any: whatever a socket has
        return getattr(self._listener, name)

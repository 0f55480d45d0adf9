"""A connection to one namespace of a server, which comes back by itself."""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dashboard.client.errors import CannotConnect, ClientError, Missing, Refused

if TYPE_CHECKING:
    from dashboard.client.address import Address

#: Seconds to wait before the next try to connect, as in static/js/backoff.js: at random, so that not all come at once.
LEAST, FIRST_MOST, MOST = 0.2, 1.5, 5.0
#: Seconds for a connection to be made, and for the server's first word in it.
CONNECT_WITHIN = 10.0
#: Seconds that an end waits for.
CLOSE_WITHIN = 2.0
#: Statuses of a handshake that trying again does not change.
CLOSED = (401, 403)

# The libraries tell of every lost connection, which is told here in another way.
_silent = logging.getLogger(f"{__name__}.socketio")
_silent.setLevel(logging.CRITICAL + 1)


class Line:
    """One connection at a time, kept by a thread of its own.

    Args:
        address: of the server.
        namespace: which.
        first: the event that the server begins with.
        heard: called with the name and the payload of each event, one after the other, `first` among them.
        lost: called when the connection has ended.
        work: called when there may be something to do; gives the seconds until the next time.
        failed: called with what has ended it for good.
        auth: what is said of oneself when the namespace is joined.
    """

    def __init__(
        self,
        address: Address,
        namespace: str,
        first: str,
        *,
        heard: Callable[[str, Any], None],
        lost: Callable[[], None],
        work: Callable[[], float],
        failed: Callable[[ClientError], None],
        auth: Callable[[], dict[str, Any] | None] = lambda: None,
    ) -> None:
        self._address = address
        self._namespace = namespace
        self._first = first
        self._heard, self._lost, self._work, self._failed, self._auth = heard, lost, work, failed, auth
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._socket: Any = None  # python-socketio ships no types
        self._thread = threading.Thread(target=self._run, name=f"plotroom {namespace}", daemon=True)
        self.live = False

    def start(self) -> None:
        """Connect, and keep to it.

        Raises:
            CannotConnect: it can't be done; nothing is left to be closed.
        """
        self._connect()
        self._thread.start()

    def close(self) -> None:
        """End it; waits until it has, unless it is being made at that moment: it then ends by itself."""
        self._closed.set()
        self._wake.set()
        if self._thread is threading.current_thread():
            return
        if self._thread.is_alive():
            self._thread.join(CLOSE_WITHIN)
        else:
            self._drop()

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def emit(self, event: str, payload: object, answered: Callable[[Any], None]) -> bool:
        """Send a request; False when there is no connection."""
        try:
            self._socket.emit(event, payload, namespace=self._namespace, callback=answered)
        except Exception:  # the connection ends while this is sent: the library has many ways to say so
            return False
        return True

    def _run(self) -> None:
        failures = 0
        while not self._closed.is_set():
            if self._socket is not None:
                failures = 0
                self._attend()
                self._drop()
                continue
            if self._closed.wait(random.uniform(LEAST, min(MOST, FIRST_MOST * 2**failures))):
                return
            try:
                self._connect()
            except Refused as refused:
                self._failed(refused)
                return
            except CannotConnect:
                failures += 1
        self._drop()

    def _attend(self) -> None:
        """Work until the connection ends."""
        ended = self._socket.ended
        while True:
            self._wake.clear()
            if ended.is_set() or self._closed.is_set():
                return
            self._wake.wait(self._work())

    def _connect(self) -> None:
        _check_libraries()
        made = _made(self._hear, self._wake, self._address)
        greeted = made.greeted
        made.on("*", made.dispatch, namespace=self._namespace)
        made.on("connect_error", lambda *said: greeted.set(), namespace=self._namespace)
        made.first = self._first
        try:
            made.connect(
                self._address.origin,
                headers=dict(self._address.headers),
                auth=self._auth(),
                transports=["websocket"],
                namespaces=[self._namespace],
                socketio_path=f"{self._address.base}/socket.io",
                wait=False,
            )
        except Exception as error:  # the library lets through whatever a handshake causes that breaks off
            raise _explained(error, self._address) from None
        self._socket = made
        if not greeted.wait(CONNECT_WITHIN) or not made.welcome:
            self._drop()
            raise CannotConnect(
                f"{self._address.url} has ended the connection at once; is {self._namespace} switched off there?"
            )
        self.live = True

    def _hear(self, event: str, payload: Any) -> None:  # Any: JSON
        try:
            self._heard(event, payload)
        except Exception as error:  # the boundary of the library's thread: it would be lost in its log
            self._failed(ClientError(f"{event!r} of {self._address.url} can't be understood: {error!r}"))

    def _drop(self) -> None:
        made, self._socket, self.live = self._socket, None, False
        if made is not None:
            made.hang_up()
            self._lost()


def _check_libraries() -> None:
    for name, package in (("socketio", "python-socketio"), ("websocket", "websocket-client")):
        if find_spec(name) is None:
            raise Missing(f"{package} is not installed; live data need it: pip install 'plotroom[client]'")


def _made(hear: Callable[[str, Any], None], wake: threading.Event, address: Address) -> Any:
    """A client of python-socketio for one connection, which handles packets one after the other."""
    import engineio
    import socketio

    class InOrder(engineio.Client):  # type: ignore[misc]  # python-engineio ships no types
        """The library gives each packet a thread of its own, and they overtake one another."""

        def _trigger_event(self, event: str, *args: Any, run_async: bool = False, **options: Any) -> Any:
            return super()._trigger_event(event, *args, run_async=False, **options)

    class Connection(socketio.Client):  # type: ignore[misc]  # python-socketio ships no types
        first = ""
        welcome = False

        def __init__(self, **options: Any) -> None:
            self.greeted = threading.Event()
            self.ended = threading.Event()
            super().__init__(**options)

        def dispatch(self, event: str, *payload: Any) -> None:
            hear(event, payload[0] if payload else None)
            if event == self.first:
                self.welcome = True
                self.greeted.set()

        def hang_up(self) -> None:
            """Go without a farewell: the library's waits for seconds, and leaves its socket open."""
            connection, reading = self.eio.ws, self.eio.read_loop_task
            if connection is None or connection.sock is None:
                return
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            if reading is not None and reading is not threading.current_thread():
                reading.join(CONNECT_WITHIN)
            connection.shutdown()

        def _engineio_client_class(self) -> type[InOrder]:
            return InOrder

        def _handle_disconnect(self, namespace: str) -> None:
            self._over()  # the library would wait for the thread in which this runs

        def _handle_eio_disconnect(self, reason: str) -> None:
            super()._handle_eio_disconnect(reason)
            self._over()

        def _over(self) -> None:
            self.ended.set()
            self.greeted.set()
            wake.set()

    # By default it goes wherever an answer sends it, also to another host, and shows the token there.
    options: dict[str, Any] = {"suppress_origin": True, "redirect_limit": 0}
    if address.tls is not None:
        options["sslopt"] = {"context": address.tls}
    return Connection(
        reconnection=False,
        handle_sigint=False,
        logger=_silent,
        engineio_logger=_silent,
        request_timeout=CONNECT_WITHIN,
        websocket_extra_options=options,
    )


def _explained(error: BaseException, address: Address) -> ClientError:
    """What a failed handshake means to a person."""
    cause: BaseException | None = error
    while cause is not None:
        status = getattr(cause, "status_code", None)
        if status in CLOSED:
            return closed(address, status)
        if status is not None:
            return CannotConnect(f"{address.url} answers with status {status}; is a Plotroom there?")
        if str(cause).startswith("Redirect"):  # of websocket-client, which gives it no status
            return CannotConnect(f"{address.url} sends to another address; give the one where Plotroom itself answers")
        reason, cause = cause, cause.__cause__ or cause.__context__
    return unreachable(address, reason)


def closed(address: Address, status: int, said: str = "") -> Refused:
    """The server lets nobody in like that."""
    if status == 401:
        told = "does not take that token" if address.token else "asks for its token"
        return Refused("unauthorized", f"{address.url} {told}; `plotroom token` shows it on the server's machine")
    return Refused("forbidden", said or f"{address.url} refuses that; it must be reached by a name that it knows")


def unreachable(address: Address, reason: BaseException | str) -> CannotConnect:
    if isinstance(reason, ssl.SSLError):
        why = getattr(reason, "verify_message", None) or reason.reason or str(reason)
        return CannotConnect(
            f"{address.url} speaks no TLS that is to be trusted ({why}); ca= says which certificate is"
        )
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return CannotConnect(f"nothing answers at {address.url} ({why}); is Plotroom running there?")

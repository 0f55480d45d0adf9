"""The namespace `/admin`: what the Socket.IO Admin UI shows of this server, to who has its password.

python-socketio's `instrument()` is not used as it is. It would wrap the WebSockets of all servers of the process, so
that each message costs more and is counted where ours do not pass; it does not know namespaces that are classes; it
would start a task with the first client; and it would let a stranger into the namespace before asking who it is.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from socketio.admin import HOSTNAME, PID, InstrumentedServer
from socketio.packet import CONNECT_ERROR

from dashboard.errors import CannotStart
from dashboard.live.budget import Budgets, household
from dashboard.live.fanout import ADMIN, Fanout
from dashboard.live.gate import StrictPacket
from dashboard.live.namespaces.only import ONLY
from dashboard.live.wire import Code, Payload, error

if TYPE_CHECKING:
    from dashboard.settings import AdminSettings

log = logging.getLogger(__name__)

#: Seconds between two `server_stats`.
EVERY = 2.0
#: Attempts to sign in of one address: a second, and at once; and addresses that are remembered.
ATTEMPTS, ATTEMPTS_BURST, MOST_ADDRESSES = 0.1, 10, 1024


class Admin(InstrumentedServer):  # type: ignore[misc]  # python-socketio ships no types
    """Tells the Admin UI how many are connected and how much is sent. It can look and do nothing else.

    Args:
        socketio: made by `dashboard.live.server.make_socketio`.
        settings: with name and password.
        every: seconds between two tellings.

    Raises:
        CannotStart: it is to be enabled without a name or a password.
    """

    def __init__(self, socketio: Any, settings: AdminSettings, every: float = EVERY) -> None:
        if not (settings.username and settings.password.get_secret_value()):
            raise CannotStart(
                "admin.enabled: needs admin.username and admin.password as well; "
                "set them in plotroom.toml, or PLOTROOM_ADMIN_USERNAME and PLOTROOM_ADMIN_PASSWORD"
            )
        self._settings = settings
        self._fanout: Fanout = socketio.server.manager
        self._attempts = Budgets(ATTEMPTS, ATTEMPTS_BURST, MOST_ADDRESSES)
        self._started = time.monotonic()
        self._stopped = threading.Event()
        self._watching = False
        super().__init__(socketio.server, self._matches, "production", read_only=True, server_stats_interval=every)

    def instrument(self) -> None:
        """Add the namespace, with a question in front of it. Called by the base class."""
        self.sio.on("connect", self.admin_connect, namespace=ADMIN)
        self._let_in: Callable[[str, str, object], None] = self.sio._handle_connect
        self.sio._handle_connect = self._ask
        for event, kind in (("connect", "rawConnection"), ("disconnect", "rawDisconnection")):
            self.sio.eio.on(event, self._counted(self.sio.eio.handlers[event], kind))

    def stop(self) -> None:
        """End the task that tells."""
        self._stopped.set()

    def admin_connect(self, sid: str, environ: dict[str, Any], given: object) -> None:
        """Somebody who has shown the password: they are told what there is to see, and from now on how it goes."""
        super().admin_connect(sid, environ, given)
        with self._fanout.lock:
            if self._watching:
                return
            self._watching = True
        self.sio.start_background_task(self._watch)

    def stats(self) -> Payload:
        """The payload of `server_stats`, with what was counted since the last one."""
        sockets = list(self.sio.eio.sockets.values())
        namespaces = sorted({*self.sio.namespace_handlers, ADMIN})
        return {
            "serverId": self.server_id,
            "hostname": HOSTNAME,
            "pid": PID,
            "uptime": time.monotonic() - self._started,
            "clientsCount": len(sockets),
            "pollingClientsCount": sum(not one.upgraded for one in sockets),
            "aggregatedEvents": self.event_buffer.get_and_clear(),
            "namespaces": [{"name": one, "socketsCount": self._present(one)} for one in namespaces],
        }

    def _ask(self, eio_sid: str, namespace: str, given: object) -> None:
        """Refused here and not by the handler: that is called when one is in the namespace already."""
        if namespace == ADMIN and (why := self._why_not(eio_sid, given)):
            refusal = {"message": why, "data": error(Code.FORBIDDEN, why)}
            self.sio._send_packet(eio_sid, StrictPacket(CONNECT_ERROR, refusal, ADMIN))
            return
        self._let_in(eio_sid, namespace, given)

    def _why_not(self, eio_sid: str, given: object) -> str:
        environ = self.sio.environ.get(eio_sid, {})
        if ONLY in environ:
            return "the key of a panel opens nothing else"
        address = str(environ.get("REMOTE_ADDR", ""))
        if not self._attempts.take(household(address)):
            return "too many attempts; wait a minute"
        if self._matches(given):
            return ""
        log.warning("%s has tried to sign in at %s with a wrong name or password", address, ADMIN)
        return "wrong name or password"

    def _matches(self, given: object) -> bool:
        if not isinstance(given, dict):
            return False
        name = _same(given.get("username"), self._settings.username)
        # Compared whatever became of the name, so that the time tells nothing of either.
        password = _same(given.get("password"), self._settings.password.get_secret_value())
        return name and password

    def _counted(self, handler: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            if self._watching:  # who is not there empties no buffer
                self.event_buffer.push(kind)
            return handler(*arguments)

        return counted

    def _present(self, namespace: str) -> int:
        return len(self._fanout.rooms.get(namespace, {}).get(None, ()))

    def _watch(self) -> None:
        """Tell, for as long as anybody is there to be told."""
        messages, octets = self._fanout.messages_out, self._fanout.bytes_out
        while not self._stopped.wait(self.server_stats_interval):
            with self._fanout.lock:
                self._watching = bool(self._present(ADMIN))
                if not self._watching:
                    return
            self.event_buffer.push("packetsOut", self._fanout.messages_out - messages)
            self.event_buffer.push("bytesOut", self._fanout.bytes_out - octets)
            messages, octets = self._fanout.messages_out, self._fanout.bytes_out
            self._fanout.emit("server_stats", self.stats(), ADMIN)


def _same(given: object, wanted: str) -> bool:
    one, other = (str(text).encode("utf-8", "surrogatepass") for text in (given, wanted))
    return hmac.compare_digest(one, other)

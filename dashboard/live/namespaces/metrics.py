"""The namespace `/metrics`: live samples."""

from __future__ import annotations

from flask_socketio import Namespace

from dashboard.live import wire
from dashboard.live.broadcast import Broadcast
from dashboard.live.namespaces.asking import answer, sid
from dashboard.live.namespaces.only import only
from dashboard.live.payloads import CatalogRequest, SubscribeRequest, UnsubscribeRequest
from dashboard.live.wire import Payload


class MetricsNamespace(Namespace):  # type: ignore[misc]  # Flask-SocketIO ships no types
    """What clients of live metrics may send. Events without a handler here are ignored.

    Args:
        broadcast: the rooms.
        version: of the page's files; a client that has others reloads itself.
    """

    def __init__(self, broadcast: Broadcast, version: str) -> None:
        super().__init__(wire.NAMESPACE)
        self._broadcast = broadcast
        self._version = version

    def on_connect(self, auth: object = None) -> None:
        self._broadcast.connect(sid(), self._version, only())

    def on_disconnect(self, reason: object = None) -> None:
        self._broadcast.disconnect(sid())

    def on_catalog(self, *arguments: object) -> Payload:
        return answer(CatalogRequest, arguments, lambda who, request: self._broadcast.catalog(who))

    def on_subscribe(self, *arguments: object) -> Payload:
        return answer(SubscribeRequest, arguments, self._broadcast.subscribe)

    def on_unsubscribe(self, *arguments: object) -> Payload:
        return answer(
            UnsubscribeRequest, arguments, lambda who, request: self._broadcast.unsubscribe(who, request.metrics)
        )

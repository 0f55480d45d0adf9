"""The events of the namespace `/metrics`, each handed to the part that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import flask
from flask_socketio import Namespace

from dashboard.live import wire
from dashboard.live.broadcast import Broadcast
from dashboard.live.payloads import (
    BadRequest,
    CatalogRequest,
    Request,
    SubscribeRequest,
    UnsubscribeRequest,
    parse,
)
from dashboard.live.wire import Code, Payload

Asked = TypeVar("Asked", bound=Request)


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
        self._broadcast.connect(_sid(), self._version)

    def on_disconnect(self, reason: object = None) -> None:
        self._broadcast.disconnect(_sid())

    def on_catalog(self, *arguments: object) -> Payload:
        return _answer(CatalogRequest, arguments, lambda request: self._broadcast.catalog(_sid()))

    def on_subscribe(self, *arguments: object) -> Payload:
        return _answer(SubscribeRequest, arguments, lambda request: self._broadcast.subscribe(_sid(), request))

    def on_unsubscribe(self, *arguments: object) -> Payload:
        return _answer(
            UnsubscribeRequest, arguments, lambda request: self._broadcast.unsubscribe(_sid(), request.metrics)
        )


def _answer(model: type[Asked], arguments: tuple[object, ...], respond: Callable[[Asked], Payload]) -> Payload:
    try:
        return respond(parse(model, arguments))
    except BadRequest as error:
        return wire.refusal(Code.BAD_REQUEST, str(error))


def _sid() -> str:
    return cast(str, flask.request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO puts it there

"""The Socket.IO server with the settings that this server needs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_socketio import SocketIO

from dashboard.live.fanout import JOIN_WITHIN, MAX_QUEUE, Fanout
from dashboard.live.gate import StrictPacket, guard_messages, guard_websockets
from dashboard.live.wire import NAMESPACE, Json

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings


def make_socketio(
    app: Flask,
    settings: LiveSettings,
    async_mode: str,
    max_queue: int = MAX_QUEUE,
    join_within: float = JOIN_WITHIN,
) -> Any:  # Any: Flask-SocketIO ships no types
    """Put Socket.IO in front of a Flask application.

    Its address is /socket.io, below whatever the layers in front take off as base path. It checks no Origin and grants
    none by CORS: the access layer in front has refused what does not belong here.

    Args:
        app: the application.
        settings: how browsers are kept up to date.
        async_mode: "eventlet" or "threading".
        max_queue: packets that may wait for one client.
        join_within: seconds in which a connection has to join a namespace.
    """
    fanout = Fanout(max_queue, join_within)
    socketio = SocketIO(
        app,
        async_mode=async_mode,
        client_manager=fanout,
        serializer=StrictPacket,
        json=Json,
        transports=["websocket", "polling"] if settings.polling else ["websocket"],
        allow_upgrades=settings.polling,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        max_http_buffer_size=settings.max_message,
        http_compression=False,
        cors_allowed_origins=[],
        # Confirmed first, then told to the handler: what the handler sends would else come before the confirmation.
        always_connect=True,
        # A client's requests are answered one after the other, in its own task: in order, and never more than one.
        async_handlers=False,
        namespaces=[NAMESPACE],
        manage_session=False,
        logger=_errors_of("socketio"),
        engineio_logger=_errors_of("engineio"),
    )
    server = socketio.server
    guard_messages(server, fanout.hang_up)
    guard_websockets(server.eio, settings.max_message, settings.compression, fanout.backlog)
    return socketio


def _errors_of(library: str) -> logging.Logger:
    """A logger for a library that tells of every packet at level info."""
    logger = logging.getLogger(f"{__name__}.{library}")
    logger.setLevel(logging.ERROR)
    return logger

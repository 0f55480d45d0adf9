"""The Socket.IO server with the settings that this server needs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_socketio import SocketIO

from dashboard.live.fanout import Fanout
from dashboard.live.gate import StrictPacket
from dashboard.live.wire import NAMESPACE, Json

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings


def make_socketio(
    app: Flask,
    settings: LiveSettings,
    async_mode: str,
    direct: bool = True,
    monotonic: Callable[[], float] = time.monotonic,
) -> Any:  # Any: Flask-SocketIO ships no types
    """Put Socket.IO in front of a Flask application.

    Its address is /socket.io, below whatever the layers in front take off as base path. It checks no Origin and grants
    none by CORS: the access layer in front has refused what does not belong here.

    Args:
        app: the application.
        settings: how browsers are kept up to date.
        async_mode: "eventlet" or "threading".
        direct: write to WebSockets without the libraries' detour, where that is possible.
        monotonic: a clock in seconds that never steps.
    """
    fanout = Fanout(settings, direct, monotonic)
    socketio = SocketIO(
        app,
        async_mode=async_mode,
        client_manager=fanout,
        serializer=StrictPacket,
        json=Json,
        transports=["websocket", "polling"] if settings.polling else ["websocket"],
        allow_upgrades=settings.polling,
        # Clients are told whole seconds, rounded down, and take their server for dead when it is less often heard.
        ping_interval=(settings.ping_interval, ceil(settings.ping_interval) - settings.ping_interval),
        ping_timeout=settings.ping_timeout,
        max_http_buffer_size=settings.max_message,
        http_compression=False,
        cors_allowed_origins=[],
        # Confirmed first, then told to the handler: what the handler sends would else come before the confirmation.
        always_connect=True,
        # A client's requests are answered one after the other, in its own task: in order, and never more than one.
        async_handlers=False,
        namespaces=[NAMESPACE],  # others by their handlers, when they are switched on
        manage_session=False,
        logger=_errors_of("socketio"),
        engineio_logger=_errors_of("engineio"),
    )
    fanout.install(socketio.server)
    return socketio


def _errors_of(library: str) -> logging.Logger:
    """A logger for a library that tells of every packet at level info."""
    logger = logging.getLogger(f"{__name__}.{library}")
    logger.setLevel(logging.ERROR)
    return logger

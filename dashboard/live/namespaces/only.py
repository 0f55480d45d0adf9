"""A connection that may see an extract of a metric and nothing else: that of a panel in a page of others."""

from __future__ import annotations

import flask
from flask_socketio import ConnectionRefusedError

from dashboard.live.extract import Extract

#: Where the gate puts that into the environ of a request.
ONLY = "plotroom.only"


def only() -> Extract | None:
    """What whoever asks may see; None for everything."""
    found: Extract | None = flask.request.environ.get(ONLY)
    return found


def demand_all() -> None:
    """Let nobody into a namespace who may only see an extract.

    Raises:
        ConnectionRefusedError: they may not; Socket.IO tells them.
    """
    if only() is not None:
        raise ConnectionRefusedError("the key of a panel opens nothing else")

"""A connection that may see extracts of some metrics and nothing else: that of a panel in a page of others."""

from __future__ import annotations

import flask
from flask_socketio import ConnectionRefusedError

from dashboard.live.extract import Opened

#: Where the gate puts that into the environ of a request.
ONLY = "plotroom.only"


def only() -> Opened | None:
    """What whoever asks may see; None for everything."""
    found: Opened | None = flask.request.environ.get(ONLY)
    return found


def demand_all() -> None:
    """Let nobody into a namespace who may only see extracts.

    Raises:
        ConnectionRefusedError: they may not; Socket.IO tells them.
    """
    if only() is not None:
        raise ConnectionRefusedError("the key of a panel opens nothing else")

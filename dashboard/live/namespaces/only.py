"""A connection that may see some metrics and nothing else: that of a panel in a page of others."""

from __future__ import annotations

import flask
from flask_socketio import ConnectionRefusedError

#: Where the gate puts the names of the metrics into the environ of a request.
ONLY = "plotroom.only"


def only() -> frozenset[str] | None:
    """The metrics that whoever asks may see; None for all, and for everything else."""
    found: frozenset[str] | None = flask.request.environ.get(ONLY)
    return found


def demand_all() -> None:
    """Let nobody into a namespace who may only see some metrics.

    Raises:
        ConnectionRefusedError: they may not; Socket.IO tells them.
    """
    if only() is not None:
        raise ConnectionRefusedError("the key of a panel opens nothing else")

"""What a client says to a server until it gets samples, and how to know them; ours, and that of plain Socket.IO."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.live.wire import NAMESPACE, Event

PATH = "/socket.io/?EIO=4&transport=websocket"


@dataclass(frozen=True)
class Dialect:
    """How clients of one server talk.

    Attributes:
        script: how what the server says begins, in this order, and what is answered to it; after the last one the
            client is ready. Empty for a server that speaks no WebSocket and sends at once.
        marker: stands once in each event, and in nothing else.
        stamp: finds, in an event, the time of day at which it was published, in seconds.
    """

    script: tuple[tuple[tuple[bytes, ...], bytes | None], ...]
    marker: bytes
    stamp: re.Pattern[bytes]


def plotroom(metrics: Sequence[str]) -> Dialect:
    """A client of Plotroom that watches these metrics."""
    # Enough to have no history: what is measured is what comes afterwards.
    wanted = [{"name": name, "window": 0.001, "points": 4} for name in metrics]
    ask = json.dumps([Event.SUBSCRIBE, {"metrics": wanted}], separators=(",", ":"))
    # The answer may have an attachment; when the next answer is there, that is read. To leave a strange room is fine.
    last = json.dumps([Event.UNSUBSCRIBE, {"metrics": ["none"]}])
    script = (
        ((b"0",), f"40{NAMESPACE},".encode()),
        ((f"40{NAMESPACE},".encode(),), f"42{NAMESPACE},0{ask}".encode()),
        ((f"43{NAMESPACE},0".encode(), f"461-{NAMESPACE},0".encode()), f"42{NAMESPACE},1{last}".encode()),
        ((f"43{NAMESPACE},1".encode(),), None),
    )
    return Dialect(script, f'["{Event.SAMPLES}"'.encode(), re.compile(rb'"v":\[\[(\d+\.?\d*)'))


def socketio(rooms: Sequence[str]) -> Dialect:
    """A client of a plain Socket.IO server whose event `sub` joins rooms, and that sends `sample`."""
    ask = "420" + json.dumps(["sub", list(rooms)], separators=(",", ":"))
    script = (((b"0",), b"40"), ((b"40",), ask.encode()), ((b"430",), None))
    return Dialect(script, b'["sample"', re.compile(rb'"sample","(\d+\.?\d*)'))


#: A server that writes as soon as it is told to; what it writes are samples of Plotroom.
BARE = Dialect((), b'["samples"', re.compile(rb'"v":\[\[(\d+\.?\d*)'))

"""The server of a scenario: a real one, which remembers what it is asked, and can lose what it was to send."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Flask

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.history.store import History
from dashboard.live import wire
from dashboard.live.broadcast import EVERYONE, Broadcast
from dashboard.live.catalog import Catalog
from dashboard.live.extract import Opened
from dashboard.live.fanout import frame
from dashboard.live.namespaces.metrics import MetricsNamespace
from dashboard.live.payloads import SubscribeRequest
from dashboard.live.server import make_socketio
from dashboard.live.wire import Code, Event, Payload
from dashboard.server import Connections, Limits, ThreadedServing
from dashboard.settings import HistorySettings, LiveSettings
from dashboard.tasks import Clock, Tasks, run_here

METRIC = "conformance.values"
#: Seconds between samples, as they are declared.
EVERY = 0.1
LIMITS = Limits(connections=64, connects=100, arrive_within=10, idle=60, body=65_536)


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a client has done.

    Attributes:
        what: the event; `connect` and `disconnect` among them.
        at: when, by a clock that never steps, in seconds.
        since: of a `subscribe`, the offset that it goes on from.
        epoch: of a `subscribe`, the history to which that belongs.
        recovered: of a `subscribe`, whether the answer had just what was missing; None: it was refused.
    """

    what: str
    at: float
    since: int | None = None
    epoch: str | None = None
    recovered: bool | None = None


class Witness(Broadcast):
    """Rooms that tell what is asked, and can lose what they were to send.

    Attributes:
        refuse: so many subscriptions are refused from now on, as a busy server does.
    """

    def watch(self, asked: Callable[[Asked], None]) -> None:
        """Tell what is asked."""
        self._asked = asked
        self.refuse = 0

    def lose(self, batch: Batch) -> None:
        """Take samples in, and send them to nobody."""
        with self._lock:
            self._history.append(batch)

    def tell_lagged(self) -> None:
        """Say that all that waited is sent, and something was left out."""
        self._fanout.send(frame(Event.LAGGED, {"metrics": [METRIC]}), wire.room(METRIC))

    def tell_news(self) -> None:
        """Send what no client of today knows."""
        self._fanout.send(frame("of_the_future", {"anything": [1, {}]}), EVERYONE)

    def connect(self, sid: str, version: str, only: Opened | None = None) -> None:
        self._asked(Asked("connect", time.monotonic()))
        super().connect(sid, version, only)

    def disconnect(self, sid: str) -> None:
        self._asked(Asked("disconnect", time.monotonic()))
        super().disconnect(sid)

    def catalog(self, sid: str) -> Payload:
        self._asked(Asked("catalog", time.monotonic()))
        return super().catalog(sid)

    def subscribe(self, sid: str, request: SubscribeRequest) -> Payload:
        now, epoch = time.monotonic(), request.epoch
        found = [one.since for one in request.metrics if one.name == METRIC]
        if self.refuse and found:
            self.refuse -= 1
            self._asked(Asked("subscribe", now, found[0], epoch))
            return wire.refusal(Code.RATE_LIMITED, "too many requests; wait before the next")
        answer = super().subscribe(sid, request)
        for since, part in zip(found, (one for one in answer["metrics"] if one["name"] == METRIC), strict=True):
            self._asked(Asked("subscribe", now, since, epoch, part.get("recovered", False)))
        return answer

    def unsubscribe(self, sid: str, metrics: Iterable[str]) -> Payload:
        self._asked(Asked("unsubscribe", time.monotonic()))
        return super().unsubscribe(sid, metrics)


class Room:
    """One history and who watches it; a new one stands for a server that was restarted."""

    def __init__(self, asked: Callable[[Asked], None]) -> None:
        live = LiveSettings(flush_ms=1)
        app = Flask("conformance")
        socketio = make_socketio(app, live, "threading")
        tasks = Tasks(socketio.start_background_task, socketio.sleep, run_here)
        self.history = History(HistorySettings(), Clock())
        catalog = Catalog(self.history)
        self.broadcast = Witness(socketio, self.history, catalog, tasks, live)
        self.broadcast.watch(asked)
        socketio.on_namespace(MetricsNamespace(self.broadcast, "conformance"))
        metric = Metric(METRIC, labels=("name",), title="Values of a test")
        self.history.declare(metric, EVERY)
        catalog.declare("conformance", EVERY, [metric])
        self.connections = Connections(app.wsgi_app)
        self.broadcast.start()

    @property
    def offset(self) -> int:
        return self.history.offset(METRIC)

    def close(self) -> None:
        self.connections.close()
        self.broadcast.stop()


class House:
    """A listening port with a room behind it, which can be cut off and replaced; a context manager.

    Attributes:
        url: where it is.
        room: the one that is there now.
        asked: what clients have done so far.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._news = threading.Condition()
        self.room = Room(self._note)
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._serving = ThreadedServing(listener, self._serve, LIMITS)
        self._thread = threading.Thread(target=self._serving.run, daemon=True)

    def __enter__(self) -> House:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._serving.stop()
        self.room.close()
        self._thread.join()

    def cut(self) -> None:
        """End all connections, as a network does that goes away."""
        self.room.connections.close()

    def begin_anew(self) -> Room:
        """Put another room in the place of this one, before anybody is sent away; the old one, to be closed."""
        old, self.room = self.room, Room(self._note)
        return old

    def wait_for(self, right: Callable[[Asked], bool], start: int, within: float) -> Asked | None:
        """What a client does first, from place `start` of `asked` on, of which that is true; None: in time nothing."""
        deadline = time.monotonic() + within
        with self._news:
            while True:
                for one in self.asked[start:]:
                    if right(one):
                        return one
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)

    def _note(self, asked: Asked) -> None:
        with self._news:
            self.asked.append(asked)
            self._news.notify_all()

    def _serve(self, environ: Any, start_response: Any) -> Any:  # Any: WSGI's
        return self.room.connections(environ, start_response)

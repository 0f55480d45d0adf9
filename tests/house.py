"""All of `dashboard.live` without a network."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from engineio import packet as engine
from engineio.socket import Socket as EngineSocket
from flask import Flask
from socketio.packet import CONNECT, Packet
from werkzeug.test import create_environ

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.store import History
from dashboard.live import wire
from dashboard.live.broadcast import Broadcast
from dashboard.live.catalog import Catalog
from dashboard.live.connection import Client
from dashboard.live.fanout import Fanout
from dashboard.live.frame import Frame, event_frame
from dashboard.live.namespaces.metrics import MetricsNamespace
from dashboard.live.outbox import Outbox
from dashboard.live.payloads import SubscribeRequest, Wanted
from dashboard.live.server import make_socketio
from dashboard.settings import HistorySettings, LiveSettings
from dashboard.tasks import Clock, Tasks, threads

START = 1_700_000_000_000  # ms since the epoch


class FakeConnection:
    """The socket of a client; `on_shutdown` is called when the server shuts it down."""

    def __init__(self, on_shutdown: Callable[[], None] = lambda: None) -> None:
        self.down = False
        self._on_shutdown = on_shutdown

    def shutdown(self, how: int) -> None:
        if self.down:
            raise OSError("it is down already")
        self.down = True
        self._on_shutdown()


class House:
    """A server with its history, and clients that it takes for real.

    Args:
        tasks: how to run tasks; threads, when it matters.
        clock: `now` tells the monotonic time, when it is left out.
        history: of the metrics.
        bound: of a client's samples, in bytes; below what an operator may set.
        live: settings.

    Attributes:
        now: seconds; publishing sets it on to the time of what is published.
    """

    def __init__(
        self,
        tasks: Tasks | None = None,
        clock: Clock | None = None,
        history: HistorySettings | None = None,
        bound: int = 0,
        **live: Any,
    ) -> None:
        self.now = 0.0
        settings = LiveSettings(**live)
        if bound:
            settings = settings.model_copy(update={"max_backlog": bound})
        self._bound = settings.max_backlog
        self.tasks = replace(tasks or threads(), clock=clock or Clock(monotonic=lambda: self.now))
        self.app = Flask("house")
        self.socketio = make_socketio(self.app, settings, "threading", monotonic=self.tasks.clock.monotonic)
        self.eio: Any = self.socketio.server.eio  # python-engineio ships no types
        self.fanout: Fanout = self.socketio.server.manager
        self.eio.create_queue = self._outbox
        self.history = History(history or HistorySettings(), self.tasks.clock)
        self.catalog = Catalog(self.history)
        self.broadcast = Broadcast(self.socketio, self.history, self.catalog, self.tasks, settings)
        self.socketio.on_namespace(MetricsNamespace(self.broadcast, "v1"))
        self._members = 0

    def open(self, connection: FakeConnection) -> Client:
        """A connection that has joined no namespace, as python-engineio takes one in."""
        self._members += 1
        below = EngineSocket(self.eio, f"eio{self._members}")
        self.eio.sockets[below.sid] = below
        below.connected = below.upgraded = True
        environ = create_environ("/socket.io/") | {"flask.app": self.app}
        below.send(engine.Packet(engine.OPEN, {"sid": below.sid}))
        assert self.eio.handlers["connect"](below.sid, environ) is None
        client = self.fanout.clients[below.sid]
        client.connection = connection  # type: ignore[assignment]  # what is used of a socket
        return client

    def hear(self, client: Client, message: str) -> None:
        """A packet of Socket.IO comes from a client."""
        self.eio.sockets[client.sid].receive(engine.Packet(engine.MESSAGE, message))

    def end(self, client: Client) -> None:
        """What happens at the end of a connection, whoever ended it."""
        below = self.eio.sockets.get(client.sid)
        client.outbox.close()
        if below is not None:
            below.close(wait=False, abort=True)

    def _outbox(self) -> Outbox:
        """As the fan-out makes them, but without patience: here nobody waits for what does not come."""

        def lagged(metrics: list[str]) -> Frame:
            return event_frame(wire.Event.LAGGED, {"metrics": metrics}, wire.NAMESPACE)

        return Outbox(self._bound, self.fanout.lock, lagged, queue.Empty, self.tasks.clock.monotonic)

    def declare(self, *names: str) -> None:
        metrics = [Metric(name) for name in names]
        for metric in metrics:
            self.history.declare(metric, 1.0)
        self.catalog.declare("tests", 1.0, metrics)

    def member(self) -> Member:
        """A client that has read its `hello`."""
        member = Member(self)
        assert [name for name, _ in member.received()] == ["hello"]
        return member

    def publish(self, name: str, second: float, *values: float) -> bool:
        """One sample, that many seconds after the start."""
        self.now = max(self.now, second)
        return self.broadcast.publish(batch(name, second, *values))


def batch(name: str, second: float, *values: float) -> Batch:
    """One sample of as many series as there are values, named by their numbers."""
    series = tuple(Series((("n", str(one)),)) for one in range(len(values)))
    times = np.array([START + round(second * 1000)], dtype=np.int64)
    return Batch(name, times, series, np.array(values, dtype=float).reshape(-1, 1))


class Member:
    """A client in the namespace that has what waits for it when it asks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.connection = FakeConnection()
        self.client = house.open(self.connection)
        self.eio_sid = self.client.sid
        assert self._take().packet_type == engine.OPEN
        house.hear(self.client, f"{CONNECT}{wire.NAMESPACE},")
        sid = house.fanout.sid_from_eio_sid(self.eio_sid, wire.NAMESPACE)
        assert self._take().data.startswith(f"{CONNECT}{wire.NAMESPACE},")
        self.sid = str(sid)

    @property
    def closed(self) -> bool:
        """Whether the server has sent it away."""
        return self.connection.down

    def subscribe(self, name: str, epoch: str | None = None, **wanted: Any) -> Any:
        request = SubscribeRequest(metrics=[Wanted(name=name, **wanted)], epoch=epoch)
        answer = self.house.broadcast.subscribe(self.sid, request)
        return answer["metrics"][0] | {key: answer[key] for key in ("b",) if key in answer}

    def received(self) -> list[tuple[str, Any]]:
        """The events since the last look, as (name, payload), with whatever was due at the next flush."""
        self.house.broadcast.flush()
        events: list[tuple[str, Any]] = []
        while True:
            try:
                events.append(self.next())
            except queue.Empty:
                return events

    def next(self, patience: float = 0) -> tuple[str, Any]:
        """The next event.

        Raises:
            queue.Empty: there is none in so many seconds.
        """
        while (taken := self._take(patience)).packet_type != engine.MESSAGE:  # a heartbeat
            pass
        packet = Packet(encoded_packet=taken.data)
        while packet.attachment_count > len(packet.attachments):
            packet.add_attachment(self._take().data)
        event, *payload = packet.data
        return event, payload[0] if payload else None

    def leave(self) -> None:
        self.house.end(self.client)

    def _take(self, patience: float = 0) -> Any:
        taken = self.client.outbox.get(timeout=patience)
        if taken is None:
            raise queue.Empty
        return taken

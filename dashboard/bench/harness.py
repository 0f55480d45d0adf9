"""The server's side of a measurement: a whole Plotroom without collectors, whose samples are published on command.

What it is told comes over HTTP, as a POST of JSON to /bench/<action>; see `Harness.actions`.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import request

from collectors.metric import Metric, Series
from collectors.sample import Batch, Values
from dashboard.app import Plotroom, create_app
from dashboard.live.wire import BINARY_FROM

if TYPE_CHECKING:
    from dashboard.settings import Settings

#: More frames a second than anybody publishes: each sample is then an event of its own, which can be counted.
UNPACED = 1e9
#: Seconds that a tick may wait for its predecessor; events that get lost are seen by who counts them.
PATIENCE = 2.0
#: Rows of invented values, used again and again.
WALK = 997
COLLECTOR = "bench"
#: Bytes of an event with one series, and of each further one, such as `,[-1.234]`.
_EVENT, _SERIES = 96, 8.7


class Harness:
    """A server that publishes what it is told.

    Args:
        settings: of the server.
        async_mode: "eventlet" or "threading".
        native: runs a function in a native thread and waits for its result.
        unpaced: send each sample as an event of its own, however fast they come.
    """

    def __init__(self, settings: Settings, async_mode: str, native: Callable[..., Any], unpaced: bool) -> None:
        if unpaced:  # no user may set this
            live = settings.live.model_copy(update={"max_fps": UNPACED})
            settings = settings.model_copy(update={"live": live})
        self.room: Plotroom = create_app(settings, async_mode, native)
        self._metrics: list[str] = []
        self._series: tuple[Series, ...] = ()
        self._walk: Values = np.zeros((0, 0))
        self._published = self._last = 0
        self._run = 0  # whoever publishes stops when it is not his number any more
        self._publishing = False
        do = self.actions()

        @self.room.flask.post("/bench/<action>")
        def act(action: str) -> Any:
            return {"result": do[action](**request.get_json())}

    def start(self) -> None:
        """Start telling, and no sampling: nothing else shall take time here."""
        self.room.broadcast.start()
        self.room.tasks.spawn(self._follow, os.getppid())

    def stop(self) -> None:
        """End the connections."""
        self._run += 1
        self.room.connections.close()
        self.room.broadcast.stop()

    def actions(self) -> dict[str, Callable[..., Any]]:
        """What can be asked for, by name."""
        return {"declare": self._declare, "ticks": self._ticks, "stream": self._stream, "halt": self._halt,
                "state": self._state}  # fmt: skip

    def _declare(self, rooms: int, size: int) -> list[str]:
        """Have so many metrics, whose events are about `size` bytes; their names."""
        series = max(1, min(BINARY_FROM - 1, 1 + round((size - _EVENT) / _SERIES)))
        self._series = tuple(Series((("name", str(one)),)) for one in range(series))
        steps = np.random.default_rng(1).normal(0, 0.3, (series, WALK))
        self._walk = np.round(np.cumsum(steps, axis=1), 3).astype(np.float64)
        self._metrics = [f"bench.room{number}" for number in range(rooms)]
        metrics = [Metric(name, labels=("name",)) for name in self._metrics]
        for one in metrics:
            self.room.history.declare(one, 1.0)
        self.room.catalog.declare(COLLECTOR, 1.0, metrics)
        self._publish(rooms)  # the series are known from now on
        return self._metrics

    def _ticks(self, count: int, rooms: int) -> None:
        """Publish so many ticks, a sample in each room, each as soon as all clients have been sent the one before."""
        self._run += 1
        self._publishing = True
        self.room.tasks.spawn(self._blast, count, rooms, self._run)

    def _stream(self, every: float, rooms: int, count: int = 0) -> None:
        """Publish a sample in each room every so many seconds, `count` times, or until `halt`."""
        self._run += 1
        self._publishing = True
        self.room.tasks.spawn(self._trickle, every, rooms, count or math.inf, self._run)

    def _halt(self) -> None:
        self._run += 1

    def _state(self) -> dict[str, float]:
        """How much has been published and sent so far, and the seconds of processor that this process has used."""
        broadcast = self.room.broadcast
        return {
            "published": self._published,
            "publishing": self._publishing,
            "clients": broadcast.clients,
            "messages_out": broadcast.messages_out,
            "cpu": time.process_time(),
        }

    def _blast(self, count: int, rooms: int, run: int) -> None:
        broadcast, tasks = self.room.broadcast, self.room.tasks
        receivers = broadcast.clients
        for _ in range(count):
            due = broadcast.messages_out + receivers * rooms
            self._publish(rooms)
            tasks.sleep(0)
            if broadcast.messages_out < due:
                self._await(due)
            if run != self._run:
                return
        self._publishing = False

    def _await(self, due: int) -> None:
        until = time.monotonic() + PATIENCE
        while self.room.broadcast.messages_out < due and time.monotonic() < until:
            self.room.tasks.sleep(0)

    def _trickle(self, every: float, rooms: int, count: float, run: int) -> None:
        # In step with the clock, as collectors are: at one second, all metrics are sampled in the same moment.
        due = math.ceil(time.time() / every) * every
        done = 0
        while done < count and run == self._run:
            self.room.tasks.sleep(max(0.0, due - time.time()))
            while due <= time.time() and done < count:
                self._publish(rooms)
                due += every
                done += 1
        if run == self._run:
            self._publishing = False

    def _publish(self, rooms: int) -> None:
        for name in self._metrics[:rooms]:
            now = time.time()
            # Clients tell the way's length by the first value; no two samples of a metric may have the same time.
            self._last = max(self._last + 1, int(now * 1000))
            values = self._walk[:, self._published % WALK].copy()
            values[0] = now
            times = np.array([self._last], dtype=np.int64)
            self.room.broadcast.publish(Batch(name, times, self._series, values[:, np.newaxis]))
            self._published += 1

    def _follow(self, parent: int) -> None:
        """End with who has started this, even if that was killed."""
        while os.getppid() == parent:
            self.room.tasks.sleep(1)
        os._exit(0)

"""The single door: a batch goes into history and to its room in one step, and so does a client that joins."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from collectors.sample import Batch
from dashboard.history.store import History, UnknownMetric
from dashboard.live import wire
from dashboard.live.backfill import MAX_VALUES, Backfill, no_room, read
from dashboard.live.catalog import Catalog, Change
from dashboard.live.extract import Opened
from dashboard.live.fanout import Fanout, frame
from dashboard.live.metric_rooms import MetricRooms
from dashboard.live.news import News
from dashboard.live.pace import Samples
from dashboard.live.payloads import SubscribeRequest, Wanted
from dashboard.live.refused import Refused
from dashboard.live.wire import Code, Event, Payload

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings
    from dashboard.tasks import Supervised, Tasks

#: Rooms of the namespace beside those of the metrics, whose names have a colon.
EVERYONE = "everyone"
WATCHERS = "catalog"

#: Seconds between two `catalog` events: whatever changes in between travels together.
CATALOG_EVERY = 0.25

#: Clients that get their `top` between two chances for other tasks.
TOP_STRIDE = 64
#: Seconds of work on one request between two chances for other tasks.
TURN = 0.002

Level = Literal["info", "warning", "error"]


class Broadcast:
    """Who is in which room, and everything that they are told.

    `publish`, `subscribe` and what else reads or writes both rooms and history holds one lock, so that each of them is
    one step for all others. It is the fan-out's lock: nothing waits while it is held.

    Args:
        socketio: made by `dashboard.live.server.make_socketio`.
        history: the samples.
        catalog: the declarations.
        tasks: how to run tasks.
        settings: limits and intervals.
    """

    def __init__(
        self, socketio: Any, history: History, catalog: Catalog, tasks: Tasks, settings: LiveSettings
    ) -> None:  # Any: Flask-SocketIO ships no types
        self._history = history
        self._catalog = catalog
        self._tasks = tasks
        self._settings = settings
        self._fanout: Fanout = socketio.server.manager
        self._lock = self._fanout.lock
        self._rooms = MetricRooms(self._fanout, settings.max_fps)
        self._clients: dict[str, set[str]] = {}
        self._only: dict[str, Opened] = {}
        self._news = News(catalog)
        self._standing: dict[str, Payload] = {}
        self._stopped = threading.Event()
        self._running: list[Supervised] = []

    def start(self) -> None:
        """Start the tasks that send what is due, `top` and `catalog` events and heartbeats."""
        self._news.start()
        self._stopped.clear()
        self._running = [
            self._tasks.supervise("live.flush", self._flush, self._stopped),
            self._tasks.supervise("live.heartbeats", self._beat, self._stopped),
            self._tasks.supervise("live.top", self._send_tops, self._stopped),
            self._tasks.supervise("live.catalog", self._send_catalog, self._stopped),
        ]

    def stop(self) -> None:
        """End those tasks."""
        self._stopped.set()
        self._news.stop()
        self._fanout.due.set()
        for task in self._running:
            task.ended.wait(5)

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    @property
    def rooms(self) -> int:
        """How many metrics are watched by someone."""
        return sum(self._fanout.occupied(wire.room(name)) for name in self._catalog.names())

    @property
    def messages_out(self) -> int:
        return self._fanout.messages_out

    @property
    def bytes_out(self) -> int:
        return self._fanout.bytes_out

    @property
    def let_go(self) -> int:
        """How many clients were sent away: they did not read, did not answer, or sent what they must not."""
        return self._fanout.let_go

    # --- what collectors bring

    def publish(self, batch: Batch) -> bool:
        """Append a batch to the history and send it to its room.

        Returns:
            False when its metric is not declared (any more); the batch is dropped then.
        """
        if not len(batch.times):
            return True
        with self._lock:
            try:
                done = self._history.append(batch)
            except UnknownMetric:
                return False
            if done.new_series or done.new_refused:
                self._catalog.series_changed(batch.metric)
            if self._rooms.watched(batch.metric):
                now = self._tasks.clock.monotonic()
                if done.new_series:
                    self._rooms.renew(batch.metric, done.offset - len(done.times), done.series, now)
                self._rooms.offer(batch.metric, Samples(done.offset, done.times, done.values), now)
            else:
                self._rooms.forget(batch.metric)
            return True

    @property
    def standing(self) -> list[Payload]:
        """The notices that stand, the oldest first."""
        with self._lock:
            return list(self._standing.values())

    def notice(self, level: Level, text: str) -> Payload:
        """Tell everybody something; returns what they were told."""
        with self._lock:
            payload: Payload = {"level": level, "text": text, "t": self._history.now()}
            if self._fanout.occupied(EVERYONE):
                self._fanout.send(frame(Event.NOTICE, payload), EVERYONE)
            return payload

    def stand(self, topic: str, level: Level, text: str) -> Payload:
        """Tell everybody, and everybody who comes, something that stands until the next sentence on that topic.

        Args:
            topic: what it is about.
            level: how bad it is.
            text: a sentence; "" when there is nothing to say any more.

        Returns:
            What they were told.
        """
        with self._lock:
            payload: Payload = {"topic": topic, "level": level, "text": text, "t": self._history.now()}
            if text:
                self._standing[topic] = payload
            else:
                self._standing.pop(topic, None)
            if self._fanout.occupied(EVERYONE):
                self._fanout.send(frame(Event.NOTICE, payload), EVERYONE)
            return payload

    def dashboard(self, change: Payload) -> None:
        """Tell those who asked for the catalog that a dashboard is another now, or gone."""
        with self._lock:
            if self._fanout.occupied(WATCHERS):
                self._fanout.send(frame(Event.DASHBOARDS, change), WATCHERS)

    # --- what clients ask

    def connect(self, sid: str, version: str, only: Opened | None = None) -> None:
        """A client has come: it gets `hello`.

        Args:
            sid: its name.
            version: of the page's files.
            only: what it may see, when it may not see all; it is then told of nothing else.
        """
        hello: Payload = {
            "version": version,
            "epoch": self._history.epoch,
            "now": self._history.now(),
            "limits": {"rooms": self._settings.max_rooms, "message": self._settings.max_message},
        }
        with self._lock:
            hello["notices"] = list(self._standing.values()) if only is None else []
            if self._fanout.eio_sid_from_sid(sid, wire.NAMESPACE) is None:  # it has gone already
                return
            self._clients[sid] = set()
            if only is None:
                self._fanout.enter_room(sid, wire.NAMESPACE, EVERYONE)
            else:
                self._only[sid] = only
            self._fanout.tell(frame(Event.HELLO, hello), sid)

    def disconnect(self, sid: str) -> None:
        """A client has gone. Socket.IO takes it out of its rooms itself."""
        with self._lock:
            self._clients.pop(sid, None)
            self._only.pop(sid, None)

    def catalog(self, sid: str) -> Payload:
        """All metrics and collectors; from now on the client gets changes."""
        with self._lock:
            only = self._only.get(sid)
            if only is None and sid in self._clients:
                self._fanout.enter_room(sid, wire.NAMESPACE, WATCHERS)
        if only is not None:
            metrics = only.declared(self._catalog.metrics(only.metrics))
            return {
                "ok": True,
                "metrics": metrics,
                "collectors": self._catalog.collectors({one["collector"] for one in metrics}),
            }
        # Outside of the lock, for it takes milliseconds; what changes meanwhile is told as well.
        return {"ok": True, "metrics": self._catalog.metrics(), "collectors": self._catalog.collectors()}

    def subscribe(self, sid: str, request: SubscribeRequest) -> Payload:
        """Join rooms; the answer has the history of each, up to the first frame that the client gets of it.

        It has at most `MAX_VALUES`; from the first metric on that does not fit, all are refused.
        """
        known = request.epoch == self._history.epoch
        answers: list[Payload] = []
        parts = []
        left = MAX_VALUES
        turn = self._tasks.clock.monotonic() + TURN
        for wanted in request.metrics:
            if self._tasks.clock.monotonic() > turn:  # each one alone is quick, a hundred of them are not
                self._tasks.sleep(0)
                turn = self._tasks.clock.monotonic() + TURN
            answer: Payload = {"name": wanted.name}
            answers.append(answer)
            try:
                joined = self._join(sid, wanted, known, left)
            except Refused as refused:
                answer["error"] = refused.error
                if refused.code is Code.RATE_LIMITED:
                    left = 0
                continue
            left -= joined.size
            samples = joined.samples
            if not joined.recovered:  # outside of the lock, as it may wait for a native thread
                if joined.more:
                    samples = self._history.reach_back(wanted.name, samples, wanted.window)
                samples = self._history.thin(samples, joined.points)
            answer |= {
                "offset": samples.offset,
                "recovered": joined.recovered,
                "series": wire.labels(samples.series),
            }
            parts.append((answer, samples.times, samples.values))
        attached = wire.attach(parts)
        return {"ok": True, "epoch": self._history.epoch, "now": self._history.now(), "metrics": answers, **attached}

    def unsubscribe(self, sid: str, metrics: Iterable[str]) -> Payload:
        """Leave rooms; those that the client is not in don't matter."""
        with self._lock:
            rooms = self._clients.get(sid, set())
            for name in rooms.intersection(metrics):
                rooms.remove(name)
                self._fanout.leave_room(sid, wire.NAMESPACE, self._room(sid, name))
        return {"ok": True}

    def _room(self, sid: str, metric: str) -> str:
        """The room in which a client watches a metric."""
        only = self._only.get(sid)
        extract = only.of(metric) if only is not None else None
        return wire.room(metric) if extract is None else extract.room

    def _join(self, sid: str, wanted: Wanted, known: bool, left: int) -> Backfill:
        """Join a room and copy its history as one step.

        Args:
            sid: who joins.
            wanted: which metric.
            known: `since` is of this epoch.
            left: values that still fit into the answer.
        """
        if not left:
            raise no_room()
        with self._lock:
            rooms = self._clients.get(sid)
            if rooms is None:
                raise Refused(Code.FORBIDDEN, "the connection has ended")
            only = self._only.get(sid)
            extract = only.of(wanted.name) if only is not None else None
            if self._catalog.metric(wanted.name) is None or (only is not None and extract is None):
                raise Refused(Code.UNKNOWN_METRIC, f"there is no metric {wanted.name!r}; ask for the catalog")
            most = self._settings.max_rooms
            if wanted.name not in rooms and len(rooms) >= most:
                raise Refused(Code.TOO_MANY_ROOMS, f"a client may watch {most} metrics; unsubscribe from others")
            try:
                self._rooms.release(wanted.name, self._tasks.clock.monotonic())  # to the others; the answer has it
                joined = read(self._history, wanted, known)
                if extract is not None:
                    self._rooms.watch(extract, joined.samples.series)
                    joined = replace(joined, samples=extract.of(joined.samples))
            except UnknownMetric as error:
                raise Refused(Code.UNKNOWN_METRIC, f"{error}; ask for the catalog") from None
            if joined.size > left:
                raise no_room()
            rooms.add(wanted.name)
            self._fanout.enter_room(sid, wire.NAMESPACE, self._room(sid, wanted.name))
            return joined

    # --- what goes out by itself

    def _flush(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                wait = self._rooms.wait(self._tasks.clock.monotonic())
            if self._fanout.due.wait(wait) and self._settings.flush_ms:
                self._tasks.sleep(self._settings.flush_ms / 1000)  # for others of the same tick
            self.flush()

    def flush(self) -> None:
        """Send what is due."""
        with self._lock:
            self._rooms.flush(self._tasks.clock.monotonic())
        self._fanout.flush(lambda: self._tasks.sleep(0))

    def _beat(self) -> None:
        while not self._stopped.wait(self._fanout.heartbeats.step):
            self._fanout.heartbeats.beat()

    def _send_tops(self) -> None:
        while not self._stopped.wait(self._settings.top_every):
            self.send_tops()

    def send_tops(self) -> None:
        """Tell every client the newest offsets of its rooms, so that the loss of a last frame is seen."""
        for place, sid in enumerate(list(self._clients)):
            with self._lock:
                offsets = self._offsets(self._clients.get(sid, ()))
                if offsets:
                    self._fanout.tell(frame(Event.TOP, offsets), sid)
            if place % TOP_STRIDE == TOP_STRIDE - 1:
                self._tasks.sleep(0)

    def _offsets(self, names: Iterable[str]) -> Payload:
        offsets: Payload = {}
        for name in names:
            try:
                offsets[name] = self._history.offset(name) - self._rooms.held(name)
            except UnknownMetric:  # it is gone, which its watchers have been told
                continue
        return offsets

    def _send_catalog(self) -> None:
        while self._news.there.wait() and not self._stopped.is_set():
            self._news.there.clear()
            self.send_catalog()
            self._stopped.wait(CATALOG_EVERY)

    def send_catalog(self) -> None:
        """Tell those who asked for the catalog what has changed in it."""
        change = self._news.take()
        payload = self._news.payload(change) if self._fanout.occupied(WATCHERS) else None
        with self._lock:
            for name in change.gone:
                if self._catalog.metric(name) is None:
                    self._rooms.forget(name)
            if change != Change() and payload is not None:
                self._fanout.send(frame(Event.CATALOG, payload), WATCHERS)

"""The single door: a batch goes into history and to its room in one step, and so does a client that joins."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from collectors.sample import Batch
from dashboard.history.downsample import MIN_POINTS
from dashboard.history.ring import Slice
from dashboard.history.store import History, UnknownMetric
from dashboard.live import wire
from dashboard.live.catalog import Catalog, Change
from dashboard.live.fanout import Fanout, frame
from dashboard.live.payloads import SubscribeRequest, Wanted
from dashboard.live.wire import Code, Event, Payload

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings
    from dashboard.tasks import Supervised, Tasks

#: Rooms of the namespace beside those of the metrics, whose names have a colon.
EVERYONE = "everyone"
WATCHERS = "catalog"

#: Seconds between two `catalog` events: whatever changes in between travels together.
CATALOG_EVERY = 0.25
#: Values (points times series) in the answer to one request: 8 MB on the wire.
MAX_VALUES = 1_000_000
#: Clients that get their `top` between two chances for other tasks.
TOP_STRIDE = 64

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class _Joined:
    """What a client that joins a room has to know: the samples that it lacks, or else a backfill to be thinned.

    Attributes:
        points: times that go into the answer at most.
    """

    samples: Slice
    recovered: bool
    points: int

    @property
    def size(self) -> int:
        """How many values there are in the answer."""
        return len(self.samples.values) * min(self.points, len(self.samples.times))


class _Refused(Exception):
    """A metric can't be watched."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.error = wire.error(code, message)


def _no_room() -> _Refused:
    sentence = f"an answer has at most {MAX_VALUES:,} values, and others took them; ask for this metric in another one"
    return _Refused(Code.RATE_LIMITED, sentence)


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
        self._clients: dict[str, set[str]] = {}
        self._change = Change()
        # A lock of its own: the catalog tells its changes with its lock held, and is asked with the fan-out's held.
        self._change_lock = threading.Lock()
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._running: list[Supervised] = []
        self._unlisten = catalog.listen(self._note_change)

    def start(self) -> None:
        """Start the tasks that send `top` and `catalog` events, and the one that looks for idle connections."""
        self._unlisten()
        self._unlisten = self._catalog.listen(self._note_change)
        self._stopped.clear()
        self._running = [
            self._tasks.supervise("live.sweep", self._sweep, self._stopped),
            self._tasks.supervise("live.top", self._send_tops, self._stopped),
            self._tasks.supervise("live.catalog", self._send_catalog, self._stopped),
        ]

    def stop(self) -> None:
        """End those tasks."""
        self._stopped.set()
        self._changed.set()
        for task in self._running:
            task.ended.wait(5)
        self._unlisten()

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
    def overruns(self) -> int:
        """How many clients were let go because they did not read."""
        return self._fanout.overruns

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
            room = wire.room(batch.metric)
            if self._fanout.occupied(room):
                if done.new_series:
                    news: Payload = {"m": batch.metric, "series": wire.labels(done.series)}
                    self._fanout.send(frame(Event.SERIES, news), room)
                samples = wire.samples(batch.metric, done.offset, done.times, done.values)
                self._fanout.send(frame(Event.SAMPLES, samples), room)
            return True

    def notice(self, level: Level, text: str) -> None:
        """Tell everybody something."""
        with self._lock:
            if self._fanout.occupied(EVERYONE):
                payload: Payload = {"level": level, "text": text, "t": self._history.now()}
                self._fanout.send(frame(Event.NOTICE, payload), EVERYONE)

    # --- what clients ask

    def connect(self, sid: str, version: str) -> None:
        """A client has come: it gets `hello`."""
        hello: Payload = {
            "version": version,
            "epoch": self._history.epoch,
            "now": self._history.now(),
            "limits": {"rooms": self._settings.max_rooms, "message": self._settings.max_message},
        }
        with self._lock:
            self._clients[sid] = set()
            self._fanout.enter_room(sid, wire.NAMESPACE, EVERYONE)
            self._fanout.send(frame(Event.HELLO, hello), sid)

    def disconnect(self, sid: str) -> None:
        """A client has gone. Socket.IO takes it out of its rooms itself."""
        with self._lock:
            self._clients.pop(sid, None)

    def catalog(self, sid: str) -> Payload:
        """All metrics and collectors; from now on the client gets changes."""
        with self._lock:
            if sid in self._clients:
                self._fanout.enter_room(sid, wire.NAMESPACE, WATCHERS)
            return {"ok": True, "metrics": self._catalog.metrics(), "collectors": self._catalog.collectors()}

    def subscribe(self, sid: str, request: SubscribeRequest) -> Payload:
        """Join rooms; the answer has the history of each, up to the first frame that the client gets of it.

        It has at most `MAX_VALUES`; from the first metric on that does not fit, all are refused.
        """
        known = request.epoch == self._history.epoch
        answers: list[Payload] = []
        parts = []
        left = MAX_VALUES
        for wanted in request.metrics:
            if answers:  # each one alone is quick, a hundred of them are not
                self._tasks.sleep(0)
            answer: Payload = {"name": wanted.name}
            answers.append(answer)
            try:
                joined = self._join(sid, wanted, known, left)
            except _Refused as refused:
                answer["error"] = refused.error
                if refused.error["code"] == Code.RATE_LIMITED:
                    left = 0
                continue
            left -= joined.size
            samples = joined.samples
            if not joined.recovered:  # outside of the lock, as it may wait for a native thread
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
                self._fanout.leave_room(sid, wire.NAMESPACE, wire.room(name))
        return {"ok": True}

    def _join(self, sid: str, wanted: Wanted, known: bool, left: int) -> _Joined:
        """Join a room and copy its history as one step.

        Args:
            sid: who joins.
            wanted: which metric.
            known: `since` is of this epoch.
            left: values that still fit into the answer.
        """
        if not left:
            raise _no_room()
        with self._lock:
            rooms = self._clients.get(sid)
            if rooms is None:
                raise _Refused(Code.FORBIDDEN, "the connection has ended")
            if self._catalog.metric(wanted.name) is None:
                raise _Refused(Code.UNKNOWN_METRIC, f"there is no metric {wanted.name!r}; ask for the catalog")
            most = self._settings.max_rooms
            if wanted.name not in rooms and len(rooms) >= most:
                raise _Refused(Code.TOO_MANY_ROOMS, f"a client may watch {most} metrics; unsubscribe from others")
            try:
                joined = self._read(wanted, known)
            except UnknownMetric as error:
                raise _Refused(Code.UNKNOWN_METRIC, f"{error}; ask for the catalog") from None
            if joined.size > left:
                raise _no_room()
            rooms.add(wanted.name)
            self._fanout.enter_room(sid, wire.NAMESPACE, wire.room(wanted.name))
            return joined

    def _read(self, wanted: Wanted, known: bool) -> _Joined:
        # What fits into an answer of its own, so that no metric is refused for ever.
        most = max(MIN_POINTS, MAX_VALUES // max(1, len(self._history.series(wanted.name))))
        if known and wanted.since is not None:
            missing = self._history.since(wanted.name, wanted.since)
            if missing is not None and len(missing.times) <= most:
                return _Joined(missing, recovered=True, points=most)
        recent = self._history.recent(wanted.name, wanted.window)
        return _Joined(recent, recovered=False, points=min(wanted.points, most))

    # --- what goes out by itself

    def _sweep(self) -> None:
        while not self._stopped.wait(self._fanout.join_within / 4):
            self._fanout.sweep(self._tasks.clock.monotonic())

    def _send_tops(self) -> None:
        while not self._stopped.wait(self._settings.top_every):
            self.send_tops()

    def send_tops(self) -> None:
        """Tell every client the newest offsets of its rooms, so that the loss of a last frame is seen."""
        for place, sid in enumerate(list(self._clients)):
            with self._lock:
                offsets = self._offsets(self._clients.get(sid, ()))
                if offsets:
                    self._fanout.send(frame(Event.TOP, offsets), sid)
            if place % TOP_STRIDE == TOP_STRIDE - 1:
                self._tasks.sleep(0)

    def _offsets(self, names: Iterable[str]) -> Payload:
        offsets: Payload = {}
        for name in names:
            try:
                offsets[name] = self._history.offset(name)
            except UnknownMetric:  # it is gone, which its watchers have been told
                continue
        return offsets

    def _note_change(self, change: Change) -> None:
        with self._change_lock:
            self._change = self._change.then(change)
        self._changed.set()

    def _send_catalog(self) -> None:
        while self._changed.wait() and not self._stopped.is_set():
            self._changed.clear()
            self.send_catalog()
            self._stopped.wait(CATALOG_EVERY)

    def send_catalog(self) -> None:
        """Tell those who asked for the catalog what has changed in it."""
        with self._lock:
            with self._change_lock:
                change, self._change = self._change, Change()
            if change == Change() or not self._fanout.occupied(WATCHERS):
                return
            payload: Payload = {
                "metrics": self._catalog.metrics(change.metrics),
                "gone": sorted(change.gone),
                "collectors": self._catalog.collectors(change.collectors),
                "gone_collectors": sorted(change.gone_collectors),
            }
            self._fanout.send(frame(Event.CATALOG, payload), WATCHERS)

"""Follows metrics over a line: asks for them, for what is missing, and again after each break."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dashboard.client.batch import Batch
from dashboard.client.errors import CannotConnect, ClientError, Refused
from dashboard.client.line import Line
from dashboard.client.track import Track
from dashboard.errors import did_you_mean
from dashboard.live.wire import NAMESPACE, Code, Event

if TYPE_CHECKING:
    from dashboard.client.address import Address

#: Metrics in one request, which has to stay below the server's limit for a message.
CHUNK = 60
#: Seconds for an answer; a server reads no request while much waits for this client. Each time in a row twice that.
ANSWER_WITHIN, DOUBLED_MOST = 30.0, 4
#: Seconds of a pause that the server asks for, each time in a row twice that.
PAUSE, PAUSE_MOST = 1.0, 15.0
#: Seconds after which is looked whether there is something to do, at the latest.
LOOK_EVERY = 1.0


class Follower:
    """The tracks of some metrics, and their one connection.

    Args:
        address: of the server.
        names: of the metrics.
        window: seconds of history to begin with.
        patience: seconds for which newer samples wait for missing ones.
        deliver: is handed each batch, in the connection's thread.
        fail: is told what ends it for good.

    Attributes:
        catalog: of the metrics that are followed, what the server says of them.
    """

    def __init__(
        self,
        address: Address,
        names: Sequence[str],
        window: float,
        patience: float,
        deliver: Callable[[Batch], None],
        fail: Callable[[ClientError], None],
    ) -> None:
        self.catalog: dict[str, dict[str, Any]] = {name: {} for name in names}
        self._tracks = {name: Track(name, window, deliver, patience) for name in names}
        self._waiting: dict[int, tuple[float, list[str]]] = {}  # by ticket: until when, for which metrics
        self._lock = threading.RLock()
        self._answered = threading.Event()  # the first time, or refused
        self._refusal: ClientError | None = None
        self._known: tuple[str, ...] = ()
        self._fail = fail
        self._epoch = ""
        self._greeted = self._listed = False
        self._tickets = self._silent = self._limited = 0
        self._pause_until = 0.0
        self._line = Line(
            address, NAMESPACE, Event.HELLO, heard=self._heard, lost=self._lost, work=self._work, failed=self._failed
        )

    @property
    def live(self) -> bool:
        return self._line.live

    def start(self) -> None:
        """Connect, and wait for the answer of each metric.

        Raises:
            CannotConnect: the server can't be reached.
            Refused: it has no such metric, or gives no more of them.
        """
        self._line.start()
        try:
            if not self._answered.wait(ANSWER_WITHIN):
                why = "it may be overloaded" if self.live else "the connection to it is lost again and again"
                raise CannotConnect(f"the server has not answered within {ANSWER_WITHIN:g} seconds: {why}")
            if self._refusal is not None:
                raise self._refusal
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._line.close()

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Get no more of them."""
        with self._lock:
            left = [name for name in names if self._tracks.pop(name, None) is not None]
            if left and self._greeted:
                self._line.emit(Event.UNSUBSCRIBE, {"metrics": left}, lambda *answer: None)

    # --- what comes

    def _heard(self, event: str, payload: Any) -> None:
        with self._lock:
            if event == Event.HELLO:
                self._greeted = True
                self._line.wake()
            elif event in (Event.SAMPLES, Event.SERIES):
                self._on(payload["m"], lambda track: track.frame(event, payload))
            elif event == Event.LAGGED:
                for name in payload["metrics"]:
                    self._on(name, Track.lagged)
            elif event == Event.TOP:
                for name in payload:
                    self._on(name, lambda track: track.top(payload[track.name]))
            elif event == Event.CATALOG:
                self._change(payload)

    def _on(self, name: str, do: Callable[[Track], None]) -> None:
        track = self._tracks.get(name)
        if track is not None:
            before = track.look()
            do(track)
            if track.look() < before:
                self._line.wake()

    def _change(self, change: Any) -> None:
        for name in change.get("gone", ()):
            self._on(name, Track.gone)
        for metric in change["metrics"]:
            if metric["name"] in self._tracks:
                self.catalog[metric["name"]] = metric
                self._on(metric["name"], Track.back)

    def _lost(self) -> None:
        with self._lock:
            self._greeted = self._listed = False
            self._waiting.clear()
            self._silent = 0
            for track in self._tracks.values():
                track.lost()

    def _failed(self, error: ClientError) -> None:
        self._refusal = self._refusal or error
        self._answered.set()
        self._fail(error)

    # --- what is asked

    def _work(self) -> float:
        with self._lock:
            if not self._greeted:
                return LOOK_EVERY
            now = time.monotonic()
            self._look_for_answers(now)
            if now < self._pause_until:
                return self._pause_until - now
            if not self._listed:
                self._ask_catalog()
            due = [track for track in self._tracks.values() if track.step == "new" and now >= track.not_before]
            for some in _chunks(due):
                self._subscribe(some, now)
            next_look = min((track.look() for track in self._tracks.values()), default=now + LOOK_EVERY)
            return max(0.0, min(LOOK_EVERY, next_look - time.monotonic()))

    def _ask_catalog(self) -> None:
        def answered(answer: Any) -> None:
            with self._lock:
                if answer["ok"]:
                    self._known = tuple(one["name"] for one in answer["metrics"])
                    self._change(answer)

        self._listed = True
        self._line.emit(Event.CATALOG, {}, answered)

    def _subscribe(self, tracks: list[Track], now: float) -> None:
        self._tickets += 1
        ticket, names = self._tickets, [track.name for track in tracks]
        metrics = [track.wanted(ticket, self._epoch) for track in tracks]
        self._waiting[ticket] = (now + ANSWER_WITHIN * 2**self._silent, names)
        request = {"metrics": metrics} | ({"epoch": self._epoch} if self._epoch else {})
        self._line.emit(Event.SUBSCRIBE, request, lambda answer: self._answer(ticket, answer))

    def _look_for_answers(self, now: float) -> None:
        for ticket, (until, names) in list(self._waiting.items()):
            if now >= until:
                del self._waiting[ticket]
                self._silent = min(self._silent + 1, DOUBLED_MOST)
                for track in self._asking(ticket, names):
                    track.again()

    def _asking(self, ticket: int, names: Iterable[str]) -> list[Track]:
        """The tracks that wait for this answer still."""
        tracks = [self._tracks[name] for name in names if name in self._tracks]
        return [track for track in tracks if track.step == "asked" and track.ticket == ticket]

    def _answer(self, ticket: int, answer: Any) -> None:
        with self._lock:
            _, names = self._waiting.pop(ticket, (0.0, []))
            tracks = {track.name: track for track in self._asking(ticket, names)}
            self._silent = 0
            if answer["ok"]:
                self._limited = 0
                self._epoch = answer["epoch"]
                for part in answer["metrics"]:
                    if (track := tracks.get(part["name"])) is not None:
                        self._take(track, answer, part)
            else:
                self._refused(tracks.values(), answer["error"])
            if all(track.step == "live" for track in self._tracks.values()):
                self._answered.set()
            self._line.wake()

    def _take(self, track: Track, answer: Any, part: Any) -> None:
        error = part.get("error")
        if error is None:
            track.answered(answer, part)
        elif error["code"] == Code.RATE_LIMITED:  # no room in this answer
            track.again(_pause(track.limited))
            track.limited += 1
        elif self._answered.is_set():
            track.again(PAUSE_MOST)
            if error["code"] == Code.UNKNOWN_METRIC:  # it was restarted, and not all of its collectors were yet
                track.gone()
        else:
            close = did_you_mean(track.name, self._known) if error["code"] == Code.UNKNOWN_METRIC else ""
            told = f"there is no metric {track.name!r}{close}" if close else error["message"]
            self._failed(Refused(error["code"], told))

    def _refused(self, tracks: Iterable[Track], error: Any) -> None:
        if error["code"] != Code.RATE_LIMITED:
            self._failed(Refused(error["code"], error["message"]))
            return
        self._pause_until = time.monotonic() + _pause(self._limited)
        self._limited += 1
        for track in tracks:
            track.again()


def _pause(times: int) -> float:
    return min(PAUSE_MOST, PAUSE * 2.0**times) * (1 + random.random() / 2)


def _chunks(tracks: list[Track]) -> Iterable[list[Track]]:
    """Those that an answer had no room for get one of their own."""
    several = [track for track in tracks if not track.limited]
    for start in range(0, len(several), CHUNK):
        yield several[start : start + CHUNK]
    for track in tracks:
        if track.limited:
            yield [track]

"""Clients that follow a metric and always come back: `python -m tests.watchers URL METRIC LAST COUNT PATIENT`.

They are in a process of their own, which can be stopped. It prints "following" when each of the COUNT clients has its
first answer, and, when each has all samples up to the one numbered LAST, what they have seen; both as JSON. A PATIENT
one does not close a connection on which nothing comes. It ends with its standard input. A sample's value is its number.
Those in Node are the page's own modules.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tests.server import ROOT

PATIENCE = 30.0  # seconds; a test that waits so long has failed


@dataclass
class Seen:
    """What one client has seen; moments are on the monotonic clock.

    Attributes:
        connects: when it was connected.
        attempts: when it tried to connect; Node's only.
        reasons: why its connections ended, in its own words.
        wrong: samples that were not the next ones, and answers that said that they were not all.
        ends: when it had all samples.
    """

    connects: list[float] = field(default_factory=list)
    attempts: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    wrong: int = 0
    ends: float = 0.0


class Watchers:
    """Such a process, of Python's or Node's making.

    Args:
        language: "python" or "node".
        patient: its clients do not close connections on which nothing comes; Python's only.
    """

    def __init__(self, language: str, url: str, metric: str, last: int, count: int, patient: bool = False) -> None:
        module = [sys.executable, "-m", "tests.watchers"]
        program = (
            module if language == "python" else [shutil.which("node") or "", str(ROOT / "tests/node/watchers.mjs")]
        )
        self._process = subprocess.Popen(
            [*program, url, metric, str(last), str(count), *(["patient"] if patient else [])],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        try:
            assert self._next() == "following", "the clients were not served"
        except BaseException:
            self.close()
            raise

    def set_clock(self, seconds: float) -> None:
        """Set the clients' time of day; Node's only."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        assert self._next() == "set"

    def sleep(self) -> None:
        """Stop them, as a laptop that is shut."""
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def seen(self) -> list[Seen]:
        """What each has seen, when all have the last sample."""
        return [Seen(**one) for one in self._next()]

    def close(self) -> None:
        self.wake()
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _next(self) -> Any:  # Any: JSON
        return json.loads(self._lines.get(timeout=PATIENCE))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("null")


class Watcher:
    """One client, on python-socketio."""

    def __init__(self, url: str, metric: str, last: int, patient: bool, tell: Callable[[str], None]) -> None:
        from dashboard.live.wire import NAMESPACE, Event, Json
        from tests.rooms import InOrderClient

        self.seen = Seen()
        self._namespace, self._subscribe = NAMESPACE, Event.SUBSCRIBE.value
        self._metric, self._last, self._patient, self._tell = metric, last, patient, tell
        self._offset = 0
        self._epoch: str | None = None
        self._asking = 0
        self._client = client = InOrderClient(
            reconnection_delay=0.4, reconnection_delay_max=5, randomization_factor=0.5, handle_sigint=False, json=Json
        )
        client.on("connect", self._connected, namespace=NAMESPACE)
        client.on("disconnect", self.seen.reasons.append, namespace=NAMESPACE)
        client.on(
            Event.SAMPLES.value, lambda frame: self._take(frame["o"], _first_row(frame, frame)), namespace=NAMESPACE
        )
        client.on(Event.LAGGED.value, lambda _: self._fetch(), namespace=NAMESPACE)
        client.on(Event.TOP.value, self._top, namespace=NAMESPACE)
        client.connect(url, transports=["websocket"], namespaces=[NAMESPACE], wait_timeout=PATIENCE)

    def _connected(self) -> None:
        self.seen.connects.append(time.monotonic())
        if self._patient:
            self._client.eio.ws.settimeout(PATIENCE)
        self._fetch()

    def _fetch(self) -> None:
        self._asking += 1
        number = self._asking
        wanted = {"name": self._metric, "window": 3600, "points": 10_000}
        request: dict[str, Any] = {"metrics": [wanted]}
        if self._epoch is not None:
            wanted["since"], request["epoch"] = self._offset, self._epoch

        def answered(answer: dict[str, Any]) -> None:
            if number != self._asking:  # of an earlier connection
                return
            self._asking = 0
            metric = answer["metrics"][0]
            if self._epoch is None:
                self._tell("following")
            else:
                self.seen.wrong += not metric["recovered"]
            self._epoch = answer["epoch"]
            self._take(metric["offset"], _first_row(metric, answer))

        self._client.emit(self._subscribe, request, namespace=self._namespace, callback=answered)

    def _top(self, offsets: dict[str, int]) -> None:
        if offsets.get(self._metric, 0) > self._offset:
            self._fetch()

    def _take(self, offset: int, values: list[float]) -> None:
        if self._asking or offset <= self._offset:
            return
        if offset - len(values) > self._offset:
            self._fetch()
            return
        for value in values[self._offset - (offset - len(values)) :]:
            self._offset += 1
            self.seen.wrong += value != self._offset
        if self._offset >= self._last and not self.seen.ends:
            self.seen.ends = time.monotonic()
            self._tell("finished")


def _first_row(part: dict[str, Any], message: dict[str, Any]) -> list[float]:
    """The values of the first series, if there is one."""
    if "at" in part:
        numbers = np.frombuffer(message["b"], "<f8", offset=part["at"])
        row: list[float] = numbers[part["n"] : 2 * part["n"]].tolist()
        return row
    return list(part["v"][0]) if part["v"] else []


def main(url: str, metric: str, last: int, count: int, patient: bool) -> None:
    news: queue.Queue[str] = queue.Queue()
    watchers = [Watcher(url, metric, last, patient, news.put) for _ in range(count)]
    for what in ("following", "finished"):
        for _ in range(count):
            assert news.get(timeout=2 * PATIENCE) == what
        told = json.dumps(what if what == "following" else [asdict(one.seen) for one in watchers])
        sys.stdout.write(told + "\n")
        sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), len(sys.argv) > 5)

"""The server of rooms as tests use it, and a client that remembers what it was sent."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import engineio
import socketio

from dashboard.live.wire import NAMESPACE, Event, Json
from tests.server import ROOT

PATIENCE = 10.0  # seconds; a test that waits so long has failed


class RoomsServer:
    """A process of `tests.rooms_server`, or of another module that takes the same arguments."""

    module = "tests.rooms_server"

    def __init__(self, mode: str, log: Path, **options: Any) -> None:
        self.log = log
        command = [sys.executable, "-m", self.module, mode, json.dumps(options)]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, log.read_text()
        self.port = int(line)
        self.url = f"http://127.0.0.1:{self.port}"

    def do(self, action: str, **given: Any) -> Any:
        """Let the server do what `tests.rooms_server.actions` has under that name."""
        request = urllib.request.Request(
            f"{self.url}/do/{action}", json.dumps(given).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())["result"]

    def wait_for(self, what: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """The counters, as soon as `what` is true of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            counters: dict[str, int] = self.do("counters")
            if what(counters):
                return counters
            assert time.monotonic() < deadline, counters
            time.sleep(0.02)

    def close(self) -> None:
        """End it; it must not have logged a traceback."""
        self._process.terminate()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()
        text = self.log.read_text()
        assert "Traceback" not in text, text


class InOrder(engineio.Client):  # type: ignore[misc]  # python-engineio ships no types
    """Handles packets one after the other; the library's own gives each a thread, and they overtake one another."""

    def _trigger_event(self, event: str, *args: Any, run_async: bool = False, **options: Any) -> Any:
        return super()._trigger_event(event, *args, run_async=False, **options)


class InOrderClient(socketio.Client):  # type: ignore[misc]  # python-socketio ships no types
    def _engineio_client_class(self) -> type[InOrder]:
        return InOrder


class Client:
    """A python-socketio client of one namespace, over a WebSocket, that keeps the events it gets.

    Args:
        url: of the server.
        namespace: which.
        auth: what it says of itself when it joins.
    """

    def __init__(self, url: str, namespace: str = NAMESPACE, auth: dict[str, Any] | None = None) -> None:
        self._namespace = namespace
        self.events: dict[str, queue.Queue[Any]] = defaultdict(queue.Queue)
        self.order: list[str] = []
        self._client = InOrderClient(reconnection=False, handle_sigint=False, json=Json)
        for event in Event:
            self._client.on(event.value, self._keeper(event.value), namespace=namespace)
        self._client.connect(url, auth=auth, transports=["websocket"], namespaces=[namespace], wait_timeout=PATIENCE)

    def call(self, event: str, *payload: Any) -> Any:
        """Send an event and return its answer."""
        return self._client.call(event, payload, namespace=self._namespace, timeout=PATIENCE)

    def emit(self, event: str, payload: Any) -> None:
        """Send an event and want no answer."""
        self._client.emit(event, payload, namespace=self._namespace)

    def subscribe(self, name: str, epoch: str | None = None, **wanted: Any) -> Any:
        """Subscribe to one metric; its part of the answer, with `b` merged in."""
        answer = self.call("subscribe", {"metrics": [{"name": name, **wanted}], "epoch": epoch})
        assert answer["ok"], answer
        return answer["metrics"][0] | {key: answer[key] for key in ("epoch", "b") if key in answer}

    def next(self, event: str) -> Any:
        """The next event of that name that was not looked at yet."""
        return self.events[event].get(timeout=PATIENCE)

    def close(self) -> None:
        """Go, as a client whose network is gone; its own farewell waits for seconds, and leaves its socket open."""
        connection, reading = self._client.eio.ws, self._client.eio.read_loop_task
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            reading.join(PATIENCE)
            connection.shutdown()

    def _keeper(self, event: str) -> Callable[[Any], None]:
        def keep(payload: Any) -> None:
            self.order.append(event)
            self.events[event].put(payload)

        return keep

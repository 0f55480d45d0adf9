"""A client as docs/wire.md tells one to be, from the bytes of its WebSocket up to what it has drawn.

It is written for being read beside that page: nothing of the server's own code is used, and nothing is forgiven. What
the server must never send fails the test at once.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from socketio.packet import ACK, BINARY_ACK, BINARY_EVENT, CONNECT, EVENT, Packet
from wsproto.frame_protocol import FrameProtocol, Opcode

NAMESPACE = "/metrics"
#: More than a server has in these tests: a backfill is never thinned out.
POINTS = 10_000


@dataclass
class Chart:
    """What a client has drawn of one metric.

    Attributes:
        window: seconds that it asks for.
        step: not wanted; to be asked for; asked for; kept by frames.
        offset: of the last sample; None: nothing is there to go on from.
        ticket: number of the request whose answer is waited for.
        held: frames that came before the answer.
    """

    window: float
    step: Literal["off", "new", "asked", "live"] = "new"
    offset: int | None = None
    series: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    columns: dict[str, list[float]] = field(default_factory=dict)
    ticket: int = 0
    held: list[tuple[str, Any]] = field(default_factory=list)

    def set_series(self, series: list[Any]) -> None:
        """What was drawn of a series that stays, stays; of others there is nothing yet."""
        self.series = [json.dumps(one["labels"], sort_keys=True) for one in series]
        empty = [math.nan] * len(self.times)
        self.columns = {key: self.columns.get(key, list(empty)) for key in self.series}

    def append(self, times: list[int], rows: list[list[float]], offset: int) -> None:
        """Samples from the first of these times on are replaced."""
        assert len(rows) == len(self.series), "samples of other series than were told"
        assert times == sorted(set(times))
        if times:
            kept = sum(time < times[0] for time in self.times)
            self.times[kept:] = times
            for key, row in zip(self.series, rows, strict=True):
                self.columns[key][kept:] = row
        self.offset = offset

    def since(self, time: float) -> tuple[list[int], list[list[str]]]:
        """What is drawn from a time on: times, and for each the values of all series, as text."""
        kept = sum(one < time for one in self.times)
        texts = [[str(self.columns[key][place]) for key in self.series] for place in range(kept, len(self.times))]
        return self.times[kept:], texts


class ModelClient:
    """A client of some metrics, over many connections.

    Args:
        wants: names of metrics, and the window of each.
        judge: called with the number of a subscription, and for each of its metrics with the name, whether it was
            recovered, and the times in the answer.

    Attributes:
        outgoing: messages of Engine.IO for the server, and as bytes what echoes a ping of the WebSocket, oldest first;
            a new one for each connection.
        charts: by metric.
        missed: metrics of which samples were missing in this connection, and the server has not said so since.
    """

    def __init__(self, wants: dict[str, float], judge: Callable[[int, str, bool, list[int]], None]) -> None:
        self.charts = {name: Chart(window) for name, window in wants.items()}
        self.outgoing: deque[str | bytes] = deque()
        self.epoch: str | None = None
        self.missed: set[str] = set()
        self._judge = judge
        self._requests = 0
        self._waiting: dict[int, Callable[[Any], None]] = {}
        self._greeted = False
        self._parts: list[Any] = []  # of the message that is under way
        self._packet: Any = None  # of Socket.IO, whose attachment is to come
        self._renew()

    def connected(self) -> deque[str | bytes]:
        """A new connection is there; what it will send."""
        self._renew()
        self.outgoing = deque()
        return self.outgoing

    def lost(self) -> None:
        """The connection has ended."""
        self._greeted = False
        self._waiting.clear()
        for chart in self.charts.values():
            chart.held.clear()
            if chart.step != "off":
                chart.step = "new"

    def receive(self, data: bytes) -> None:
        """Take bytes of the connection, however they are cut."""
        self._frames.receive_bytes(data)
        for frame in self._frames.received_frames():
            if frame.opcode is Opcode.PING:
                assert isinstance(frame.payload, bytes | bytearray)
                self.outgoing.append(bytes(frame.payload))
                continue
            assert frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION), frame
            self._parts.append(frame.payload)
            if frame.message_finished:
                parts, self._parts = self._parts, []
                self._message("".join(parts) if isinstance(parts[0], str) else b"".join(parts))

    def want(self, name: str) -> None:
        """Draw a metric."""
        if self.charts[name].step == "off":
            self.charts[name].step = "new"
            self._subscribe()

    def leave(self, name: str) -> None:
        """Draw it no more; what is there stays."""
        chart = self.charts[name]
        chart.step = "off"
        chart.held.clear()
        if self._greeted:
            self._request("unsubscribe", {"metrics": [name]}, lambda answer: None)

    def _renew(self) -> None:
        self._frames = FrameProtocol(client=True, extensions=[])
        self._parts.clear()
        self._packet = None
        self.missed.clear()

    # --- Engine.IO and Socket.IO

    def _message(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            assert self._packet is not None, "an attachment of nothing"
            if self._packet.add_attachment(message):
                packet, self._packet = self._packet, None
                self._hear(packet)
            return
        assert self._packet is None, f"{message[:40]} came in place of an attachment"
        if message[0] == "0":
            self.outgoing.append(f"4{CONNECT}{NAMESPACE},")
        elif message[0] == "2":
            self.outgoing.append("3")
        else:
            assert message[0] == "4", message
            packet = Packet(encoded_packet=message[1:])
            if packet.packet_type in (BINARY_EVENT, BINARY_ACK):
                self._packet = packet
            else:
                self._hear(packet)

    def _hear(self, packet: Any) -> None:
        assert packet.namespace == NAMESPACE
        if packet.packet_type in (EVENT, BINARY_EVENT):
            event, payload = packet.data
            self._event(event, payload)
        elif packet.packet_type in (ACK, BINARY_ACK):
            self._waiting.pop(packet.id)(packet.data[0])
        else:
            assert packet.packet_type == CONNECT, packet.packet_type

    def _request(self, event: str, payload: Any, done: Callable[[Any], None]) -> int:
        self._requests += 1
        self._waiting[self._requests] = done
        self.outgoing.append(f"4{EVENT}{NAMESPACE},{self._requests}{json.dumps([event, payload])}")
        return self._requests

    # --- docs/wire.md

    def _event(self, event: str, payload: Any) -> None:
        if event == "hello":
            self._greeted = True
            self._subscribe()
        elif event in ("samples", "series"):
            chart = self.charts[payload["m"]]
            if chart.step == "asked":
                chart.held.append((event, payload))
            elif chart.step == "live":
                self._follow(chart, event, payload)
        elif event == "lagged":
            self.missed.difference_update(payload["metrics"])
            self._again(payload["metrics"])
        else:
            assert event == "top", event
            for name, offset in payload.items():
                chart = self.charts[name]
                if chart.step == "live" and chart.offset != offset:
                    assert chart.offset is None or offset > chart.offset, "the server takes samples back"
                    self._miss(name)

    def _follow(self, chart: Chart, event: str, payload: Any) -> None:
        assert chart.offset is not None
        if event == "series":
            chart.set_series(payload["series"])
            return
        times, rows = _samples(payload, payload, len(chart.series))
        before = payload["o"] - len(times)
        assert payload["o"] > chart.offset, "these samples have come before"
        if before == chart.offset:
            chart.append(times, rows, payload["o"])
        else:
            assert before > chart.offset, "some of these samples have come before"
            self._miss(payload["m"])

    def _miss(self, name: str) -> None:
        self.missed.add(name)
        self._again([name])

    def _again(self, names: list[str]) -> None:
        for name in names:
            if self.charts[name].step == "live":
                self.charts[name].step = "new"
        self._subscribe()

    def _subscribe(self) -> None:
        names = [name for name, chart in self.charts.items() if chart.step == "new"]
        if not names or not self._greeted:
            return
        metrics = []
        for name in names:
            chart = self.charts[name]
            known = {} if chart.offset is None else {"since": chart.offset}
            metrics.append({"name": name, "window": chart.window, "points": POINTS} | known)
        wanted = {"metrics": metrics} | ({} if self.epoch is None else {"epoch": self.epoch})
        ticket = self._request("subscribe", wanted, lambda answer: self._accept(ticket, answer))
        for name in names:
            chart = self.charts[name]
            chart.step, chart.ticket, chart.held = "asked", ticket, []

    def _accept(self, ticket: int, answer: Any) -> None:
        assert answer["ok"], answer
        if answer["epoch"] != self.epoch:
            self.epoch = answer["epoch"]
            for chart in self.charts.values():  # offsets mean nothing any more
                chart.offset = None
        for part in answer["metrics"]:
            assert "error" not in part, part
            times, rows = _samples(answer, part, len(part["series"]))
            self._judge(ticket, part["name"], part["recovered"], times)
            chart = self.charts[part["name"]]
            if chart.step == "asked" and chart.ticket == ticket:
                self._draw(chart, part, times, rows)

    def _draw(self, chart: Chart, part: Any, times: list[int], rows: list[list[float]]) -> None:
        if part["recovered"]:
            assert part["offset"] - len(times) == chart.offset, "not just what is missing"
        else:
            chart.times, chart.columns = [], {}
        chart.set_series(part["series"])
        chart.append(times, rows, part["offset"])
        chart.step = "live"
        held, chart.held = chart.held, []
        for event, payload in held:
            if _step(chart) != "live":  # a gap: the rest has to wait again
                chart.held.append((event, payload))
            elif payload["o"] >= part["offset"] + (event == "samples"):  # the answer has what came before
                self._follow(chart, event, payload)


def _step(chart: Chart) -> str:
    return chart.step  # in a function, or mypy would take it for unchanged


def _samples(message: Any, part: Any, series: int) -> tuple[list[int], list[list[float]]]:
    """Times, and a list of values for each series."""
    if "b" in message:
        numbers = np.frombuffer(message["b"], "<f8", offset=part["at"])
        table = numbers[: part["n"] * (series + 1)].reshape(series + 1, part["n"])
        return table[0].astype(np.int64).tolist(), table[1:].tolist()
    assert len(part["v"]) == series, "values of other series than were told"
    return part["t"], [[math.nan if one is None else float(one) for one in row] for row in part["v"]]

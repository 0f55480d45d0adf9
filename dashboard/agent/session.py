"""What an agent says over one connection, one request after the other."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from collectors.metric import MAX_LABEL_VALUE, Metric
from dashboard.agent.backlog import Backlog, Entry
from dashboard.agent.book import CELLS, Book, Declaration, Told
from dashboard.agent.packing import ENVELOPE, HEAD, Packer, length
from dashboard.agent.server_clock import ServerClock
from dashboard.live.agent_payloads import MOST_HELP, MOST_SERIES, MOST_TITLE
from dashboard.live.budget import Budget
from dashboard.live.wire import Code, Event, Payload
from dashboard.sampling.state import JobState
from dashboard.tasks import Clock
from dashboard.web.families import KNOWN

log = logging.getLogger(__name__)

#: Of what the server lets a client send, the part that is used.
SHARE = 0.75
#: Seconds for which samples wait for others of their tick, and between two that are sent.
GATHER, APART = 0.03, 0.1
#: Seconds to wait when the server has said that it is too much, and when there is nothing to do.
PAUSE, IDLE = 1.0, 1.0
#: Round trips by which the server's clock is found out, and seconds after which one more is made.
TRIPS, TRIP_EVERY = 4, 20.0
#: Places in the order of a family for each family that a metric had at home.
ORDER_STEP = 1000
#: Characters of a text that may not be larger, where messages are small.
SHORT = 100


class NotWelcome(Exception):
    """The server does not take this agent; the text says why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request; it is answered by sending its answer into the talk."""

    event: Event
    payload: Payload


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done for so many seconds; or until there is something new, if that may come sooner."""

    seconds: float
    wakeable: bool = False


Answer = Any  # JSON of the server
Talk = Generator[Ask | Wait, Answer, None]
Asking = Generator[Ask | Wait, Answer, Mapping[str, Any]]


class Session:
    """One connection's talk.

    Args:
        name: of the agent.
        version: of its Plotroom.
        run: that tells this process from others of the same name.
        book: what there is to tell.
        backlog: samples that wait.
        server_clock: what time it is there.
        clock: of this machine.
        settled: whether all collectors have said what they are.
        welcome: called when the server has taken the agent.
        limits: of the server's `hello`.
    """

    def __init__(
        self, name: str, version: str, run: str, book: Book, backlog: Backlog, server_clock: ServerClock, clock: Clock,
        settled: Callable[[], bool], welcome: Callable[[], None], limits: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self._introduction = {"agent": name, "version": version, "run": run}
        self._book = book
        self._backlog = backlog
        self._server_clock = server_clock
        self._clock = clock
        self._settled = settled
        self._welcome = welcome
        self._room = int(limits["message"]) - HEAD
        self._packer = Packer(int(limits["message"]))
        burst = max(1.0, SHARE * limits["burst"] - TRIPS)
        self._budget = Budget(SHARE * limits["events"], burst, clock.monotonic)
        self._told = Told()
        self._kept = False
        self._trip_at = -math.inf
        self._complaints: set[str] = set()

    def talk(self) -> Talk:
        """All that is to be said, until the connection ends.

        Raises:
            NotWelcome: the server does not take this agent.
        """
        answer = yield from self._ask(Event.REGISTER, self._introduction)
        if not answer.get("ok"):
            raise NotWelcome(_message(answer))
        self._backlog.arrived(int(answer["n"]))
        for _ in range(TRIPS):
            yield from self._look_at_clock()
        self._welcome()
        sent_at = -math.inf
        while True:
            # First what is sampled, then what is declared: of every sample, the declaration is there by then.
            entries = self._backlog.oldest(CELLS)
            yield from self._tell_news()
            if entries:
                sent_at = self._clock.monotonic()
                yield from self._push(entries)
            if self._clock.monotonic() - self._trip_at >= TRIP_EVERY:
                yield from self._look_at_clock()
            if not len(self._backlog):
                yield Wait(IDLE, wakeable=True)
                yield Wait(max(GATHER, sent_at + APART - self._clock.monotonic()))

    def _ask(self, event: Event, payload: Payload) -> Asking:
        while True:
            while not self._budget.take():
                yield Wait(1 / SHARE / 20)
            answer = yield Ask(event, payload)
            if not isinstance(answer, dict):
                return {}
            if not answer.get("ok") and _code(answer) == Code.RATE_LIMITED:
                yield Wait(PAUSE)
                continue
            return answer

    def _request(self, event: Event, payload: Payload, about: str) -> Generator[Ask | Wait, Answer, bool]:
        """Ask for something that the server may refuse; that is told once."""
        if length(payload) > self._room + HEAD - ENVELOPE:
            self._complain(f"not sent: {about}; as a message that is larger than the server takes")
            return False
        answer = yield from self._ask(event, payload)
        if not answer.get("ok"):
            self._complain(f"the server refuses {about}: {_message(answer)}")
            return False
        return True

    def _complain(self, sentence: str) -> None:
        if sentence not in self._complaints:
            self._complaints.add(sentence)
            log.warning("%s", sentence)

    def _look_at_clock(self) -> Talk:
        sent = self._server_clock.now()
        answer = yield from self._ask(Event.CLOCK, {})
        self._trip_at = self._clock.monotonic()
        if isinstance(answer.get("now"), int):
            self._server_clock.learn(sent, answer["now"], self._server_clock.now())

    # --- what is declared

    def _tell_news(self) -> Talk:
        told, book = self._told, self._book
        gone = sorted(told.collectors - book.collectors)
        if gone:
            yield from self._request(Event.RETIRE, {"collectors": gone}, "to retire collectors")
            for name in gone:
                self._packer.forget(one.name for one in told.declared.pop(name, Declaration()).metrics)
                told.states.pop(name, None)
        for name, declaration in book.fresh_declarations(told).items():
            before = told.declared.get(name, Declaration())
            told.declared[name] = declaration
            self._packer.forget(one.name for one in (*before.metrics, *declaration.metrics))
            for payload in self._declarations(name, declaration):
                if not (yield from self._request(Event.DECLARE, payload, f"the metrics of collector {name}")):
                    break
        yield from self._tell_states()
        if not self._kept and self._settled():
            self._kept = True
            keep = {"collectors": sorted(book.collectors)}
            yield from self._request(Event.KEEP, keep, "the list of collectors")

    def _declarations(self, collector: str, declaration: Declaration) -> Iterator[Payload]:
        """The payloads of `declare`, as many as it takes."""
        head: Payload = {"collector": collector, "every": declaration.every, "more": True}
        metrics: list[Payload] = []
        left = self._room - length(head) - HEAD
        for metric in declaration.metrics:
            one = declared(metric)
            if length(one) > self._room // 2:
                one["help"] = one["help"][:SHORT]
            size = length(one) + 1
            if metrics and size > left:
                yield head | {"metrics": metrics}
                metrics, left = [], self._room - length(head) - HEAD
            metrics.append(one)
            left -= size
        yield head | {"metrics": metrics, "more": False}

    def _tell_states(self) -> Talk:
        now = self._clock.monotonic()
        states: list[Payload] = []
        left = self._room - HEAD
        for state in self._book.fresh_states(self._told, now):
            self._told.states[state.collector], self._told.told_at[state.collector] = state, now
            one = self._state(state)
            if length(one) > self._room // 2:
                one |= {"reason": state.reason[:SHORT], "origin": ""}
            size = length(one) + 1
            if states and size > left:
                yield from self._request(Event.STATE, {"states": states}, "states of collectors")
                states, left = [], self._room - HEAD
            states.append(one)
            left -= size
        if states:
            yield from self._request(Event.STATE, {"states": states}, "states of collectors")

    def _state(self, state: JobState) -> Payload:
        since = state.since - self._server_clock.steps() + self._server_clock.ahead()
        told = replace(state, since=max(0, since))
        return {name: getattr(told, name) for name in JobState.__slots__}

    # --- what is sampled

    def _push(self, entries: list[Entry]) -> Talk:
        batches = [one.batch for one in entries]
        for payload in self._packer.messages(entries[-1].number, batches, self._server_clock.ahead()):
            if not (yield from self._request(Event.PUSH, payload, "samples")):
                self._packer.forget()  # what it knows now of their series, it alone can tell
                break
        for metric, series in sorted(self._packer.unsent, key=str):
            why = "they are too long, or not named by a-z, 0-9 and _"
            self._complain(f"the labels of series {series.name[:SHORT]!r} of {metric} can't be sent: {why}")
        self._backlog.done(entries)


def declared(metric: Metric) -> Payload:
    """A metric as `declare` has it, after those of families that are before its own at home."""
    ranks = [*KNOWN]
    rank = ranks.index(metric.family) if metric.family in ranks else len(ranks)
    most = metric.max_series
    return {
        "name": metric.name,
        "title": _text(metric.title, MOST_TITLE),
        "unit": metric.unit,
        "kind": metric.kind,
        "help": _text(metric.help, MOST_HELP),
        "labels": None if metric.labels is None else list(metric.labels),
        "chart": metric.chart,
        "rate_unit": metric.rate_unit,
        "limits": [one if one is not None and math.isfinite(one) else None for one in metric.limits],
        "headline": _text(metric.headline, MAX_LABEL_VALUE),
        "max_series": None if most is None else min(most, MOST_SERIES),
        "order": rank * ORDER_STEP + max(-ORDER_STEP, min(metric.order, ORDER_STEP - 1)),
    }


def _text(text: str, most: int) -> str:
    """At most so many characters, all of which are valid: halves of a pair would make a packet that is not readable."""
    return text[:most].encode("utf-8", "replace").decode()


def _code(answer: Mapping[str, Any]) -> object:
    error = answer.get("error")
    return error.get("code") if isinstance(error, dict) else None


def _message(answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    return str(error.get("message")) if isinstance(error, dict) else "it gives no reason"

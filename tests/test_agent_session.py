"""What an agent says over one connection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.agent.agent import ANSWER_WITHIN, Exchange, NoAnswer
from dashboard.agent.backlog import Backlog
from dashboard.agent.book import Book
from dashboard.agent.server_clock import ServerClock
from dashboard.agent.session import Ask, NotWelcome, Session, Wait
from dashboard.sampling.state import JobState
from tests.sinks import FakeTime

LIMITS = {"message": 16_384, "events": 20, "burst": 50}
DONE = {"ok": True}


def refusal(code: str, message: str = "no") -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": message}}


class Talking:
    """A session whose requests a test answers; time passes when it waits.

    Attributes:
        asked: the requests so far.
        answers: by event, what is answered in place of `{ok: true}`, one after the other.
    """

    def __init__(self) -> None:
        self.time = FakeTime()
        clock = self.time.clock
        self.backlog = Backlog(600, 2**20, clock.monotonic)
        server_clock = ServerClock(clock)
        self.book = Book(self.backlog, server_clock, lambda: None)
        self.settled = True
        self.welcomed = 0
        session = Session(
            "web1", "1", "run-number-1", self.book, self.backlog, server_clock, clock,
            settled=lambda: self.settled, welcome=self._welcome, limits=LIMITS,
        )  # fmt: skip
        self.talk = session.talk()
        self.asked: list[Ask] = []
        self.answers: dict[str, list[dict[str, Any]]] = {}

    def sample(self, value: float, metric: str = "a.b") -> None:
        time = int(self.time.wall * 1000)
        self.book.publish(Batch(metric, np.array([time]), (Series(),), np.array([[value]])))

    def go_on(self) -> list[Ask]:
        """Answer until there is nothing to say; what was asked."""
        before = len(self.asked)
        answer: Any = None
        while True:
            step = self.talk.send(answer)
            answer = None
            if isinstance(step, Ask):
                self.asked.append(step)
                mine = self.answers.get(step.event)
                answer = mine.pop(0) if mine else DONE | self._usual(step.event)
            else:
                assert isinstance(step, Wait)
                if step.wakeable:
                    return self.asked[before:]
                self.time.pass_(step.seconds)

    def _usual(self, event: str) -> dict[str, Any]:
        return {"register": {"n": 0}, "clock": {"now": int(self.time.wall * 1000)}}.get(event, {})

    def _welcome(self) -> None:
        self.welcomed += 1


@pytest.fixture
def talking() -> Talking:
    one = Talking()
    one.book.declare("c", 1.0, [Metric("a.b", title="A", help="half \ud83d of a pair")])
    one.book.state(JobState("c", "running", every=1.0, metrics=1))
    return one


def events(asked: list[Ask]) -> list[str]:
    return [one.event.value for one in asked]


def test_all_is_said_in_order(talking: Talking) -> None:
    """Who it is, what time it is there, what is declared, how that is, that this is all, and the samples."""
    talking.sample(1.5)
    asked = talking.go_on()
    assert events(asked) == ["register", *["clock"] * 4, "declare", "state", "keep", "push"]
    assert talking.welcomed == 1
    [metric] = asked[5].payload["metrics"]
    assert (metric["name"], metric["title"], metric["help"]) == ("a.b", "A", "half ? of a pair")
    assert asked[7].payload == {"collectors": ["c"]}
    [batch] = asked[8].payload["batches"]
    assert (batch["m"], batch["v"], batch["series"]) == ("a.b", [[1.5]], [{}])
    assert len(talking.backlog) == 0
    talking.sample(2.5)
    [push] = talking.go_on()
    assert push.payload == {"n": 2, "batches": [{"m": "a.b", "t": push.payload["batches"][0]["t"], "v": [[2.5]]}]}


def test_what_the_server_has_is_not_sent_again(talking: Talking) -> None:
    """Samples whose arrival was not heard of are known from the answer to `register`."""
    for value in (1.0, 2.0, 3.0):
        talking.sample(value)
    talking.answers["register"] = [DONE | {"n": 2}]
    assert talking.go_on()[-1].payload["batches"][0]["v"] == [[3.0]]


def test_what_is_too_much_is_said_later(talking: Talking) -> None:
    """A request that was `rate_limited` is made again after a pause, and nothing else is said before."""
    talking.sample(1.0)
    talking.answers["push"] = [refusal("rate_limited")] * 2
    began = talking.time.mono
    asked = talking.go_on()
    assert events(asked)[-3:] == ["push"] * 3
    assert asked[-3].payload == asked[-1].payload
    assert talking.time.mono - began >= 2


def test_it_keeps_below_what_the_server_takes(talking: Talking) -> None:
    """However much there is to say, it is never more than the share of a client."""
    for number in range(300):
        talking.book.declare(f"c{number}", 1.0, [Metric(f"a.m{number}")])
    began = talking.time.mono
    asked = talking.go_on()
    assert len(asked) <= LIMITS["burst"] + LIMITS["events"] * (talking.time.mono - began)


def test_a_refusal_is_told_once(talking: Talking, caplog: pytest.LogCaptureFixture) -> None:
    """What the server does not take is in the log, and all else goes on; its series are sent once more."""
    caplog.set_level(logging.WARNING)
    talking.answers["push"] = [refusal("bad_request", "this is wrong")] * 2
    for value in (1.0, 2.0, 3.0):
        talking.sample(value)
        asked = talking.go_on()
        assert "series" in asked[-1].payload["batches"][0]
    assert [one.getMessage() for one in caplog.records] == ["the server refuses samples: this is wrong"]
    assert len(talking.backlog) == 0


def test_who_is_not_welcome_is_told_why(talking: Talking) -> None:
    """A refused name ends it, with the server's sentence."""
    talking.answers["register"] = [refusal("forbidden", "the name 'web1' is taken")]
    with pytest.raises(NotWelcome, match="the name 'web1' is taken"):
        talking.go_on()


def test_what_is_gone_is_retired(talking: Talking) -> None:
    """A collector that is no more is told so; one that is switched off has no metrics any more."""
    talking.book.declare("d", 1.0, [Metric("d.x")])
    talking.go_on()
    talking.book.retire("d")
    talking.book.retire("c")
    talking.book.state(JobState("c", "stopped", "switched off"))
    asked = talking.go_on()
    assert events(asked) == ["retire", "declare", "state"]
    assert asked[0].payload == {"collectors": ["d"]}
    assert (asked[1].payload["collector"], asked[1].payload["metrics"]) == ("c", [])


def test_not_all_is_kept_before_all_is_known(talking: Talking) -> None:
    """Plugins that are still loading would else lose the metrics of an earlier run."""
    talking.settled = False
    assert "keep" not in events(talking.go_on())
    talking.settled = True
    assert events(talking.go_on()) == ["keep"]


def test_a_count_is_no_news(talking: Talking) -> None:
    """States that only count on are told now and then, changes at once."""
    talking.go_on()
    talking.book.state(JobState("c", "running", every=1.0, metrics=1, samples=5))
    assert talking.go_on() == []
    talking.time.pass_(11)
    assert events(talking.go_on()) == ["state"]
    talking.book.state(JobState("c", "failing", "oh", every=1.0, metrics=1, samples=5))
    [state] = talking.go_on()
    assert state.payload["states"][0]["reason"] == "oh"


class SilentLine:
    """Takes requests, and lets a test answer them."""

    def __init__(self) -> None:
        self.answered: list[Callable[..., None]] = []

    def emit(self, event: str, payload: object, answered: Callable[..., None]) -> bool:
        self.answered.append(answered)
        return True

    def wake(self) -> None:
        """Nobody sleeps."""


def test_silence_does_not_last_for_ever(talking: Talking) -> None:
    """A request that is not answered in time is an error, though the connection is there."""
    line = SilentLine()
    exchange = Exchange(talking.talk, line, talking.time.clock.monotonic)  # type: ignore[arg-type]  # what is used of it
    assert exchange.go_on() > 0
    line.answered[0]({"ok": True, "n": 0})
    assert exchange.go_on() > 0
    assert len(line.answered) == 2
    talking.time.pass_(ANSWER_WITHIN + 1)
    with pytest.raises(NoAnswer):
        exchange.go_on()

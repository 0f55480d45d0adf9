"""An agent: a scheduler of this machine's collectors, what it has to tell, and the line to the server."""

from __future__ import annotations

import logging
import re
import secrets
import socket
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from collectors.backoff import Backoff
from dashboard.agent.backlog import Backlog
from dashboard.agent.book import Book
from dashboard.agent.server_clock import ServerClock
from dashboard.agent.session import Ask, NotWelcome, Session, Talk
from dashboard.client.errors import CannotConnect, ClientError, Refused
from dashboard.client.line import Line
from dashboard.errors import CannotStart, PlotroomError
from dashboard.live.agent_payloads import AGENT, MOST_AGENT
from dashboard.live.wire import AGENTS, Event
from dashboard.sampling.scheduler import Scheduler

if TYPE_CHECKING:
    from dashboard.client.address import Address
    from dashboard.settings import Settings
    from dashboard.tasks import Tasks

log = logging.getLogger(__name__)

#: Seconds between two tries to reach a server that was never there: at first, and at most.
FIRST_WAIT, MOST_WAIT = 1.0, 15.0
#: Seconds at the end for what is still to be sent.
DRAIN = 1.0
#: Seconds for an answer.
ANSWER_WITHIN = 30.0
#: Seconds after which is looked whether there is something to do, at the latest.
LOOK_EVERY = 1.0


class Agent:
    """Samples this machine for a Plotroom elsewhere.

    Args:
        name: under which it is there.
        address: of the server.
        settings: which collectors run, and what is kept.
        tasks: what runs them; threads.
        reload: reads the settings again.
        wait: go on when the server can't be reached at the start.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        settings: Settings,
        tasks: Tasks,
        reload: Callable[[], Settings] | None = None,
        wait: bool = False,
    ) -> None:
        self.name = name
        self._address = address
        self._wait = wait
        self._keep = settings.agents.keep
        self._tasks = tasks
        self._clock = tasks.clock
        self._over = threading.Event()
        self._taken = threading.Event()  # by the server; or it is over
        self._error: PlotroomError | None = None
        self._run = secrets.token_hex(8)
        self.server_clock = ServerClock(tasks.clock)
        self.backlog = Backlog(settings.agents.keep, int(settings.agents.keep_size), tasks.clock.monotonic)
        self._book = Book(self.backlog, self.server_clock, self._wake)
        self.scheduler = Scheduler(settings, self._book, tasks, reload=reload)
        self._line = Line(
            address, AGENTS, Event.HELLO, heard=self._heard, lost=self._lost, work=self._work, failed=self.end
        )
        self._exchange: Exchange | None = None
        self._limits: dict[str, Any] = {}  # of the server's `hello`
        self._been_there = False
        self._away_since: float | None = None

    def run(self) -> None:
        """Sample and send until `end`.

        Raises:
            PlotroomError: the server can't be reached, or does not take this agent.
        """
        if self._wait:
            self.scheduler.start()
        try:
            if self._connect() and not self._wait:
                self._taken.wait()
                if not self._over.is_set():
                    self.scheduler.start()
            self._over.wait()
        finally:
            self._close()
        if self._error is not None:
            raise self._error

    def end(self, error: PlotroomError | None = None) -> None:
        """Let `run` return, or raise what has happened."""
        if error is not None and self._error is None:
            self._error = error
        self._over.set()
        self._taken.set()

    def _connect(self) -> bool:
        """Whether the server was reached, before it was the end."""
        backoff = Backoff(FIRST_WAIT, MOST_WAIT)
        told = False
        while not self._over.is_set():
            error = self._try()
            if error is None:
                break
            if isinstance(error, Refused) or not (self._wait and isinstance(error, CannotConnect)):
                raise error
            if not told:
                log.warning("agent %s: %s", self.name, error)
            told = True
            self._over.wait(backoff.next())
        return not self._over.is_set()

    def _try(self) -> ClientError | None:
        """Connect, or give up when it is over meanwhile; what has gone wrong."""
        errors: list[ClientError] = []
        done = threading.Event()

        def start() -> None:
            try:
                self._line.start()
            except ClientError as error:
                errors.append(error)
            finally:
                done.set()

        self._tasks.spawn(start)
        while not done.wait(0.1) and not self._over.is_set():
            pass
        return errors[0] if errors else None

    def _close(self) -> None:
        self._book.close()
        self.scheduler.stop()
        deadline = self._clock.monotonic() + DRAIN
        while self._line.live and len(self.backlog) and self._error is None and self._clock.monotonic() < deadline:
            threading.Event().wait(0.02)
        self._line.close()

    # --- called by the line, in its threads

    def _wake(self) -> None:
        self._line.wake()

    def _heard(self, event: str, payload: Any) -> None:  # Any: JSON of the server
        if event == Event.HELLO:
            self._limits = payload["limits"]
            self._begin()
            self._wake()

    def _begin(self) -> None:
        self.server_clock.reset()
        session = Session(
            self.name, _version(), self._run, self._book, self.backlog, self.server_clock, self._clock,
            settled=lambda: self.scheduler.settled, welcome=self._welcome, limits=self._limits,
        )  # fmt: skip
        self._exchange = Exchange(session.talk(), self._line, self._clock.monotonic)

    def _work(self) -> float:
        exchange = self._exchange
        if exchange is None:
            return LOOK_EVERY
        try:
            return exchange.go_on()
        except NoAnswer:
            log.warning("agent %s: %s has not answered; all is said once more", self.name, self._address.url)
            self._begin()
            return 0.0
        except NotWelcome as error:
            self.end(CannotStart(f"{self._address.url} refuses agent {self.name!r}: {error}"))
        except Exception as error:  # a bug of ours: without this the line's thread would be gone without a word
            log.exception("agent %s: what it has to say can't be said", self.name)
            self.end(CannotStart(f"agent {self.name!r} has ended by a mistake of its own: {error!r}"))
        self._exchange = None
        return LOOK_EVERY

    def _lost(self) -> None:
        self._exchange = None
        if self._been_there and self._away_since is None and not self._over.is_set():
            self._away_since = self._clock.monotonic()
            url, keep = self._address.url, self._keep
            log.warning("agent %s: %s is away; samples are kept for %g s at most", self.name, url, keep)

    def _welcome(self) -> None:
        url = self._address.url
        dropped = self.backlog.take_dropped()
        if not self._been_there:
            log.info("agent %s: is shown at %s/d/%s", self.name, url, self.name)
        elif self._away_since is not None:
            away = self._clock.monotonic() - self._away_since
            log.info("agent %s: %s is back after %.0f s; %d values wait", self.name, url, away, self.backlog.values)
        if dropped:
            log.warning("agent %s: %d values were dropped, the oldest first: too many had to wait", self.name, dropped)
        self._been_there, self._away_since = True, None
        self._taken.set()


class NoAnswer(Exception):
    """A request was not answered, though the connection is there."""


class Exchange:
    """Carries a session's requests over the line, and their answers back."""

    def __init__(self, talk: Talk, line: Line, monotonic: Callable[[], float]) -> None:
        self._talk = talk
        self._line = line
        self._monotonic = monotonic
        self._answers: list[Any] = []  # of the one request that is on its way, when it has come; JSON
        self._asked = False
        self._until = 0.0  # an answer may take, or a pause lasts, in seconds of the clock that never steps

    def go_on(self) -> float:
        """Do what can be done now; seconds until there may be more, unless the line is woken before."""
        while True:
            if self._asked and not self._answers:
                if self._monotonic() > self._until:
                    raise NoAnswer
                return LOOK_EVERY
            left = self._until - self._monotonic()
            if left > 0 and not self._asked:
                return left
            answer = self._answers.pop() if self._asked else None
            self._asked = False
            step = self._talk.send(answer)
            if isinstance(step, Ask):
                self._asked = True
                self._until = self._monotonic() + ANSWER_WITHIN
                self._line.emit(step.event, step.payload, self._answered)
            elif step.wakeable:
                self._until = 0.0
                return step.seconds
            else:
                self._until = self._monotonic() + step.seconds

    def _answered(self, *answer: Any) -> None:
        self._answers.append(answer[0] if answer else None)
        self._line.wake()


def default_name(host: str | None = None) -> str:
    """A name for the agent of this machine, made from the machine's own."""
    first = (host if host is not None else socket.gethostname()).partition(".")[0].lower()
    name = re.sub(r"[^a-z0-9]+", "_", first).strip("_")
    if not name[:1].isalpha():
        name = f"host_{name}".rstrip("_")
    return name[:MOST_AGENT].rstrip("_")


def check_name(name: str) -> None:
    """Raise `CannotStart` unless an agent can be called so."""
    if not re.fullmatch(AGENT, name):
        tip = default_name(name)
        raise CannotStart(
            f"--name {name!r} is not valid: use a letter a-z, then letters, digits and _, at most {MOST_AGENT} "
            f"characters; try {tip!r}"
        )


def _version() -> str:
    try:
        return version("plotroom")
    except PackageNotFoundError:  # a checkout that was only put on the path
        return "0"

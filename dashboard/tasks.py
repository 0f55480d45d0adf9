"""How the server runs tasks: spawn, sleep, leave the hub for a native thread, and restart what dies; and its clock.

Which kind of tasks they are (eventlet's or threads) is decided by whoever makes the `Tasks`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from collectors.backoff import Backoff

log = logging.getLogger(__name__)

#: A task that ran this long before it died starts again at the shortest back-off.
GOOD_STRETCH = 60.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day, which people and NTP may step, and a clock that never steps; both in seconds."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


class Supervised:
    """A task that is started again when it dies. `ended` is set when its function has returned normally."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = threading.Event()


@dataclass(frozen=True)
class Tasks:
    """The tasks of one server.

    Attributes:
        spawn: starts a task; called with a function and its arguments.
        sleep: waits cooperatively, in seconds; 0 lets other tasks run.
        native: runs a function in a native thread and waits for its result. Files and heavy numpy work go there.
        deaths: how often each supervised task has died.
    """

    spawn: Callable[..., object]
    sleep: Callable[[float], None]
    native: Callable[..., Any]  # Any: the result of whatever function is given
    clock: Clock = Clock()
    deaths: dict[str, int] = field(default_factory=dict)

    def supervise(
        self,
        name: str,
        function: Callable[[], None],
        stopped: threading.Event | None = None,
        backoff: Backoff | None = None,
    ) -> Supervised:
        """Run `function` in a task until it returns; when it raises, log that, count it, wait and run it again.

        Args:
            name: of the task, in the log and in `deaths`.
            function: what to run.
            stopped: set by whoever wants the task to end; a wait between two runs then ends at once.
            backoff: how long to wait between two runs.
        """
        task = Supervised(name)
        self.spawn(self._run, task, function, stopped or threading.Event(), backoff or Backoff())
        return task

    def _run(self, task: Supervised, function: Callable[[], None], stopped: threading.Event, backoff: Backoff) -> None:
        try:
            while not stopped.is_set():
                started = self.clock.monotonic()
                try:
                    function()
                    return
                except Exception as error:  # a bug of ours: without this the task would be gone without a word
                    lived = self.clock.monotonic() - started
                    self._died(task.name, error)
                if lived >= GOOD_STRETCH:
                    backoff.reset()
                stopped.wait(backoff.next())
        finally:
            task.ended.set()

    def _died(self, name: str, error: Exception) -> None:
        count = self.deaths[name] = self.deaths.get(name, 0) + 1
        if count == 1:
            log.exception("task %s died; it is started again", name)
        else:
            log.error("task %s died for the %d. time (%r); it is started again", name, count, error)


def run_here(function: Callable[..., Any], *arguments: object) -> Any:  # Any: what the function returns
    """Stands in for `Tasks.native` where tasks are threads already, and in tests."""
    return function(*arguments)


def threads() -> Tasks:
    """Tasks that are threads, for commands and tests, which have no hub."""

    def spawn(function: Callable[..., object], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        thread.start()
        return thread

    return Tasks(spawn, time.sleep, run_here)

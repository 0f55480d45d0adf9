"""Collectors that ran and do so no more: one sentence about all of them, for as long as there are any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from dashboard.sampling.state import JobState

if TYPE_CHECKING:
    from dashboard.tasks import Supervised, Tasks

#: Seconds between two sentences, however often collectors fail and recover.
PAUSE = 5.0
#: Collectors that a sentence names, and characters of the reason of one.
MOST_NAMES = 5
MOST_REASON = 300

_WORDS = {"failing": "is failing", "misconfigured": "is set up wrong"}


class Troubles:
    """Watches the states of collectors.

    What fails from the start is no news: the page shows it where the collector would be.

    Args:
        stand: called with a sentence that stands until the next one; "" when there is nothing to say any more.
        tasks: how to run tasks.
        pause: seconds between two sentences.
    """

    def __init__(self, stand: Callable[[str], None], tasks: Tasks, pause: float = PAUSE) -> None:
        self._stand = stand
        self._tasks = tasks
        self._pause = pause
        self._ran: set[str] = set()
        self._failing: dict[str, JobState] = {}
        self._told = ""
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._task: Supervised | None = None

    def start(self) -> None:
        """Start the task that tells."""
        self._stopped.clear()
        self._task = self._tasks.supervise("live.troubles", self._run, self._stopped)

    def stop(self) -> None:
        """End it."""
        self._stopped.set()
        self._news.set()
        if self._task is not None:
            self._task.ended.wait(5)

    def state(self, state: JobState) -> None:
        """A collector is in this state now."""
        name = state.collector
        with self._lock:
            if state.state in _WORDS:
                known = self._failing.get(name)
                # The first reason stays: another one each time would bring back a banner that was folded away.
                if name in self._ran and (known is None or known.state != state.state):
                    self._failing[name] = state
                    self._news.set()
            elif state.state != "starting":  # which says nothing yet
                if state.state in ("running", "late"):
                    self._ran.add(name)
                self._recover(name)

    def retire(self, collector: str) -> None:
        """A collector is no more. One whose new settings are wrong is told so right after this."""
        with self._lock:
            self._recover(collector)
            if "/" in collector:  # of an agent, which may name ever new ones
                self._ran.discard(collector)

    def tell(self) -> None:
        """Say what there is to say, if it is something else than before."""
        with self._lock:
            text = _sentence(list(self._failing.values()))
        if text != self._told:
            self._told = text
            self._stand(text)

    def _recover(self, name: str) -> None:
        if self._failing.pop(name, None) is not None:
            self._news.set()

    def _run(self) -> None:
        while self._news.wait() and not self._stopped.is_set():
            self._news.clear()
            self.tell()
            self._stopped.wait(self._pause)


def _sentence(failing: list[JobState]) -> str:
    if not failing:
        return ""
    if len(failing) == 1:
        [one] = failing
        return f"The collector {one.collector} {_WORDS[one.state]}: {one.reason[:MOST_REASON]}"
    names = sorted(one.collector for one in failing)
    rest = len(names) - MOST_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return f"{len(names)} collectors are failing or set up wrong: {', '.join(names[:MOST_NAMES])}{more}"

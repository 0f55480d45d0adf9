"""A collector in another process, as a job sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from collectors.instance import Trouble
from collectors.registry import Declaration
from collectors.sample import Batch
from dashboard.sampling.limits import Limits, ProcessLost
from dashboard.sampling.workers import WorkerProcess

Tables = Sequence[dict[str, Any]]  # Any: tables of plotroom.toml, which the collector's own Config checks

#: Seconds that closing a source may take; a process that hangs then is ended or left to the next command.
CLOSE_TIME = 0.5


class Link:
    """The collector process of a source, which comes and goes; waits are for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._process: WorkerProcess | None = None
        self._ended = False

    @property
    def process(self) -> WorkerProcess | None:
        return self._process

    def set(self, process: WorkerProcess | None) -> None:
        with self._changed:
            self._process = process
            self._changed.notify_all()

    def wake(self) -> None:
        """Let those who wait look again whether they still need to."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, given_up: Callable[[], bool]) -> WorkerProcess:
        """The running process, as soon as there is one.

        Raises:
            ProcessLost: `given_up` became true.
        """
        with self._changed:
            self._changed.wait_for(lambda: given_up() or (self._process and not self._process.lost.is_set()))
            if given_up() or self._process is None:
                raise ProcessLost("stopped")
            return self._process


class RemoteSampler:
    """Stands in for the `Sampler` that runs in the collector process.

    Args:
        declaration: of the collector.
        tables: its configurations.
        every: its interval in seconds.
        link: to the process.
        limits: how long it may take.
    """

    def __init__(self, declaration: Declaration, tables: Tables, every: float, link: Link, limits: Limits) -> None:
        self._name = declaration.name
        self._tables = list(tables)
        self._every = every
        self._link = link
        self._patience = max(limits.timeout, 3 * every)
        self._process: WorkerProcess | None = None
        self._cancelled = False
        self.troubles: tuple[Trouble, ...] = ()
        self.on_late: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Open it in its process; waits for the process when it is being started."""
        self._process = self._link.wait(lambda: self._cancelled)
        self._process.call("open", self._name, self._patience, tables=self._tables)

    def collect(self, tick: int) -> list[Batch]:
        """One sample of it, at `tick` ms since the epoch."""
        if self._process is None:
            raise ProcessLost("its process is not running")
        late = (self._every, self.on_late)
        answer = self._process.call("collect", self._name, self._patience, late, tick=tick)
        self.troubles = answer.troubles
        return answer.batches

    def close(self) -> None:
        """Close it in its process, if that still answers."""
        process, self._process = self._process, None
        self.troubles = ()
        if process is not None and not process.lost.is_set():
            process.ask_to_close(self._name, CLOSE_TIME)

    def cancel(self) -> None:
        """Let the job's task go, which may be waiting for an answer or for a process."""
        self._cancelled = True
        self._link.wake()
        if self._process is not None:
            self._process.cancel(self._name)

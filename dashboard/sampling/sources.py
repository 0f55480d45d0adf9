"""Collectors in a process of their own: those of one plugin, or the bundled ones that the server must not wait for."""

from __future__ import annotations

import logging
import math
import queue
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from collectors.backoff import Backoff
from collectors.errors import Collision, PluginRefused
from collectors.registry import Declaration
from collectors.sample import Batch
from dashboard.sampling.job import Sampling
from dashboard.sampling.limits import Limits, ProcessLost
from dashboard.sampling.remote import Link, RemoteSampler
from dashboard.sampling.roster import Context, Plan, Roster
from dashboard.sampling.state import JobState, one_line
from dashboard.sampling.target import Target
from dashboard.sampling.watch import Stamps
from dashboard.sampling.workers import WorkerProcess
from dashboard.tasks import GOOD_STRETCH, Supervised

log = logging.getLogger(__name__)

Event = Literal["stop", "changed", "tables", "lost"]


class ProcessSource:
    """The collectors of one process, which is restarted when it ends and replaced when the plugin changes.

    One task owns the process: Linux ends it with the thread that started it.

    Args:
        name: for people and the log.
        origin: the file or module.
        target: what the process loads.
        context: what all sources share.
        only: of the modules, the collectors that run here; empty: all.
    """

    def __init__(
        self,
        name: str,
        origin: str,
        target: Target,
        context: Context,
        only: Sequence[Declaration] = (),
    ) -> None:
        self.name = name
        self.origin = origin
        self.problem: JobState | None = None
        self.settled = False
        self._target = target
        self._context = context
        self._only = only
        self._events: queue.Queue[Event] = queue.Queue()
        self._stopped = threading.Event()
        self._retire = False
        self._link = Link()
        self._roster = Roster(origin, context, self._sampler)
        self._declarations: list[Declaration] = []
        self._candidate: WorkerProcess | None = None
        limits = context.limits
        self._backoff = Backoff(limits.first_wait, limits.most_wait)
        self._retry_at = math.inf
        self._started_at = 0.0
        self._restarts = 0
        self._lost_by = ""
        self._task: Supervised | None = None

    @property
    def roster(self) -> Roster:
        return self._roster

    @property
    def files(self) -> Stamps:
        """The plugin's own files as they were when it was loaded, as far as they are known."""
        process = self._link.process
        return process.files if process is not None else {}

    def start(self) -> None:
        self._task = self._context.tasks.supervise(f"plugin {self.name}", self._run, self._stopped)

    def changed(self) -> None:
        """Its file has changed: the new version takes over as soon as it has loaded."""
        self._events.put("changed")

    def tables_changed(self) -> None:
        """plotroom.toml has changed: the jobs that it concerns restart."""
        self._events.put("tables")

    def stop(self, retire: bool = False) -> None:
        """Ask it to end; `join` waits for that.

        Args:
            retire: the plugin is gone, so its collectors and metrics leave the catalog.
        """
        self._retire = retire
        self._stopped.set()
        self._events.put("stop")
        if self._candidate is not None:
            self._candidate.kill("stopped")

    def join(self, timeout: float) -> bool:
        """Wait until it has ended; False when it has not in time."""
        return self._task is None or self._task.ended.wait(timeout)

    def _run(self) -> None:
        if not self._only or self._roster.wants(self._only):
            self._load()
        else:
            self._take_over(list(self._only), None, fresh=False)
        self.settled = True
        while not self._stopped.is_set():
            event = self._next()
            if event == "changed":
                self._load(fresh=True)
            elif event == "tables":
                self._agree()
            elif event == "lost":
                self._lost()
            elif event is None:
                self._restarts += 1
                self._load()
        self._end()

    def _next(self) -> Event | None:
        """The next event; None when it is time to try again."""
        left = self._retry_at - self._context.tasks.clock.monotonic()
        try:
            return self._events.get(timeout=None if left == math.inf else max(left, 0.0))
        except queue.Empty:
            return None

    def _load(self, fresh: bool = False) -> None:
        """Load the plugin in a new process and let that take over, or say why not."""
        self._retry_at = math.inf
        process = self._candidate = WorkerProcess(
            self.name, self._target, self._context.limits, self._context.tasks, self._pushed, self._note_lost
        )
        try:
            process.start()
            self._context.processes.add(process)
            declarations = process.load()
            if self._only:
                names = {one.name for one in self._only}
                declarations = [one for one in declarations if one.name in names]
            self._claim(declarations)
        except (PluginRefused, Collision) as error:
            process.stop(grace=0.0)
            self._refuse(str(error))
        except ProcessLost as error:
            if not self._stopped.is_set():
                self._refuse(str(error))
                self._retry_at = self._context.tasks.clock.monotonic() + self._backoff.next()
        else:
            self._accept()
            self._take_over(declarations, process, fresh or declarations != self._declarations)
        finally:
            self._candidate = None

    def _claim(self, declarations: Sequence[Declaration]) -> None:
        """Take the names of the new version in place of the old one's.

        Raises:
            Collision: another source has one of them; the old version keeps its own.
        """
        registry = self._context.registry
        registry.remove(self.origin)
        try:
            registry.add(declarations, self.origin)
        except Collision:
            registry.add(self._declarations, self.origin)
            raise

    def _take_over(self, declarations: list[Declaration], process: WorkerProcess | None, fresh: bool) -> None:
        before, self._declarations = self._link.process, declarations
        self._started_at = self._context.tasks.clock.monotonic()
        self._link.set(process)
        self._agree(fresh)
        if before is not None and before is not process:
            before.stop()

    def _agree(self, fresh: bool = False) -> None:
        wanted = self._roster.wants(self._declarations)
        if wanted and self._link.process is None and self._retry_at == math.inf:
            self._load()  # which comes back here
            return
        self._roster.agree(self._declarations, fresh)
        if not wanted and self._link.process is not None:  # a process with nothing to do costs memory
            process = self._link.process
            self._link.set(None)
            process.stop()

    def _lost(self) -> None:
        process = self._link.process
        if process is None or not process.lost.is_set() or self._retry_at < math.inf:
            return  # an earlier one, which has been replaced
        now = self._context.tasks.clock.monotonic()
        if now - self._started_at >= GOOD_STRETCH:
            self._backoff.reset()
        wait = self._backoff.next()
        self._retry_at = now + wait
        kind = re.sub(r"[\d.]+", "", process.reason)
        level = logging.INFO if kind == self._lost_by else logging.ERROR
        self._lost_by = kind
        log.log(level, "plugin %s: %s; it is started again in %.1f s", self.name, one_line(process.reason), wait)

    def _note_lost(self) -> None:
        self._events.put("lost")

    def _pushed(self, collector: str, batches: list[Batch]) -> None:
        job = self._roster.jobs.get(collector)
        if job is not None:
            job.pushed(batches)

    def _refuse(self, reason: str) -> None:
        reason = one_line(reason)
        if self.problem is None or self.problem.reason != reason:
            log.error("plugin %s: %s", self.name, reason)
        self.problem = JobState(
            self.name,
            "failing",
            reason,
            origin=self.origin,
            errors=1 if self.problem is None else self.problem.errors + 1,
            restarts=self._restarts,
            since=int(self._context.tasks.clock.wall() * 1000),
        )
        self._context.sink.state(self.problem)

    def _accept(self) -> None:
        if self.problem is not None:
            self.problem = None
            self._context.sink.retire(self.name)

    def _end(self) -> None:
        self._roster.stop(self._retire)
        process = self._link.process
        if process is not None:
            process.stop()
        self._context.registry.remove(self.origin)
        if self._retire:
            self._accept()

    def _sampler(self, declaration: Declaration, plan: Plan) -> Sampling:
        limits: Limits = self._context.limits
        return RemoteSampler(declaration, plan.tables, plan.every, self._link, limits)


def file_source(path: Path, context: Context) -> ProcessSource:
    """The source for a plugin file or folder."""
    return ProcessSource(f"{path.parent.name}/{path.name}", str(path), Target(str(path)), context)


def module_source(module: str, context: Context) -> ProcessSource:
    """The source for an installed module."""
    return ProcessSource(f"module {module}", module, Target(modules=(module,)), context)


def bundled_source(modules: Sequence[str], only: Sequence[Declaration], context: Context) -> ProcessSource:
    """The source for the bundled collectors `only` of `modules`: one process for all of them, as each takes 30 MB."""
    return ProcessSource("collectors", "collectors", Target(modules=tuple(modules)), context, only)

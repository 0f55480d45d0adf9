"""Starts and stops all collectors, and keeps up with plugins and settings that change meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from collectors.base import Collector
from collectors.errors import Collision, PluginRefused
from collectors.registry import BUNDLED, Declaration, load_module
from dashboard.collector_tables import of_nobody
from dashboard.errors import did_you_mean
from dashboard.sampling.inline import InlineSource
from dashboard.sampling.job import Job, Sink
from dashboard.sampling.limits import Limits
from dashboard.sampling.roster import Context
from dashboard.sampling.sources import ProcessSource, bundled_source, file_source, module_source
from dashboard.sampling.state import JobState, one_line
from dashboard.sampling.watch import Found, Watch, changed, installed, read_tables
from dashboard.sampling.workers import WorkerProcess
from dashboard.settings import Settings
from dashboard.settings_sources import changed_settings
from dashboard.tasks import Supervised, Tasks

log = logging.getLogger(__name__)

#: The modules whose collectors `--demo` switches on.
DEMO = ("collectors.random_walk", "collectors.demo")
LOOK_EVERY = 1.0
MONITOR_EVERY = 0.5
#: Seconds that `stop` may take.
STOP_TIME = 2.0

Source = InlineSource | ProcessSource


class Scheduler:
    """All collectors of a server.

    Args:
        settings: of the server.
        sink: where samples and states go.
        tasks: what runs jobs and waits.
        own: collectors of the server itself; they run inline.
        reload: reads the settings again; whatever it raises is shown. By default the collectors' tables from the file.
        limits: what collector processes may take; by default by the settings.
        bundled: modules of bundled collectors.
    """

    def __init__(
        self,
        settings: Settings,
        sink: Sink,
        tasks: Tasks,
        own: Sequence[type[Collector]] = (),
        reload: Callable[[], Settings] | None = None,
        limits: Limits | None = None,
        bundled: Sequence[str] = BUNDLED,
    ) -> None:
        self._settings = settings
        self._tasks = tasks
        self._own = own
        self._bundled = bundled
        self._reload = reload or (lambda: settings.model_copy(update={"collectors": read_tables(settings.config)}))
        self._read = settings
        sampling = settings.sampling
        default = Limits(sampling.timeout, int(sampling.max_memory), max(30.0, 3 * sampling.timeout))
        self._context = Context(sink, tasks, limits or default, dict(settings.collectors))
        folders = settings.plugin_folders if sampling.plugins else ()
        self._watch = Watch(settings.plugin, folders, settings.config)
        self._found: Found | None = None
        self._sources: dict[str, Source] = {}
        self._problems: dict[str, JobState] = {}
        self._strange: set[str] = set()
        self._stopped = threading.Event()
        self._running: list[Supervised] = []

    def start(self) -> None:
        """Start all collectors; returns at once, plugins are loaded meanwhile."""
        declared = {name: found for name in self._bundled if (found := self._bundle(name))}
        if self._settings.demo:
            self._context.demanded = frozenset(one.name for module in DEMO for one in declared.get(module, ()))
        declared["dashboard"] = [Declaration.of(kind) for kind in self._own]
        apart: dict[str, list[Declaration]] = {}  # by module
        for module, declarations in declared.items():
            inline = [one for one in declarations if one.runs == "inline" or module == "dashboard"]
            if self._claimed(inline, module):
                self._begin(module, InlineSource(module, inline, self._context))
            if len(inline) < len(declarations):
                apart[module] = [one for one in declarations if one not in inline]
        if apart:
            only = [one for declarations in apart.values() for one in declarations]
            self._begin("collectors", bundled_source(list(apart), only, self._context))
        for name, function in (("monitor", self._monitor), ("watch", self._watch_files)):
            self._running.append(self._tasks.supervise(name, function, self._stopped))

    def stop(self) -> None:
        """Stop all collectors and end their processes; takes at most about two seconds."""
        deadline = self._tasks.clock.monotonic() + STOP_TIME
        self._stopped.set()
        sources = list(self._sources.values())
        # Processes are asked first, so that they close their collectors while the inline ones are stopped.
        for source in sorted(sources, key=lambda one: isinstance(one, InlineSource)):
            source.stop()
        for waiting in [*(source.join for source in sources), *(task.ended.wait for task in self._running)]:
            waiting(max(0.0, deadline - self._tasks.clock.monotonic()))
        for process in list(self._context.processes):
            process.kill("stopped")
        for process in list(self._context.processes):
            process.lost.wait(0.2)

    def states(self) -> list[JobState]:
        """Of all jobs, of collectors that are switched off, and of plugins that could not be loaded."""
        return [state for source in list(self._sources.values()) for state in source.roster.states()] + self.problems

    @property
    def settled(self) -> bool:
        """Whether all that was there at the start has been loaded and sampled once, or has said why not."""
        if self._found is None or not all(source.settled for source in list(self._sources.values())):
            return False
        return all(state.state != "starting" for state in self.states())

    @property
    def problems(self) -> list[JobState]:
        """Plugins and settings that could not be loaded; the reason says why."""
        own = [source.problem for source in list(self._sources.values())]
        return [one for one in own if one is not None] + list(self._problems.values())

    def lateness(self) -> list[float]:
        """Seconds by which the ticks since the last call were late."""
        return self._context.lateness.take()

    def ticks(self) -> Mapping[str, int]:
        """How many ticks were late and skipped, and how many tasks had to be restarted."""
        jobs = self._jobs()
        return {
            "late": sum(job.late for job in jobs),
            "skipped": sum(job.state.skipped for job in jobs),
            "restarted": sum(self._tasks.deaths.values()),
        }

    def durations(self) -> Mapping[str, float]:
        """Seconds that the last collect of each running collector took."""
        return {job.name: job.state.duration for job in self._jobs()}

    def workers(self) -> list[int]:
        """Process ids of the collector processes."""
        return [one.pid for one in list(self._context.processes) if not one.lost.is_set()]

    def _jobs(self) -> list[Job]:
        return [job for source in list(self._sources.values()) for job in list(source.roster.jobs.values())]

    def _bundle(self, module: str) -> list[Declaration]:
        try:
            return load_module(module)
        except PluginRefused as error:
            self._problem(module, str(error))
            return []

    def _claimed(self, declarations: Sequence[Declaration], origin: str) -> bool:
        try:
            self._context.registry.add(declarations, origin)
        except Collision as error:
            self._problem(origin, str(error))
            return False
        return bool(declarations)

    def _begin(self, key: str, source: Source) -> None:
        self._sources[key] = source
        source.start()

    def _problem(self, name: str, reason: str) -> None:
        """Show that something could not be loaded; `""` when it could."""
        reason = one_line(reason)
        before = self._problems.pop(name, None)
        if reason:
            if before is None or before.reason != reason:
                log.error("%s", reason)
            now = int(self._tasks.clock.wall() * 1000)
            self._problems[name] = JobState(name, "failing", reason, origin=name, since=now)
            self._context.sink.state(self._problems[name])
        elif before is not None:
            self._context.sink.retire(name)

    def _monitor(self) -> None:
        """Look after the memory of the collector processes, and after those that took long to end."""
        while not self._stopped.wait(MONITOR_EVERY):
            for process in list(self._context.processes):
                self._look_after(process)

    def _look_after(self, process: WorkerProcess) -> None:
        if not process.lost.is_set():
            process.check_memory()
        elif process.reap():
            self._context.processes.discard(process)

    def _watch_files(self) -> None:
        if self._settings.sampling.plugins:
            for module in self._tasks.native(installed):
                if module not in self._sources:
                    self._begin(module, module_source(module, self._context))
        for path in self._tasks.native(self._watch.missing):
            self._problem(str(path), f"{path}: there is no such plugin; give --plugin a Python file or a folder")
        while not self._stopped.is_set():
            helpers = {
                Path(key): source.files for key, source in self._sources.items() if isinstance(source, ProcessSource)
            }
            self._take(self._tasks.native(self._watch.look, helpers))
            self._warn_of_strange_tables()
            if self._stopped.wait(LOOK_EVERY):
                break

    def _take(self, found: Found) -> None:
        """Start, reload and stop plugins by what was found."""
        before, self._found = self._found, found
        known = before.plugins if before is not None else {}
        for path, stamps in found.plugins.items():
            source = self._sources.get(str(path))
            if source is None:
                self._problem(str(path), "")
                self._begin(str(path), file_source(path, self._context))
            elif isinstance(source, ProcessSource) and changed({**source.files, **known.get(path, {})}, stamps):
                source.changed()
        for path in known.keys() - found.plugins.keys():
            gone = self._sources.pop(str(path), None)
            if isinstance(gone, ProcessSource):
                gone.stop(retire=True)
                gone.join(STOP_TIME)
        if before is not None and before.config != found.config:
            self._read_tables()

    def _read_tables(self) -> None:
        """plotroom.toml has changed."""
        name = self._settings.config.name
        try:
            now = self._tasks.native(self._reload)
        except Exception as error:  # whatever is wrong with the file, the old settings go on and the page says why
            self._problem(name, str(error))
            return
        self._problem(name, "")
        self._strange.clear()
        # Against those in force, too: one that was put back needs no start.
        later = {*changed_settings(self._read, now)} & {*changed_settings(self._settings, now)}
        for setting in sorted(later):
            log.warning("%s takes effect at the next start", setting)
        self._read = now
        self._context.raw = now.collectors
        for source in list(self._sources.values()):
            source.tables_changed()

    def _warn_of_strange_tables(self) -> None:
        """A misspelt `[collectors.<name>]` would otherwise be silently for nobody."""
        sources = list(self._sources.values())
        if self.problems or not all(source.settled for source in sources):
            return
        names = {state.collector for state in self.states()}
        for name in of_nobody(self._context.raw, names) - self._strange:
            self._strange.add(name)
            log.warning("[collectors.%s] is for no collector%s", name, did_you_mean(name, names))

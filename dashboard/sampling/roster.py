"""The jobs of one source, kept in agreement with what it declares and what plotroom.toml says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collectors.registry import Declaration, Registry
from dashboard.collector_tables import Table, Tables, tables_of
from dashboard.sampling.job import Job, Sampling, Sink
from dashboard.sampling.limits import Limits
from dashboard.sampling.remote import RemoteSampler
from dashboard.sampling.state import JobState
from dashboard.sampling.ticker import Lateness
from dashboard.sampling.workers import WorkerProcess
from dashboard.tasks import Tasks

#: Jobs tick this many seconds apart, so that the hub gets a turn between two, and workers do not all wake at once.
PHASE = 0.001
PHASES = 24
#: Seconds that a job may take to end before it is left behind.
JOIN_TIME = 1.0


class Schedule(BaseModel):
    """The options of every collector that the server itself needs; the rest is the collector's own."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool | None = None
    every: float | None = Field(default=None, ge=0.01, le=86_400)


@dataclass
class Context:
    """What all sources of a scheduler share.

    Attributes:
        raw: the `[collectors.<name>]` tables as they stand now.
        demanded: collectors that run although neither they nor a table say so.
        registry: who owns which name.
        lateness: of the ticks of all jobs.
        processes: every collector process that is not known to be gone.
    """

    sink: Sink
    tasks: Tasks
    limits: Limits
    raw: Tables
    demanded: frozenset[str] = frozenset()
    registry: Registry = field(default_factory=Registry)
    lateness: Lateness = field(default_factory=Lateness)
    processes: set[WorkerProcess] = field(default_factory=set)
    phases: Iterator[int] = field(default_factory=lambda: itertools.cycle(range(PHASES)))

    def tables(self, collector: str) -> list[Table]:
        return tables_of(collector, self.raw)


@dataclass(frozen=True)
class Plan:
    """How a collector is to run by its tables. Equal plans need no restart."""

    tables: tuple[Table, ...]
    every: float
    enabled: bool
    wrong: str = ""


def plan(declaration: Declaration, tables: Sequence[Table], demanded: bool = False) -> Plan:
    """The plan for a collector with these tables; several are several instances, those switched off left out.

    All instances share one schedule: the shortest interval that a table asks for.
    """
    default = declaration.enabled or demanded
    on: list[tuple[Table, Schedule]] = []
    try:
        for table in tables:
            schedule = Schedule.model_validate(table)
            # A table of its own is wish enough to run a collector that is off by default only when it says so.
            if default if schedule.enabled is None else schedule.enabled:
                on.append((table, schedule))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return Plan(tuple(tables), declaration.every, True, why)
    intervals = [schedule.every for _, schedule in on if schedule.every is not None]
    enabled = bool(on) if tables else default
    return Plan(tuple(table for table, _ in on), min(intervals, default=declaration.every), enabled)


class Roster:
    """The jobs of one source.

    Args:
        origin: the file or module.
        context: what all sources share.
        sampler: makes the sampler of a job.
    """

    def __init__(
        self,
        origin: str,
        context: Context,
        sampler: Callable[[Declaration, Plan], Sampling],
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self._origin = origin
        self._context = context
        self._sampler = sampler
        self._plans: dict[str, Plan] = {}
        self._off: dict[str, JobState] = {}

    def wants(self, declarations: Iterable[Declaration]) -> bool:
        """Whether any of `declarations` is to run."""
        return any(self._plan(one).enabled for one in declarations)

    def agree(self, declarations: Sequence[Declaration], fresh: bool = False) -> None:
        """Start, restart and stop jobs so that they are those of `declarations` as they are configured now.

        Args:
            declarations: what the source offers.
            fresh: its code has changed, so all restart.
        """
        plans = {one.name: self._plan(one) for one in declarations}
        for name in self._plans.keys() - plans.keys():
            self._context.sink.retire(name)
        end = [name for name in self._plans if fresh or self._plans[name] != plans.get(name)]
        self._end(end)
        self._off = {name: state for name, state in self._off.items() if name in plans and name not in end}
        for one in declarations:
            if one.name in end or one.name not in self._plans:
                self._begin(one, plans[one.name])
        self._plans = plans

    def stop(self, retire: bool) -> None:
        """Stop all jobs.

        Args:
            retire: the source is gone, so its collectors and metrics leave the catalog.
        """
        self._end(list(self._plans))
        if retire:
            for name in self._plans:
                self._context.sink.retire(name)
        self._plans, self._off = {}, {}

    def states(self) -> list[JobState]:
        """Of the jobs, and of collectors that are switched off."""
        return [job.state for job in list(self.jobs.values())] + list(self._off.values())

    def _plan(self, declaration: Declaration) -> Plan:
        name = declaration.name
        return plan(declaration, self._context.tables(name), name in self._context.demanded)

    def _begin(self, declaration: Declaration, plan: Plan) -> None:
        context, name = self._context, declaration.name
        if plan.wrong or not plan.enabled:
            reason = plan.wrong or f"switched off; [collectors.{name}] enabled = true switches it on"
            state = JobState(
                name,
                "misconfigured" if plan.wrong else "stopped",
                reason,
                plan.every,
                self._origin,
                since=int(context.tasks.clock.wall() * 1000),
                metrics=len(declaration.metrics),
            )
            self._off[name] = state
            context.sink.retire(name)
            context.sink.state(state)
            return
        context.sink.declare(name, plan.every, declaration.metrics)
        phase = PHASE * next(context.phases)
        sampler = self._sampler(declaration, plan)
        job = Job(
            declaration,
            sampler,
            self._origin,
            plan.every,
            context.sink,
            context.tasks,
            context.lateness,
            min(phase, plan.every / 10),
        )
        if isinstance(sampler, RemoteSampler):
            sampler.on_late = job.mark_late
        self.jobs[name] = job
        job.start()

    def _end(self, names: Iterable[str]) -> None:
        ending = [self.jobs.pop(name) for name in names if name in self.jobs]
        for job in ending:
            job.stop()
        for job in ending:
            job.join(JOIN_TIME)

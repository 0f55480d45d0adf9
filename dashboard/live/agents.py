"""Agents: other hosts whose collectors are sampled there, and shown here as a family of metrics each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.live.agent import Agent, metric_of, moment
from dashboard.live.agent_groups import Groups, too_many_series
from dashboard.live.agent_payloads import (
    MOST_ALL_SERIES,
    MOST_COLLECTORS,
    MOST_METRICS,
    Declared,
    DeclareRequest,
    KeepRequest,
    PushRequest,
    RegisterRequest,
    RetireRequest,
    StateRequest,
)
from dashboard.live.refused import Refused
from dashboard.live.wire import Code, Payload
from dashboard.sampling.state import JobState, one_line

if TYPE_CHECKING:
    from dashboard.live.catalog import Catalog
    from dashboard.sampling.job import Sink

log = logging.getLogger(__name__)

#: Agents that are known at the same time.
MOST_AGENTS = 1000
#: Names with a meaning of their own in addresses of dashboards.
RESERVED = ("overview",)


@dataclass(eq=False)
class _Line:
    """A connection: who is at its other end, and what has come of something that takes several messages."""

    peer: str
    agent: Agent | None = None
    groups: Groups = field(default_factory=lambda: Groups(lambda name: False))
    declaring: dict[str, list[Declared]] = field(default_factory=dict)


class Agents:
    """All agents of a server. Requests of one connection come one after the other.

    Args:
        sink: where their declarations, states and samples go.
        catalog: what else there is.
        now: the time in ms since the epoch.
        max_series: that a metric may have at most.
    """

    def __init__(self, sink: Sink, catalog: Catalog, now: Callable[[], int], max_series: int) -> None:
        self._sink = sink
        self._catalog = catalog
        self._now = now
        self._max_series = max_series
        self._agents: dict[str, Agent] = {}
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def connect(self, sid: str, peer: str) -> None:
        """Somebody has come."""
        with self._lock:
            self._lines[sid] = _Line(peer)

    def disconnect(self, sid: str) -> None:
        """They have gone: the agent is away, its metrics stay; one that has shown nothing is forgotten."""
        with self._lock:
            line = self._lines.pop(sid, None)
            agent = line.agent if line else None
            if agent is None or agent.sid != sid:  # it has come back over another connection already
                return
            agent.sid, agent.since = "", self._now()
            if not agent.collectors:  # else ever new names would take the room of all others
                del self._agents[agent.name]
        log.warning("agent %s of %s is away", agent.name, agent.peer)
        self._show_away(agent)

    def clock(self, sid: str) -> Payload:
        """What time it is, so that an agent can reckon with the server's."""
        return {"ok": True, "now": self._now()}

    def register(self, sid: str, request: RegisterRequest) -> Payload:
        """An agent says who it is.

        Raises:
            Refused: the name is taken.
        """
        with self._lock:
            line = self._lines.get(sid)
            if line is None:
                raise Refused(Code.FORBIDDEN, "the connection has ended")
            if line.agent is not None and (line.agent.name, line.agent.run) != (request.agent, request.run):
                raise Refused(Code.BAD_REQUEST, f"this connection is that of agent {line.agent.name!r} already")
            known = self._agents.get(request.agent)
            self._check_name(request, line, known)
            agent = known or Agent(request.agent, request.run, line.peer, sid, self._now())
            if agent.run != request.run:
                agent.run, agent.applied = request.run, 0
            agent.sid, agent.peer, agent.since = sid, line.peer, self._now()
            self._agents[agent.name] = line.agent = agent
            line.groups = Groups(agent.knows)
        log.info("agent %s of %s, version %s, is here", agent.name, agent.peer, one_line(request.version))
        return {"ok": True, "n": agent.applied}

    def declare(self, sid: str, request: DeclareRequest) -> Payload:
        """A collector of an agent has these metrics.

        Raises:
            Refused: they can't be declared.
            BadRequest: one of them is wrong.
        """
        line, agent = self._found(sid)
        name = request.collector
        self._check_room(agent, name, line.declaring)
        declared = line.declaring.pop(name, []) + request.metrics
        if len(declared) + sum(map(len, line.declaring.values())) > MOST_METRICS:
            raise Refused(Code.BAD_REQUEST, f"metrics: an agent may have {MOST_METRICS}; switch some collectors off")
        if request.more:
            line.declaring[name] = declared
            return {"ok": True}
        metrics = {one.name: metric_of(agent.name, one, self._max_series) for one in declared}
        others = sum(len(own) for other, own in agent.declared.items() if other != name)
        if len(metrics) + others > MOST_METRICS:
            raise Refused(Code.BAD_REQUEST, f"metrics: an agent may have {MOST_METRICS}; switch some collectors off")
        self._take_over(agent, name, metrics)
        line.groups.forget(agent.declared.get(name, {}).keys() - metrics.keys())
        agent.declared[name], agent.every[name] = metrics, request.every
        self._sink.declare(f"{agent.name}/{name}", request.every, list(metrics.values()))
        return {"ok": True}

    def state(self, sid: str, request: StateRequest) -> Payload:
        """Collectors of an agent are in these states."""
        _, agent = self._found(sid)
        for one in request.states:
            self._check_room(agent, one.collector)
            told = one.model_dump() | {
                "collector": f"{agent.name}/{one.collector}",
                "reason": one_line(one.reason),
                "origin": one_line(one.origin),
                "since": min(one.since, self._now()),
            }
            agent.states[one.collector] = state = JobState(**told)
            self._sink.state(state)
        return {"ok": True}

    def retire(self, sid: str, request: RetireRequest) -> Payload:
        """Collectors of an agent are no more."""
        line, agent = self._found(sid)
        self._retire(line, agent, agent.collectors.intersection(request.collectors))
        return {"ok": True}

    def keep(self, sid: str, request: KeepRequest) -> Payload:
        """These are all collectors of an agent: what an earlier run of it had besides is no more."""
        line, agent = self._found(sid)
        self._retire(line, agent, agent.collectors.difference(request.collectors))
        return {"ok": True}

    def push(self, sid: str, request: PushRequest) -> Payload:
        """Samples of an agent. Those that have been taken before, which it can't always know, are not taken twice.

        Raises:
            BadRequest: they don't fit together, or are of too many series.
        """
        line, agent = self._found(sid)
        if request.n <= agent.applied:
            return {"ok": True}
        batches = line.groups.take(request)
        if batches is not None:
            self._check_series(agent, batches)
            for batch in batches:
                self._publish(agent, batch)
            agent.applied = request.n
        return {"ok": True}

    def _publish(self, agent: Agent, batch: Batch) -> None:
        # What an agent reckons of our clock may be wrong; a sample of the future would keep later ones out.
        ahead = int(batch.times[-1]) - self._now()
        times = batch.times - ahead if ahead > 0 else batch.times
        self._sink.publish(Batch(f"{agent.name}.{batch.metric}", times, batch.series, batch.values))

    def _found(self, sid: str) -> tuple[_Line, Agent]:
        with self._lock:
            line = self._lines.get(sid)
            agent = line.agent if line else None
            if line is None or agent is None:
                raise Refused(Code.FORBIDDEN, "nobody knows yet which agent this is; send `register` first")
            if agent.sid != sid:
                raise Refused(Code.FORBIDDEN, f"agent {agent.name!r} speaks over another connection now")
            return line, agent

    def _check_name(self, request: RegisterRequest, line: _Line, known: Agent | None) -> None:
        name = request.agent
        hint = f"give the agent at {line.peer} another one with --name"
        if name in RESERVED:
            raise Refused(Code.FORBIDDEN, f"the name {name!r} is that of the server's own dashboard /d/{name}; {hint}")
        if known is not None and known.sid and known.run != request.run:
            since = moment(known.since)
            raise Refused(
                Code.FORBIDDEN,
                f"the name {name!r} is taken by the agent at {known.peer}, which has been here since {since}; {hint}",
            )
        if known is None and len(self._agents) >= MOST_AGENTS:
            raise Refused(Code.FORBIDDEN, f"there are {MOST_AGENTS} agents already; start another Plotroom for more")
        for one in self._catalog.metrics():
            if one["family"] == name and not one["collector"].startswith(f"{name}/"):
                raise Refused(
                    Code.FORBIDDEN,
                    f"the name {name!r} is taken: it is the family of the server's own metric {one['name']!r} "
                    f"(collector {one['collector']}); {hint}",
                )

    @staticmethod
    def _check_room(agent: Agent, collector: str, declaring: Iterable[str] = ()) -> None:
        known = agent.collectors.union(declaring)
        if collector not in known and len(known) >= MOST_COLLECTORS:
            raise Refused(
                Code.BAD_REQUEST, f"collector: an agent may have {MOST_COLLECTORS}; {collector!r} is one too many"
            )

    def _check_series(self, agent: Agent, batches: Iterable[Batch]) -> None:
        """What is held counts, not what came over this connection: registering anew makes no room."""
        metrics: dict[str, Metric] = {}
        count = 0
        for batch in batches:
            held = self._catalog.series(f"{agent.name}.{batch.metric}")
            fresh = 0 if batch.series == held else len(set(batch.series).difference(held))
            if not fresh:
                continue
            if not metrics:  # series that are new are rare, so that only then all are counted
                metrics = agent.metrics()
                count = sum(len(self._catalog.series(one.name)) for one in metrics.values())
            cap = metrics[batch.metric].max_series or self._max_series
            count += max(0, min(fresh, cap - len(held)))
            if count > MOST_ALL_SERIES:
                raise too_many_series(batch.metric)

    def _take_over(self, agent: Agent, collector: str, metrics: dict[str, Metric]) -> None:
        """What another collector of the agent had in an earlier run is this one's now."""
        for one in self._catalog.metrics(metric.name for metric in metrics.values()):
            if not one["collector"].startswith(f"{agent.name}/"):
                raise Refused(
                    Code.FORBIDDEN,
                    f"metric {one['name']!r} is one of the server's own (collector {one['collector']}); "
                    f"rename it, or the agent with --name",
                )
        for other, own in agent.declared.items():
            if other != collector and own.keys() & metrics.keys():
                agent.declared[other] = {name: metric for name, metric in own.items() if name not in metrics}
                rest = list(agent.declared[other].values())
                self._sink.declare(f"{agent.name}/{other}", agent.every[other], rest)

    def _retire(self, line: _Line, agent: Agent, collectors: Iterable[str]) -> None:
        for name in collectors:
            agent.states.pop(name, None)
            agent.every.pop(name, None)
            line.groups.forget(set(agent.declared.pop(name, {})))
            self._sink.retire(f"{agent.name}/{name}")

    def _show_away(self, agent: Agent) -> None:
        reason = f"agent {agent.name} is away since {moment(agent.since)}"
        for state in list(agent.states.values()):
            if state.state != "stopped":  # switched off, which it is as well while nobody is there to say so
                self._sink.state(replace(state, state="unavailable", reason=reason, since=agent.since))

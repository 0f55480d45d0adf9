"""One agent: a host whose collectors are sampled there, and what is known of it here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.errors import InvalidDeclaration
from collectors.metric import Metric
from dashboard.live.agent_payloads import Declared
from dashboard.live.payloads import BadRequest
from dashboard.sampling.state import JobState


@dataclass(eq=False)
class Agent:
    """One host.

    Attributes:
        name: family of its metrics.
        run: tells its process from an earlier one of the same name.
        peer: where it connects from.
        sid: its connection; "" while it is away.
        since: when it came, or went, in ms since the epoch.
        applied: number of the last samples that were taken.
        declared: the metrics of each collector, by their names on the agent.
        every: seconds between samples of each of these collectors.
        states: of its collectors, by their names here.
    """

    name: str
    run: str
    peer: str
    sid: str
    since: int
    applied: int = 0
    declared: dict[str, dict[str, Metric]] = field(default_factory=dict)
    every: dict[str, float] = field(default_factory=dict)
    states: dict[str, JobState] = field(default_factory=dict)

    @property
    def collectors(self) -> set[str]:
        return {*self.declared, *self.states}

    def knows(self, metric: str) -> bool:
        return any(metric in metrics for metrics in self.declared.values())

    def metrics(self) -> dict[str, Metric]:
        """Those of all collectors, by their names on the agent."""
        return {name: metric for metrics in self.declared.values() for name, metric in metrics.items()}


def moment(time: int) -> str:
    """A time in ms since the epoch as people read it."""
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def metric_of(agent: str, one: Declared, max_series: int) -> Metric:
    """A metric of an agent as it is called here.

    Args:
        agent: its name.
        one: as it has declared it.
        max_series: that the metric may have at most: what an agent declares takes the server's memory.

    Raises:
        BadRequest: it is not declared as metrics are.
    """
    low, high = one.limits
    labels = None if one.labels is None else tuple(one.labels)
    given = one.model_dump(exclude={"name", "title", "labels", "limits", "max_series"})
    most = max_series if one.max_series is None else min(one.max_series, max_series)
    try:
        Metric(one.name)  # for a sentence that speaks of the name that the agent knows
        return Metric(
            f"{agent}.{one.name}", title=one.title or one.name, family=agent, labels=labels,
            limits=(low, high), max_series=most, **given,
        )  # fmt: skip
    except InvalidDeclaration as error:
        raise BadRequest(f"metrics: {error}") from None

"""What agents may say in the namespace `/agents`, checked before anything looks at it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from collectors.metric import MAX_LABEL_VALUE, MAX_NAME, Chart, Kind
from dashboard.live.payloads import Request
from dashboard.sampling.state import MOST_REASON, State

#: Of one agent: collectors, and metrics of them all.
MOST_COLLECTORS = 200
MOST_METRICS = 1000
#: Series of one metric, and of all metrics of an agent together.
MOST_SERIES = 5000
MOST_ALL_SERIES = 20_000
#: Values of samples that belong together.
MOST_CELLS = 200_000
#: Characters of an agent's name, and of texts about a metric.
MOST_AGENT = 31
MOST_TITLE, MOST_UNIT, MOST_HELP = 200, 60, 2000
MOST_LABELS = 16
#: The latest moment, in ms since the epoch, that JavaScript knows.
LATEST = 8_640_000_000_000_000

AGENT = rf"[a-z][a-z0-9_]{{0,{MOST_AGENT - 1}}}"
#: The name of a label: a metric that declares none may have any of these.
LABEL = rf"[a-z][a-z0-9_]{{0,{MAX_NAME - 1}}}"


def _check_collector(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a collector's name has characters that can't be shown; leave them out")
    return value


def _check_label(value: str) -> str:
    if not re.fullmatch(LABEL, value):
        raise ValueError(f"label {value!r} must be lower-case, a-z, 0-9 and _, at most {MAX_NAME} characters")
    return value


AgentName = Annotated[str, StringConstraints(pattern=f"^{AGENT}$", strict=True)]
Collector = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME, strict=True),
                      AfterValidator(_check_collector)]  # fmt: skip
MetricName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME, strict=True)]
Label = Annotated[str, StringConstraints(max_length=MAX_NAME, strict=True), AfterValidator(_check_label),
                  Field(json_schema_extra={"pattern": f"^{LABEL}$"})]  # fmt: skip
Labels = Annotated[dict[Label, Annotated[str, Field(max_length=MAX_LABEL_VALUE)]], Field(max_length=MOST_LABELS)]
Moment = Annotated[int, Field(ge=0, le=LATEST)]
Count = Annotated[int, Field(ge=0, le=2**53)]


class RegisterRequest(Request):
    """`register`: who the agent is."""

    agent: AgentName = Field(description="its name: family of its metrics")
    version: str = Field(max_length=100, description="of its Plotroom")
    run: str = Field(
        min_length=8, max_length=64, description="made at random when it starts, so that it is known again"
    )


class ClockRequest(Request):
    """`clock`: what time it is at the server."""


class Declared(Request):
    """One metric of a `declare`."""

    name: MetricName = Field(description="as the collector calls it")
    title: str = Field("", max_length=MOST_TITLE)
    unit: str = Field("", max_length=MOST_UNIT)
    kind: Kind = "gauge"
    help: str = Field("", max_length=MOST_HELP)
    labels: list[Label] | None = Field(default=[], max_length=MOST_LABELS, description="names of its labels")
    chart: Chart | None = None
    rate_unit: str = Field("", max_length=MOST_UNIT, description="of a counter's rate")
    limits: list[float | None] = Field([None, None], min_length=2, max_length=2)
    headline: str = Field("", max_length=MAX_LABEL_VALUE)
    max_series: int | None = Field(None, ge=1, le=MOST_SERIES)
    order: int = Field(100, ge=-1_000_000, le=1_000_000)


class DeclareRequest(Request):
    """`declare`: the metrics of a collector, in place of those that it had."""

    collector: Collector = Field(description="its name on the agent")
    every: float = Field(ge=0.01, le=86_400, description="seconds between samples")
    metrics: list[Declared] = Field(max_length=MOST_METRICS)
    more: bool = Field(False, description="further metrics of it follow")


class CollectorState(Request):
    """One collector of a `state`."""

    collector: Collector
    state: State
    reason: str = Field("", max_length=MOST_REASON)
    every: float = Field(0.0, ge=0, le=86_400)
    origin: str = Field("", max_length=MOST_REASON)
    duration: float = Field(0.0, ge=0, le=1e9, description="seconds")
    samples: Count = 0
    skipped: Count = 0
    errors: Count = 0
    restarts: Count = 0
    since: Moment = 0
    metrics: Count = 0


class StateRequest(Request):
    """`state`: how collectors are."""

    states: list[CollectorState] = Field(min_length=1, max_length=MOST_COLLECTORS)


class RetireRequest(Request):
    """`retire`: collectors that are no more."""

    collectors: list[Collector] = Field(min_length=1, max_length=MOST_COLLECTORS)


class KeepRequest(Request):
    """`keep`: all collectors that there are; others that an earlier run had are no more."""

    collectors: list[Collector] = Field(max_length=MOST_COLLECTORS)


class Pushed(Request):
    """Samples of one metric in a `push`."""

    m: MetricName = Field(description="the metric")
    t: list[Moment] = Field(min_length=1, max_length=MOST_CELLS, description="times, ascending")
    at: int = Field(0, ge=0, le=MOST_SERIES, description="place of the first row among the metric's series")
    series: list[Labels] | None = Field(None, max_length=MOST_SERIES, description="of the rows, when they have changed")
    v: list[list[float | None]] = Field(max_length=MOST_SERIES, description="a row of values for each series")

    @field_validator("t")
    @classmethod
    def _check_times(cls, value: list[int]) -> list[int]:
        if any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError("times are not ascending; send each once, the oldest first")
        return value

    @model_validator(mode="after")
    def _check_shape(self) -> Pushed:
        if any(len(row) != len(self.t) for row in self.v):
            raise ValueError(f"a row of v has not {len(self.t)} values; send one for each time of t, null for a gap")
        if self.series is not None and len(self.series) != len(self.v):
            raise ValueError(f"series are {len(self.series)} and rows of v {len(self.v)}; send one series for each row")
        if self.at + len(self.v) > MOST_SERIES:
            raise ValueError(f"a metric may have {MOST_SERIES} series; send fewer")
        return self


class PushRequest(Request):
    """`push`: samples that belong together, in as many messages as they need."""

    n: int = Field(ge=1, le=2**53, description="number of those that belong together, counted from 1 in a run")
    batches: list[Pushed] = Field(max_length=MOST_METRICS)
    more: bool = Field(False, description="further ones of the same number follow")

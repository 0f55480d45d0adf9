"""What clients of `/metrics` and `/admin` are told, as models: from them the AsyncAPI document is made.

Nothing is checked against them on its way, which would cost each message; the tests check that real ones are like this.
What checks is therefore built when something asks for it first: a start has no use for it.
Fields may be added: a client ignores what it does not know.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from collectors.metric import Chart, Kind
from dashboard.live.wire import Code
from dashboard.sampling.state import State

Offset = Annotated[int, Field(ge=0, description="running number of a metric's sample")]
Time = Annotated[int, Field(description="ms since the epoch")]
Row = list[float | None]
#: What is in one binary attachment: an encoded text in JSON, bytes in Socket.IO.
Binary = Annotated[str, Field(json_schema_extra={"format": "binary"})]


def maybe(description: str) -> Any:  # Any: stands for a value of the field's type
    """A field that is left out where there is nothing to tell."""
    return Field(default_factory=lambda: None, description=description)


class Told(BaseModel):
    """Base of what the server sends."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, defer_build=True)


class Fault(Told):
    """Why a request is refused."""

    code: Code = Field(description="for programs")
    message: str = Field(description="for people")


class Refusal(Told):
    """The answer to a request that is refused as a whole."""

    ok: Literal[False]
    error: Fault


class Done(Told):
    """The answer to a request that was done."""

    ok: Literal[True]


class Series(Told):
    """One line of a metric."""

    labels: dict[str, str] = Field(description="what tells it from the others")


class Metric(Told):
    """A metric as it is drawn."""

    name: str = Field(description="dotted words")
    title: str = Field(description="for people")
    unit: str = Field(description="of the values that clients get; of a counter, that of its rate")
    kind: Kind = Field(description="a counter's values are rates per second")
    help: str = Field(description="one sentence")
    family: str = Field(description="its dashboard is /d/<family>")
    chart: Chart = Field(description="how it is drawn")
    every: float = Field(description="seconds between samples")
    collector: str = Field(description="that measures it")
    series: list[Series] = Field(description="in the order in which values come")
    limits: list[float | None] = Field(min_length=2, max_length=2, description="of the value axis, null leaves it free")
    headline: str = Field(description='how its headline figure is made: sum, max, mean, the name of a series, or ""')
    order: int = Field(description="place within its family, smaller first")
    figure_id: str = Field(description='changes with the figure that a plugin brings; "" when it brings none')
    refused: int = Field(ge=0, description="series that were left out because there are as many as may be")


class Collector(Told):
    """A collector and how it is."""

    collector: str = Field(description="its name")
    state: State = Field(description="how it is")
    reason: str = Field(description='why it is not running, for people; "" when it is')
    every: float = Field(description="seconds between samples")
    origin: str = Field(description="file or module that it comes from")
    duration: float = Field(ge=0, description="ms that its last collect took")
    samples: int = Field(ge=0, description="collects that gave samples")
    skipped: int = Field(ge=0, description="ticks that were left out")
    errors: int = Field(ge=0, description="collects that failed")
    restarts: int = Field(ge=0, description="how often its process was started again")
    since: Time = Field(description="when it came into this state, ms since the epoch")
    metrics: int = Field(ge=0, description="how many it declares")


class Notice(Told):
    """Something that everybody should know."""

    level: Literal["info", "warning", "error"] = Field(description="how bad it is")
    text: str = Field(description="a sentence; an empty one ends what stands on its topic")
    t: Time = Field(description="when it was told, ms since the epoch")
    topic: str = maybe("what it is about: it stands until the next one on that topic")


class Standing(Notice):
    """A notice that stands."""

    topic: str = Field(description="what it is about")


class Limits(Told):
    """What a client may take."""

    rooms: int = Field(description="metrics that it may watch at the same time")
    message: int = Field(description="bytes of the largest message from it")


class Hello(Told):
    """Right after the client has connected."""

    version: str = Field(description="of the page's files")
    epoch: str = Field(description="identity of the history; with another one all offsets are worth nothing")
    now: Time = Field(description="the server's time, ms since the epoch")
    limits: Limits
    notices: list[Standing] = Field(description="those that stand")


class CatalogAnswer(Done):
    """All that can be subscribed to."""

    metrics: list[Metric]
    collectors: list[Collector]


class CatalogChange(Told):
    """What has changed in the catalog, for who has asked for it."""

    metrics: list[Metric] = Field(description="new ones, and those that are different")
    gone: list[str] = Field(description="names of metrics that are no more")
    collectors: list[Collector] = Field(description="new ones, and those that are different")
    gone_collectors: list[str] = Field(description="names of collectors that are no more")


class Samples(Told):
    """New samples of a metric, few enough to travel as JSON."""

    m: str = Field(description="the metric")
    o: Offset = Field(description="number of the last of them; less how many there are, it is the offset before them")
    t: list[Time] = Field(description="times, ms since the epoch")
    v: list[Row] = Field(description="values of each series, as many as times; null is a gap")


class BinarySamples(Told):
    """New samples of a metric: n times, then n values per series, in one attachment of little-endian float64."""

    m: str = Field(description="the metric")
    o: Offset = Field(description="number of the last of them; less how many there are, it is the offset before them")
    n: int = Field(ge=0, description="how many times")
    at: int = Field(ge=0, description="the byte in b at which its numbers begin")
    b: Binary = Field(description="the numbers; NaN is a gap")


class AnySamples(RootModel[Samples | BinarySamples]):
    """New samples of a metric."""


class _Backfill(Told):
    name: str = Field(description="the metric")
    offset: Offset = Field(description="number of the last of the samples")
    recovered: bool = Field(description="they are exactly those after `since`; else replace what you had")
    series: list[Series] = Field(description="in the order in which values come")


class Backfill(_Backfill):
    """The history of a metric, in an answer with few values."""

    t: list[Time] = Field(description="times, ms since the epoch")
    v: list[Row] = Field(description="values of each series, as many as times; null is a gap")


class BinaryBackfill(_Backfill):
    """The history of a metric, whose numbers are in the attachment of the answer."""

    n: int = Field(ge=0, description="how many times")
    at: int = Field(ge=0, description="the byte in b at which its numbers begin")


class NoBackfill(Told):
    """A metric that was not joined."""

    name: str = Field(description="the metric")
    error: Fault


class SubscribeAnswer(Done):
    """The history of each metric, up to the first `samples` that the client gets of it."""

    epoch: str = Field(description="identity of the history")
    now: Time = Field(description="the server's time, ms since the epoch")
    metrics: list[Backfill | BinaryBackfill | NoBackfill] = Field(description="in the order in which they were asked")
    b: Binary = maybe("the numbers of all, when they are many: little-endian float64")


class SeriesChange(Told):
    """Before the first samples that have another list of series."""

    m: str = Field(description="the metric")
    o: Offset = Field(description="the offset before those samples")
    series: list[Series] = Field(description="all of them, in order")


class Top(RootModel[dict[str, Offset]]):
    """The newest offset of each metric that the client watches, from time to time."""


class DashboardEntry(Told):
    """A dashboard in the list of all."""

    slug: str = Field(description="its page is /d/<slug>")
    title: str = Field(description="for people")
    version: int = Field(ge=0, description="number of the newest one; of a file, when it was changed, in ms")
    t: Time = Field(description="when it was saved or changed, ms since the epoch")
    by: str = Field(description='who has saved it, as they call themselves; "" when they do not')
    origin: Literal["store", "file"] = Field(description="saved, or a file in the folder of the server")
    panels: int = Field(ge=0, description="how many it has")
    editable: bool = Field(description="whether it can be saved")


class DashboardGone(Told):
    """A dashboard that is no more."""

    slug: str = Field(description="what it was called")
    gone: Literal[True]


class DashboardChange(RootModel[DashboardEntry | DashboardGone]):
    """A dashboard was saved, changed or deleted, for who has asked for the catalog."""


class Lagged(Told):
    """The client has read too slowly, and has now read all that waited: it lacks samples of these."""

    metrics: list[str] = Field(description="subscribe to them again, with `since`")


class AdminConfig(Told):
    """What the Admin UI may do."""

    supportedFeatures: list[str]


class AdminNamespace(Told):
    """A namespace and how many are in it."""

    name: str
    socketsCount: int = Field(ge=0)


class AdminCount(Told):
    """How often something has happened."""

    timestamp: int = Field(description="ms since the epoch, a whole second")
    type: str = Field(description="rawConnection, rawDisconnection, packetsOut or bytesOut")
    count: int


class ServerStats(Told):
    """What the Admin UI shows, every two seconds."""

    serverId: str
    hostname: str
    pid: int
    uptime: float = Field(description="seconds")
    clientsCount: int = Field(ge=0)
    pollingClientsCount: int = Field(ge=0)
    aggregatedEvents: list[AdminCount]
    namespaces: list[AdminNamespace]

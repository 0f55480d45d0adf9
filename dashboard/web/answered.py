"""What the HTTP API answers, as models: from them the OpenAPI document is made; the tests check real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from dashboard.dashboards.document import Dashboard
from dashboard.live.told import Collector, DashboardEntry, Done, Metric, Row, Series, Standing, Time, Told
from dashboard.sampling.state import State
from dashboard.web.figures import FigureKind


class ProblemText(Told):
    """What is wrong."""

    code: str = Field(description="for programs")
    message: str = Field(description="for people: what was wrong, what is valid")


class Problem(Told):
    """The one shape of all errors."""

    ok: Literal[False]
    error: ProblemText


class Health(Done):
    """The server runs."""

    version: str = Field(description="of the program")
    uptime: float = Field(ge=0, description="seconds since it started")
    collectors: dict[str, State] = Field(description="the state of each")


class MetricList(Done):
    """Every metric there is."""

    epoch: str = Field(description="identity of the history")
    metrics: list[Metric]


class CollectorList(Done):
    """Every collector there is."""

    collectors: list[Collector]


class EmbedAddress(Done):
    """Where the page of one panel is."""

    path: str = Field(description="below this server's address, with the key of the panel where one is needed")
    origins: list[str] = Field(description="the pages that may frame it, as the setting `embed_origins` has them")


class NoticeList(Done):
    """The notices that stand, the oldest first."""

    notices: list[Standing]


class SampleTable(Told):
    """Samples of one metric."""

    metric: str
    unit: str = Field(description="of the values")
    tier: Literal["full", "minute", "hour"] = Field(description="the resolution; of several, that of the oldest part")
    every: int = Field(ge=0, description="ms that a time stands for; 0 when it is a sample")
    series: list[Series]
    t: list[Time] = Field(description="times, ms since the epoch")
    v: list[Row] = Field(description="values of each series, as many as times; null is a gap")


class Beginning(Done):
    """How far back there is something."""

    oldest: Time | None = Field(description="time of the oldest sample, ms since the epoch; null when there is none")


class Figure(BaseModel):
    """A figure of Plotly, without samples."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    data: list[dict[str, Any]] = Field(description="traces")  # Any: Plotly's own open-ended JSON
    layout: dict[str, Any]


class FigureTable(RootModel[dict[str, Figure]]):
    """The figures of metrics, by name."""


class FigureQuery(BaseModel):
    """Whose figures."""

    metric: list[str] = Field([], description="names, one parameter each; by default all")
    kind: FigureKind = Field("auto", description="how they are drawn; auto is as the metric declares")


class DashboardList(Done):
    """The dashboards that people have made, by title."""

    dashboards: list[DashboardEntry]


class Kept(Told):
    """A dashboard as it was saved."""

    dashboard: Dashboard
    version: int = Field(ge=0, description="its number; of a file, when it was changed, in ms")
    t: Time = Field(description="when it was saved, ms since the epoch")
    by: str = Field(description='who has saved it; "" when they do not say')


class DashboardAnswer(Kept, Done):
    """One dashboard."""

    origin: Literal["store", "file"] = Field(description="saved, or a file in the folder of the server")
    editable: bool = Field(description="whether it can be saved")


class Version(Told):
    """What is told of a version."""

    version: int = Field(ge=0, description="its number")
    t: Time = Field(description="when it was saved, ms since the epoch")
    by: str = Field(description='who has saved it; "" when they do not say')
    title: str = Field(description="what the dashboard was called")
    panels: int = Field(ge=0, description="how many it had")


class VersionList(Done):
    """The versions of a dashboard that are kept, the newest first."""

    versions: list[Version]


class SavedAnswer(Done):
    """It is kept."""

    version: int = Field(ge=1, description="the number of what was saved; as before when it is as before")
    t: Time = Field(description="when it was saved, ms since the epoch")


class ConflictAnswer(Problem):
    """Somebody else has saved meanwhile."""

    current: Kept | None = Field(description="what is kept now; null when it was deleted")


class Document(BaseModel):
    """A document that describes the interface."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    info: dict[str, Any]  # Any: the specification of such documents says what is in it
    components: dict[str, Any]

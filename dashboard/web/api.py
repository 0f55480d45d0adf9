"""The HTTP API: what is measured, the past of it, and the latest values for other monitoring systems."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Literal

import numpy as np
from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from werkzeug.wrappers import Response

from collectors.metric import Metric, Series
from dashboard.errors import RequestRefused, did_you_mean
from dashboard.history.downsample import MIN_POINTS
from dashboard.history.ring import Slice
from dashboard.history.store import History, UnknownMetric
from dashboard.live.catalog import Catalog
from dashboard.tasks import Tasks
from dashboard.web import csv_table, openmetrics
from dashboard.web.answers import json_answer
from dashboard.web.figures import Figures

DEFAULT_WINDOW = 300.0  # seconds
MAX_POINTS = 20_000
#: Values in one answer, points times series: encoding takes the interpreter from everybody else.
MAX_VALUES = 200_000
#: Queries that are answered at the same time, and how many seconds a further one waits for its turn.
MAX_QUERIES = 2
QUERY_PATIENCE = 2.0
#: The one resolution there is so far.
TIER = "full"
#: A value older than this many intervals is no latest value any more.
STALE_INTERVALS = 5


class Query(BaseModel):
    """The parameters of /api/v1/query."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    metric: str
    start: int | None = Field(None, ge=0, le=2**53, description="ms since the epoch")
    end: int | None = Field(None, ge=0, le=2**53, description="ms since the epoch, by default now")
    window: float | None = Field(None, gt=0, le=31_622_400, description="seconds before the end, in place of start")
    points: int = Field(1000, ge=MIN_POINTS, le=MAX_POINTS, description="at most so many times")
    format: Literal["json", "csv"] | None = None

    @model_validator(mode="after")
    def _check(self) -> Query:
        if self.start is not None and self.window is not None:
            raise ValueError("give start or window, not both")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("start must be before end")
        return self

    def span(self, now: int) -> tuple[int, int]:
        """(start, end) in ms."""
        end = now if self.end is None else self.end
        if self.start is not None:
            return self.start, end
        return end - round((self.window or DEFAULT_WINDOW) * 1000), end


class Api:
    """Answers in terms of catalog and history; `blueprint` gives them addresses.

    Args:
        version: of the program.
        patience: seconds for which a query waits for others to end.
    """

    def __init__(
        self,
        catalog: Catalog,
        history: History,
        figures: Figures,
        tasks: Tasks,
        version: str,
        patience: float = QUERY_PATIENCE,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._figures = figures
        self._tasks = tasks
        self._version = version
        self._patience = patience
        self._turns = threading.BoundedSemaphore(MAX_QUERIES)
        self._started = time.monotonic()

    def health(self) -> Response:
        states = {one["collector"]: one["state"] for one in self._catalog.collectors()}
        up = round(time.monotonic() - self._started, 1)
        return json_answer({"ok": True, "version": self._version, "uptime": up, "collectors": states})

    def metrics(self) -> Response:
        return json_answer({"ok": True, "epoch": self._history.epoch, "metrics": self._catalog.metrics()})

    def collectors(self) -> Response:
        return json_answer({"ok": True, "collectors": self._catalog.collectors()})

    def figures(self) -> Response:
        names = request.args.getlist("metric") or [one["name"] for one in self._catalog.metrics()]
        metrics = [self._metric(name) for name in names]
        return json_answer(self._figures.of(metrics))

    def query(self) -> Response:
        query = _parse(request.args.to_dict())
        metric = self._metric(query.metric)
        start, end = query.span(now=time.time_ns() // 1_000_000)
        chosen = query.format or request.accept_mimetypes.best_match(["application/json", "text/csv"])
        encode = _csv if chosen in ("csv", "text/csv") else _json
        if not self._turns.acquire(timeout=self._patience):
            raise RequestRefused(429, "rate_limited", "Other queries are being answered; ask again in a moment.")
        try:
            most = max(MIN_POINTS, MAX_VALUES // max(1, len(self._history.series(metric.name))))
            found = self._history.between(metric.name, start, end, min(query.points, most))
            # Encoding of many points is work for a native thread; the slice is a copy that nobody else changes.
            answer: Response = self._tasks.native(encode, metric, found)
        except UnknownMetric:  # retired since it was found in the catalog
            raise self._unknown(metric.name) from None
        finally:
            self._turns.release()
        answer.vary.add("Accept")
        return answer

    def exposition(self) -> Response:
        text = self._tasks.native(openmetrics.render, list(self._families()))
        return Response(text, content_type=openmetrics.CONTENT_TYPE)

    def _metric(self, name: str) -> Metric:
        metric = self._catalog.metric(name)
        if metric is None:
            raise self._unknown(name)
        return metric

    def _unknown(self, name: str) -> RequestRefused:
        close = did_you_mean(name, self._catalog.names())
        return RequestRefused(404, "unknown_metric", f"there is no metric {name[:200]!r}{close}")

    def _families(self) -> Iterator[openmetrics.Family]:
        yield openmetrics.Family("build", "", "The version that runs.", [((("version", self._version),), 1.0)])
        states = self._catalog.collectors()
        yield openmetrics.Family(
            "collector.up", "", "Whether a collector is running.",
            [((("collector", one["collector"]),), float(one["state"] == "running")) for one in states],
        )  # fmt: skip
        now = time.time_ns() // 1_000_000
        for declared in self._catalog.metrics():
            metric = self._catalog.metric(declared["name"])
            try:
                latest = self._history.latest(declared["name"])
            except UnknownMetric:  # retired since the catalog was read
                continue
            oldest = now - max(STALE_INTERVALS * declared["every"], 5.0) * 1000
            if metric is None or not len(latest.times) or latest.times[-1] < oldest:
                continue
            values = latest.values[:, -1].tolist()
            samples = [(series.labels, value) for series, value in zip(latest.series, values, strict=True)]
            yield openmetrics.Family(metric.name, metric.drawn_unit, metric.help or metric.title, samples)


def blueprint(api: Api) -> Blueprint:
    """The addresses of `api`."""
    routes = Blueprint("api", __name__)
    routes.get("/healthz")(api.health)
    routes.get("/metrics")(api.exposition)
    routes.get("/api/v1/metrics")(api.metrics)
    routes.get("/api/v1/collectors")(api.collectors)
    routes.get("/api/v1/query")(api.query)
    routes.get("/api/v1/figures")(api.figures)
    return routes


def _parse(arguments: dict[str, str]) -> Query:
    try:
        return Query.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        fault = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            fault = f"there is no such parameter{did_you_mean(name, Query.model_fields)}"
        raise RequestRefused(422, "bad_request", f"{name}: {fault}" if name else fault) from None


def _json(metric: Metric, found: Slice) -> Response:
    return json_answer({
        "metric": metric.name,
        "unit": metric.drawn_unit,
        "tier": TIER,
        "series": [{"labels": one.as_dict()} for one in found.series],
        "t": found.times,
        "v": np.ascontiguousarray(found.values),
    })  # fmt: skip


def _csv(metric: Metric, found: Slice) -> Response:
    names = [column(metric, one) for one in found.series]
    text = csv_table.render(names, found.times, found.values)
    headers = {"Content-Disposition": f'attachment; filename="{metric.name}.csv"'}
    return Response(text, content_type=csv_table.CONTENT_TYPE, headers=headers)


def column(metric: Metric, series: Series) -> str:
    """The head of a series' column: its labels, or the metric's name when it has none."""
    return series.name or metric.name

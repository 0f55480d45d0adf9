"""The HTTP API: what is measured, the past of it, and the latest values for other monitoring systems."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
import orjson
from flask import Blueprint, request
from werkzeug.wrappers import Response

from collectors.metric import Metric, Series
from dashboard.errors import RequestRefused, did_you_mean
from dashboard.history.database import StoreDamaged, StoreTrouble
from dashboard.history.directory import Key
from dashboard.history.downsample import MIN_POINTS
from dashboard.history.reading import Found, Span, TooMuch
from dashboard.history.store import History, UnknownMetric
from dashboard.live import wire
from dashboard.live.catalog import Catalog
from dashboard.live.extract import Opened
from dashboard.live.namespaces.only import only
from dashboard.tasks import Tasks
from dashboard.web import csv_table, openmetrics
from dashboard.web.answers import json_answer
from dashboard.web.asked import Oldest, Query, parse
from dashboard.web.figures import FIGURE_KINDS, Figures

#: Values in one answer, points times series: encoding takes the interpreter from everybody else.
MAX_VALUES = 200_000
#: Queries that are answered at the same time, and how many seconds a further one waits for its turn.
MAX_QUERIES = 2
QUERY_PATIENCE = 2.0
#: A value older than this many intervals is no latest value any more.
STALE_INTERVALS = 5


class Encode(Protocol):
    """Makes an answer of what was found."""

    def __call__(self, key: Key, found: Found) -> Response: ...


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
        if only() is not None:  # neither version nor collectors are anything to a page of others
            return json_answer({"ok": True})
        states = {one["collector"]: one["state"] for one in self._catalog.collectors()}
        up = round(time.monotonic() - self._started, 1)
        return json_answer({"ok": True, "version": self._version, "uptime": up, "collectors": states})

    def metrics(self) -> Response:
        return json_answer({"ok": True, "epoch": self._history.epoch, "metrics": self._catalog.metrics()})

    def collectors(self) -> Response:
        return json_answer({"ok": True, "collectors": self._catalog.collectors()})

    def figures(self) -> Response:
        kind = request.args.get("kind", "auto")
        if kind not in FIGURE_KINDS:
            valid = f"it is one of {', '.join(FIGURE_KINDS)}"
            raise RequestRefused(422, "bad_request", f"kind: {kind[:60]!r} is not valid; {valid}")
        names = request.args.getlist("metric") or [one["name"] for one in self._catalog.metrics()]
        metrics = [self._metric(name) for name in names]
        return json_answer(self._figures.of(metrics, kind))

    def query(self) -> Response:
        query = parse(Query, request.args.items(multi=True))
        key = self.key(query.metric, query.unit)
        chosen = query.format or _TYPES.get(request.accept_mimetypes.best_match(list(_TYPES)) or "", "json")
        if not self._turns.acquire(timeout=self._patience):
            raise RequestRefused(429, "rate_limited", "Other queries are being answered; ask again in a moment.")
        try:
            most = max(MIN_POINTS, MAX_VALUES // max(1, self._history.width(key)))
            points = min(query.points, most)
            now = time.time_ns() // 1_000_000
            span = _within(query.span(now, query.aggregate, points), query.metric, only())
            found = self._history.query(key, span, points)
            # Encoding of many points is work for a native thread; the slice is a copy that nobody else changes.
            answer: Response = self._tasks.native(_ENCODERS[chosen], key, found)
        except TooMuch as error:
            raise RequestRefused(422, "bad_request", f"tier: {error}") from None
        except (StoreTrouble, StoreDamaged) as error:
            raise RequestRefused(503, "unavailable", f"The history can't be read now: {error}.") from None
        finally:
            self._turns.release()
        answer.vary.add("Accept")
        return answer

    def oldest(self) -> Response:
        asked = parse(Oldest, request.args.items())
        if asked.metric is not None:
            self.key(asked.metric, None)
        try:
            return json_answer({"ok": True, "oldest": self._history.oldest(asked.metric)})
        except (StoreTrouble, StoreDamaged) as error:
            raise RequestRefused(503, "unavailable", f"The history can't be read now: {error}.") from None

    def exposition(self) -> Response:
        text = self._tasks.native(openmetrics.render, list(self._families()))
        return Response(text, content_type=openmetrics.CONTENT_TYPE)

    def _metric(self, name: str) -> Metric:
        metric = self._catalog.metric(name)
        if metric is None:
            raise self._unknown(name)
        return metric

    def key(self, name: str, unit: str | None) -> Key:
        """The metric of that name that is measured now, or was last; or the one that was measured in that unit.

        Raises:
            RequestRefused: there is none.
        """
        keys = self._history.keys(name)
        if unit is not None:
            fitting = [key for key in keys if key.unit == unit]
            if keys and not fitting:
                units = ", ".join(sorted({repr(key.unit) for key in keys}))
                raise RequestRefused(404, "unknown_metric", f"{name!r} was not measured in {unit!r}, but in {units}")
            keys = fitting
        if not keys:
            raise self._unknown(name)
        return keys[-1]

    def _unknown(self, name: str) -> RequestRefused:
        close = did_you_mean(name, {*self._catalog.names(), *self._history.stored()})
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


def _within(span: Span, metric: str, opened: Opened | None) -> Span:
    """The span, without series of the metric that whoever asks may not see."""
    if opened is None:
        return span
    wanted, extract = span.wanted, opened.of(metric)
    return replace(
        span, wanted=lambda series: extract is not None and extract.has(series) and (wanted is None or wanted(series))
    )


def blueprint(api: Api) -> Blueprint:
    """The addresses of `api`."""
    routes = Blueprint("api", __name__)
    routes.get("/healthz")(api.health)
    routes.get("/metrics")(api.exposition)
    routes.get("/api/v1/metrics")(api.metrics)
    routes.get("/api/v1/collectors")(api.collectors)
    routes.get("/api/v1/query")(api.query)
    routes.get("/api/v1/oldest")(api.oldest)
    routes.get("/api/v1/figures")(api.figures)
    return routes


def _json(key: Key, found: Found) -> Response:
    samples = found.samples
    head = _head(key, found)
    return json_answer({**head, "t": samples.times, "v": np.ascontiguousarray(samples.values)})


def _csv(key: Key, found: Found) -> Response:
    names = [column(key, one) for one in found.samples.series]
    text = csv_table.render(names, found.samples.times, found.samples.values)
    headers = {"Content-Disposition": f'attachment; filename="{key.name}.csv"'}
    return Response(text, content_type=csv_table.CONTENT_TYPE, headers=headers)


def _binary(key: Key, found: Found) -> Response:
    """How long the head is, the head as JSON, and the numbers; see docs/api.md."""
    samples = found.samples
    head = orjson.dumps({**_head(key, found), "n": len(samples.times)})
    head += b" " * (-(4 + len(head)) % 8)
    numbers = samples.times.astype("<f8").tobytes() + samples.values.astype("<f8").tobytes()
    body = len(head).to_bytes(4, "little") + head + numbers
    return Response(body, content_type="application/octet-stream")


def _head(key: Key, found: Found) -> dict[str, object]:
    return {
        "metric": key.name,
        "unit": key.unit,
        "tier": found.tier.name.lower(),
        "every": found.tier.width,
        "series": wire.labels(found.samples.series),
    }


def column(key: Key, series: Series) -> str:
    """The head of a series' column: its labels, or the metric's name when it has none."""
    return series.name or key.name


_ENCODERS: dict[str, Encode] = {"json": _json, "csv": _csv, "binary": _binary}
_TYPES = {"application/json": "json", "text/csv": "csv"}

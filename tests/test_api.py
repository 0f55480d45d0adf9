"""The HTTP API on a real catalog and history."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.sampling.state import JobState
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, Tasks, threads
from dashboard.web import api, refusals
from dashboard.web.answers import PlainPages
from dashboard.web.api import MAX_VALUES
from dashboard.web.csv_table import harmless, iso
from dashboard.web.figures import Figures
from tests.test_openmetrics import families

CPU = Metric("system.cpu", unit="%", labels=("mode",), help="Time by mode.")
LOAD = Metric("system.load", unit="")
USER, SYSTEM = Series((("mode", "user"),)), Series((("mode", "=system"),))


class World:
    """An API over metrics that were sampled just now.

    Attributes:
        start: time of the first sample, ms since the epoch; one a second follows.
    """

    def __init__(self, tasks: Tasks | None = None, patience: float = 2.0) -> None:
        tasks = tasks or threads()
        self.history = History(HistorySettings(), Clock())
        self.catalog = Catalog(self.history)
        app = Flask("test")
        app.register_blueprint(api.blueprint(api.Api(self.catalog, self.history, Figures(), tasks, "1.2.3", patience)))
        refusals.install(app, PlainPages())
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.start = time.time_ns() // 1_000_000 - 20_000
        self.catalog.state(JobState("cpu", "running"))
        self.catalog.state(JobState("queue", "unavailable", "connection refused"))
        for metric in (CPU, LOAD):
            self.history.declare(metric, 1.0)
        self.catalog.declare("cpu", 1.0, (CPU, LOAD))

    def sample(self, count: int = 20) -> None:
        times = self.start + 1000 * np.arange(count, dtype=np.int64)
        values = np.vstack([np.arange(count) * 1.5, np.full(count, 7.0)])
        values[1, 3] = np.nan
        self.history.append(Batch(CPU.name, times, (USER, SYSTEM), values))


@pytest.fixture
def world() -> World:
    made = World()
    made.sample()
    return made


def test_health_says_what_runs(world: World) -> None:
    """/healthz answers ok, with the state of every collector."""
    answer = world.client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json() | {"uptime": 0} == {
        "ok": True,
        "version": "1.2.3",
        "uptime": 0,
        "collectors": {"cpu": "running", "queue": "unavailable"},
    }


def test_metrics_and_collectors_are_the_catalog(world: World) -> None:
    """What clients get over Socket.IO is to be had over HTTP in the same form."""
    assert world.client.get("/api/v1/metrics").get_json() == {
        "ok": True,
        "epoch": world.history.epoch,
        "metrics": world.catalog.metrics(),
    }
    assert world.client.get("/api/v1/collectors").get_json() == {"ok": True, "collectors": world.catalog.collectors()}


def test_query_gives_a_window(world: World) -> None:
    """Samples between start and end, both included; a gap is null."""
    answer = world.client.get(f"/api/v1/query?metric=system.cpu&start={world.start}&end={world.start + 4000}")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "metric": "system.cpu",
        "unit": "%",
        "tier": "full",
        "every": 0,
        "series": [{"labels": {"mode": "user"}}, {"labels": {"mode": "=system"}}],
        "t": [world.start + 1000 * place for place in range(5)],
        "v": [[0.0, 1.5, 3.0, 4.5, 6.0], [7.0, 7.0, 7.0, None, 7.0]],
    }


def test_query_has_defaults(world: World) -> None:
    """Without a span it is the last five minutes; `window` counts back from the end, `points` thins out."""
    assert len(world.client.get("/api/v1/query?metric=system.cpu").get_json()["t"]) == 20
    last = world.client.get(f"/api/v1/query?metric=system.cpu&end={world.start + 19_000}&window=2.5").get_json()
    assert last["t"] == [world.start + 1000 * place for place in (17, 18, 19)]
    assert len(world.client.get("/api/v1/query?metric=system.cpu&points=5").get_json()["t"]) < 20
    assert world.client.get("/api/v1/query?metric=system.load").get_json()["t"] == []


def test_oldest_tells_how_far_back_there_is_something(world: World) -> None:
    """The time of the oldest sample, of all metrics or of one; null where there is none."""
    assert World().client.get("/api/v1/oldest").get_json() == {"ok": True, "oldest": None}
    assert world.client.get("/api/v1/oldest").get_json()["oldest"] == world.start
    assert world.client.get("/api/v1/oldest?metric=system.cpu").get_json()["oldest"] == world.start
    assert world.client.get("/api/v1/oldest?metric=system.load").get_json()["oldest"] is None
    assert world.client.get("/api/v1/oldest?metric=system.cp").status_code == 404
    assert "there is no such parameter" in world.client.get("/api/v1/oldest?metrics=x").get_json()["error"]["message"]


def test_query_gives_csv(world: World) -> None:
    """CSV by `format` or Accept: a time and a column a series; no label is taken for a formula."""
    query = f"/api/v1/query?metric=system.cpu&start={world.start}&end={world.start + 3000}"
    by_format = world.client.get(f"{query}&format=csv")
    by_header = world.client.get(query, headers={"Accept": "text/csv"})
    assert by_format.text == by_header.text
    assert by_format.content_type.startswith("text/csv")
    assert "Accept" in by_format.headers["Vary"]
    head, *rows = csv.reader(io.StringIO(by_format.text))
    assert head == ["time", "user", "'=system"]
    assert rows[3] == [*iso(np.array([world.start + 3000])), "4.5", ""]
    assert world.client.get(f"{query}&format=json", headers={"Accept": "text/csv"}).is_json
    assert world.client.get(query, headers={"Accept": "*/*"}).is_json


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_spreadsheets_run_nothing(text: str) -> None:
    """What a spreadsheet would take for a formula gets an apostrophe; other names stay as they are."""
    assert harmless(text) == f"'{text}"
    assert harmless("eth0 in") == "eth0 in"


def test_times_are_written_to_the_millisecond() -> None:
    """CSV times are ISO 8601 in UTC."""
    assert iso(np.array([1_700_000_000_250, 0])) == ["2023-11-14T22:13:20.250Z", "1970-01-01T00:00:00.000Z"]


def test_times_after_all_calendars_are_written_too(world: World) -> None:
    """A collector may give any time; one after the year 9999 is a row of the CSV like others."""
    late = 2**53 - 1
    world.history.append(Batch(LOAD.name, np.array([late]), (Series(()),), np.ones((1, 1))))
    answer = world.client.get(f"/api/v1/query?metric=system.load&start={late - 5}&end={late}&format=csv")
    assert answer.text.splitlines()[1:] == ["287396-10-12T08:59:00.991Z,1.0"]


def test_large_answers_are_thinned(world: World) -> None:
    """Of a metric with many series there are so many times in one answer that it has 200,000 values."""
    series = tuple(Series((("n", str(one)),)) for one in range(400))
    times = world.start + np.arange(1000, dtype=np.int64)
    world.history.append(Batch(LOAD.name, times, series, np.random.default_rng(1).random((400, 1000))))
    answer = world.client.get("/api/v1/query?metric=system.load&points=20000").get_json()
    assert 400 < len(answer["t"]) <= MAX_VALUES // 400


def test_few_queries_run_at_once() -> None:
    """Two queries are answered at a time; a third one waits for its turn, and in the end is asked to come again."""
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slowly(function: Callable[..., object], *given: object) -> object:
        begun.release()
        assert go_on.wait(10)
        return function(*given)

    world = World(replace(threads(), native=slowly), patience=0.05)
    answers: list[int] = []

    def ask() -> None:
        answers.append(world.app.test_client().get("/api/v1/query?metric=system.cpu").status_code)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for one in asking:
        one.start()
    assert begun.acquire(timeout=10) and begun.acquire(timeout=10)
    refused = world.client.get("/api/v1/query?metric=system.cpu")
    go_on.set()
    for one in asking:
        one.join()
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (429, "rate_limited")
    assert answers == [200, 200]
    assert world.client.get("/api/v1/query?metric=system.cpu").status_code == 200


def test_a_metric_that_goes_in_the_middle_is_unknown(world: World) -> None:
    """History forgets a metric a moment after the catalog, or before: a query is 404, the others are exposed."""
    world.sample()
    world.history.forget(LOAD.name)
    answer = world.client.get("/api/v1/query?metric=system.load")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "unknown_metric")
    text = world.client.get("/metrics").text
    assert "plotroom_system_cpu_percent" in text
    assert "plotroom_system_load" not in text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("", "metric"),
        ("metric=system.cpu&start=abc", "start"),
        ("metric=system.cpu&points=3", "points"),
        ("metric=system.cpu&points=1e9", "points"),
        ("metric=system.cpu&window=0", "window"),
        ("metric=system.cpu&window=nan", "window"),
        ("metric=system.cpu&format=xml", "format"),
        ("metric=system.cpu&strat=5", "did you mean 'start'"),
        ("metric=system.cpu&start=5&window=5", "not both"),
        ("metric=system.cpu&start=5&end=5", "before"),
        ("metric=system.cpu&end=-1", "end"),
    ],
)
def test_wrong_parameters_are_named(world: World, query: str, word: str) -> None:
    """A wrong parameter is 422 in the one JSON error shape, with its name in the message."""
    answer = world.client.get(f"/api/v1/query?{query}")
    assert answer.status_code == 422
    body = answer.get_json()
    assert body["ok"] is False
    assert body["error"]["code"] == "bad_request"
    assert word in body["error"]["message"]


def test_an_unknown_metric_names_a_close_one(world: World) -> None:
    """A metric that is not there is 404, and the name that was probably meant is told."""
    for path in ("/api/v1/query?metric=system.cpus", "/api/v1/figures?metric=system.cpus"):
        answer = world.client.get(path)
        assert answer.status_code == 404
        assert answer.get_json()["error"] == {
            "code": "unknown_metric",
            "message": "there is no metric 'system.cpus'; did you mean 'system.cpu'?",
        }


def test_figures_are_to_be_had(world: World) -> None:
    """All figures, or those of the metrics that are named."""
    assert set(world.client.get("/api/v1/figures").get_json()) == {"system.cpu", "system.load"}
    only = world.client.get("/api/v1/figures?metric=system.load").get_json()
    assert set(only) == {"system.load"}
    assert only["system.load"]["data"]


def test_the_latest_values_are_open_metrics(world: World) -> None:
    """/metrics is what Prometheus reads: the latest value of each series, the collectors, and the version."""
    answer = world.client.get("/metrics")
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    found = {one.name: one for one in families(answer.text)}
    cpu = found["plotroom_system_cpu_percent"]
    assert {one.labels["mode"]: one.value for one in cpu.samples} == {"user": 28.5, "=system": 7.0}
    assert cpu.documentation == "Time by mode."
    assert {one.labels["collector"]: one.value for one in found["plotroom_collector_up"].samples} == {
        "cpu": 1.0,
        "queue": 0.0,
    }
    assert found["plotroom_build"].samples[0].labels == {"version": "1.2.3"}


def test_old_values_are_not_the_latest() -> None:
    """A metric that has not been sampled for several intervals is left out, as Prometheus expects of what is gone."""
    world = World()
    world.start -= 60_000
    world.sample()
    names = {one.name for one in families(world.client.get("/metrics").text)}
    assert "plotroom_system_cpu_percent" not in names


def test_errors_have_one_shape(world: World) -> None:
    """Whatever is wrong below /api is JSON; elsewhere it is a page."""
    missing = world.client.get("/api/v1/nothing")
    assert (missing.status_code, missing.get_json()["error"]["code"]) == (404, "not_found")
    wrong = world.client.post("/api/v1/query")
    assert (wrong.status_code, wrong.get_json()["error"]["code"]) == (405, "method_not_allowed")
    page = world.client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_a_failure_is_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """A bug behind the API is a 500 in the same shape, without a traceback; that is in the log, without the query."""

    api_with_bug = Flask("bug")

    @api_with_bug.get("/api/v1/bug")
    def bug() -> str:
        raise RuntimeError("inner words")

    refusals.install(api_with_bug, PlainPages())
    answer = api_with_bug.test_client().get("/api/v1/bug?token=hidden")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "internal"
    assert "inner words" not in answer.text
    assert "inner words" in caplog.text
    assert "hidden" not in caplog.text

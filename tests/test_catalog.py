"""The catalog of metrics and collectors."""

from __future__ import annotations

import numpy as np
import pytest

from collectors.metric import Chart, Metric, Series
from collectors.sample import Batch
from dashboard.history.store import History
from dashboard.live.catalog import Catalog, Change, chart_of
from dashboard.sampling.state import JobState
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock


class Subject:
    """A catalog with the history behind it, and what it told its listener."""

    def __init__(self) -> None:
        self.history = History(HistorySettings(), Clock())
        self.catalog = Catalog(self.history)
        self.told: list[Change] = []
        self.undo = self.catalog.listen(self.told.append)

    def declare(self, collector: str, *metrics: Metric) -> None:
        for one in metrics:
            self.history.declare(one, 2.0)
        self.catalog.declare(collector, 2.0, metrics)

    def sample(self, metric: str, *series: Series) -> None:
        values = np.zeros((len(series), 1))
        done = self.history.append(Batch(metric, np.array([1000]), series, values))
        assert done.new_series or done.new_refused
        self.catalog.series_changed(metric)

    def take(self) -> Change:
        (change,) = self.told
        self.told.clear()
        return change


@pytest.fixture
def subject() -> Subject:
    return Subject()


def index(count: int) -> list[Series]:
    return [Series((("index", str(one)),)) for one in range(count)]


def test_a_metric_is_told_as_the_wire_says(subject: Subject) -> None:
    """A declared metric has all fields of the protocol, with the unit in which it is drawn."""
    metric = Metric("disk.io", unit="bytes", kind="counter", title="Disk", help="Read.", limits=(0, None))
    subject.declare("disks", metric)
    subject.sample("disk.io", Series((("device", "sda"),)))
    assert subject.catalog.metrics() == [
        {
            "name": "disk.io", "title": "Disk", "unit": "bytes/s", "kind": "counter", "help": "Read.", "family": "disk",
            "chart": "line", "every": 2.0, "collector": "disks", "series": [{"labels": {"device": "sda"}}],
            "limits": [0, None], "headline": "", "order": 100, "figure_id": "", "refused": 0,
        }
    ]  # fmt: skip
    assert subject.catalog.metric("disk.io") is metric
    assert subject.catalog.metric("no.such") is None
    assert subject.catalog.names() == ["disk.io"]


def test_metrics_stand_by_family_order_and_name(subject: Subject) -> None:
    """The order of the list is that of the page."""
    subject.declare("x", Metric("b.z", order=1), Metric("a.y"), Metric("b.a"), Metric("a.x", order=200))
    assert [one["name"] for one in subject.catalog.metrics()] == ["a.y", "a.x", "b.z", "b.a"]


@pytest.mark.parametrize(
    ("declared", "series", "drawn"),
    [
        (None, (), "line"),
        (None, (Series(),), "line"),
        (None, tuple(index(3)), "heatmap"),
        (None, (Series((("index", "1"), ("of", "a"))),), "line"),
        ("area", tuple(index(3)), "area"),
    ],
)
def test_the_chart_is_the_declared_one_or_fits_the_values(
    declared: Chart | None, series: tuple[Series, ...], drawn: str
) -> None:
    """Without a declared chart arrays are heat maps and everything else lines."""
    assert chart_of(Metric("a.b", chart=declared), series) == drawn


def test_declaring_tells_what_changed(subject: Subject) -> None:
    """A declaration tells the new and the different metrics, and those that the collector no longer has."""
    subject.declare("x", Metric("a.one"), Metric("a.two"))
    assert subject.take() == Change(metrics=frozenset({"a.one", "a.two"}))
    subject.declare("x", Metric("a.one", title="One"), Metric("a.three"))
    assert subject.take() == Change(metrics=frozenset({"a.one", "a.three"}), gone=frozenset({"a.two"}))
    subject.declare("x", Metric("a.one", title="One"), Metric("a.three"))
    assert subject.told == []


def test_retiring_takes_a_collector_with_its_metrics(subject: Subject) -> None:
    """A retired collector and its metrics are gone, those of others stay; retiring it again is no news."""
    subject.declare("x", Metric("a.one"))
    subject.declare("y", Metric("b.one"))
    subject.catalog.state(JobState("x", "running"))
    subject.told.clear()
    subject.catalog.retire("x")
    assert subject.take() == Change(gone=frozenset({"a.one"}), gone_collectors=frozenset({"x"}))
    assert [one["name"] for one in subject.catalog.metrics()] == ["b.one"]
    assert subject.catalog.collectors() == []
    subject.catalog.retire("x")
    assert subject.told == []


def test_states_are_told_in_milliseconds(subject: Subject) -> None:
    """A collector's state is told with all of its fields, its duration in milliseconds."""
    state = JobState("x", "late", "slow", 1.0, "x.py", 0.25, 5, 2, 1, 3, 1000, 4)
    subject.catalog.state(state)
    assert subject.catalog.collectors() == [
        {
            "collector": "x", "state": "late", "reason": "slow", "every": 1.0, "origin": "x.py", "duration": 250.0,
            "samples": 5, "skipped": 2, "errors": 1, "restarts": 3, "since": 1000, "metrics": 4,
        }
    ]  # fmt: skip
    assert set(subject.catalog.collectors()[0]) == set(JobState.__dataclass_fields__)


def test_counting_on_is_no_news(subject: Subject) -> None:
    """A state whose counts alone went on is kept but not told; another reason is told."""
    subject.catalog.state(JobState("x", "running", samples=1, duration=0.1))
    assert subject.take() == Change(collectors=frozenset({"x"}))
    subject.catalog.state(JobState("x", "running", samples=2, duration=0.2, skipped=1))
    assert subject.told == []
    assert subject.catalog.collectors()[0]["samples"] == 2
    subject.catalog.state(JobState("x", "unavailable", "no sensor", samples=2))
    assert subject.take() == Change(collectors=frozenset({"x"}))


def test_an_array_becomes_a_heat_map_when_it_is_first_sampled(subject: Subject) -> None:
    """The first sample of an array tells that the metric is drawn as a heat map; other series tell nothing."""
    subject.declare("x", Metric("a.array", labels=None), Metric("a.plain"))
    subject.told.clear()
    subject.sample("a.array", *index(4))
    assert subject.take() == Change(metrics=frozenset({"a.array"}))
    assert subject.catalog.metrics(["a.array"])[0]["chart"] == "heatmap"
    subject.sample("a.plain", Series())
    assert subject.told == []
    subject.catalog.series_changed("no.such")
    assert subject.told == []


def test_refused_series_are_told(subject: Subject) -> None:
    """The catalog tells how many series of a metric did not fit."""
    subject.declare("x", Metric("a.b", max_series=1))
    subject.told.clear()
    subject.sample("a.b", *index(3))
    assert subject.catalog.metrics(["a.b"])[0]["refused"] == 2
    assert subject.take().metrics == {"a.b"}


def test_a_metric_that_history_does_not_know_has_no_series(subject: Subject) -> None:
    """Between the two steps of declaring or forgetting a metric the catalog still answers."""
    subject.catalog.declare("x", 1.0, [Metric("a.b")])
    assert subject.catalog.metrics()[0]["series"] == []


def test_listening_has_its_undo(subject: Subject) -> None:
    """After the undo nothing is told; doing it twice does no harm."""
    subject.undo()
    subject.undo()
    subject.declare("x", Metric("a.b"))
    assert subject.told == []


def test_changes_add_up() -> None:
    """Of a metric that came, went and came again the last word counts."""
    came, went = Change(metrics=frozenset({"a"})), Change(gone=frozenset({"a"}))
    assert came.then(went) == went
    assert went.then(came) == came
    up, down = Change(collectors=frozenset({"x"})), Change(gone_collectors=frozenset({"x"}))
    assert up.then(down) == down
    assert down.then(up) == up

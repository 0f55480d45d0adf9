"""What a plugin author writes, and what comes out of it."""

import json
import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from collectors import Collector, Counter, Gauge, metric
from collectors.base import MetricOptions, figure_dict
from collectors.errors import InvalidDeclaration, NotANumber, WrongLabels
from collectors.metric import Metric, Series


class Queues(Collector):
    """Two queues."""

    depth = Gauge("queue.depth", unit="messages", labels=["queue"])
    done = Counter("queue.done", unit="messages", labels=["queue"])

    def collect(self) -> None:
        for name, size in (("in", 3), ("out", None)):
            self.depth.set(size, queue=name)
        self.done.set(12, queue="in")


def result_of(value: object, **options: Any) -> dict[str, float]:  # Any: the decorator's keywords
    """The samples that a metric function which returns `value` gives, by series name."""

    def function() -> object:
        return value

    decorated = metric("test.value", **options)(function)
    collector = decorated.__collector__()  # type: ignore[attr-defined]  # put there by @metric
    collector.collect()
    (batch,) = collector.drain(1_000)
    assert batch.times.tolist() == [1_000]
    return {series.name: column[0] for series, column in zip(batch.series, batch.values.tolist(), strict=True)}


def test_whatever_a_metric_has_can_be_declared() -> None:
    """The options that type checkers know of are those of `Metric`, and a function takes them all."""
    own = {"name", "kind", "labels", "figure", "figure_id"}
    assert set(MetricOptions.__annotations__) | own == {field.name for field in fields(Metric)}

    @metric("test.all", order=3, max_series=5, unit="s", kind="counter")
    def function() -> float:
        return 1.0

    [declared] = function.__collector__.metrics()  # type: ignore[attr-defined]  # put there by @metric
    assert (declared.order, declared.max_series, declared.unit, declared.labels) == (3, 5, "s", None)


def test_a_collector_gives_one_batch_a_metric() -> None:
    """One collect gives a batch per metric, its series in the order in which they were set."""
    queues = Queues()
    queues.collect()
    depth, done = queues.drain(5_000)
    assert (depth.metric, done.metric) == ("queue.depth", "queue.done")
    assert depth.series == (Series((("queue", "in"),)), Series((("queue", "out"),)))
    assert depth.values.dtype == np.float64
    assert depth.values[0, 0] == 3
    assert math.isnan(depth.values[1, 0])
    assert queues.drain(6_000) == []


def test_the_same_series_are_the_same_object() -> None:
    """A collector that keeps its series hands on one tuple, so that the ring need not compare them."""
    queues = Queues()
    queues.collect()
    first = queues.drain(1)
    queues.collect()
    second = queues.drain(2)
    assert first[0].series is second[0].series


def test_two_instances_do_not_share_samples() -> None:
    """Each instance of a collector records for itself."""
    one, two = Queues(), Queues()
    one.collect()
    assert two.drain(1) == []
    assert len(one.drain(1)) == 2


def test_a_name_is_derived_from_the_class() -> None:
    """A collector without a name is called as its class, in snake case."""

    class RedisQueueDepth(Collector):
        pass

    assert RedisQueueDepth.name == "redis_queue_depth"
    assert Queues.metrics()[0].name == "queue.depth"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (21.5, {"": 21.5}),
        (np.float32(2), {"": 2.0}),
        ({"in": 1, "out": 2}, {"in": 1.0, "out": 2.0}),
        ([1, 2], {"0": 1.0, "1": 2.0}),
        (np.array([1.0, 4.0]), {"0": 1.0, "1": 4.0}),
        ({}, None),
    ],
)
def test_results_of_functions(value: object, expected: dict[str, float] | None) -> None:
    """A function returns a number, {series: number} or an array; an empty dict is no sample."""
    if expected is None:
        with pytest.raises(ValueError, match="not enough values"):
            result_of(value)
    else:
        assert result_of(value) == expected


def test_a_function_stays_a_function() -> None:
    """What `@metric` decorates can be called as before."""

    @metric("room.temperature", unit="°C")
    def temperature() -> float:
        return 21.5

    assert temperature() == 21.5


@pytest.mark.parametrize("value", ["21", b"x", {"a": "hot"}, np.array(["a"]), np.zeros((2, 2)), object(), [1, "x"]])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    """A value that is no number is refused with the metric's name and the value's type."""
    with pytest.raises(NotANumber) as caught:
        result_of(value)
    assert "test.value" in str(caught.value)
    assert caught.value.type_name in str(caught.value)


def test_labels_must_be_the_declared_ones() -> None:
    """A sample with other labels than declared is refused with both lists."""
    queues = Queues()
    with pytest.raises(WrongLabels, match=r"\(name\); it declares: queue"):
        queues.depth.set(1, name="in")


def test_label_values_may_be_anything_with_a_text() -> None:
    """A label value need not be text, nor hashable."""
    queues = Queues()
    queues.depth.set(1, queue=7)
    queues.depth.set(2, queue=[1, 2])
    (batch,) = queues.drain(1)
    assert [series.name for series in batch.series] == ["7", "[1, 2]"]


def test_label_values_that_never_repeat_do_not_pile_up() -> None:
    """A collector whose label values are new every time keeps a bounded number of them."""
    queues = Queues()
    for value in range(10_050):
        queues.depth.set(1, queue=value)
        queues.depth.drain(value)  # type: ignore[attr-defined]  # a Recorder at run time
    assert len(queues.depth._known) <= 10_000  # type: ignore[attr-defined]


def test_arrays_are_written_whole() -> None:
    """`write` takes a column of times and a row of values per series; infinity becomes a gap."""
    queues = Queues()
    queues.depth.write([1, 2, 3], [[1, np.inf, 3], [4, 5, 6]], [{"queue": "in"}, {"queue": "out"}])
    (batch,) = queues.drain(9)
    assert batch.times.tolist() == [1, 2, 3]
    assert batch.values.shape == (2, 3)
    assert math.isnan(batch.values[0, 1])


@pytest.mark.parametrize(
    ("times", "values", "says"),
    [([1, 2], [[1.0]], "need (1, 2)"), ([2, 1], [[1.0, 2.0]], "ascending"), ([1, 1], [[1.0, 2.0]], "ascending")],
)
def test_arrays_that_do_not_fit_say_so(times: object, values: object, says: str) -> None:
    """Arrays of the wrong shape or order are refused with what would fit."""
    queues = Queues()
    with pytest.raises(InvalidDeclaration) as caught:
        queues.depth.write(times, values, [{"queue": "in"}])
    assert says in str(caught.value)


def test_figures_may_be_dicts_or_graph_objects() -> None:
    """A plugin's own figure is a dict or anything with `to_plotly_json`."""

    class Figure:
        def to_plotly_json(self) -> dict[str, object]:
            return {"data": [{"type": "bar"}], "layout": {}}

    assert figure_dict({"data": []}) == {"data": []}
    assert figure_dict(Figure()) == {"data": [{"type": "bar"}], "layout": {}}
    for wrong in ([1], {"data": "scatter"}, {"data": [1]}):
        with pytest.raises(InvalidDeclaration, match="figure must be"):
            figure_dict(wrong)


def test_a_figure_becomes_plain_json() -> None:
    """A dict may hold Plotly's own objects and numpy's arrays; what leaves the plugin's process is plain JSON."""

    class Trace:
        def to_plotly_json(self) -> dict[str, object]:
            return {"type": "scatter", "marker": {"size": np.array([1, 2])}, "line": {"width": np.float64(2)}}

    figure = figure_dict({"data": (Trace(),), "layout": {"title": {"text": "T"}}})
    plain = {"type": "scatter", "marker": {"size": [1, 2]}, "line": {"width": 2.0}}
    assert figure == {"data": [plain], "layout": {"title": {"text": "T"}}}
    assert json.loads(json.dumps(figure)) == figure


def test_coroutines_are_refused() -> None:
    """An async function or collect would never be awaited, so it is refused at once, with what to write instead."""

    async def later() -> float:
        return 1.0

    with pytest.raises(InvalidDeclaration, match=r"metric 'a\.b': later is async; write it with a plain def"):
        metric("a.b")(later)
    with pytest.raises(InvalidDeclaration, match=r"collector 'waits': collect is async"):

        class Waits(Collector):
            async def collect(self) -> None:  # type: ignore[override]  # wrong on purpose
                pass

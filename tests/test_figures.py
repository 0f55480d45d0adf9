"""Tests of dashboard/web/figures.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import plotly.graph_objects as go
import pytest

from collectors.metric import CHARTS, Metric
from dashboard.dashboards.figure import own
from dashboard.web.figures import COLOURS, FIGURE_KINDS, FigureKind, Figures, figure, templates


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_kind_has_a_figure_that_plotly_accepts(chart: Any) -> None:  # Any: one of the literals of Chart
    """Each kind of chart is one trace of a valid Plotly figure."""
    built = figure(Metric("a.b", chart=chart))
    assert len(go.Figure(built).data) == 1
    assert orjson.loads(orjson.dumps(built)) == built


def test_the_kinds_are_told_apart() -> None:
    """Stacks, bars, ranked bars and heat maps are what their names say."""
    traces = {chart: figure(Metric("a.b", chart=chart))["data"][0] for chart in ("stacked", "bars", "top", "heatmap")}
    assert traces["stacked"]["stackgroup"] == "all"
    assert (traces["bars"]["type"], "orientation" in traces["bars"]) == ("bar", False)
    assert (traces["top"]["type"], traces["top"]["orientation"]) == ("bar", "h")
    assert traces["heatmap"]["type"] == "heatmap"


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_every_kind_of_panel_has_a_figure_that_plotly_accepts(kind: FigureKind) -> None:
    """Whatever a metric declares, a panel can have it drawn as any kind, also one that brings a figure of its own."""
    own = {"data": [{"type": "barpolar"}]}
    for metric in (Metric("a.b"), Metric("a.b", chart="heatmap", unit="%"), Metric("a.b", figure=own)):
        built = figure(metric, kind)
        assert len(go.Figure(built).data) == 1
        assert kind == "auto" or built["layout"]["meta"] == {"scaled": True}


def test_histograms_and_gauges_are_what_they_are_called() -> None:
    """A histogram counts values along x, a gauge ends where the metric does, or a share at 100%."""
    assert figure(Metric("a.b"), "histogram")["data"][0]["type"] == "histogram"
    assert figure(Metric("a.b"), "histogram")["data"][0]["bingroup"], "all series are counted in the same bins"
    assert figure(Metric("a.b", unit="%"), "histogram")["layout"]["xaxis"]["ticksuffix"] == "%"
    for limits, unit, ends in (((None, None), "%", [0, 100]), ((5, 9), "V", [5, 9]), ((None, None), "V", [0, None])):
        gauge = figure(Metric("a.b", unit=unit, limits=limits), "gauge")["data"][0]
        assert (gauge["type"], gauge["gauge"]["axis"]["range"]) == ("indicator", ends)


def test_figures_are_small() -> None:
    """A figure carries no template and no samples, so that fifty of them are little beside the page."""
    for chart in CHARTS:
        assert len(orjson.dumps(figure(Metric("a.b", chart=chart)))) < 500  # type: ignore[arg-type]  # a literal of Chart


@pytest.mark.parametrize(("unit", "mode"), [("bytes", "tozero"), ("%", "tozero"), ("°C", "normal"), ("", "tozero")])
def test_zero_belongs_to_amounts_but_not_to_temperatures(unit: str, mode: str) -> None:
    """An axis of amounts begins at zero, one of temperatures where the data are."""
    assert figure(Metric("a.b", unit=unit))["layout"]["yaxis"]["rangemode"] == mode


def test_declared_limits_are_the_colours_bounds() -> None:
    """A heat map's colours span the declared limits."""
    trace = figure(Metric("a.b", chart="heatmap", limits=(0, 100)))["data"][0]
    assert (trace["zmin"], trace["zmax"]) == (0, 100)


def test_a_metric_that_may_be_an_array_brings_both_figures() -> None:
    """Where neither chart nor labels are declared, the figure of the array travels along."""
    open_ended = figure(Metric("a.b", labels=None))
    assert open_ended["data"][0]["type"] == "scatter"
    assert open_ended["layout"]["meta"]["array"]["data"][0]["type"] == "heatmap"
    assert "array" not in figure(Metric("a.b", chart="line", labels=None))["layout"]["meta"]


def test_a_plugins_figure_is_kept_but_for_its_template() -> None:
    """Traces and layout are the plugin's; the template is the page's, which knows the theme."""
    brought = go.Figure([go.Scatterpolar(name="mine")], layout={"title": {"text": "own"}}).to_plotly_json()
    built = figure(Metric("a.b", figure=brought))
    assert built["data"][0]["type"] == "scatterpolar"
    assert built["layout"] == {"title": {"text": "own"}}


@pytest.mark.parametrize(
    "brought",
    [{"data": [go.Bar(name="x")]}, {"data": [{"type": "bar", "name": "x"}], "layout": None}],
    ids=["objects", "dicts"],
)
def test_a_figure_may_be_given_in_parts(brought: dict[str, object]) -> None:
    """Objects of graph_objects inside a dict are as good as dicts."""
    assert figure(Metric("a.b", figure=brought))["data"] == [{"type": "bar", "name": "x"}]


@pytest.mark.parametrize("data", [[], None, [1, "x", None]], ids=["empty", "none", "junk"])
def test_a_figure_without_traces_becomes_a_line(data: object) -> None:
    """A figure that has nothing to be filled gets a plain line, and junk breaks nothing."""
    assert figure(Metric("a.b", figure={"data": data}))["data"] == [{"type": "scatter", "mode": "lines"}]


def test_links_of_a_plugins_figure_are_text() -> None:
    """What draws may come from another machine: its texts lead nobody anywhere, and keep the tags that only look."""
    values = np.arange(3.0)
    brought: dict[str, Any] = {  # Any: a figure
        "data": [{"type": "bar", "y": values, "text": ["<a href='javascript:alert(1)'>x</a>", "<b>y</b>", "1 < 2"]}],
        "layout": {
            "title": {"text": "<A HREF='https://evil.example'>Sign in</A>"},
            "annotations": ({"text": "<img src=x>"},),
        },
    }
    made = own(brought)
    assert made["data"][0]["text"] == ["&lt;a href='javascript:alert(1)'>x&lt;/a>", "<b>y</b>", "1 < 2"]
    assert made["data"][0]["y"].tolist() == values.tolist()
    assert made["layout"]["title"]["text"] == "&lt;A HREF='https://evil.example'>Sign in&lt;/A>"
    assert made["layout"]["annotations"] == [{"text": "&lt;img src=x>"}]
    assert brought["data"][0]["text"][0].startswith("<a"), "the plugin's own is left alone"


def test_a_plugins_figure_is_not_changed_by_later_use() -> None:
    """What is built is a copy."""
    brought = {"data": [{"type": "bar", "marker": {"color": "red"}}]}
    figure(Metric("a.b", figure=brought))["data"][0]["marker"]["color"] = "blue"
    assert brought["data"][0]["marker"] == {"color": "red"}


def test_templates_have_the_colours_of_the_page() -> None:
    """Both themes have the twelve series colours of tokens.css, index by index, and leave the ground to the page."""
    made = templates()
    assert made["dark"]["layout"]["colorway"][:2] == ["#57b8ff", "#ed7715"]
    assert made["light"]["layout"]["colorway"][:2] == ["#0b6fc7", "#d46706"]
    for template in made.values():
        assert len(set(template["layout"]["colorway"])) == COLOURS
        assert template["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        go.Layout(template=template)


def test_templates_cost_no_extra_drawing() -> None:
    """No automatic margins: each of them makes Plotly lay a chart out again."""
    for template in templates().values():
        assert template["layout"]["xaxis"]["automargin"] is False
        assert template["layout"]["yaxis"]["automargin"] is False


def test_figures_are_built_once_in_a_native_thread() -> None:
    """The cache builds what is new or declared anew, and nothing else."""
    calls: list[int] = []

    def native(function: Callable[..., object], *args: Any) -> object:  # Any: whatever the function takes
        calls.append(len(args[0]) if args else 0)
        return function(*args)

    figures = Figures(native)
    first, second = Metric("a.one"), Metric("a.two", chart="bars")
    assert figures.of([first]).keys() == {"a.one"}
    built = figures.of([first, second])
    assert figures.of([first, second])["a.two"] is built["a.two"]
    again = Metric("a.one", chart="heatmap")
    assert figures.of([again])["a.one"]["data"][0]["type"] == "heatmap"
    bars = figures.of([again], "bars")["a.one"]
    assert bars["data"][0]["type"] == "bar" and figures.of([again], "bars")["a.one"] is bars
    assert figures.of([again])["a.one"]["data"][0]["type"] == "heatmap"
    assert figures.templates() is figures.templates()
    assert calls == [1, 1, 1, 1, 0]


def test_the_page_finds_the_colours_that_it_needs_beside_plotly() -> None:
    """Each template carries the colours of the panel and of what is unused, for static/js/chart.js."""
    for template in templates().values():
        assert set(template["layout"]["meta"]) == {"panel", "quiet"}
        assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in template["layout"]["meta"].values())

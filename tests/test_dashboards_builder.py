"""Tests of dashboard/dashboards/builder.py and lint.py: dashboards built in Python, and what is odd about them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import plotly.express as px
import plotly.graph_objects as go
import pytest

from dashboard import Dashboard, Panel, Text, Variable
from dashboard.dashboards.files import read_file
from dashboard.dashboards.lint import lint
from dashboard.dashboards.notation import parse
from dashboard.dashboards.refusal import Wrong, read
from tests.server import ROOT

#: Maps that are made of tiles, and what draws over outlines in their place.
TILED = {f"{what}map{box}": to for box in ("", "box") for what, to in
         (("scatter", "scattergeo"), ("choropleth", "choropleth"), ("density", "scattergeo"))}  # fmt: skip


def test_what_is_built_is_what_is_read(tmp_path: Path) -> None:
    """A built dashboard, its TOML and its JSON are the same; writing replaces a file in one step."""
    board = Dashboard(
        "Web servers", description="All of them.", window=900, variables=[Variable("host", "system.cpu", label="Host")]
    ).add(
        Panel("system.cpu", w=8, only={"host": "$host"}, range=(0, None), thresholds={95: "bad", 80: "warn"}),
        Text("**Call** Ada", w=4),
        Panel("disk.busy", "heatmap", repeat="host", x=0, y=9, compare=3600, unit="%", id="busy"),
    )  # fmt: skip
    made = board.document()
    assert made.slug == "web-servers"
    assert [(one.id, one.x, one.y, one.w) for one in made.panels] == [
        ("p1", 0, 13, 8),
        ("p2", 8, 13, 4),
        ("busy", 0, 9, 6),
    ]
    assert [one.value for one in made.panels[0].thresholds] == [80, 95]
    for name in ("web.toml", "web.json"):
        (tmp_path / name).write_text("before")
        assert read_file(board.write(tmp_path / name)) == made
    assert {one.name for one in tmp_path.iterdir()} == {"web.toml", "web.json"}
    assert parse(board.text("json").encode(), "json") == parse(board.text().encode(), "toml") == made


def test_any_figure_of_plotly_is_taken() -> None:
    """graph_objects with numpy arrays, plotly.express and Plotly's own JSON become plain lists, without a template."""
    rose = go.Figure(
        go.Barpolar(r=np.array([1.5, np.nan]), theta=np.array([0, 90])), layout={"title": {"text": "Wind"}}
    )
    panel = Panel(figure=rose, bind={"r": "wind.speed", "theta": "wind.bearing"}, w=12)
    figure = Dashboard("Wind", [panel]).document().panels[0].figure
    assert figure == {
        "data": [{"type": "barpolar", "r": [1.5, None], "theta": [0, 90]}],
        "layout": {"title": {"text": "Wind"}},
    }
    express = px.scatter(x=[1, 2, 3], y=[3.0, 1.0, 2.0], color=["a", "b", "a"])
    made = Panel(figure=express, bind={"x": "a.b@time", "1.y": "a.b"}).content["figure"]
    assert [trace["type"] for trace in made["data"]] == ["scatter", "scatter"]
    assert made["data"][0]["x"] == [1, 3]
    assert "template" not in made["layout"] and "bdata" not in json.dumps(made)
    grid = Panel(figure=go.Figure(go.Heatmap(z=np.arange(6.0).reshape(2, 3)))).content["figure"]
    assert grid["data"][0]["z"] == [[0, 1, 2], [3, 4, 5]]
    assert Panel(figure={"data": [{"type": "bar"}]}).content["figure"]["data"] == [{"type": "bar"}]


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Panel("system.cpu", "lines"), "Panel.kind: 'lines' is not valid; did you mean 'line'?"),
        (lambda: Panel(), "Panel: it is of kind 'auto', and shows no metric"),
        (lambda: Panel("system.cpu", thresholds={80: "red"}), "Panel.thresholds.0.level: 'red' is not valid"),
        (lambda: Panel("system.cpu", w=0), "Panel.w: 0 is not valid"),
        (lambda: Panel(figure=3), "Panel.figure: it is no figure"),
        (lambda: Panel(figure={"data": [{"x": {1, 2}}]}), "Panel.figure: the figure is no JSON"),
        (lambda: Panel(figure=go.Figure(go.Bar()), bind={"1.y": "a.b"}), "Panel: bind fills '1.y'"),
        (
            lambda: Panel(figure=go.Figure(go.Barpolar()), bind={"rr": "a.b"}),
            "Panel.bind.rr: a trace of type 'barpolar'",
        ),
        (lambda: Panel(figure={"data": [{"type": "pei"}]}), "no trace of type 'pei'; did you mean 'pie'?"),
        (lambda: Text("x" * 20_001), "Text.text: "),
        (lambda: Variable("Host", "a.b"), "Variable.name: 'Host' is not valid"),
        (lambda: Dashboard("Web", slug="Web").document(), "slug: 'Web' is not valid"),
        (lambda: Dashboard("Web").write("web.yaml"), "web.yaml is neither .json nor .toml"),
    ],
)
def test_what_is_wrong_is_refused_where_it_is_written(build: Any, sentence: str) -> None:
    """Each mistake is an error in its own line, by a sentence that says what is valid."""
    with pytest.raises(Wrong) as caught:
        build()
    assert sentence in str(caught.value)


def test_titles_become_slugs() -> None:
    """The address is made of the title, whatever that has."""
    slugs = {title: Dashboard(title).document().slug for title in ("Web servers, EU!", "2nd floor", "温度")}
    assert slugs == {"Web servers, EU!": "web-servers-eu", "2nd floor": "d-2nd-floor", "温度": "d"}


def test_the_builder_is_not_imported_before_it_is_asked_for() -> None:
    """`import dashboard` brings in nothing; the names of the builder are there, and others are refused as always."""
    script = (
        "import sys, dashboard; before = 'pydantic' in sys.modules; dashboard.Panel; "
        "print(before, 'pydantic' in sys.modules, hasattr(dashboard, 'Nothing'), 'flask' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False", "False"]


# --- lint

MEASURED = {"system.cpu": {"mode": {"user", "system"}, "host": {"a", "b"}}, "wind.speed": {}}


def findings(measured: Any = MEASURED, **given: Any) -> list[str]:
    return [str(one) for one in lint(read({"slug": "web", "title": "Web", **given}), measured)]


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        ({"metric": "system.cp"}, "error: panels.0.metric: there is no metric 'system.cp'; did you mean 'system.cpu'?"),
        (
            {"metric": "system.cpu", "only": {"mod": ["user"]}},
            "error: panels.0.only.mod: 'system.cpu' has no label 'mod'; did you mean 'mode'?; it has mode, host",
        ),
        ({"metric": "wind.speed", "only": {"x": ["1"]}}, "error: panels.0.only.x: 'wind.speed' has no label 'x'"),
        (
            {"metric": "system.cpu", "only": {"mode": ["usr"]}},
            "warning: panels.0.only.mode: no series has mode='usr' now; did you mean 'user'?",
        ),
        ({"metric": "system.cpu", "repeat": "hos"}, "error: panels.0: $hos is no variable of this dashboard; did"),
        ({"metric": "system.cpu", "only": {"host": ["$hst"]}}, "error: panels.0: $hst is no variable"),
        (
            {"kind": "figure", "figure": {"data": [{"type": "barpolar"}]}, "bind": {"r": "a.b"}},
            "error: panels.0.bind.r: there is no",
        ),
        (
            {"kind": "figure", "figure": {"data": [{"type": "barpolar"}]}, "bind": {"r": "system.cpu@core"}},
            "error: panels.0.bind.r: 'system.cpu' has no label 'core'",
        ),
        (
            {"kind": "figure", "figure": {"data": [{"type": "barpolar"}]}, "bind": {"r": 'system.cpu{mode="x"}'}},
            "warning: panels.0.bind.r: no series has mode='x' now",
        ),
        (
            {"kind": "figure", "figure": {"data": [{"type": "barpolr"}]}},
            "error: panels.0.figure.data.0.type: Plotly has no trace of type 'barpolr'; did you mean 'barpolar'?",
        ),
        *(
            (
                {"kind": "figure", "figure": {"data": [{}, {"type": kind}]}},
                f"error: panels.0.figure.data.1.type: {kind!r} is drawn on tiles of a map, which only another server "
                f"has, and the page asks no other; use {instead!r}",
            )
            for kind, instead in TILED.items()
        ),
        (
            {"kind": "figure", "figure": {"data": [{"type": "barpolar"}]}, "bind": {"0.thta": "wind.speed"}},
            "error: panels.0.bind.0.thta: a trace of type 'barpolar' has no 'thta'; did you mean 'theta'?",
        ),
        (
            {"kind": "figure", "figure": {"data": [{}]}, "bind": {"marker.colour": "wind.speed"}},
            "error: panels.0.bind.marker.colour: a trace of type 'scatter' has no 'marker.colour'; did you mean 'co",
        ),
        (
            {"kind": "figure", "figure": {"data": [{}]}, "bind": {"mark.color": "wind.speed"}},
            "error: panels.0.bind.mark.color: a trace of type 'scatter' has no 'mark.color'",
        ),
    ],
)  # fmt: skip
def test_what_a_panel_names_and_is_not_there_is_found(panel: dict[str, object], sentence: str) -> None:
    """Metrics, labels, variables, types and arrays that are not there are errors, told with what was meant."""
    used = {"kind": "text", "text": "$host"}
    variable = {"name": "host", "metric": "system.cpu", "of": "host"}
    [found] = findings(variables=[variable], panels=[panel, used])
    assert found.startswith(sentence)


def test_overlaps_idle_variables_and_empty_boards_are_found() -> None:
    """What lies on something else, is used by nothing, or shows nothing is a warning."""
    cpu = {"metric": "system.cpu", "w": 6, "h": 4}
    placed = [cpu | {"id": "a", "x": 0, "y": 0}, cpu | {"id": "b", "x": 5, "y": 3}, cpu | {"id": "c", "x": 6, "y": 7}]
    assert findings(panels=placed) == ["warning: panels.1: 'b' lies on 'a'; move one of them"]
    variable = {"name": "host", "metric": "system.cpu", "of": "hots", "multi": False, "default": ["a", "b"]}
    assert findings(variables=[variable]) == [
        "warning: panels: it has none; nothing is shown",
        "warning: variables.0: no panel uses $host",
        "error: variables.0.default: it has several values, and multi is false",
        "error: variables.0.of: 'system.cpu' has no label 'hots'; did you mean 'host'?; it has mode, host",
    ]


def test_the_page_of_a_family_is_found() -> None:
    """A dashboard that would take the place of what is measured under its name is a warning."""
    [found] = [
        str(one) for one in lint(read({"slug": "wind", "title": "W", "panels": [{"metric": "wind.speed"}]}), MEASURED)
    ]
    assert found.startswith("warning: slug: 'wind.speed' has a page of that name already")


def test_a_slug_that_is_not_to_be_had_is_found() -> None:
    """The server would refuse it; a file of that name is told before."""
    board = read({"slug": "overview", "title": "O", "panels": [{"metric": "wind.speed"}]})
    assert [str(one) for one in lint(board, MEASURED, {"overview"})] == [
        "error: slug: 'overview' is a dashboard of Plotroom's own; choose another"
    ]


def test_a_sound_board_has_no_findings() -> None:
    """Variables in values, money in titles, and names that can't be looked up are no mistakes."""
    variable = {"name": "host", "metric": "system.cpu", "of": "host", "default": ["a"]}
    panels = [
        {"metric": "system.cpu", "only": {"host": ["$host"], "mode": ["user"]}, "title": "costs $5"},
        {"kind": "text", "text": "echo $HOME and $money"},
    ]
    assert findings(variables=[variable], panels=panels) == []
    assert findings(None, panels=[{"metric": "no.such"}]) == []

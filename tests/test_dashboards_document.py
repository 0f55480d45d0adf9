"""Tests of dashboard/dashboards/document.py, places.py, binding.py, figure.py and refusal.py: what a dashboard is."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from contextlib import suppress
from typing import Any

import pytest

from dashboard.dashboards.binding import Binding, check_target, parse_source
from dashboard.dashboards.document import KINDS, MAX_PANELS, MAX_SIZE, WITHOUT_METRIC, brief
from dashboard.dashboards.refusal import Wrong, read
from tests.server import ROOT

PIE: dict[str, Any] = {"data": [{"type": "pie"}]}


def board(*panels: object, **more: object) -> dict[str, object]:
    return {"slug": "web", "title": "Web", "panels": list(panels), **more}


def refusal(given: object) -> str:
    with pytest.raises(Wrong) as caught:
        read(given)
    return str(caught.value)


def test_what_is_left_out_is_as_by_default() -> None:
    """A panel needs no more than its metric, and a dashboard no more than slug and title."""
    whole = read(board({"metric": "system.cpu"})).whole()
    assert whole == {
        "slug": "web", "title": "Web", "description": "", "window": None, "columns": 12, "variables": [],
        "panels": [
            {
                "id": "p1", "kind": "auto", "metric": "system.cpu", "title": None, "x": 0, "y": 0, "w": 6, "h": 4,
                "only": {}, "unit": None, "range": [None, None], "log": False, "thresholds": [], "compare": None,
                "repeat": None, "text": None, "bind": None, "figure": None,
            }
        ],
    }  # fmt: skip
    assert read({"slug": "web", "title": "Web"}).panels == []


def test_what_is_as_by_default_is_left_out() -> None:
    """The short form has what differs, and the place of each panel, in the order of the models."""
    short = brief(read(board({"h": 2, "range": [0, None], "metric": "system.cpu", "unit": None}, window=60)))
    panel = {"id": "p1", "metric": "system.cpu", "x": 0, "y": 0, "w": 6, "h": 2, "range": [0, None]}
    assert short == {"slug": "web", "title": "Web", "window": 60, "panels": [panel]}
    assert list(short["panels"][0]) == list(panel)


@pytest.mark.node
def test_the_page_knows_every_key_of_a_panel() -> None:
    """static/js/board/document.js has the same defaults: what it does not know, it would drop when it saves."""
    node = shutil.which("node")
    assert node, "install Node 18 or later"
    module = (ROOT / "static" / "js" / "board" / "document.js").as_uri()
    script = f"import {{ DEFAULTS }} from {json.dumps(module)}; console.log(JSON.stringify(DEFAULTS));"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=30
    )
    [panel] = read(board({"metric": "a.b"})).whole()["panels"]
    ours = {key: value for key, value in panel.items() if key not in ("id", "x", "y", "w", "h")}
    assert json.loads(done.stdout) == ours | {"metric": None}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken(kind: str) -> None:
    """Each kind of panel is valid with what it needs."""
    needed: dict[str, Any] = {"text": {"text": "x"}, "figure": {"figure": PIE, "bind": {"values": "a.b"}}}
    given = needed.get(kind, {}) | ({} if kind in WITHOUT_METRIC else {"metric": "a.b"})
    assert read(board({"kind": kind, **given})).panels[0].kind == kind


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "a dashboard is an object with a title and panels; this is a list"),
        ({"slug": "web"}, "title: is missing"),
        (board(slug="Web"), "slug: 'Web' is not valid; it is part of an address"),
        (board(title="  "), "title: is empty"),
        (board(title=""), "title: is empty; write something"),
        (board(title="a\x1b[2J"), "title: 'a\\x1b[2J' has a line break or another control character"),
        (board(titel="x"), "titel: is not known here; did you mean 'title'?; the keys are slug, title"),
        (board(columns=24), "columns: 24 is not valid; it is 12"),
        (board(window=0.5), "window: 0.5 is not valid; write a whole number"),
        (board(window="60"), "window: '60' is not valid; write a whole number"),
        (board(panels={}), "panels: an object is not valid; write a list"),
        (board("x"), "panels.0: 'x' is not valid; write an object"),
        (board({"metric": "a.b", "kind": "lines"}), "panels.0.kind: 'lines' is not valid; did you mean 'line'?; it"),
        (board({"metric": "A b"}), "panels.0.metric: metric name 'A b' is not valid"),
        (board({}), "panels.0: it is of kind 'auto', and shows no metric"),
        (board({"kind": "text"}), "panels.0: it is of kind 'text', and has no text"),
        (board({"kind": "text", "text": "x", "metric": "a.b"}), "panels.0: it is a text, which shows no metric"),
        (board({"metric": "a.b", "text": "x"}), "panels.0: it has a text, and is of kind 'auto'"),
        (board({"metric": "a.b", "bind": {"r": "a.b"}}), "panels.0: it has a bind, and is of kind 'auto'"),
        (board({"metric": "a.b", "x": 8, "y": 0}), "panels.0: it reaches beyond the right edge: x + w is 14"),
        (board({"metric": "a.b", "x": 8}), "panels.0.y: is missing"),
        (board({"metric": "a.b", "w": 13}), "panels.0.w: 13 is not valid; it should be less than or equal to 12"),
        (board({"metric": "a.b", "id": "a b"}), "panels.0.id: 'a b' is not valid; write 1 to 40 letters"),
        (board({"metric": "a.b", "id": "p"}, {"metric": "a.b", "id": "p"}), "panels: 2 panels have the id 'p'"),
        (board({"metric": "a.b", "only": {"Mode": ["x"]}}), "panels.0.only.Mode: 'Mode' is not valid; write the"),
        (board({"metric": "a.b", "only": {"mode": []}}), "panels.0.only.mode: "),
        (board({"metric": "a.b", "only": {"mode": "x"}}), "panels.0.only.mode: 'x' is not valid; write a list"),
        (board({"metric": "a.b", "unit": "KB"}), "panels.0.unit: unit 'KB'"),
        (board({"metric": "a.b", "range": [5, 1]}), "panels.0.range: 5 is not below 1"),
        (board({"metric": "a.b", "range": [1]}), "panels.0.range"),
        (board({"metric": "a.b", "range": [-1e308, 1e308]}), "panels.0.range: -1e+308 is too far from zero"),
        (board({"metric": "a.b", "range": [None, 1.1e100]}), "panels.0.range: 1.1e+100 is too far from zero"),
        (board({"metric": "a.b", "thresholds": [{"value": 1, "level": "red"}]}), "panels.0.thresholds.0.level: 'red'"),
        (
            board({"metric": "a.b", "thresholds": [{"value": 2, "level": "ok"}, {"value": 1, "level": "bad"}]}),
            "panels.0.thresholds: their values don't ascend",
        ),
        (board({"kind": "figure", "figure": {}}), "panels.0.figure: data: write a list of traces"),
        (board({"kind": "figure", "figure": {"data": [{}], "frames": []}}), "'frames' is not known here"),
        (board({"kind": "figure", "figure": {"data": [{"x": [float("nan")]}]}}), "data.0.x.0: nan is no number"),
        (
            board({"kind": "figure", "figure": {"data": [{"name": '<a href="http://x">x</a>'}]}}),
            'panels.0.figure: data.0.name: it has a "<" that begins none',
        ),
        (board({"kind": "figure", "figure": PIE, "bind": {"1.values": "a.b"}}), "the figure has no trace 1"),
        (board({"kind": "figure", "figure": PIE, "bind": {"Values": "a.b"}}), "'Values' names no array of a trace"),
        (board({"kind": "figure", "figure": PIE, "bind": {"values": "a.b{x=1}"}}), "write each label once"),
        (board(variables=[{"name": "Host", "metric": "a.b", "of": "host"}]), "variables.0.name: 'Host' is not valid"),
        (board(variables=[{"name": "a", "metric": "a.b", "of": "h"}] * 2), "variables: 2 variables are called 'a'"),
        (board(*[{"metric": "a.b"}] * (MAX_PANELS + 1)), "panels: "),
        (board(*[{"kind": "text", "text": "x" * 20_000}] * 14), f"at most {MAX_SIZE}"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_place(given: object, sentence: str) -> None:
    """Each refusal is one line that names the place, what is wrong there, and what is valid."""
    told = refusal(given)
    assert sentence in told
    assert "\n" not in told and len(told) < 600


def test_several_faults_are_told_together() -> None:
    """The first three are named, and how many more there are; all of them are kept."""
    with pytest.raises(Wrong) as caught:
        read(board(*[{"metric": "a.b", "kind": "x"}] * 5))
    assert [one.path for one in caught.value.faults] == [f"panels.{place}.kind" for place in range(5)]
    assert str(caught.value).endswith("; and 2 more")


def test_panels_without_a_place_stand_beside_each_other() -> None:
    """They fill rows from the left, below those that have a place; ids don't collide with given ones."""
    made = read(
        board(
            {"metric": "a.b", "w": 8, "h": 2}, {"metric": "a.b", "w": 4, "h": 3}, {"metric": "a.b", "w": 12},
            {"metric": "a.b", "x": 2, "y": 5, "h": 2, "id": "p2"},
        )
    )  # fmt: skip
    assert [(one.id, one.x, one.y) for one in made.panels] == [("p1", 0, 7), ("p3", 8, 7), ("p4", 0, 10), ("p2", 2, 5)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("wind.speed", Binding("wind.speed", {})),
        ('wind.speed{station="a, \\"b\\"", x="}"}', Binding("wind.speed", {"station": 'a, "b"', "x": "}"})),
        ("wind.speed@time", Binding("wind.speed", {}, "time")),
        (' wind.speed {station="$where"} @station ', Binding("wind.speed", {"station": "$where"}, "station")),
        ("wind.speed{}", Binding("wind.speed", {})),
    ],
)
def test_sources_of_arrays_are_read(text: str, meaning: Binding) -> None:
    """A metric, perhaps some of its series, and its values, times or labels."""
    assert parse_source(text) == meaning


@pytest.mark.parametrize("text", ["", "Wind", "a.b{x}", 'a.b{x="1" y="2"}', 'a.b{x="1",x="2"}', "a.b@", "a.b@X", "a b"])
def test_other_sources_are_refused(text: str) -> None:
    """What names no metric, or its series in another way, is refused by a sentence that quotes it."""
    with pytest.raises(ValueError, match="valid|write"):
        parse_source(text)


def test_a_source_is_read_in_no_time() -> None:
    """A long text of spaces, labels or braces, which no server of one thread could wait for, is refused at once."""
    began = time.process_time()
    for text in ("a" + " " * 20_000 + "!", "a{" + " " * 20_000 + "!", "a{" + 'b="",' * 4000 + "}", "a" + "} @a" * 5000):
        with pytest.raises(ValueError, match="valid|write") as caught:
            parse_source(text)
        assert len(str(caught.value)) < 300
    assert time.process_time() - began < 1
    panel = {"kind": "figure", "figure": PIE, "bind": {"r": "a.b" + " " * 1000}}
    assert "at most 1000 characters" in refusal(board(panel))


@pytest.mark.parametrize(
    "text", ["<a href='//x'>", "<A\thref='//x'>", "<%{customdata}", "more <", "<<extra></extra>a href=''>", "<^9"]
)
def test_no_text_of_a_figure_becomes_a_link(text: str) -> None:
    """Neither one that is a link, nor one that another text, a template or a format can make one of."""
    panel = {"kind": "figure", "figure": {"data": [{"type": "pie", "texttemplate": text}]}}
    assert "links in a panel of kind text" in refusal(board(panel))


@pytest.mark.parametrize(
    "text", ["<b>%{y}</b><br>x<sup>2</sup><extra></extra>", "a < b", "<span style='color: red'>x</span>"]
)
def test_other_tags_of_plotly_are_kept(text: str) -> None:
    """What only changes how a text looks is as it was written."""
    figure = {"data": [{"type": "pie", "hovertemplate": text}], "layout": {}}
    assert read(board({"kind": "figure", "figure": figure})).panels[0].figure == figure


@pytest.mark.parametrize(
    "panel",
    [
        {"kind": "figure", "figure": {"data": [{"k" * 200_000: [0] * 30_000}]}},
        {"kind": "figure", "figure": {"data": [{"k" * 200: [0] * 100_000}]}},
        {"metric": "system.cpu", **{f"metrik{number}": 0 for number in range(20_000)}},
        {"metric": "system.cpu", "kind": "gauge" * 50_000},
    ],
)  # fmt: skip
def test_wrong_dashboards_take_no_longer_than_right_ones(panel: dict[str, Any]) -> None:
    """Within the size of a request nothing takes seconds to be found wrong."""
    began = time.process_time()
    with suppress(Wrong):
        read(board(panel))
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("text", ["r", "marker.color", "1.y", "0.marker.line.width"])
def test_arrays_are_named_as_plotly_does(text: str) -> None:
    """An attribute of the first trace, or with its number of another."""
    assert check_target(text) == text

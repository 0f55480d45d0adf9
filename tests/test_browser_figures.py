"""What charts draw of figures that plugins bring, of samples that stand alone, and of series that were refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.pages import PATIENCE, drawn_by, open_live, panel, until, wait_for_chart
from tests.server import FEW

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FIGURES = """
from collectors import metric

LINE = {"type": "scatter", "mode": "lines"}
RIGHT = {"yaxis2": {"side": "right", "overlaying": "y"}}
GAUGE = {"type": "indicator", "mode": "gauge+number", "gauge": {"axis": {"range": [0, 80]}}}

@metric("own.scaled", unit="bytes", figure={"data": [LINE]}, every=0.2)
def scaled():
    return {"in": 3 * 1024.0**3, "out": 1024.0**3}

@metric("own.format", unit="bytes", figure={"data": [LINE], "layout": {"yaxis": {"tickformat": ".3s"}}}, every=0.2)
def formatted():
    return {"in": 3 * 1024.0**3}

@metric("own.lying", unit="bytes", figure={"data": [{"type": "bar", "orientation": "h"}]}, every=0.2)
def lying():
    return {"a": 3 * 1024.0**3, "b": 1024.0**3}

@metric("own.two", figure={"data": [LINE, {**LINE, "yaxis": "y2"}], "layout": RIGHT}, every=0.2)
def two():
    return {"water": 20, "steam": 1200}

@metric("own.gauge", figure={"data": [GAUGE]}, every=0.2)
def gauge():
    return 42

@metric("own.polar", figure={"data": [{"type": "barpolar"}]}, every=0.2)
def polar():
    return {"north": 1, "east": 2, "south": 3}

@metric("own.heat", figure={"data": [{"type": "heatmap"}]}, every=0.2)
def heat():
    return {"a": 1, "b": 2}

@metric("own.viridis", figure={"data": [{"type": "heatmap", "colorscale": "Viridis"}]}, every=0.2)
def viridis():
    return {"a": 1, "b": 2}
"""

LONELY = """
from collectors import metric

@metric("lonely.slow", every=600)
def slow():
    return 5
"""

MANY = """
from collectors import metric

@metric("many.values", every=0.2)
def values():
    return {f"s{one}": one for one in range(8)}
"""

#: Of a panel: the texts of its chart that are not wholly within it.
CUT_OFF = """name => {
  const chart = document.getElementById(name).querySelector(".canvas");
  const frame = chart.getBoundingClientRect();
  return [...chart.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  }).map((text) => text.textContent);
}"""


#: Of a panel: how many pixels of the live layer's canvas are not empty.
INKED = """name => {
  const canvas = document.getElementById(name).querySelector("canvas.live-layer");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
}"""


@pytest.fixture
def room(server: Callable[..., Server], tmp_path: Path) -> Callable[..., Server]:
    """`room(text)` starts a server with one plugin, called `own`."""

    def start(text: str, **options: Any) -> Server:  # Any: whatever the server takes
        (tmp_path / "room" / "plugins").mkdir(parents=True)
        (tmp_path / "room" / "plugins" / "own.py").write_text(text)
        return server(home=tmp_path / "room", **{"config": FEW, **options})

    return start


def wait_for_mark(page: Page, name: str, mark: str) -> None:
    page.locator(f"[id='{name}'] {mark}").first.wait_for(state="attached", timeout=PATIENCE)


def legend(page: Page, name: str) -> str:
    text: str = panel(page, name).locator(".legend").inner_text()
    return " ".join(text.split())


def ticks(page: Page, name: str, axis: str) -> list[str]:
    found: list[str] = page.locator(f"[id='{name}'] .{axis}tick text").all_text_contents()
    return found


def test_values_of_a_plugins_figure_are_scaled_like_all_others(room: Callable[..., Server], page: Page) -> None:
    """Axis, header and legend have the step of the unit; an axis with a format keeps its unit, the legend scales."""
    open_live(page, f"{room(FIGURES).url}/d/own")
    wait_for_mark(page, "own.scaled", ".scatterlayer path.js-line")
    wait_for_mark(page, "own.format", ".scatterlayer path.js-line")
    until(page, "() => document.getElementById('own.scaled').querySelector('.legend')")
    assert panel(page, "own.scaled").locator(".unit").inner_text() == "GiB"
    assert legend(page, "own.scaled") == "in 3.00 out 1.00"
    assert set(ticks(page, "own.scaled", "y")) <= {"1", "1.5", "2", "2.5", "3"}
    assert panel(page, "own.format").locator(".unit").inner_text() == "B"
    assert legend(page, "own.format") == "in 3.00 GiB"
    assert all(text.endswith("G") for text in ticks(page, "own.format", "y"))


def test_nothing_of_a_plugins_figure_is_cut_off(room: Callable[..., Server], page: Page) -> None:
    """The second axis, the labels around a gauge and the axis below lying bars are there, and within the panel."""
    open_live(page, f"{room(FIGURES).url}/d/own")
    for name, mark in (
        ("own.two", ".y2tick text, .overaxes-above text"),
        ("own.gauge", ".indicatorlayer text"),
        ("own.lying", ".xtick text"),
    ):
        wait_for_mark(page, name, mark)
        assert page.evaluate(CUT_OFF, name) == [], name
    assert ticks(page, "own.lying", "x")
    texts = page.locator("[id='own.gauge'] .indicatorlayer text").all_text_contents()
    assert {"0", "80"} <= set(texts)


def test_legend_and_chart_agree_on_colours(room: Callable[..., Server], page: Page) -> None:
    """Bars around a circle have the legend's colours; a heat map with colours of its own has its own bar of them."""
    open_live(page, f"{room(FIGURES).url}/d/own")
    wait_for_mark(page, "own.polar", ".barlayer path")
    bars = page.locator("[id='own.polar'] .barlayer .point path").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fill)"
    )
    marks = page.locator("[id='own.polar'] .legend s").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert bars == marks
    assert len(set(marks)) == 3
    wait_for_mark(page, "own.heat", ".ramp")
    assert page.locator("[id='own.heat'] .colorbar").count() == 0
    wait_for_mark(page, "own.viridis", ".colorbar")
    assert page.locator("[id='own.viridis'] .legend").count() == 0


def test_the_first_sample_of_a_slow_metric_is_seen(room: Callable[..., Server], page: Page) -> None:
    """A line of one sample is a dot, whichever of the two draws it."""
    open_live(page, f"{room(LONELY).url}/d/lonely")
    wait_for_chart(page, "lonely.slow")
    assert drawn_by(page, "lonely.slow") == "live"
    assert page.evaluate(INKED, "lonely.slow") > 4
    panel(page, "lonely.slow").locator(".nsewdrag").hover()
    wait_for_mark(page, "lonely.slow", ".scatterlayer .points path")
    assert drawn_by(page, "lonely.slow") == "plotly"
    assert page.locator("[id='lonely.slow'] .scatterlayer .points path").count() == 1


def test_refused_series_are_told(room: Callable[..., Server], page: Page) -> None:
    """A metric with more series than the server keeps says how many, and which setting that is."""
    open_live(page, f"{room(MANY, config='[history]' + chr(10) + 'max_series = 5').url}/d/many")
    note = panel(page, "many.values").locator(".note")
    note.wait_for(timeout=PATIENCE)
    assert note.inner_text() == "3 more series were refused: the limit is history.max_series"


def test_files_that_could_not_be_loaded_come_first(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """However much fails, the rail names the refused file, and the dialog has trouble first and what is away last."""
    plugins = tmp_path / "room" / "plugins"
    plugins.mkdir(parents=True)
    for one in range(5):
        text = (
            f'from collectors import metric\n\n@metric("bad{one}.v", every=0.5)\ndef v():\n    raise OSError("gone")\n'
        )
        (plugins / f"bad{one}.py").write_text(text)
    (plugins / "zzz.py").write_text("this is no python\n")
    started = server(home=tmp_path / "room", config=FEW)
    open_live(page, started.url)
    page.locator(".foot .row", has_text="gone").first.wait_for(timeout=PATIENCE)
    page.locator(".foot .row", has_text="zzz.py").wait_for(timeout=PATIENCE)
    assert "zzz.py" in page.locator(".foot .row").nth(1).inner_text()
    page.locator(".foot").click()
    states = [text.split()[0] for text in page.locator("dialog td.state").all_inner_texts()]
    groups = [
        {"failing": 0, "running": 1, "starting": 1, "unavailable": 2, "stopped": 2}[one.rstrip("0123456789")]
        for one in states
    ]
    assert groups == sorted(groups)
    started.forget_log()  # the collectors' own tracebacks are in it

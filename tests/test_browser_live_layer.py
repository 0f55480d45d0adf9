"""The live layer and Plotly draw the same picture: nobody can tell which of the two is drawing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.pages import PATIENCE, drawn_by, open_live, panel, until, wait_for_chart, wait_until_drawn_by
from tests.pictures import pixels
from tests.stage import open_stage, options, put

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Picture = npt.NDArray[np.int16]
Columns = list[list[float | None]]

#: 2026-03-01 12:00 UTC, in ms.
START = 1_772_366_400_000
BANDS = [{"value": 20, "level": "ok"}, {"value": 40, "level": "bad"}]
#: More of them say nothing more: what came before is all drawn anew at each of these.
ONE_BY_ONE = 100
#: How far the centre of a line may be from where it was, in px of the page.
MOST_MOVED = 0.5


def wave(length: int, turn: float, low: float = -1.0, high: float = 1.0) -> list[float | None]:
    return [low + (high - low) * (0.5 + 0.5 * math.sin(at / 7 + turn)) for at in range(length)]


def noise(length: int, seed: int, low: float, high: float) -> list[float | None]:
    return [float(one) for one in np.random.default_rng(seed).uniform(low, high, length)]


def holed(values: list[float | None], *places: int) -> list[float | None]:
    return [None if at in places else value for at, value in enumerate(values)]


GAPS = (8, 9, 10, 20, 22, 40)
OWN = {
    "data": [
        {"type": "scatter", "mode": "lines", "line": {"dash": "dot", "width": 2}},
        {"type": "scatter", "mode": "lines", "line": {"shape": "hv"}, "fill": "tozeroy"},
        {"type": "scatter", "mode": "lines", "yaxis": "y2", "line": {"shape": "vhv", "dash": "longdash"}},
    ],
    "layout": {"yaxis2": {"side": "right", "overlaying": "y"}},
}
#: Which chart, from which values, and what else is said about it.
CASES: dict[str, tuple[dict[str, Any], Columns]] = {
    "lines": (options(["a", "b", "c"]), [wave(70, turn) for turn in (0, 2, 4)]),
    "noise": (options(["a", "b", "c"]), [noise(70, seed, -50, 80) for seed in (1, 2, 3)]),
    "negative values": (options(["a"]), [wave(70, 0, -900, -20)]),
    "gaps and lonely samples": (options(["a", "b"]), [holed(wave(60, 0), *GAPS), holed(wave(60, 2), 9, 30, 31, 59)]),
    "area": (options(["a"], "area"), [noise(70, 4, 0, 9)]),
    "areas below zero, with gaps": (options(["a", "b"], "area"), [holed(wave(70, 0), *GAPS), wave(70, 2, -2, 0.5)]),
    "stacked areas": (options(["a", "b", "c"], "stacked"), [noise(70, seed, 0, 40) for seed in (5, 6, 7)]),
    "stacked areas with gaps": (
        options(["a", "b", "c"], "stacked"),
        [holed(noise(70, seed, 0, 40), 20, 21, 22, 45, 60, 61) for seed in (5, 6, 7)],
    ),
    "stack with a thin layer": (options(["a", "b"], "stacked"), [noise(70, 8, 50, 90), noise(70, 9, 0, 0.2)]),
    "bars": (options(["a", "b"], "bars"), [noise(60, 10, 0, 30), noise(60, 11, 0, 10)]),
    "bars below zero, with gaps": (options(["a"], "bars"), [holed(noise(60, 12, -30, 30), *GAPS)]),
    "thin bars": (options(["a"], "bars", window=600_000), [noise(70, 13, 0, 30)]),
    "logarithmic lines": (
        options(["a", "b"], spec={"log": True}),
        [[10 ** (at / 20) for at in range(70)], holed(noise(70, 14, 0.01, 1000), *GAPS)],
    ),
    "logarithmic lines that reach zero": (
        options(["a"], spec={"log": True}),
        [[0.0 if at % 9 == 4 else 3.0 + at if at % 13 else -5.0 for at in range(70)]],
    ),
    "logarithmic areas": (options(["a"], "area", spec={"log": True}), [holed(noise(70, 15, 0.5, 500), *GAPS)]),
    "logarithmic bars": (options(["a"], "bars", spec={"log": True}), [noise(60, 16, 0.5, 500)]),
    "one sample": (options(["a", "b"]), [[3.0], [5.0]]),
    "one sample of an area": (options(["a"], "area"), [[3.0]]),
    "one sample of a stack": (options(["a", "b"], "stacked"), [[3.0], [5.0]]),
    "one bar": (options(["a"], "bars"), [[3.0]]),
    "no value": (options(["a", "b"]), [[None] * 20, [None] * 20]),
    "a value that never changes": (options(["a"]), [[7.0] * 70]),
    "spikes beyond a range": (
        options(["a"], spec={"range": [0, 10]}),
        [[100.0 if at % 11 == 0 else 5.0 for at in range(70)]],
    ),
    "a range and thresholds": (
        options(["a", "b"], spec={"range": [0, 60], "thresholds": BANDS}),
        [noise(70, 17, 0, 80), wave(70, 1, 10, 50)],
    ),
    "more samples than pixels": (options(["a"], window=3_600_000, capacity=9000), [noise(4000, 18, -5, 5)]),
    "a figure of a plugin": (
        options(["a", "b", "c"], own=OWN),
        [wave(70, 0), noise(70, 19, 0, 1), noise(70, 20, 100, 900)],
    ),
    "grouped bars of a plugin": (
        options(["a", "b"], own={"data": [{"type": "bar"}], "layout": {"barmode": "group", "bargroupgap": 0.2}}),
        [noise(60, 21, 0, 30), noise(60, 22, -10, 10)],
    ),
    "relative bars of a plugin": (
        options(["a", "b"], own={"data": [{"type": "bar"}], "layout": {"barmode": "relative"}}),
        [noise(60, 23, -30, 30), noise(60, 24, -10, 10)],
    ),
}  # fmt: skip


def picture(page: Page) -> Picture:
    """The whole page, when what was drawn is on the screen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return pixels(page.screenshot())[..., :3].astype(np.int16)


def pair(page: Page, number: int = 0) -> tuple[Picture, Picture]:
    """The picture of the live layer, and Plotly's of the same state."""
    until(page, "at => stages[at].calm()", number)
    assert page.evaluate("at => stages[at].element.drawn.by", number) == "live"
    live = picture(page)
    page.evaluate("at => stages[at].chart.settle()", number)
    assert page.evaluate("at => stages[at].element.drawn.by", number) == "plotly"
    return live, picture(page)


def play(page: Page, number: int, columns: Columns, begin: int = 0) -> None:
    """Samples from the second `begin` on, the last of them one after the other, each drawn."""
    moments = [START + 1000 * (begin + at) for at in range(len(columns[0]))]
    by = page.evaluate(
        "([at, times, columns, last]) => stages[at].play(times, columns, last)", [number, moments, columns, ONE_BY_ONE]
    )
    assert by == "live"


def assert_same(live: Picture, plotly: Picture, ratio: float = 1.0) -> None:
    """No line has moved by more than half a pixel of the page.

    Whatever is inked in one picture is so in the other, within that distance: each pixel lies between the darkest and
    the lightest of the other's pixels near to it. A one-pixel line that moved by a pixel would be left uncovered.
    """
    assert live.shape == plotly.shape
    reach = max(0, math.ceil(MOST_MOVED * ratio - 0.5))
    inked = int((np.abs(plotly - plotly[0, -1]).max(axis=-1) > 40).sum())
    for one, other in ((live, plotly), (plotly, live)):
        found = uncovered(one, other, reach)
        assert int((found > 100).sum()) <= 0.002 * inked + 2, f"{int((found > 100).sum())} of {inked} pixels moved"
        assert int((found > 40).sum()) <= 0.02 * inked + 4, f"{int((found > 40).sum())} of {inked} pixels differ"
        # Lines of the grid, which are faint, lie on whole pixels: half of one may have made a whole one.
        faint = int((uncovered(one, other, reach + 1) > 12).sum())
        assert faint <= 0.02 * inked + 4, f"{faint} pixels of the grid or of edges are in one of both alone"


def uncovered(one: Picture, other: Picture, reach: int) -> Picture:
    """How far pixels are beyond what the other picture has within so many pixels: int16[those that differ at all].

    A pixel is never further from all of its neighbours than from the one at its place.
    """
    down, across = np.nonzero((one != other).any(axis=-1))
    here, (height, width) = one[down, across], other.shape[:2]
    low, high = other[down, across], other[down, across]
    for below in range(-reach, reach + 1):
        for beside in range(-reach, reach + 1):
            moved = other[(down + below) % height, (across + beside) % width]
            low, high = np.minimum(low, moved), np.maximum(high, moved)
    apart: Picture = np.maximum(np.maximum(low - here, here - high), 0).max(axis=-1, initial=0)
    return apart


def stage(new_page: Callable[..., Page], ratio: float = 1) -> Page:
    page = new_page(viewport={"width": 640, "height": 260}, device_scale_factor=ratio)
    open_stage(page)
    return page


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_both_draw_the_same(new_page: Callable[..., Page], ratio: float) -> None:
    """After live samples of every kind a full drawing by Plotly moves no line, on screens of any density."""
    page = stage(new_page, ratio)
    moved = {}
    for number, (name, (given, columns)) in enumerate(CASES.items()):
        put(page, given)
        play(page, number, columns)
        try:
            assert_same(*pair(page, number), ratio)
        except AssertionError as error:
            moved[name] = str(error)
        page.evaluate("at => stages[at].remove()", number)
    assert not moved


@pytest.mark.parametrize("ratio", [1, 2])
def test_both_draw_the_same_after_changes(new_page: Callable[..., Page], ratio: float) -> None:
    """Also where axes have moved on and widened, and size and theme have changed while live."""
    page = stage(new_page, ratio)
    put(page, options(["a", "b"], "area"))
    play(page, 0, [wave(30, 0, 0, 1), wave(30, 1, 0, 1)])
    play(page, 0, [wave(150, 0, 0, 40), wave(150, 1, 0, 70)], 30)
    assert_same(*pair(page), ratio)
    play(page, 0, [wave(3, 0, 0, 40), wave(3, 1, 0, 70)], 180)
    assert page.evaluate("stages[0].resize(433, 187)") == "live"
    assert_same(*pair(page), ratio)
    play(page, 0, [wave(3, 0, 0, 40), wave(3, 1, 0, 70)], 183)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    play(page, 0, [wave(80, 0, -9, 4), wave(80, 1, 0, 7)], 186)
    light = pair(page)
    assert_same(*light, ratio)
    assert light[0][5, 5].min() > 200


def test_a_moved_line_is_found(new_page: Callable[..., Page]) -> None:
    """What holds both pictures together would not hold a line that is drawn a pixel beside its place."""
    page = stage(new_page)
    put(page, options(["a"]))
    play(page, 0, [wave(70, 0)])
    live, _ = pair(page)
    moved = live.copy()
    moved[:190, 60:590] = np.roll(live, 1, 0)[:190, 60:590]
    with pytest.raises(AssertionError):
        assert_same(moved, live)


def test_nothing_is_drawn_twice(new_page: Callable[..., Page]) -> None:
    """While one of the two draws, nothing of the other is seen."""
    page = stage(new_page)
    put(page, options(["a"], "area"))
    play(page, 0, [wave(70, 0, 0, 5)])
    seen = "selector => [...document.querySelectorAll(selector)].some(one => one.getBoundingClientRect().width > 0)"
    assert page.evaluate(seen, "canvas.live-layer")
    assert not page.evaluate(seen, ".scatterlayer, .scatterlayer *")
    page.evaluate("stages[0].chart.settle()")
    assert not page.evaluate(seen, "canvas.live-layer")
    assert page.evaluate(seen, ".scatterlayer path.js-line")


def test_new_times_are_not_measured(new_page: Callable[..., Page]) -> None:
    """Plotly keeps the size of each label that it has measured: of a clock it would keep all that there are."""
    page = stage(new_page)
    for given in (options(["a"]), options(["a"], "heatmap")):
        put(page, given)
    measured = page.evaluate(
        """async start => {
            for (const stage of stages) stage.play([start - 60_000], [[1]]);
            const measured = [];
            const watch = new MutationObserver((all) => {
                for (const {addedNodes} of all) for (const {textContent} of addedNodes) measured.push(textContent);
            });
            watch.observe(document.getElementById("js-plotly-tester"), {childList: true});
            const texts = new Set();
            for (let minute = 0; minute < 40; minute++) {
                for (const stage of stages) stage.play([start + 60_000 * minute], [[minute % 7]]);
                for (const {textContent} of document.querySelectorAll(".xtick text")) texts.add(textContent);
            }
            await new Promise((done) => requestAnimationFrame(done));
            const times = (texts) => [...texts].filter((one) => one.includes(":"));
            return [times(measured), times(texts).length > 40];
        }""",
        START,
    )
    assert measured == [[], True]


def test_a_figure_that_says_more_is_plotlys(new_page: Callable[..., Page]) -> None:
    """What the layer does not know, Plotly draws."""
    page = stage(new_page)
    above = {"type": "line", "y0": 0, "y1": 1, "x0": 0, "x1": 1}
    figures: list[dict[str, Any]] = [
        {"data": [{"type": "scatter", "mode": "lines+markers"}]},
        {"data": [{"type": "scatter", "mode": "lines", "line": {"shape": "spline"}}]},
        {"data": [{"type": "scatter", "mode": "lines"}], "layout": {"shapes": [above]}},
        {"data": [{"type": "bar", "text": "x"}]},
        {"data": [{"type": "box"}]},
    ]
    for number, own in enumerate(figures):
        put(page, options(["a"], own=own))
        moments = [START + 1000 * at for at in range(9)]
        by = page.evaluate("([at, times, values]) => stages[at].play(times, [values])", [number, moments, wave(9, 0)])
        assert by == "plotly", own


CLOCK = """
from collectors import metric
import time

@metric("clock.seconds", every=0.2)
def seconds():
    return time.time() % 20
"""


def test_plotly_takes_over_and_gives_back(server: Callable[..., Server], page: Page, tmp_path: Any) -> None:
    """A mouse above a chart, a pause and a zoom have it drawn by Plotly, up to date; left alone, it is live again."""
    (tmp_path / "room" / "plugins").mkdir(parents=True)
    (tmp_path / "room" / "plugins" / "clock.py").write_text(CLOCK)
    name = "clock.seconds"
    open_live(page, f"{server(home=tmp_path / 'room').url}/d/clock")
    wait_for_chart(page, name, samples=5)
    assert drawn_by(page, name) == "live"
    newest = "name => document.getElementById(name).querySelector('.canvas').drawn.data[0].x.at(-1)"
    before = page.evaluate(newest, name)
    ground = panel(page, name).locator(".nsewdrag")
    box = ground.bounding_box()
    assert box is not None
    ground.hover(position={"x": box["width"] - 3, "y": box["height"] / 2})
    assert drawn_by(page, name) == "plotly"
    assert page.evaluate(newest, name) >= before
    page.locator(f"[id='{name}'] .hoverlayer text").first.wait_for(timeout=PATIENCE)
    page.mouse.move(5, 5)
    wait_until_drawn_by(page, name, "live")
    page.keyboard.press("Space")
    wait_until_drawn_by(page, name, "plotly")
    page.keyboard.press("Space")
    wait_until_drawn_by(page, name, "live")

"""Charts that are dragged through time by a mouse, in a real browser: our page, Plotly's own drag, and uPlot, in turns.

Our page is a real one on a real server, with its legends, chips and address, and goes on getting samples meanwhile; the
peers are bare charts of the same size. All charts of a page are linked. For each: frames a second while the mouse goes
to and fro, how long frames took, milliseconds of main thread for a frame, and how many moves of the mouse the page took
in a frame. A frame is what `requestAnimationFrame` tells.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.charts import UPLOT, busy
from tests.bench.measure import parameters, percentile, plotroom
from tests.bench.watching import DRAWN, chromium, grow_until
from tests.stage import open_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

KINDS = ("ours", "uplot", "plotly")
FILES = {
    "/panning.js": Path(__file__).with_name("panning.js"),
    "/uplot.js": UPLOT / "uPlot.iife.min.js",
    "/uplot.css": UPLOT / "uPlot.min.css",
}
HEAD = '<link rel="stylesheet" href="/uplot.css"><script src="/uplot.js"></script><script src="/panning.js"></script>'
#: Seconds of a period of the mouse, which goes to and fro.
PERIOD = 1.5
#: Each source writes a past of three windows at once, and goes on once a second.
PLUGIN = """
import math
import time

import numpy as np

from collectors import Collector, Gauge

LABELS = [{{"line": f"s{{one}}"}} for one in range({series})]


def rows(gauge, times):
    at = times / 1000
    gauge.write(times, [50 + 30 * np.sin(at / 9 + one) + 9 * np.sin(at * (7 + one)) for one in range({series})], LABELS)


def stream(self):
    now = int(time.time()) * 1000
    times = np.arange(now - 3000 * {points}, now + 1, 1000, dtype=np.int64)
    while True:
        for number in range({charts}):
            rows(getattr(self, f"m{{number:02}}"), times)
        yield
        time.sleep(1)
        times = times[-1:] + 1000


def gauge(number):
    return Gauge(f"wall.m{{number:02}}", labels=["line"], title=f"Chart {{number}}", order=number)


gauges = {{f"m{{number:02}}": gauge(number) for number in range({charts})}}
Wall = type("Wall", (Collector,), {{"__module__": __name__, "every": 1.0, "stream": stream, **gauges}})
"""
#: Notes how long each frame takes, from one to the next.
FRAMES = """() => {
  window.benchFrames = [];
  let before = NaN;
  (function next(now) {
    if (now && before) benchFrames.push(now - before);
    before = now ?? NaN;
    window.benchRequest = requestAnimationFrame(next);
  })();
}"""


@dataclass(frozen=True)
class Turn:
    """What one drag has shown."""

    frames: list[float]  #: ms from each frame to the next
    task: float  #: ms of main thread for a frame
    moves: int  #: of the mouse

    @property
    def rate(self) -> float:
        """Frames a second."""
        return 1000 * len(self.frames) / sum(self.frames)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--charts", default="1,12", help="how many linked charts, one page after the other")
    parser.add_argument("--series", type=int, default=3)
    parser.add_argument("--points", type=int, default=300, help="of each series that are shown, a second apart")
    parser.add_argument("--seconds", type=float, default=4, help="of each drag")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    assert UPLOT.is_dir(), "uPlot is not there; npm ci brings it"
    print(f"panning | {parameters(arguments)}")
    with chromium() as browser:
        for charts in map(int, arguments.charts.split(",")):
            show(charts, panned(browser, charts, arguments))


def panned(browser: Browser, charts: int, arguments: argparse.Namespace) -> dict[str, list[Turn]]:
    """Drag so many charts of each kind, in turns."""
    source = PLUGIN.format(charts=charts, series=arguments.series, points=arguments.points)
    found: dict[str, list[Turn]] = {kind: [] for kind in KINDS}
    with plotroom(files={"plugins/wall.py": source}) as server:
        ours = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        ours.goto(f"{server.url}/d/wall?window={arguments.points}s")
        ours.wait_for_selector(DRAWN, state="attached", timeout=60_000)
        grow_until(ours, charts)
        boxes = ours.evaluate(
            "[...document.querySelectorAll('.canvas')].map((one) => one.getBoundingClientRect().toJSON())"
        )
        how = {"charts": charts, "series": arguments.series, "points": arguments.points,
               "across": sum(box["y"] == boxes[0]["y"] for box in boxes),
               "width": math.floor(boxes[0]["width"]), "height": math.floor(boxes[0]["height"])}  # fmt: skip
        pages = {"ours": ours}
        for kind in KINDS[1:]:
            pages[kind] = browser.new_context(viewport=ours.viewport_size).new_page()
            open_stage(pages[kind], FILES, HEAD)
            pages[kind].evaluate("([kind, how]) => panOpen(kind, how)", [kind, how])
        sessions = {kind: page.context.new_cdp_session(page) for kind, page in pages.items()}
        for session in sessions.values():
            # By the thread's own clock: what else this machine does is not counted.
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
        for turn in range(arguments.turns):
            for kind in (*KINDS[turn % 3 :], *KINDS[: turn % 3]):
                pages[kind].bring_to_front()
                found[kind].append(dragged(pages[kind], sessions[kind], kind, arguments.seconds))
        for page in pages.values():
            page.context.close()
    return found


def dragged(page: Page, session: CDPSession, kind: str, seconds: float) -> Turn:
    """Drag the first chart to and fro."""
    shows: Callable[[], float] = lambda: page.evaluate(  # noqa: E731  # one expression for either page
        "[...document.querySelectorAll('.panel .canvas')].at(-1).drawn.range[0]" if kind == "ours" else "panAt()"
    )
    plot: Any = page.locator(".u-over" if kind == "uplot" else ".nsewdrag").first.bounding_box()
    x, y = plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2
    if kind == "ours":
        page.keyboard.press("Escape")
        page.keyboard.down("Shift")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.evaluate(FRAMES)
    before, began, moves = busy(session), time.monotonic(), 0
    first, farthest = shows(), 0.0
    while (passed := time.monotonic() - began) < seconds:
        page.mouse.move(x + plot["width"] / 3 * (1 - math.cos(2 * math.pi * passed / PERIOD)) / 2 + 20, y)
        moves += 1
        if moves % 16 == 0:
            farthest = max(farthest, abs(shows() - first))
    spent = busy(session) - before
    frames = page.evaluate("() => { cancelAnimationFrame(benchRequest); return benchFrames }")
    page.mouse.up()
    if kind == "ours":
        page.keyboard.up("Shift")
        page.wait_for_timeout(300)
    assert farthest > 10_000, f"{kind} was not dragged: it went {farthest:.0f} ms"
    return Turn(frames, 1000 * spent / len(frames), moves)


def show(charts: int, found: dict[str, list[Turn]]) -> None:
    """Tell the medians of the turns; frames are those of all turns."""
    rate = {kind: statistics.median(turn.rate for turn in turns) for kind, turns in found.items()}
    task = {kind: statistics.median(turn.task for turn in turns) for kind, turns in found.items()}
    for kind, turns in found.items():
        frames = [one for turn in turns for one in turn.frames]
        moves = sum(turn.moves for turn in turns) / len(frames)
        print(
            f"  {charts:3} charts  {kind:7} {rate[kind]:5.1f} frames/s   frames p50 {percentile(frames, 0.5):5.1f}"
            f"  p95 {percentile(frames, 0.95):5.1f}  worst {max(frames):5.1f} ms"
            f"   {task[kind]:6.2f} ms of main thread a frame   {moves:.2f} moves of the mouse a frame",
            flush=True,
        )
    best = min(KINDS[1:], key=lambda kind: task[kind])
    print(f"    frames/s are {rate['ours'] / max(rate['uplot'], rate['plotly']):.2f} of the best peer's; "
          f"a frame costs {task['ours'] / task[best]:.2f} of {best}'s")  # fmt: skip


if __name__ == "__main__":
    main()

"""Live charts in a real browser: ours, Plotly's extendTraces and uPlot, in turns in the same page.

For each: milliseconds of main thread for one update of one chart (all that the browser does for it, drawing and
painting too, less what empty frames cost), and frames a second with many charts that are all updated in every frame. An
update is one new sample of each series; the window moves by it. The turns change places, so that none is always first.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import parameters
from tests.bench.watching import chromium
from tests.server import ROOT
from tests.stage import open_stage, options

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

KINDS = ("ours", "uplot", "extendTraces")
UPLOT = ROOT / "node_modules" / "uplot" / "dist"
FILES = {
    "/charts.js": Path(__file__).with_name("charts.js"),
    "/uplot.js": UPLOT / "uPlot.iife.min.js",
    "/uplot.css": UPLOT / "uPlot.min.css",
}
HEAD = '<link rel="stylesheet" href="/uplot.css"><script src="/uplot.js"></script><script src="/charts.js"></script>'


@dataclass(frozen=True)
class Turn:
    """What one turn of one kind has shown."""

    task: float  #: ms of main thread for each update of a chart
    script: float  #: ms of that within the calls
    rate: float  #: frames a second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--charts", default="12,48", help="how many charts at once")
    parser.add_argument("--series", type=int, default=3)
    parser.add_argument("--points", type=int, default=300, help="of each series")
    parser.add_argument("--frames", type=int, default=120, help="of each turn; extendTraces has a tenth of that")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--ratio", type=float, default=1.0, help="device pixels for each px of the page")
    arguments = parser.parse_args()
    assert UPLOT.is_dir(), "uPlot is not there; npm ci brings it"
    print(f"charts | {parameters(arguments)}")
    with chromium() as browser:
        for charts in map(int, arguments.charts.split(",")):
            across = 4 if charts <= 12 else 8
            size = (360, 200) if charts <= 12 else (220, 140)
            viewport = {"width": across * size[0] + 20, "height": -(-charts // across) * size[1] + 20}
            page = browser.new_context(viewport=viewport, device_scale_factor=arguments.ratio).new_page()  # type: ignore[arg-type]  # a dict of its two keys
            open_stage(page, FILES, HEAD)
            session = page.context.new_cdp_session(page)
            # By the thread's own clock: what else this machine does is not counted.
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            given = options([f"s{one}" for one in range(arguments.series)])
            how = {"charts": charts, "series": arguments.series, "points": arguments.points, "across": across,
                   "width": size[0], "height": size[1], "given": given}  # fmt: skip
            found: dict[str, list[Turn]] = {kind: [] for kind in KINDS}
            for turn in range(arguments.turns):
                for kind in (*KINDS[turn % 3 :], *KINDS[: turn % 3]):
                    frames = arguments.frames if kind != "extendTraces" else max(6, arguments.frames // 10)
                    found[kind].append(measured(page, session, kind, how, frames))
            page.context.close()
            show(charts, found)


def measured(page: Page, session: CDPSession, kind: str, how: dict[str, Any], frames: int) -> Turn:
    page.evaluate("([kind, how]) => benchOpen(kind, how)", [kind, how])
    before = busy(session)
    page.evaluate("count => benchFrames(count, false)", frames)
    empty = busy(session) - before
    before = busy(session)
    found = page.evaluate("count => benchFrames(count, true)", frames)
    spent = busy(session) - before
    page.evaluate("benchEnd()")
    updates = frames * how["charts"]
    return Turn(1000 * max(0.0, spent - empty) / updates, found["took"] / updates, 1000 * frames / found["lasted"])


def busy(session: CDPSession) -> float:
    """Seconds that the main thread of the page has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def show(charts: int, found: dict[str, list[Turn]]) -> None:
    task = {kind: statistics.median(turn.task for turn in turns) for kind, turns in found.items()}
    rate = {kind: statistics.median(turn.rate for turn in turns) for kind, turns in found.items()}
    for kind, turns in found.items():
        script = statistics.median(turn.script for turn in turns)
        print(
            f"  {charts:3} charts  {kind:13} {task[kind]:7.3f} ms of main thread an update ({script:.3f} in the calls)"
            f"   {rate[kind]:5.1f} frames/s"
        )
    print(
        f"    an update costs 1/{task['extendTraces'] / task['ours']:.0f} of extendTraces, "
        f"{task['ours'] / task['uplot']:.2f} of uPlot; frames/s are {rate['ours'] / rate['uplot']:.2f} of uPlot's"
    )


if __name__ == "__main__":
    main()

"""A page left open: 24 charts at 1 Hz for three days, played 200 times as fast, in a real browser.

It is the drawing of the page that is held to it: rings, the scheduler and the charts, with lines, areas, stacks, bars
and a heat map, gaps, axes that move, and once an hour of the played time a picture, another theme and another size.
After each hour, when the browser has collected what is free, several times: heap, nodes of the document and listeners.
The first hour is the measure; `--draw FILE.svg` draws the others as parts of it. The heap is all that the scripts of
the page hold: objects, arrays, texts, closures. Not in it are the code that V8 makes of functions the more often they
run, which is told beside it, and what the browser holds: elements, which are counted as nodes, and its own lists of
requests, slow frames and long tasks, of which it keeps some hundreds.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.curves import Curve, EvenAxis, draw
from tests.bench.measure import parameters
from tests.bench.watching import chromium
from tests.stage import open_stage, options

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

#: Of these the browser tells how many there are.
COUNTED = ("Nodes", "JSEventListeners")
DRAWN = ("heap", "nodes", "listeners")
HEAD = '<script type="module" src="/soak.js"></script>'
HOUR = 3600
COLLECTIONS = 5
#: Kinds of what is in a heap that are no values of scripts.
BROWSERS = ("native", "synthetic")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=12, help="of the played time; the figure that counts is 72")
    parser.add_argument("--speed", type=float, default=200, help="seconds that are played in each real one")
    parser.add_argument("--charts", type=int, default=24)
    parser.add_argument("--draw", type=Path, help="an SVG file for the curves")
    arguments = parser.parse_args()
    print(f"soak | {parameters(arguments)}")
    kinds = ("line", "area", "stacked", "bars", "line", "heatmap")
    given = [options(["a", "b", "c"], kind) for kind in kinds]  # type: ignore[arg-type]  # each is a kind
    found: list[dict[str, float]] = []
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1500, "height": 720}).new_page()
        open_stage(page, {"/soak.js": Path(__file__).with_name("soak.js")}, HEAD)
        page.wait_for_function("window.soakOpen !== undefined")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.evaluate("how => soakOpen(how)", {"charts": arguments.charts, "width": 240, "height": 160, "given": given})
        page.set_default_timeout(0)
        left, hour = arguments.hours, 0
        while left > 0:
            part = min(1.0, left)
            drawn = page.evaluate("([seconds, speed]) => soakPlay(seconds, speed)", [part * HOUR, arguments.speed])
            page.evaluate("hour => soakDisturb(hour)", hour)
            page.evaluate("soakPlay(60, 60)")
            found.append(held(page, session))
            left, hour = left - part, hour + 1
            now, first = found[-1], found[0]
            cells = "   ".join(f"{one} {now[one]:12,.0f} ({now[one] / first[one]:.3f})" for one in DRAWN)
            print(f"  hour {hour:3}   {cells}   code {now['code']:11,.0f}   {drawn} drawings", flush=True)
        page.context.close()
    worst = {name: max(one[name] for one in found) / found[0][name] for name in DRAWN}
    print("  largest to the first hour: " + ", ".join(f"{name} {part:.3f}" for name, part in worst.items()))
    if arguments.draw is not None and len(found) > 1:
        curves = [Curve(name, [(at + 1, 100 * one[name] / found[0][name]) for at, one in enumerate(found)])
                  for name in DRAWN]  # fmt: skip
        arguments.draw.write_text(draw(curves, "A page left open", "hours", "%", EvenAxis), encoding="utf-8")


def held(page: Page, session: CDPSession) -> dict[str, float]:
    """What the page keeps: nodes and listeners as the least of several collections, bytes of objects, bytes of code.

    What waits for a task or a frame of its own is let go of between two collections: one alone tells what happened to
    be under way.
    """
    least = dict.fromkeys(COUNTED, float("inf"))
    for _ in range(COLLECTIONS):
        session.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: float(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
        least = {name: min(least[name], metrics[name]) for name in COUNTED}
        page.wait_for_timeout(100)
    objects, code = sizes(session)
    return {"heap": objects, "nodes": least["Nodes"], "listeners": least["JSEventListeners"], "code": code}


def sizes(session: CDPSession) -> tuple[int, int]:
    """Bytes of all that the scripts of the page hold, and bytes of their code, which is not among it."""
    chunks: list[str] = []

    def keep(part: dict[str, str]) -> None:
        chunks.append(part["chunk"])

    session.on("HeapProfiler.addHeapSnapshotChunk", keep)
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
    heap = json.loads("".join(chunks))
    meta = heap["snapshot"]["meta"]
    fields, kinds = meta["node_fields"], meta["node_types"][0]
    columns = (heap["nodes"][fields.index(one) :: len(fields)] for one in ("type", "self_size"))
    found = dict.fromkeys(kinds, 0)
    for kind, size in zip(*columns, strict=True):
        found[kinds[kind]] += size
    return sum(size for kind, size in found.items() if kind not in ("code", *BROWSERS)), found["code"]


if __name__ == "__main__":
    main()

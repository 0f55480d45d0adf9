"""A wall of live charts on a real server and in a real browser: what it costs, and how soon a sample is on the screen.

The page has all charts in view. `busy` is the share of the page's main thread, everything included, from the socket to
the legends; `long` are tasks above 50 ms once the page has started. The delays are those that the page itself measures
and shows beside its badge, from the tick of the sample to the painted frame; server and browser share this machine.
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from tests.bench.measure import parameters, plotroom
from tests.bench.watching import charts_in_view, chromium, grow_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLUGIN = """
import math
import time

from collectors import Collector, Gauge


def collect(self):
    now = time.time()
    for number in range({charts}):
        gauge = getattr(self, f"m{{number:02}}")
        for series in range({series}):
            wave = math.sin(now / 9 + series + number)
            gauge.set(50 + 30 * wave + 9 * math.sin(now * (7 + series)), line=f"s{{series}}")


def gauge(number):
    return Gauge(f"wall.m{{number:02}}", labels=["line"], title=f"Chart {{number}}", order=number)


gauges = {{f"m{{number:02}}": gauge(number) for number in range({charts})}}
Wall = type("Wall", (Collector,), {{"__module__": __name__, "every": {every}, "collect": collect, **gauges}})
"""
#: Tasks of the page that keep it from answering, as the browser reports them.
LONG = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const {startTime, duration} of list.getEntries()) window.longTasks.push([startTime, duration]);
}).observe({type: "longtask", buffered: true});
"""
#: Seconds until a page has started and drawn all of its charts.
START = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--walls", default="48x10,24x1,8x20", help="charts x samples a second, one wall after the other"
    )
    parser.add_argument("--series", type=int, default=3, help="of each chart")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    print(f"wall | {parameters(arguments)}")
    with chromium() as browser:
        for wall in arguments.walls.split(","):
            charts, hertz = map(float, wall.split("x"))
            watched(browser, int(charts), hertz, arguments.series, arguments.seconds)


def watched(browser: Browser, charts: int, hertz: float, series: int, seconds: float) -> None:
    files = {"plugins/wall.py": PLUGIN.format(every=1 / hertz, charts=charts, series=series)}
    with plotroom(files=files) as server:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(LONG)
        page = context.new_page()
        page.goto(f"{server.url}/d/wall")
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
        grow_until(page, charts)
        session = context.new_cdp_session(page)
        # By the thread's own clock: what else this machine does is not counted.
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.wait_for_timeout(1000 * START)
        began = page.evaluate("performance.now()")
        before = metric(session.send("Performance.getMetrics")["metrics"])
        page.wait_for_timeout(1000 * seconds)
        spent = metric(session.send("Performance.getMetrics")["metrics"]) - before
        lasted = (page.evaluate("performance.now()") - began) / 1000
        long = [task for at, task in page.evaluate("window.longTasks") if at > began]
        by = page.evaluate("[...document.querySelectorAll('.canvas')].filter(one => one.drawn?.by === 'live').length")
        title = page.locator(".live .delay").get_attribute("title") or ""
        half, most, *_ = *re.findall(r"(\d+) ms", title), "?", "?"
        print(
            f"  {charts:3} charts x {series} series at {hertz:g} Hz: busy {100 * spent / lasted:5.1f} %   "
            f"long tasks {len(long)} (longest {max(long, default=0):.0f} ms)   "
            f"sample to screen p50 {half} ms, p99 {most} ms   {charts_in_view(page)} in view, {by} by the live layer",
            flush=True,
        )
        context.close()


def metric(metrics: list[dict[str, float | str]]) -> float:
    """Seconds that the main thread of the page has worked so far."""
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


if __name__ == "__main__":
    main()

"""From starting the process to the first drawn chart, in a real browser, with nothing cached.

The server is started anew and the browser gets an empty profile each time. The page itself says when its first chart is
drawn. `ready` is when /healthz answered first, `page` from the navigation to the chart, `total` from the start of the
process to the chart; the browser itself is open already. `all` is from the navigation until every chart in view is
drawn, which needs samples: of a server that has just begun some come a second later. `visit` is the same in another
empty profile when the server has had samples for a while, and `reload` when that page is loaded again.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

from tests.bench.measure import parameters, plotroom
from tests.bench.watching import WATCH_ALL, all_drawn_after, chromium, drawn_after

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Seconds after which every collector has had its first samples.
SAMPLES = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how often; the median and the extremes are printed")
    parser.add_argument("--path", default="/", help="which page")
    arguments = parser.parse_args()
    print(f"cold start | {parameters(arguments)}")
    rows: list[tuple[float, float, float, float, float, float]] = []
    peers: list[float] = []
    with chromium() as browser:
        for _ in range(arguments.runs):
            began = time.time()
            with plotroom() as server:
                ready = time.time() - began
                page = visit(browser, server.url + arguments.path)
                lasted, moment = drawn_after(page)
                everything = all_drawn_after(page)
                page.context.close()
                time.sleep(SAMPLES)
                page = visit(browser, server.url + arguments.path)
                visited = all_drawn_after(page)
                page.reload(wait_until="commit")
                rows.append((ready, lasted, moment - began, everything, visited, all_drawn_after(page)))
                page.context.close()
                peers.append(bundle_alone(browser, server.url))
    for name, column in zip(("ready", "page", "total", "all", "visit", "reload"), zip(*rows, strict=True), strict=True):
        print(f"  {name:6} median {statistics.median(column):5.2f} s   from {min(column):.2f} to {max(column):.2f} s")
    page_time, peer = statistics.median(row[1] for row in rows), statistics.median(peers)
    print(f"  peer   one chart with the plotly wheel's own bundle in an empty page: {peer:.2f} s")
    print(f"  ratio  our page, until its first chart, to that: {page_time / peer:.2f}")


def visit(browser: Browser, url: str) -> Page:
    """A page on its way, in a profile that has nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH_ALL)
    page = context.new_page()
    page.goto(url, wait_until="commit")
    return page


def bundle_alone(browser: Browser, url: str) -> float:
    """Seconds until a bare page with the bundle of the plotly wheel has drawn a chart of three series of 300 points."""
    import plotly.graph_objects as go
    from plotly.offline import get_plotlyjs

    figure = go.Figure([go.Scatter(x=list(range(300)), y=[(x * k) % 37 for x in range(300)]) for k in (3, 5, 7)])
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    mark = "document.documentElement.dataset.drawn = performance.now()"
    script = f'Plotly.newPlot("chart", {figure.to_json()}).then(() => {{ {mark} }})'
    html = f'<!doctype html><div id="chart"></div><script src="/bundle.js"></script><script>{script}</script>'
    bundle = get_plotlyjs()
    # Same origin, so that the browser treats both pages alike; nothing of it comes from the network.
    page.route("**/bench-peer", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/bundle.js", lambda route: route.fulfill(body=bundle, content_type="text/javascript"))
    page.goto(f"{url}/bench-peer", wait_until="commit")
    lasted, _ = drawn_after(page)
    context.close()
    return lasted


if __name__ == "__main__":
    main()

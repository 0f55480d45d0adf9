"""What Plotroom costs with its default collectors at 1 s: CPU (user + system) and memory of every process of ours.

First with nobody watching, then with one browser that has 12 charts in view; the browser itself is not counted. The
peers are measured in the same run in the same way: Netdata with nobody watching, Glances with its page open.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from tests.bench.measure import Cost, cost, family_of, parameters, plotroom
from tests.bench.peers import Absent, glances, netdata
from tests.bench.watching import chromium, grow_until, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long each is measured")
    parser.add_argument("--settle", type=float, default=10, help="seconds after a start before measuring begins")
    parser.add_argument("--charts", type=int, default=12, help="charts in view of the browser")
    parser.add_argument("--peers", default="netdata,glances", help="which peers, by name, or nothing")
    arguments = parser.parse_args()
    print(f"idle cost | {parameters(arguments)}")
    with chromium() as browser:
        alone, watched, series = ours(browser, arguments)
        print(f"  plotroom, nobody watching     {alone}; {series} series")
        print(f"  plotroom, one browser         {watched}")
        if "netdata" in arguments.peers:
            try:
                with netdata() as peer:
                    time.sleep(arguments.settle)
                    compare(peer.name, "nobody watching", cost(peer.family, arguments.seconds), alone)
            except Absent as why:
                print(f"  left out: {why}")
        if "glances" in arguments.peers:
            try:
                with glances() as peer:
                    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                    page.goto(peer.url)
                    time.sleep(arguments.settle)
                    compare(peer.name, "one browser", cost(peer.family, arguments.seconds), watched)
                    page.context.close()
            except Absent as why:
                print(f"  left out: {why}")


def ours(browser: Browser, arguments: argparse.Namespace) -> tuple[Cost, Cost, int]:
    """Plotroom's cost without and with a browser, and how many series it samples."""
    with plotroom() as server:
        assert server.process is not None
        family = family_of(server.process.pid)
        time.sleep(arguments.settle)
        alone = cost(family, arguments.seconds)
        page = open_page(browser, server.url)
        charts = grow_until(page, arguments.charts)
        if charts < arguments.charts:
            print(f"  only {charts} charts could be brought into view")
        time.sleep(arguments.settle)
        watched = cost(family, arguments.seconds)
        series = sum(len(metric["series"]) for metric in server.json("/api/v1/metrics")["metrics"])
        page.context.close()
    return alone, watched, series


def compare(name: str, how: str, peer: Cost, us: Cost) -> None:
    print(f"  {name + ', ' + how:29} {peer}")
    memory = f", memory {us.pss / peer.pss:.2f} (PSS)" if peer.pss and us.pss else f", memory {us.rss / peer.rss:.2f}"
    print(f"    ratio, ours to theirs: CPU {us.cpu / peer.cpu if peer.cpu else float('inf'):.2f}{memory}")


if __name__ == "__main__":
    main()

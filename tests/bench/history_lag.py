"""How long the hub stands still while the history packs: the worst of `self.hub_lag`, with the store and without it.

A plugin writes one wide metric fast, so that the store packs it every few seconds. The peer is the same server with
`history.store = false`: what that lags is the sampling's and the machine's.
"""

from __future__ import annotations

import argparse
import json
import time

from tests.bench.measure import parameters, percentile, plotroom

PLUGIN = '''"""One wide metric for the benchmark."""
import time
import numpy as np
from collectors import Collector, Gauge

class Wide(Collector):
    """Random numbers with two decimals."""
    every = {every}
    runs = "inline"
    m = Gauge("wide.m", unit="count", labels=["of"])

    def open(self):
        self.names = [{{"of": str(n)}} for n in range({series})]
        self.rng = np.random.default_rng(0)

    def collect(self):
        now = np.array([time.time_ns() // 1_000_000])
        self.m.write(now, np.round(self.rng.random(({series}, 1)) * 100, 2), self.names)
'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=500, help="series of the metric")
    parser.add_argument("--rate", type=float, default=20, help="samples a second of each")
    parser.add_argument("--seconds", type=int, default=60, help="how long each is measured")
    parser.add_argument("--settle", type=float, default=10, help="seconds after a start before measuring begins")
    arguments = parser.parse_args()
    print(f"Hub lag while the history packs | {parameters(arguments)}")
    for store in ("false", "true"):
        lags, commits = lag(store, arguments)
        text = f"p50 {percentile(lags, 0.5):.1f} ms, p95 {percentile(lags, 0.95):.1f} ms, worst {max(lags):.1f} ms"
        told = f"; a commit took {max(commits) * 1000:.0f} ms at most" if commits else ""
        print(f"  {'with the store:   ' if store == 'true' else 'without the store:'} {text}{told}", flush=True)


def lag(store: str, arguments: argparse.Namespace) -> tuple[list[float], list[float]]:
    """The largest hub lag of each second in milliseconds, and the seconds of each second's commit."""
    text = PLUGIN.format(series=arguments.series, every=1 / arguments.rate)
    config = f"[history]\nstore = {store}\n"
    with plotroom("--plugin", "wide.py", config=config, files={"wide.py": text}) as server:
        time.sleep(arguments.settle + arguments.seconds)

        def values(metric: str) -> list[float]:
            query = f"/api/v1/query?metric={metric}&window={arguments.seconds}&points=1000"
            status, _, body = server.get(query)
            found = json.loads(body)["v"] if status == 200 else []
            return [one for one in found[0] if one is not None] if found else []

        return [1000 * one for one in values("self.hub_lag")], values("self.history_commit")


if __name__ == "__main__":
    main()

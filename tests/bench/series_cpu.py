"""What 1,000 series at 1 Hz cost, in percent of a core: the slope between a small and a large plugin.

The plugin gives its values as a plugin author does first (`set`, one by one), then as whole arrays (`write`).
Everything is counted: its collector process, the pipe, history, rooms. Both servers run the default collectors too,
which the slope takes out. The peer is the plain way to hold the same samples: one list append per value in one loop.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import psutil

from tests.bench.measure import cost, family_of, parameters, plotroom

PLUGIN = '''"""Series for the benchmark."""
import numpy as np
from collectors import Collector, Gauge

class Many(Collector):
    """Random numbers in many series."""
    every = 1.0

    def open(self):
        self.rng = np.random.default_rng(1)
        self.names = [{{"of": str(n)}} for n in range({per_metric})]

    def collect(self):
        for recorder in (getattr(self, f"m{{n}}") for n in range({metrics})):
            values = self.rng.standard_normal({per_metric})
            {body}

    for n in range({metrics}):
        locals()[f"m{{n}}"] = Gauge(f"many.m{{n}}", unit="count", labels=["of"])
    del n
'''
BODIES = {
    "set": "for value, name in zip(values.tolist(), self.names): recorder.set(value, **name)",
    "write": "recorder.write(__import__('time').time_ns() // 1_000_000, values.reshape(-1, 1), self.names)",
}
PEER = """
import random, time
rows = {{}}
while True:
    began = time.monotonic()
    for n in range({series}):
        rows.setdefault(("many", n), []).append((began, random.random()))
    time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
"""
PER_METRIC = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long each is measured")
    parser.add_argument("--settle", type=float, default=8, help="seconds after a start before measuring begins")
    parser.add_argument("--series", type=int, default=5000, help="series of the large one, in metrics of 500")
    arguments = parser.parse_args()
    print(f"CPU per 1,000 series at 1 Hz | {parameters(arguments)}")
    small = PER_METRIC
    large = max(2, arguments.series // PER_METRIC) * PER_METRIC
    peer = alone(large, arguments)
    print(f"  peer: appending to lists   {peer:6.3f} % of a core for each 1,000 series")
    for how in BODIES:
        low, high = (ours(how, count, arguments) for count in (small, large))
        slope = (high - low) / (large - small) * 1000
        print(f"  {how:5} {small:5} series {low:6.2f} %, {large:5} series {high:6.2f} % of a core")
        print(f"        {slope:6.3f} % of a core for each 1,000 series; ratio to the peer {slope / peer:.1f}")


def ours(how: str, series: int, arguments: argparse.Namespace) -> float:
    """CPU of all our processes with that many more series, in percent of a core."""
    text = PLUGIN.format(metrics=series // PER_METRIC, per_metric=PER_METRIC, body=BODIES[how])
    with plotroom("--plugin", "many.py", files={"many.py": text}) as server:
        time.sleep(arguments.settle)
        held = sum(len(one["series"]) for one in server.json("/api/v1/metrics")["metrics"] if one["family"] == "many")
        if held != series:
            raise SystemExit(f"the server holds {held} series of {series}:\n{server.log()}")
        assert server.process is not None
        return cost(family_of(server.process.pid), arguments.seconds).cpu


def alone(series: int, arguments: argparse.Namespace) -> float:
    """CPU per 1,000 series of a loop that does nothing but keep the values."""
    process = subprocess.Popen([sys.executable, "-c", PEER.format(series=series)])
    try:
        time.sleep(2)
        return cost(lambda: [psutil.Process(process.pid)], arguments.seconds).cpu / series * 1000
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

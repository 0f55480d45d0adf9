"""What it costs to keep 1,000 series at 1 Hz on the disk: processor of a whole server, with the store and without it.

A plugin writes them as arrays, in metrics of 100, each a random walk. CPU is that of all processes, the collector's
too, in percent of a core. The peer is `history.store = false` in the same run. The first chunks are due between five
and ten minutes after the start: a short run has the journal alone, and says so.

Memory is that of the history alone, in a process of its own: what it grows by (RSS) when `--series` series are appended
second by second on a clock of their own, until the half hour of memory is full and all is packed once and again; and
with four times as many, the difference of which is what a series takes.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from tests.bench.history_data import BEGIN, hard_mix
from tests.bench.history_stores import Ours
from tests.bench.measure import cost, family_of, parameters, plotroom

PLUGIN = '''"""Series for the benchmark."""
import numpy as np
from collectors import Collector, Gauge

class Many(Collector):
    """Random walks in many series."""
    every = 1.0

    def open(self):
        self.rng = np.random.default_rng(1)
        self.values = np.full(({metrics}, 100), 1000.0)
        self.names = [{{"of": str(n)}} for n in range(100)]

    def collect(self):
        self.values += self.rng.normal(0, 1, self.values.shape)
        for n in range({metrics}):
            now = __import__("time").time_ns() // 1_000_000
            getattr(self, f"m{{n}}").write(now, np.round(self.values[n], 3).reshape(-1, 1), self.names)

    for n in range({metrics}):
        locals()[f"m{{n}}"] = Gauge(f"many.m{{n}}", unit="count", labels=["of"])
    del n
'''
#: Seconds after which every metric has been packed once.
PACKED = 620


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000, help="series at 1 Hz, in metrics of 100")
    parser.add_argument("--seconds", type=float, default=60, help="how long each is measured")
    parser.add_argument("--settle", type=float, default=10, help="seconds after a start before measuring begins")
    parser.add_argument("--warm", type=int, default=2000, help="seconds of data for the memory's figure")
    arguments = parser.parse_args()
    print(f"CPU and memory of the history | {parameters(arguments)}")
    sizes = (arguments.series, 4 * arguments.series)
    few, many = (alone(series, arguments.warm) for series in sizes)
    each = (many - few) / (sizes[1] - sizes[0])
    print(f"  memory: {few / 1e6:.1f} MB with {sizes[0]} series, {many / 1e6:.1f} MB with {sizes[1]}")
    print(f"          {each / 1000:.1f} kB for each further one, of which 14.4 kB are the values of half an hour")
    without, kept = (cpu(store, arguments) for store in ("false", "true"))
    print(f"  without the store: {without:.2f} % of a core")
    print(f"  with the store:    {kept:.2f} % of a core")
    packing = "packing is in it" if arguments.settle + arguments.seconds > PACKED else "no packing fell due yet"
    print(f"  the difference: {kept - without:.2f} % of a core, ratio {kept / without:.2f}; {packing}")


def cpu(store: str, arguments: argparse.Namespace) -> float:
    """Percent of a core, of all processes."""
    text = PLUGIN.format(metrics=max(1, arguments.series // 100))
    config = f"[history]\nstore = {store}\n"
    with plotroom("--plugin", "many.py", config=config, files={"many.py": text}) as server:
        time.sleep(arguments.settle)
        held = sum(len(one["series"]) for one in server.json("/api/v1/metrics")["metrics"] if one["family"] == "many")
        if held < arguments.series:
            raise SystemExit(f"the server holds {held} series of {arguments.series}:\n{server.log()}")
        assert server.process is not None
        return cost(family_of(server.process.pid), arguments.seconds).cpu


def alone(series: int, warm: int) -> float:
    """What `memory` says in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(memory, series, warm).result()


def memory(series: int, warm: int) -> float:
    """Bytes by which this process grows."""
    data = hard_mix(series, warm)
    with tempfile.TemporaryDirectory(prefix="history-") as home:
        gc.collect()
        before = psutil.Process().memory_info().rss
        store = Ours(Path(home), BEGIN)
        store.declare(data)
        store.live(data)
        gc.collect()
        grown = psutil.Process().memory_info().rss - before
        store.archive.close(clean=True)
    return float(grown)


if __name__ == "__main__":
    main()

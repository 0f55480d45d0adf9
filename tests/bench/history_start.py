"""From starting the process to the first chart out of a large store, over HTTP; the system has forgotten its pages.

The store is made of copies of one metric of eight series, 48 hours at full resolution and 30 days of minutes, until it
has the size that is asked for. With `--seconds` it also has so many seconds that a server that was killed had not
packed yet, of `--series` series. The peer is the same server with nothing stored.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from collectors.metric import Metric
from dashboard.history.database import NAME
from tests.bench.history_data import hard_mix
from tests.bench.history_read import fill
from tests.bench.history_stores import DAY, Ours, folder_size, forget_pages, multiply, seconds, walks
from tests.bench.measure import parameters
from tests.server import Server

ASK = "/api/v1/query?points=2000&metric="


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=1024, help="of the store, MiB")
    parser.add_argument("--days", type=int, default=30, help="how far back the data go")
    parser.add_argument("--series", type=int, default=5000, help="series that were not packed yet")
    parser.add_argument("--seconds", type=int, default=60, help="for how long they were not")
    parser.add_argument("--runs", type=int, default=3, help="how often; the median counts")
    arguments = parser.parse_args()
    print(f"start with a large store | {parameters(arguments)}")
    with tempfile.TemporaryDirectory(prefix="history-") as name:
        home = Path(name)
        empty = [start(Path(name, f"empty{run}"), "/api/v1/metrics") for run in range(arguments.runs)]
        print(f"  nothing stored: {statistics.median(empty):.2f} s until it answers")
        folder = home / "data" / "history"
        end = time.time_ns() // 1_000_000_000 * 1000
        make(folder, end, arguments.size, arguments.days)
        asked = f"{ASK}bench.chart&start={end - DAY}&end={end}"
        size = folder_size(folder) / 2**20
        full = [start(home, asked) for _ in range(arguments.runs)]
        tell(f"{size:.0f} MiB stored", full, empty)
        killed = []
        for run in range(arguments.runs):
            wait(folder, arguments.series, arguments.seconds, run)
            killed.append(start(home, asked))
        tell(f"{arguments.series * arguments.seconds} values to be packed first", killed, empty)


def make(folder: Path, end: int, size: float, days: int) -> None:
    """A store of at least so many MiB."""
    data = walks("bench.chart", 8, days * DAY // 1000, end)
    fill(folder, data, 0)
    store = Ours(folder, end)
    number = 0
    while folder_size(folder, NAME) < size * 2**20:
        multiply(store.archive, data, [f"bench.copy{number + place}" for place in range(10)])
        number += 10
    store.archive.close(clean=True)


def wait(folder: Path, series: int, length: int, run: int) -> None:
    """Leave samples in the journal, as a server that was killed does; of metrics of its own in each run."""
    now = time.time_ns() // 1_000_000
    mix = hard_mix(series, length, begin=now - 1000 * length)
    data = [replace(one, key=one.key._replace(name=f"{one.key.name}.run{run}")) for one in mix]
    store = Ours(folder, now)
    for one in data:
        store.history.declare(Metric(one.key.name), 1.0)
    for batches in seconds(data):
        for batch in batches:
            store.history.append(batch)
        store.archive.commit(store.history.take_work().appends, [])
    store.archive.close(clean=False)


def start(home: Path, path: str) -> float:
    """Seconds from the start of the process to the answer."""
    if (home / "data").exists():
        forget_pages(home / "data")
    server = Server(home, preloaded=False)
    began = time.perf_counter()
    server.start()
    try:
        status, _, body = server.get(path)
        lasted = time.perf_counter() - began
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:500]!r}")
    finally:
        server.stop()
    return lasted


def tell(title: str, found: list[float], empty: list[float]) -> None:
    lasted = statistics.median(found)
    ratio = lasted / statistics.median(empty)
    print(f"  {title}: {lasted:.2f} s until the last 24 hours of a chart are there, {ratio:.2f} times that of nothing")


if __name__ == "__main__":
    main()

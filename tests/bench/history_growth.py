"""How the time of reading a chart grows: with ten times the metrics in the store, and with ten times the span.

The store and the ways of asking are those of `history_read.py`, the archive alone, warm. What has no samples any more
is read as sums of minutes, so that a span of thirty days costs about as much as one of a few hours. The peer is the
smallest of each row.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from dashboard.history.reading import Span
from tests.bench.history_data import Recorded
from tests.bench.history_read import fill
from tests.bench.history_stores import DAY, HOUR, Ours, gauge, multiply, walks
from tests.bench.measure import parameters, percentile

SPANS = (0.72, 7.2, 72.0, 720.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=8, help="of the chart")
    parser.add_argument("--points", type=int, default=2000, help="of an answer")
    parser.add_argument("--others", type=int, default=20, help="other metrics of the same size; then ten times as many")
    parser.add_argument("--days", type=int, default=30, help="how far back the data go")
    parser.add_argument("--runs", type=int, default=100, help="how often each is asked")
    arguments = parser.parse_args()
    print(f"growth of reading | {parameters(arguments)}")
    end = time.time_ns() // 1_000_000_000 * 1000
    data = walks("bench.chart", arguments.series, arguments.days * DAY // 1000, end)
    with tempfile.TemporaryDirectory(prefix="history-") as home:
        folder = Path(home)
        fill(folder, data, arguments.others)
        few = row(folder, data, f"{arguments.others} other metrics", arguments)
        store = Ours(folder, end)
        multiply(store.archive, data, [f"bench.more{number}" for number in range(9 * arguments.others)])
        store.archive.close(clean=True)
        many = row(folder, data, f"{10 * arguments.others} other metrics", arguments)
        print(f"  ten times the metrics: {'  '.join(f'{b / a:.2f}' for a, b in zip(few, many, strict=True))}")
        print(f"  ten times the span:    {'  '.join(f'{b / a:.2f}' for a, b in pairwise(few))}")


def row(folder: Path, data: Recorded, title: str, arguments: argparse.Namespace) -> list[float]:
    """The median of each span, in seconds."""
    store = Ours(folder, int(data.times[-1]))
    rng = np.random.default_rng(7)
    found = []
    for hours in SPANS:
        times = []
        for _ in range(arguments.runs):
            end = int(data.times[-1]) - int(rng.integers(HOUR))
            began = time.perf_counter()
            store.history.query(gauge(data.key), Span(end - round(hours * HOUR), end), arguments.points)
            times.append(time.perf_counter() - began)
        found.append(percentile(times, 0.5))
    store.archive.close(clean=True)
    spans = "   ".join(f"{hours:g} h {1000 * one:.2f} ms" for hours, one in zip(SPANS, found, strict=True))
    print(f"  {title:20} p50: {spans}")
    return found


if __name__ == "__main__":
    main()

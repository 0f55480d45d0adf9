"""How long a chart of the past takes to read, an hour, a day or a month of it, in 2,000 points.

One metric of random walks, once a second for 30 days, among others of the same size: full resolution for the last 48
hours and the sums of minutes for all of it, as the default settings keep it. It is read through `History.query`, out of
the archive alone and joined with the half hour that memory holds, at random ends; and over HTTP from a whole server, as
VictoriaMetrics is, too. Cold is after the files were opened anew and the system has forgotten their pages.

VictoriaMetrics and DuckDB hold the one metric alone, at full resolution for all 30 days, as both have no sums.
VictoriaMetrics is asked for the span in as many steps as we give points (query_range, without its cache of answers),
which gives the last value of each step; DuckDB for the least and the greatest value of half as many, as our points are
chosen.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from collectors.metric import Metric
from dashboard.history.directory import Key
from dashboard.history.reading import Span
from dashboard.history.store import History
from tests.bench.history_data import Recorded
from tests.bench.history_stores import DAY, HOUR, Duck, Ours, Victoria, forget_pages, gauge, multiply, walks
from tests.bench.measure import parameters, percentile
from tests.bench.peers import Absent, duckdb, victoria_metrics
from tests.server import Server

SPANS = {"1 h": HOUR, "24 h": DAY, "30 d": 30 * DAY}
#: Ends of what is asked for lie within so many ms before the last sample.
SPREAD = {"1 h": 40 * HOUR, "24 h": 20 * HOUR, "30 d": HOUR}
Ask = Callable[[int, int], object]
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=8, help="of the chart")
    parser.add_argument("--points", type=int, default=2000, help="of an answer")
    parser.add_argument("--others", type=int, default=20, help="other metrics of the same size in our store")
    parser.add_argument("--days", type=int, default=30, help="how far back the data go")
    parser.add_argument("--warm", type=int, default=200, help="how often each is asked")
    parser.add_argument("--cold", type=int, default=20, help="how often each is asked right after a start")
    parser.add_argument("--peers", default="victoria,duck", help="which peers, by name, or nothing")
    arguments = parser.parse_args()
    print(f"reading a chart | {parameters(arguments)}")
    end = time.time_ns() // 1_000_000_000 * 1000
    data = walks("bench.chart", arguments.series, arguments.days * DAY // 1000, end)
    with tempfile.TemporaryDirectory(prefix="history-") as home:
        mine = ours(Path(home), data, arguments)
    for name in filter(None, arguments.peers.split(",")):
        try:
            PEERS[name](data, mine, arguments)
        except Absent as why:
            print(f"  left out: {why}")


def ours(home: Path, data: Recorded, arguments: argparse.Namespace) -> dict[str, Times]:
    """What each way takes, by name."""
    folder = home / "data" / "history"
    fill(folder, data, arguments.others)
    key, last = gauge(data.key), int(data.times[-1])
    store = Ours(folder, last)
    found = {"warm": timed(query(store.history, key, arguments.points), last, arguments.warm)}
    show("archive alone, warm", found["warm"])
    store.history.declare(Metric(data.key.name), 1.0)
    joined = timed(query(store.history, key, arguments.points), last, arguments.warm, dict.fromkeys(SPREAD, 1000))
    show("with memory, warm", joined)
    store.archive.close(clean=True)
    found["cold"] = {name: [] for name in SPANS}
    for _ in range(arguments.cold):
        for name in SPANS:
            forget_pages(folder)
            store = Ours(folder, last)
            once = timed(query(store.history, key, arguments.points), last, 1, only=name)
            found["cold"][name] += once[name]
            store.archive.close(clean=True)
    show("archive alone, cold", found["cold"])
    server = Server(home, preloaded=False)
    server.start()
    try:
        for form in ("json", "binary"):
            path = f"/api/v1/query?metric={data.key.name}&points={arguments.points}&format={form}"

            def ask(start: int, end: int, path: str = path) -> object:
                status, _, body = server.get(f"{path}&start={start}&end={end}")
                assert status == 200, body[:500]
                return body

            found[form] = timed(ask, last, arguments.warm)
            show(f"over HTTP, {form}, warm", found[form])
    finally:
        server.stop()
    return found


def fill(folder: Path, data: Recorded, others: int) -> None:
    """A store that has the metric, and so many more of the same size."""
    store = Ours(folder, int(data.times[0]))
    store.pack([data])
    store.archive.close(clean=True)
    store = Ours(folder, int(data.times[-1]))  # one whose clock has not leapt, and so is trusted
    for _ in range(1000):  # what is too old goes a portion at a time
        store.now += 1
        store.archive.commit([], [])
    multiply(store.archive, data, [f"bench.other{number}" for number in range(others)])
    store.archive.close(clean=True)


def query(history: History, key: Key, points: int) -> Ask:
    return lambda start, end: history.query(key, Span(start, end), points)


def timed(ask: Ask, last: int, count: int, spread: dict[str, int] = SPREAD, only: str = "") -> Times:
    """Seconds that each span takes, `count` times, at random ends."""
    rng = np.random.default_rng(7)
    found: Times = {}
    for name, length in SPANS.items():
        if only and name != only:
            continue
        found[name] = []
        for _ in range(count):
            end = last - int(rng.integers(spread[name]))
            began = time.perf_counter()
            ask(end - length, end)
            found[name].append(time.perf_counter() - began)
    return found


def chart(store: Victoria | Duck, data: Recorded, points: int) -> Ask:
    return lambda start, end: store.range(data.key.name, start, end, points)


def victoria(data: Recorded, mine: dict[str, Times], arguments: argparse.Namespace) -> None:
    last, points = int(data.times[-1]), arguments.points
    with tempfile.TemporaryDirectory(prefix="victoria-") as home:
        folder = Path(home)
        with victoria_metrics(folder) as peer:
            store = Victoria(peer.url)
            store.add([data])
            store.settle(data.samples)
            warm = timed(chart(store, data, points), last, arguments.warm)
            show(f"{peer.name}, warm", warm, mine["json"], "ours over HTTP to it")
        cold: Times = {name: [] for name in SPANS}
        for _ in range(arguments.cold):
            for name in SPANS:
                forget_pages(folder)
                with victoria_metrics(folder) as peer:
                    cold[name] += timed(chart(Victoria(peer.url), data, points), last, 1, only=name)[name]
        show(f"{peer.name}, cold", cold, mine["cold"], "ours to it")


def duck(data: Recorded, mine: dict[str, Times], arguments: argparse.Namespace) -> None:
    last, points = int(data.times[-1]), arguments.points
    with tempfile.TemporaryDirectory(prefix="duck-") as home, duckdb() as module:
        path = Path(home, "bench.duckdb")
        store = Duck(module, path)
        store.add([data])
        store.close()
        store = Duck(module, path)
        warm = timed(chart(store, data, points), last, max(1, arguments.warm // 10))
        show(f"DuckDB {module.__version__}, warm", warm, mine["warm"], "ours to it")


def show(title: str, times: Times, ours: Times | None = None, ratio: str = "") -> None:
    parts = []
    for name, one in times.items():
        text = f"{name} {1000 * percentile(one, 0.5):7.2f} / {1000 * percentile(one, 0.99):7.2f} ms"
        if ours:
            text += f" ({percentile(ours[name], 0.5) / percentile(one, 0.5):.2f})"
        parts.append(text)
    print(f"  {title:32} p50 / p99: {'   '.join(parts)}{f'   in brackets: {ratio}' if ratio else ''}")


PEERS = {"victoria": victoria, "duck": duck}


if __name__ == "__main__":
    main()

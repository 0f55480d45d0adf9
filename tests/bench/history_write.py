"""How many samples a second one core writes, with all that falls due: memory, journal, chunks, sums.

The hard mix of `history_data.py` comes second by second, as fast as it is taken, in metrics of `--per-metric` series:
it is appended to the memory's history and committed once a second of the data's clock, with the chunks that are due
then. CPU is that of the whole process; making the data is not counted. VictoriaMetrics gets the same seconds as
Prometheus' text, one request each, as an agent would send them, and once more as its own JSON, all samples of a series
together, which is the quickest way that it documents; its merges are counted, what the sender does is not. DuckDB gets
a transaction a second, and once more everything in bulk. All are on one core; a rate is samples for each second of CPU.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from collectors.metric import Series
from dashboard.bench.machine import on_core, two_cores
from tests.bench.history_data import BEGIN, PER_METRIC, Recorded, hard_mix
from tests.bench.history_stores import Duck, Ours, Victoria, seconds, underscored
from tests.bench.measure import parameters, used
from tests.bench.peers import Absent, Peer, duckdb, victoria_metrics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=20_000, help="how many, a sample of each in every second")
    parser.add_argument("--per-metric", type=int, default=50, help="series of a metric, a multiple of 10")
    parser.add_argument("--seconds", type=int, default=700, help="of the data's clock; chunks are due after 300 to 600")
    parser.add_argument("--peer-seconds", type=int, default=60, help="the same for peers")
    parser.add_argument("--peers", default="victoria,duck", help="which peers, by name, or nothing")
    parser.add_argument("--profile", action="store_true", help="print where our time goes; slows it down")
    arguments = parser.parse_args()
    print(f"writing | {parameters(arguments)}")
    data = wider(hard_mix(arguments.series, arguments.seconds), arguments.per_metric)
    with on_core(two_cores().server):
        mine = ours(data, arguments.profile)
        few = [Recorded(one.key, one.every, one.times[: arguments.peer_seconds], one.series,
                        one.values[:, : arguments.peer_seconds]) for one in data]  # fmt: skip
        for name in filter(None, arguments.peers.split(",")):
            try:
                PEERS[name](few, mine)
            except Absent as why:
                print(f"  left out: {why}")


def wider(data: Sequence[Recorded], per_metric: int) -> list[Recorded]:
    """The same series in fewer metrics, each of several kinds."""
    count = max(1, len(data) * PER_METRIC // per_metric)
    found = []
    for number in range(count):
        part = data[number::count]
        values = np.concatenate([one.values for one in part])
        series = tuple(Series((("of", str(number)),)) for number in range(len(values)))
        found.append(Recorded(part[0].key, 1.0, part[0].times, series, values))
    return found


def ours(data: Sequence[Recorded], profile: bool) -> float:
    """Samples for each second of processor."""
    with tempfile.TemporaryDirectory(prefix="history-") as home:
        store = Ours(Path(home), BEGIN)
        store.declare(data)
        kept, appended, slowest = 0.0, 0.0, 0.0
        began, cpu_began = time.perf_counter(), time.process_time()
        profiler = cProfile.Profile() if profile else None
        with profiler or nullcontext():
            for batches in seconds(data):
                start = time.process_time()
                for batch in batches:
                    store.history.append(batch)
                middle, wall = time.process_time(), time.perf_counter()
                store.now = int(batches[0].times[-1])
                store.keep()
                appended += middle - start
                kept += time.process_time() - middle
                slowest = max(slowest, time.perf_counter() - wall)
        cpu, lasted = time.process_time() - cpu_began, time.perf_counter() - began
        samples = sum(one.values.size for one in data)
        chunks = store.archive._database.writer.execute("SELECT count(*) FROM chunk").fetchone()[0]
        store.archive.close(clean=True)
    print(f"  ours: {samples / cpu:12,.0f} samples/s of CPU, {samples / lasted:,.0f} by the clock, {chunks} chunks")
    print(f"        memory {1e9 * appended / samples:.0f} ns a sample, archive {1e9 * kept / samples:.0f} ns; "
          f"slowest commit {slowest:.3f} s")  # fmt: skip
    if profiler:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
    return samples / cpu


def victoria(data: Sequence[Recorded], mine: float) -> None:
    for how, send in (("text, each second", as_text), ("JSON, in bulk", as_json)):
        with tempfile.TemporaryDirectory(prefix="victoria-") as home:
            with victoria_metrics(Path(home), two_cores().server) as peer:
                cpu = send(Victoria(peer.url), peer, data)
                tell(f"{peer.name}, {how}", sum(one.samples for one in data) / cpu, mine)


def as_text(store: Victoria, peer: Peer, data: Sequence[Recorded]) -> float:
    """Seconds of CPU for a request of text a second."""
    heads = {one.key.name: [f'{underscored(one.key.name)}{{of="{number}"}}' for number in range(len(one.series))]
             for one in data}  # fmt: skip
    bodies = []
    for batches in seconds(data):
        lines = [f"{head} {value!r} {batch.times[0]}\n" for batch in batches
                 for head, value in zip(heads[batch.metric], batch.values[:, 0].tolist(), strict=True)]  # fmt: skip
        bodies.append("".join(lines).encode())

    def send() -> None:
        for body in bodies:
            store.post("/api/v1/import/prometheus", body)

    return spent(store, peer, send, data)


def as_json(store: Victoria, peer: Peer, data: Sequence[Recorded]) -> float:
    """Seconds of CPU for lines of many samples."""
    return spent(store, peer, lambda: store.add(data), data)


def spent(store: Victoria, peer: Peer, send: Callable[[], None], data: Sequence[Recorded]) -> float:
    """Seconds of CPU of all its processes."""
    before = sum(map(used, peer.family()))
    send()
    store.settle(sum(one.samples for one in data))
    return sum(map(used, peer.family())) - before


def duck(data: Sequence[Recorded], mine: float) -> None:
    with duckdb() as module:
        samples = sum(one.samples for one in data)
        with tempfile.TemporaryDirectory(prefix="duck-") as home:
            store = Duck(module, Path(home, "bench.duckdb"))
            numbers = {one.key.name: store.names(one) for one in data}
            began = time.process_time()
            for batches in seconds(data):
                series = np.concatenate([numbers[one.metric] for one in batches])
                times = np.repeat(batches[0].times, len(series))
                store.insert(series, times, np.concatenate([one.values[:, 0] for one in batches]))
            store.close()
            tell(f"DuckDB {module.__version__}, each second", samples / (time.process_time() - began), mine)
        with tempfile.TemporaryDirectory(prefix="duck-") as home:
            store = Duck(module, Path(home, "bench.duckdb"))
            numbers = {one.key.name: store.names(one) for one in data}
            began = time.process_time()
            store.add(data, numbers)
            store.close()
            tell(f"DuckDB {module.__version__}, in bulk", samples / (time.process_time() - began), mine)


def tell(name: str, rate: float, mine: float) -> None:
    print(f"  {name}: {rate:12,.0f} samples/s of CPU, ours to it {mine / rate:.2f}")


PEERS = {"victoria": victoria, "duck": duck}


if __name__ == "__main__":
    main()

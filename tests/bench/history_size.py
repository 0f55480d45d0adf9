"""How many bytes a sample takes on the disk, its time included: ours, VictoriaMetrics' and DuckDB's, of the same data.

The first set is what this machine's own metrics were for a while, as `history_data.py` writes it; without such a file
it is recorded now. The second is `hard_mix` of that script. Ours are written second by second, as they would have come,
and packed when they are due; `rows` are the chunks of full resolution with their keys, `file` is all of it, with the
sums of minutes and hours and SQLite's own, except for pages that are free. VictoriaMetrics is flushed, merged and
stopped: `data` without its index of names. DuckDB gets everything sorted, in bulk.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.history.tiers import Tier
from tests.bench.history_data import Recorded, hard_mix, load, system
from tests.bench.history_stores import Duck, Ours, Victoria, chunk_sizes, folder_size, used
from tests.bench.measure import parameters
from tests.bench.peers import Absent, duckdb, victoria_metrics

Peer = Callable[[Sequence[Recorded]], tuple[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--system", type=Path, help="a file of history_data.py; without it they are recorded now")
    parser.add_argument("--seconds", type=int, default=600, help="how long the data last")
    parser.add_argument("--series", type=int, default=1000, help="series of the hard mix")
    parser.add_argument("--decimals", type=int, default=3, help="decimals of the hard mix")
    parser.add_argument("--peers", default="victoria,duck", help="which peers, by name, or nothing")
    arguments = parser.parse_args()
    peers = [PEERS[name] for name in filter(None, arguments.peers.split(","))]
    print(f"bytes per sample | {parameters(arguments)}")
    recorded = load(arguments.system) if arguments.system else system(arguments.seconds)
    show("system metrics", recorded, peers)
    show("hard mix", hard_mix(arguments.series, arguments.seconds, decimals=arguments.decimals), peers)


def show(title: str, data: Sequence[Recorded], peers: Sequence[Peer]) -> None:
    samples = sum(one.samples for one in data)
    print(f"  {title}: {sum(len(one.series) for one in data)} series, {samples} samples")
    rows, file = ours(data)
    print(f"    ours {'rows':15} {rows / samples:7.3f} bytes a sample")
    print(f"    ours {'file':15} {file / samples:7.3f}")
    for peer in peers:
        try:
            name, size = peer(data)
        except Absent as why:
            print(f"    left out: {why}")
            continue
        print(f"    {name:20} {size / samples:7.3f}   ours to it {rows / size:.2f} (rows), {file / size:.2f} (file)")


def ours(data: Sequence[Recorded]) -> tuple[int, int]:
    """Bytes of the chunks at full resolution, and of all that is in use of the file."""
    with tempfile.TemporaryDirectory(prefix="history-") as home:
        store = Ours(Path(home), int(data[0].times[0]))
        store.declare(data)
        store.live(data)
        store.finish()
        return chunk_sizes(Path(home))[Tier.FULL][1], used(Path(home))


def victoria(data: Sequence[Recorded]) -> tuple[str, int]:
    """Its name, and the bytes of its data."""
    with tempfile.TemporaryDirectory(prefix="victoria-") as home:
        with victoria_metrics(Path(home)) as peer:
            store = Victoria(peer.url)
            store.add(data)
            store.settle(sum(one.samples for one in data))
            name = peer.name
        return name, folder_size(Path(home), "/data/small/", "/data/big/")


def duck(data: Sequence[Recorded]) -> tuple[str, int]:
    """Its name, and the bytes of its file."""
    with tempfile.TemporaryDirectory(prefix="duck-") as home, duckdb() as module:
        path = Path(home, "bench.duckdb")
        store = Duck(module, path)
        store.add(data)
        store.close()
        return f"DuckDB {module.__version__}", path.stat().st_size


PEERS: dict[str, Peer] = {"victoria": victoria, "duck": duck}


if __name__ == "__main__":
    main()

"""What the bundled collectors cost, in milliseconds of processor for one collect and for each second.

The peer is psutil's plain way to the same values (`process_iter` with attributes, `net_connections`), where a collector
goes another one. Idle processes are started to make the process table as large as asked.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import psutil

from collectors import Collector, Unavailable
from collectors.process_table import PsutilTable
from collectors.sampler import Sampler
from collectors.tcp import listed_states
from tests.bench.measure import parameters
from tests.collected import bundled

PEERS: dict[str, Callable[[], object]] = {"processes": PsutilTable().processes, "tcp": listed_states}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=300, help="how many processes the machine has meanwhile")
    parser.add_argument("--runs", type=int, default=5, help="the best of this many runs counts")
    parser.add_argument("--collects", type=int, default=20, help="collects in a run")
    arguments = parser.parse_args()
    print(f"Bundled collectors | {parameters(arguments)}")
    missing = max(0, arguments.processes - len(psutil.pids()))
    idle = [subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) for _ in range(missing)]
    try:
        time.sleep(2)  # until they have started
        total = sum(cost(kind, arguments) for kind in bundled() if kind.enabled)
        print(f"  {'all that run in the server':28} {total:34.3f} ms/s")
    finally:
        for process in idle:
            process.kill()
            process.wait()


def cost(kind: type[Collector], arguments: argparse.Namespace) -> float:
    """Milliseconds a second in the server; prints a line."""
    sampler = Sampler(kind)
    try:
        sampler.open()
    except Unavailable as error:
        print(f"  {kind.name:12} {error.reason}")
        return 0.0
    once = best(lambda: sampler.collect(time.time_ns() // 1_000_000), arguments)
    sampler.close()
    line = f"  {kind.name:12} {once:8.3f} ms a collect, every {kind.every:2g} s {once / kind.every:22.3f} ms/s"
    if kind.name in PEERS:
        peer = best(PEERS[kind.name], arguments)
        line += f"; psutil alone {peer:.3f} ms a collect, ratio {once / peer:.2f}"
    print(line if kind.runs == "inline" else f"{line} (in the collector process)")
    return once / kind.every if kind.runs == "inline" else 0.0


def best(work: Callable[[], object], arguments: argparse.Namespace) -> float:
    """Milliseconds of processor that `work` takes, after one that warms up."""
    work()
    times = []
    for _ in range(arguments.runs):
        began = time.process_time()
        for _ in range(arguments.collects):
            work()
        times.append((time.process_time() - began) / arguments.collects * 1e3)
    return float(min(times))


if __name__ == "__main__":
    main()

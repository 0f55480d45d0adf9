"""How many clients one process holds at one sample a second in each of 20 rooms, while p99 stays under 100 ms.

Clients come a thousand at a time; after each thousand the way from `publish` to the client is timed. Default settings,
except for the limits of one address. Memory is what would become free (USS), less what there was before the clients.
The peer is Node's socket.io, with as many clients as we held.
"""

from __future__ import annotations

import argparse

from dashboard.bench.crowd import LoadFailed
from dashboard.bench.figures import Held, Steady
from dashboard.bench.machine import Cores
from dashboard.bench.server import LIMITS, harness
from tests.bench.crowds import bench, left_out, options, peer_delays, wanted_peers
from tests.bench.peers import Absent


def main() -> None:
    parser = options(__doc__, clients=8000, rooms="20", seconds=10, peers="node")
    parser.add_argument("--step", type=int, default=1000, help="clients that come at a time")
    parser.add_argument("--within", type=float, default=0.1, help="seconds that p99 may be")
    arguments = parser.parse_args()
    with bench("capacity", arguments, arguments.clients) as cores:
        most = search(arguments, cores)
        print(f"  {most} clients are held with p99 under {1000 * arguments.within:.0f} ms")
        for name in wanted_peers(arguments.peers) if most else ():
            try:
                called, theirs, cpu = peer_delays(name, most, arguments.rooms, arguments.seconds, arguments.size, cores)
            except (Absent, LoadFailed) as why:
                left_out(Absent(str(why)))
                continue
            print(f"  {called}: {most} clients   p50 {1000 * theirs.p50:.1f} ms   p99 {1000 * theirs.p99:.1f} ms   "
                  f"{100 * cpu:.1f} % of a core")  # fmt: skip


def search(arguments: argparse.Namespace, cores: Cores) -> int:
    """The largest crowd that was served in time."""
    most = 0
    with harness(LIMITS, cores.server) as server, (steady := Steady(server, arguments.rooms, arguments.size)).crowd:
        for clients in range(arguments.step, arguments.clients + 1, arguments.step):
            try:
                held = steady.hold(clients, arguments.seconds)
            except LoadFailed as why:
                print(f"  {clients} clients: {why}")
                break
            show(held)
            if held.delays.p99 > arguments.within:
                break
            most = clients
    return most


def show(held: Held) -> None:
    times = f"p50 {1000 * held.delays.p50:6.1f} ms   p99 {1000 * held.delays.p99:6.1f} ms"
    cost = f"{100 * held.cpu:5.1f} % of a core, {100 * held.cpu / held.clients:.4f} % and {held.memory / 1000:.0f} kB"
    print(f"  {held.clients:6} clients   {times}   {cost} each   load {100 * held.delays.busy:.0f} %")


if __name__ == "__main__":
    main()

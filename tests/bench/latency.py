"""From `publish` to the client: 1,000 clients x 20 rooms, one sample a second in each, beside the same peers.

All metrics are sampled in the same moment, as ours are: the last client's frames wait for those of all others. Each
event carries the time at which it was published, and both sides read the same clock. Default settings, except for the
limits of one address.
"""

from __future__ import annotations

from dashboard.bench.figures import Delays, steady
from tests.bench.crowds import bench, left_out, options, peer_delays, wanted_peers
from tests.bench.peers import Absent


def main() -> None:
    arguments = options(__doc__, clients=1000, rooms="20", seconds=20, peers="flask,node").parse_args()
    clients, rooms, seconds = arguments.clients, arguments.rooms, arguments.seconds
    with bench("latency", arguments, clients) as cores:
        ours = steady(clients, rooms, seconds, cores, arguments.size)
        show("plotroom", ours.delays, ours.cpu, clients * rooms, seconds)
        for name in wanted_peers(arguments.peers):
            try:
                called, theirs, cpu = peer_delays(name, clients, rooms, seconds, arguments.size, cores)
            except Absent as why:
                left_out(why)
                continue
            show(called, theirs, cpu, clients * rooms, seconds)
            print(f"    ours to theirs: p99 {ours.delays.p99 / theirs.p99:.2f}, processor {ours.cpu / cpu:.2f}")


def show(name: str, found: Delays, cpu: float, a_second: int, seconds: float) -> None:
    times = "   ".join(
        f"{word} {1000 * one:7.1f} ms" for word, one in (("p50", found.p50), ("p99", found.p99), ("worst", found.worst))
    )
    print(f"  {name:26} {times}   {100 * cpu:5.1f} % of a core, load {100 * found.busy:3.0f} %   "
          f"{found.events} events of about {round(a_second * seconds)}")  # fmt: skip


if __name__ == "__main__":
    main()

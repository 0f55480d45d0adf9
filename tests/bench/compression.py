"""permessage-deflate on and off (`live.compression`): bytes and processor for each client, and what it costs in memory.

Clients ask for it, as browsers do, and undo it, so that each event is seen. One sample a second in each room; values
are random walks with three decimals, which compress as measured ones do. The peer is the setting's other value.
"""

from __future__ import annotations

import argparse

from dashboard.bench.figures import Held, Steady
from dashboard.bench.machine import Cores
from dashboard.bench.server import LIMITS, harness
from tests.bench.crowds import bench, options


def main() -> None:
    arguments = options(__doc__, clients=200, rooms="20", seconds=10).parse_args()
    with bench("compression", arguments, arguments.clients) as cores:
        plain, packed = (measure(on, arguments, cores) for on in (False, True))
        print(f"  on to off: bytes {packed.traffic / plain.traffic:.2f}, processor {packed.cpu / plain.cpu:.1f}")


def measure(on: bool, arguments: argparse.Namespace, cores: Cores) -> Held:
    """What holding the clients costs."""
    live = {**LIMITS, "compression": on}
    with harness(live, cores.server) as server:
        with (steady := Steady(server, arguments.rooms, arguments.size, deflate=True)).crowd:
            held = steady.hold(arguments.clients, arguments.seconds)
    cost = f"{held.traffic / 1000:6.2f} kB/s   {100 * held.cpu / held.clients:.4f} % of a core"
    print(f"  {'on ' if on else 'off'}   {cost}   {held.memory / 1000:6.1f} kB of memory a client   "
          f"p99 {1000 * held.delays.p99:.1f} ms   {held.delays.events} events")  # fmt: skip
    return held


if __name__ == "__main__":
    main()

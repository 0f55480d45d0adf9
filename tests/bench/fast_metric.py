"""One metric at 1 kHz with 100 viewers: no sample is lost, and each viewer gets `live.max_fps` frames a second.

Default settings, except for the limits of one address. Each frame's offset and number of samples are checked against
the frame before it. The peer is Node's socket.io, which emits each sample as a message.
"""

from __future__ import annotations

import argparse
import json
import time

from dashboard.bench import dialect
from dashboard.bench.crowd import Client, Crowd
from dashboard.bench.machine import Cores
from dashboard.bench.server import LIMITS, harness
from tests.bench.crowds import bench, cpu_of, left_out, options, peer_crowd, peer_ticks, wanted_peers
from tests.bench.peers import Absent

#: Bytes of an event that has one sample of one series.
SIZE = 100
#: Seconds after the last sample was published in which the last frame has to come.
LATE = 5.0


class Viewers:
    """What the viewers have of the metric, all of them together.

    Attributes:
        frames: how many came.
        samples: in them.
        lost: samples that were left out between two frames of a viewer.
        doubled: samples that came twice.
    """

    def __init__(self) -> None:
        self.frames = self.samples = self.lost = self.doubled = 0
        self._offsets: dict[int, int] = {}

    def take(self, client: Client, arrived: float, message: bytes) -> None:
        """Look at a message of a client."""
        name, payload = json.loads(message[message.index(b"[") :])[:2]
        if name != "samples":
            return
        # A message of 64 values or more has them in an attachment.
        count = payload["n"] if "n" in payload else len(payload["t"])
        before = payload["o"] - count
        last = self._offsets.get(client.number, before)
        self.lost += max(0, before - last)
        self.doubled += max(0, last - before)
        self._offsets[client.number] = payload["o"]
        self.frames += 1
        self.samples += count


def main() -> None:
    parser = options(__doc__, clients=100, rooms="1", seconds=10, peers="node")
    parser.add_argument("--hertz", type=float, default=1000, help="samples a second")
    arguments = parser.parse_args()
    with bench("fast metric", arguments, arguments.clients) as cores:
        ours = plotroom(arguments, cores)
        for name in wanted_peers(arguments.peers):
            try:
                peer(name, ours, arguments, cores)
            except Absent as why:
                left_out(why)


def plotroom(arguments: argparse.Namespace, cores: Cores) -> float:
    """Measure ours; its share of a core."""
    clients, rooms, count = arguments.clients, arguments.rooms, round(arguments.seconds * arguments.hertz)
    viewers = Viewers()
    with harness(LIMITS, cores.server) as server:
        talk = dialect.plotroom(server.do("declare", rooms=rooms, size=SIZE))
        with Crowd(server.port, talk) as crowd:
            crowd.grow(clients)
            before, began = server.cpu(), time.monotonic()
            server.do("stream", every=1 / arguments.hertz, rooms=rooms, count=count)
            crowd.watch(arguments.seconds, viewers.take)
            while server.do("state")["publishing"]:  # a busy machine publishes late, but all of it
                crowd.watch(0.1, viewers.take)
            took = time.monotonic() - began
            cpu = float(server.cpu() - before) / took
            expected, until = count * rooms * clients, time.monotonic() + LATE
            while viewers.samples < expected and time.monotonic() < until:  # what was on its way
                crowd.watch(0.1, viewers.take)
    print(f"  plotroom: {viewers.samples} of {expected} samples came, {viewers.lost} lost, {viewers.doubled} twice")
    print(f"    {viewers.frames / clients / rooms / took:.1f} frames/s a viewer   {100 * cpu:.1f} % of a core")
    return cpu


def peer(name: str, ours: float, arguments: argparse.Namespace, cores: Cores) -> None:
    """Measure a peer, whose clients get each sample as a message."""
    clients, rooms, count = arguments.clients, arguments.rooms, round(arguments.seconds * arguments.hertz)
    with peer_crowd(name, clients, rooms, cores) as (their, crowd, _):
        before = cpu_of(their)
        start = peer_ticks(crowd, rooms, SIZE, 1 / arguments.hertz)
        found = crowd.count(count * clients * rooms, 3 * arguments.seconds + 10, lambda: start(count))
        cpu = (cpu_of(their) - before) / found.seconds
    print(f"  {their.name}: {found.events} of {count * clients * rooms} messages came in {found.seconds:.1f} s")
    print(f"    {100 * cpu:.1f} % of a core; ours to theirs: {ours / cpu:.2f}")


if __name__ == "__main__":
    main()

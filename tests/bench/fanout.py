"""Delivered events a second on one core, beside Flask-SocketIO, Node's socket.io, and a bare loop of `socket.send`.

A tick is one sample in each room; the next one follows when every client has been sent the one before. Every event has
to arrive, once; so in our server nothing is coalesced (`live.max_fps` without bound), nothing waits (`live.flush_ms =
0`), no limit or heartbeat cuts in, as `THROUGHPUT` in dashboard/bench/server.py has it. The limit writes the same
bytes, one write for each client and tick, and does nothing else.
"""

from __future__ import annotations

import argparse

from dashboard.bench.figures import Delivered, fan_out, limit_of
from dashboard.bench.machine import Cores
from tests.bench.crowds import bench, doubts, left_out, options, peer_fan_out, wanted_peers
from tests.bench.peers import Absent


def main() -> None:
    parser = options(__doc__, clients=500, rooms="20,1", seconds=5, peers="flask,node")
    arguments = parser.parse_args()
    with bench("fan-out", arguments, arguments.clients) as cores:
        for rooms in map(int, arguments.rooms.split(",")):
            compare(rooms, arguments, cores)


def compare(rooms: int, arguments: argparse.Namespace, cores: Cores) -> None:
    """One table: ours, the limit, the peers."""
    clients, seconds = arguments.clients, arguments.seconds
    print(f"  {clients} clients x {rooms} rooms")
    ours = fan_out(clients, rooms, seconds, cores, arguments.size)
    show("plotroom", ours, f"events of {ours.size} bytes")
    limit = limit_of(ours, clients, rooms, seconds, cores)
    show("bare socket.send", limit, f"ours is {100 * ours.rate / limit.rate:.0f} % of that")
    for name in wanted_peers(arguments.peers):
        try:
            called, theirs = peer_fan_out(name, clients, rooms, seconds, ours.size, cores)
        except Absent as why:
            left_out(why)
            continue
        show(called, theirs, f"ours to theirs: {ours.rate / theirs.rate:.1f}")


def show(name: str, found: Delivered, remark: str) -> None:
    cost = f"{1e6 * found.cpu:6.2f} us of processor each, load busy {100 * found.busy:3.0f} %"
    print(f"    {name:26} {found.rate:10,.0f} events/s   {cost}   {remark}{doubts(found)}")


if __name__ == "__main__":
    main()

"""What the benchmarks of the live engine share: crowds of clients at the peers, and how figures are printed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from dashboard.bench import dialect
from dashboard.bench.crowd import Crowd
from dashboard.bench.figures import Delays, Delivered, Start, delays, delivered
from dashboard.bench.machine import Cores, allow_files, on_core, two_cores
from tests.bench.measure import parameters, used
from tests.bench.peers import Absent, Peer, flask_socketio, node_socketio

#: What a peer's event has besides its payload: `42["sample",""]`, and WebSocket's framing.
FRAMING = 19

Start_peer = Callable[[int | None], AbstractContextManager[Peer]]
PEERS: dict[str, Start_peer] = {"flask": flask_socketio, "node": node_socketio}


def options(about: str | None, clients: int, rooms: str, seconds: float, peers: str = "") -> argparse.ArgumentParser:
    """A parser with what all of these benchmarks take."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=clients, help="how many")
    several = "," in rooms
    default, what = (rooms, "; a run for each number") if several else (int(rooms), "")
    parser.add_argument("--rooms", type=type(default), default=default, help=f"metrics that each client watches{what}")
    parser.add_argument("--seconds", type=float, default=seconds, help="how long each is measured")
    parser.add_argument("--size", type=int, default=200, help="bytes of an event, about")
    if peers:
        parser.add_argument("--peers", default=peers, help="which peers, by name, or nothing")
    return parser


@contextmanager
def bench(title: str, arguments: argparse.Namespace, clients: int) -> Iterator[Cores]:
    """Print the line above the figures, and run on the load's core meanwhile."""
    allow_files(clients)
    cores = two_cores()
    print(f"{title} | {parameters(arguments)}, {cores}")
    with on_core(cores.load):
        yield cores


@contextmanager
def peer_crowd(name: str, clients: int, rooms: int, cores: Cores) -> Iterator[tuple[Peer, Crowd, dialect.Dialect]]:
    """A peer with so many clients, all in the same rooms.

    Raises:
        Absent: it is not installed.
    """
    with PEERS[name](cores.server) as peer:
        talk = dialect.socketio([f"r{number}" for number in range(rooms)])
        with Crowd(int(peer.url.rpartition(":")[2]), talk) as crowd:
            crowd.grow(clients)
            yield peer, crowd, talk


def peer_fan_out(name: str, clients: int, rooms: int, seconds: float, size: int, cores: Cores) -> tuple[str, Delivered]:
    """The name of a peer, and what it delivers; `size` is that of our events with their framing."""
    with peer_crowd(name, clients, rooms, cores) as (peer, crowd, _):
        start = peer_ticks(crowd, rooms, size, 0)
        return peer.name, delivered(crowd, clients * rooms, start, lambda: cpu_of(peer), seconds)


def peer_delays(
    name: str, clients: int, rooms: int, seconds: float, size: int, cores: Cores
) -> tuple[str, Delays, float]:
    """The name of a peer, how soon its clients get one message a second in each room, and the share of its core."""
    with peer_crowd(name, clients, rooms, cores) as (peer, crowd, talk):
        peer_ticks(crowd, rooms, size, 1)(round(seconds) + 10)
        crowd.watch(2.0, lambda client, arrived, message: None)
        before = cpu_of(peer)
        found = delays(crowd, talk, seconds)
        return peer.name, found, (cpu_of(peer) - before) / seconds


def peer_ticks(crowd: Crowd, rooms: int, size: int, every: float) -> Start:
    """What lets the peer of a crowd emit ticks, each as soon as possible or every so many seconds."""
    first = next(iter(crowd.clients.values()))

    def start(ticks: int) -> None:
        wanted = {"n": ticks, "rooms": rooms, "size": size - FRAMING, "every": every}
        first.say(b"42" + json.dumps(["tick", wanted]).encode())

    return start


def cpu_of(peer: Peer) -> float:
    """Seconds of processor that it has used so far."""
    return sum(used(one) for one in peer.family())


def wanted_peers(names: str) -> list[str]:
    """The peers that were asked for."""
    return [name for name in PEERS if name in names.split(",")]


def doubts(found: Delivered) -> str:
    """What speaks against a figure; "" when nothing does."""
    words = [] if found.exact else [f"ONLY {found.events} OF {found.expected} CAME"]
    if found.busy > 0.95:
        words.append("THE LOAD WAS THE LIMIT")
    return "".join(f"   {one}" for one in words)


def left_out(why: Absent) -> None:
    """Say that a peer takes no part."""
    print(f"  left out: {why}")

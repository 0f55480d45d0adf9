"""The limit: the same bytes, written by a bare loop of `socket.send` to as many connections. Nothing can be faster.

Run as `python -m dashboard.bench.limit CLIENTS ROOMS SIZE TICKS` it prints its port, waits for the clients and then for
a line of input, writes to them, and prints the seconds of processor that it has used for that.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time

from dashboard.bench.crowd import Counted, Crowd
from dashboard.bench.dialect import BARE
from dashboard.bench.machine import allow_files, on_core

#: Seconds for all of it.
LIMIT = 60.0


def tick_of(rooms: int, size: int) -> bytes:
    """What one client gets in a tick: `rooms` events, each of `size` bytes with its framing, which can be counted."""
    filling = size - len(BARE.marker)
    return (BARE.marker + b"." * filling) * rooms


def main(clients: int, rooms: int, size: int, ticks: int) -> None:
    allow_files(clients)
    data = tick_of(rooms, size)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        print(listener.getsockname()[1], flush=True)  # noqa: T201  # it is what this program says
        connections = [listener.accept()[0] for _ in range(clients)]
    for one in connections:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not sys.stdin.readline():
        return
    before = time.process_time()
    for _ in range(ticks):
        for one in connections:
            sent = one.send(data)
            while sent < len(data):
                sent += one.send(data[sent:])
    print(time.process_time() - before, flush=True)  # noqa: T201
    sys.stdin.readline()  # until all is read
    for one in connections:
        one.close()


def measure_limit(clients: int, rooms: int, size: int, ticks: int, core: int | None) -> tuple[Counted, float]:
    """What a bare loop delivers, and the seconds of processor that it takes.

    Args:
        clients: how many.
        rooms: events for each client in a tick, written at once.
        size: bytes of an event, with its framing.
        ticks: how often.
        core: where the loop runs.
    """
    command = [sys.executable, "-m", "dashboard.bench.limit", *map(str, (clients, rooms, size, ticks))]
    with on_core(core):
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
    assert process.stdin is not None and process.stdout is not None
    try:
        with Crowd(int(process.stdout.readline()), BARE) as crowd:
            crowd.grow(clients)
            counted = crowd.count(clients * rooms * ticks, LIMIT, lambda: print(file=process.stdin, flush=True))
            return counted, float(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))

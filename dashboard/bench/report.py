"""The short measurement, as `plotroom bench` tells it: each figure with what it means."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.bench.figures import Delivered, Held, fan_out, limit_of, steady
from dashboard.bench.machine import allow_files, on_core, two_cores

Say = Callable[[str], None]

#: The bare loop is measured for a shorter time: it does nothing that could vary.
LIMIT_SHARE = 0.5
#: Seconds in which there is a sample for sure, at one a second.
AT_LEAST = 2.0


def bench(clients: int, rooms: int, seconds: float, say: Say) -> None:
    """Measure this machine and say what was found.

    Args:
        clients: browsers, played by this process.
        rooms: charts that each of them has.
        seconds: how long each of the two measurements is.
        say: prints a line.

    Raises:
        CannotStart: the server does not start, or does not serve so many.
    """
    allow_files(clients)
    cores = two_cores()
    say(f"{clients:,} clients with {rooms} charts each; {cores}.")
    if cores.server is None:
        say("They share what there is, so the figures are those of both.")
    with on_core(cores.load):
        fast = fan_out(clients, rooms, seconds, cores)
        limit = limit_of(fast, clients, rooms, seconds * LIMIT_SHARE, cores)
        say("\nAs fast as it can:")
        for line in speed(fast, limit):
            say(line)
        held = steady(clients, rooms, max(seconds, AT_LEAST), cores)
        say("\nOne sample a second in every chart, as in everyday use:")
        for line in everyday(held):
            say(line)


def speed(ours: Delivered, limit: Delivered) -> list[str]:
    """What is delivered, and how much could be."""
    lines = [
        _line(f"{ours.rate:,.0f}", f"samples of {ours.size} bytes delivered a second by one core"),
        _line(f"{100 * ours.rate / limit.rate:.0f} %", f"of what bare sockets carry here ({limit.rate:,.0f} a second)"),
    ]
    if not ours.exact:
        lines.append(_line("!", f"{ours.events:,} came of {ours.expected:,}: please report this"))
    if max(ours.busy, limit.busy) > 0.95:
        lines.append(_line("!", "the clients could not keep up: the server may be faster than this says"))
    return lines


def everyday(held: Held) -> list[str]:
    """How soon a sample is there, and what a client costs."""
    delays = held.delays
    return [
        _line(f"{1000 * delays.p50:.1f} ms", "from publishing a sample until a client has it; half of them are sooner"),
        _line(f"{1000 * delays.p99:.1f} ms", "within which 99 of 100 are there"),
        _line(f"{100 * held.cpu:.1f} %", "of one core, for all clients together"),
        _line(f"{max(0.0, held.memory) / 1000:.0f} kB", "of memory for each client"),
    ]


def _line(value: str, meaning: str) -> str:
    return f"  {value:>12}  {meaning}"

"""What of the machine a measurement gets: a core for the server and another one for the load, and open files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dashboard.errors import CannotStart

if sys.platform != "win32":
    import resource

#: Files beside connections: pipes, logs, what Python has open.
SPARE_FILES = 64


@dataclass(frozen=True)
class Cores:
    """Where the two sides run; None: wherever the system puts them."""

    server: int | None
    load: int | None

    def __str__(self) -> str:
        if self.server is None:
            return "server and load on whatever core is free"
        return f"server on core {self.server}, load on core {self.load}"


def two_cores() -> Cores:
    """The first two cores that this process may use, if there are two and the system lets it choose."""
    if sys.platform != "linux":
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else Cores(None, None)


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Run on one core meanwhile; processes that are started meanwhile stay there."""
    if core is None or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_files(count: int) -> None:
    """Let this process, and those that it starts, have so many connections.

    Raises:
        CannotStart: the system does not let it.
    """
    if sys.platform == "win32":
        return
    wanted = count + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotStart(
            f"{count} clients need {wanted} open files, and this system allows {hard}; "
            "ask for fewer clients, or raise its limit (ulimit -Hn)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

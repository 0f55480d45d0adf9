"""How long the machine has been up."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from collectors import Collector, CollectorConfig, Gauge


def since_boot() -> float:
    """Seconds since the machine started, sleep included."""
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; steps of the wall clock don't reach it
    return time.time() - psutil.boot_time() if clock is None else time.clock_gettime(clock)


class Uptime(Collector):
    """Time since the machine started."""

    runs = "inline"
    every = 10

    uptime = Gauge(
        "system.uptime", unit="s", limits=(0, None), family="system", title="Uptime", order=90,
        help="Time since the machine started",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, clock: Callable[[], float] = since_boot) -> None:
        super().__init__(config)
        self._clock = clock

    def collect(self) -> None:
        self.uptime.set(self._clock())

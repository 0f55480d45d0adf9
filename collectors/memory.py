"""Memory and swap space: who holds it, and how much moves between the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psutil

from collectors import Collector, CollectorConfig, Counter, Gauge, Unavailable

Reading = Mapping[str, float]


def main_memory() -> Reading:
    return psutil.virtual_memory()._asdict()


def swap_space() -> Reading:
    return psutil.swap_memory()._asdict()


class Memory(Collector):
    """Who holds the main memory."""

    runs = "inline"

    memory = Gauge(
        "system.memory", unit="bytes", labels=["kind"], chart="stacked", limits=(0, None), family="memory",
        title="Memory", headline="used", order=10,
        help="Used by programs and kernel, cache that would be given up when needed, and free; together all there is",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, read: Callable[[], Reading] = main_memory) -> None:
        super().__init__(config)
        self._read = read

    def collect(self) -> None:
        reading = self._read()
        # In some containers `available` is of the host and `free` of the container.
        available = min(max(reading["available"], reading["free"]), reading["total"])
        self.memory.set(reading["total"] - available, kind="used")
        self.memory.set(available - reading["free"], kind="cache")
        self.memory.set(reading["free"], kind="free")


class Swap(Collector):
    """Swap space and the traffic to and from it."""

    runs = "inline"

    space = Gauge(
        "system.swap", unit="bytes", labels=["kind"], chart="stacked", limits=(0, None), family="memory",
        title="Swap", order=20, help="Swap space in use and free",
    )  # fmt: skip
    traffic = Counter(
        "system.swapping", unit="bytes", labels=["direction"], limits=(0, None), family="memory",
        title="Swapping", order=30, help="Memory written to swap space (out) and read back from it (in)",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, read: Callable[[], Reading] = swap_space) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        self._present()

    def collect(self) -> None:
        reading = self._present()
        self.space.set(reading["used"], kind="used")
        self.space.set(reading["free"], kind="free")
        self.traffic.set(reading["sin"], direction="in")
        self.traffic.set(reading["sout"], direction="out")

    def _present(self) -> Reading:
        reading = self._read()
        if not reading["total"]:
            raise Unavailable("this machine has no swap space")
        return reading

"""Pressure stall information of Linux: the share of time that tasks lost waiting for a resource."""

from __future__ import annotations

from pathlib import Path

from collectors import Collector, CollectorConfig, Counter, Unavailable

PRESSURE = Path("/proc/pressure")


def stalled(text: str) -> dict[str, float]:
    """Seconds of stall since boot by extent, from one file of /proc/pressure.

    Source: https://docs.kernel.org/accounting/psi.html
    """
    lines = (line.split() for line in text.splitlines())
    return {line[0]: int(line[-1].removeprefix("total=")) / 1e6 for line in lines}


class Pressure(Collector):
    """Time lost waiting for processor, memory and disks: `some` when a task waited, `full` when all did."""

    runs = "inline"

    cpu = Counter(
        "pressure.cpu", unit="s", scale=100, rate_unit="%", labels=["extent"], limits=(0, None), family="cpu",
        title="CPU pressure", order=40, help="Share of time in which a task waited for a core",
    )  # fmt: skip
    memory = Counter(
        "pressure.memory", unit="s", scale=100, rate_unit="%", labels=["extent"], limits=(0, None), family="memory",
        title="Memory pressure", order=40, help="Share of time in which some task, or every one, waited for memory",
    )  # fmt: skip
    io = Counter(
        "pressure.io", unit="s", scale=100, rate_unit="%", labels=["extent"], limits=(0, None), family="disks",
        title="Disk pressure", order=40, help="Share of time in which some task, or every one, waited for a disk",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, folder: Path = PRESSURE) -> None:
        super().__init__(config)
        self._folder = folder

    def open(self) -> None:
        try:
            self._read("cpu")
        except OSError as error:
            raise Unavailable("this kernel gives no pressure stall information") from error

    def collect(self) -> None:
        # "full" has no meaning for the processors of a whole machine: the kernel documents it as always 0.
        self.cpu.set(self._read("cpu")["some"], extent="some")
        for resource, metric in (("memory", self.memory), ("io", self.io)):
            for extent, seconds in self._read(resource).items():
                metric.set(seconds, extent=extent)

    def _read(self, resource: str) -> dict[str, float]:
        return stalled((self._folder / resource).read_text("ascii"))

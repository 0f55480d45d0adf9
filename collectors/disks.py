"""Disks: what they move and how busy they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

import psutil

from collectors import Collector, CollectorConfig, Counter, Selection, Unavailable

Reading = Mapping[str, float]

# Memory in disguise, and devices made of other devices, whose traffic would be counted twice.
_SOFTWARE = re.compile(r"(loop|ram|zram|dm-|md|nbd|drbd|bcache|fd|sr|cd|pass)\d.*|mmcblk\d+(boot|gp|rpmb).*")


def disk_counters() -> Mapping[str, Reading]:
    # nowrap=False: Plotroom's own rates know resets and wraps.
    return {name: disk._asdict() for name, disk in psutil.disk_io_counters(perdisk=True, nowrap=False).items()}


def is_partition(name: str, names: Collection[str]) -> bool:
    """Whether `name` is a part of another of `names`: sda1 of sda, nvme0n1p2 of nvme0n1."""
    stem = name.rstrip("0123456789")
    return stem != name and (stem in names or stem.removesuffix("p") in names)


class Disks(Collector):
    """Throughput, operations and busy time of each disk."""

    runs = "inline"

    class Config(Selection):
        """Partitions, loop devices, RAM disks and devices made of other devices are left out unless included."""

    config: Config

    throughput = Counter(
        "disk.throughput", unit="bytes", labels=["disk", "direction"], limits=(0, None), family="disks",
        title="Disk throughput", order=10, help="What was read from and written to each disk",
    )  # fmt: skip
    operations = Counter(
        "disk.operations", unit="operations", labels=["disk", "direction"], limits=(0, None), family="disks",
        title="Disk operations", order=30, help="Finished reads and writes of each disk",
    )  # fmt: skip
    busy = Counter(
        "disk.busy", unit="ms", scale=0.1, rate_unit="%", labels=["disk"], limits=(0, 100), family="disks",
        title="Disk busy", headline="max", order=20, help="Share of time in which the disk had something to do",
    )  # fmt: skip
    waiting = Counter(
        "disk.in_flight", unit="ms", scale=0.001, rate_unit="operations", labels=["disk", "direction"],
        limits=(0, None), family="disks", title="Disk operations in flight", order=50,
        help="Reads and writes under way at a time, on average: the time that they took, per second (Little's law)",
    )  # fmt: skip

    def __init__(
        self, config: CollectorConfig | None = None, read: Callable[[], Mapping[str, Reading]] = disk_counters
    ) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        try:
            found = self._chosen()
        except (OSError, NotImplementedError) as error:
            raise Unavailable(f"disks can't be read here: {error}") from error
        if not found:
            raise Unavailable("no disk in use was found")

    def collect(self) -> None:
        for disk, reading in self._chosen().items():
            for direction in ("read", "write"):
                self.throughput.set(reading[f"{direction}_bytes"], disk=disk, direction=direction)
                self.operations.set(reading[f"{direction}_count"], disk=disk, direction=direction)
                self.waiting.set(reading[f"{direction}_time"], disk=disk, direction=direction)
            if "busy_time" in reading:  # Linux and FreeBSD
                self.busy.set(reading["busy_time"], disk=disk)

    def _chosen(self) -> dict[str, Reading]:
        """The disks to sample; one that has never done anything is an empty slot."""
        disks = self._read()
        return {
            name: reading
            for name, reading in disks.items()
            if reading["read_count"] + reading["write_count"] > 0
            and self.config.wants(name, not _SOFTWARE.fullmatch(name) and not is_partition(name, disks))
        }

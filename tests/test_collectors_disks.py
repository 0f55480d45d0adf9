"""Disks."""

import pytest

from collectors import Unavailable
from collectors.disks import Disks, disk_counters, is_partition
from tests.collected import collected


def disk(reads: int, busy: int | None = 250) -> dict[str, float]:
    reading: dict[str, float] = {
        "read_count": reads, "write_count": 2, "read_bytes": reads * 512, "write_bytes": 1024,
        "read_time": 40, "write_time": 50,
    }  # fmt: skip
    return reading if busy is None else {**reading, "busy_time": busy}


IDLE = dict.fromkeys(disk(0), 0.0)


def names(found: dict[str, dict[str, float]], **options: object) -> set[str]:
    """The disks that are sampled out of `found`."""
    disks = Disks(Disks.Config.model_validate(options), lambda: found)
    return {name.split()[0] for name in collected(disks).get("disk.throughput", {})}


def test_a_disk_has_throughput_operations_waiting_and_busy_time() -> None:
    """Readings are passed on as they are, split by direction."""
    assert collected(Disks(None, lambda: {"vda": disk(10)})) == {
        "disk.throughput": {"vda read": 5120, "vda write": 1024},
        "disk.operations": {"vda read": 10, "vda write": 2},
        "disk.in_flight": {"vda read": 40, "vda write": 50},
        "disk.busy": {"vda": 250},
    }


def test_a_platform_without_busy_time_lacks_that_metric_alone() -> None:
    """On macOS and Windows psutil gives no busy time: the metric is absent, the others are there."""
    values = collected(Disks(None, lambda: {"disk0": disk(10, None)}))
    assert set(values) == {"disk.throughput", "disk.operations", "disk.in_flight"}


@pytest.mark.parametrize("name", ["sda", "vdb", "xvda1", "nvme0n1", "nvme1c1n1", "mmcblk0", "disk0", "PhysicalDrive0"])
def test_disks_are_sampled(name: str) -> None:
    """Disks of any kind of bus and platform are sampled by default."""
    assert names({name: disk(1)}) == {name}


@pytest.mark.parametrize("name", ["loop7", "ram0", "zram0", "dm-3", "md127", "sr0", "fd0", "nbd1", "mmcblk0boot0"])
def test_what_only_looks_like_a_disk_is_left_out(name: str) -> None:
    """Loop devices, RAM disks and devices made of others are sampled only when they are included."""
    assert names({"sda": disk(1), name: disk(1)}) == {"sda"}
    assert names({"sda": disk(1), name: disk(1)}, include=[name]) == {"sda", name}


@pytest.mark.parametrize(
    ("name", "parent"), [("sda1", "sda"), ("vda12", "vda"), ("nvme0n1p2", "nvme0n1"), ("mmcblk0p1", "mmcblk0")]
)
def test_partitions_are_left_out_where_their_disk_is_seen(name: str, parent: str) -> None:
    """A partition is told by its disk: a name that ends in a number is not enough."""
    assert is_partition(name, {name, parent})
    assert not is_partition(name, {name})
    assert not is_partition(parent, {name, parent})


def test_a_slot_that_was_never_used_is_left_out() -> None:
    """A device without a single read or write is an empty slot, until its first one."""
    assert names({"sda": disk(1), "sdb": IDLE}) == {"sda"}


def test_a_disk_may_be_excluded() -> None:
    """`exclude` takes a disk away."""
    assert names({"sda": disk(1), "sdb": disk(1)}, exclude=["sda"]) == {"sdb"}


def test_a_machine_without_disks_is_unavailable() -> None:
    """No disk, or none that may be seen, is unavailable with a reason."""
    with pytest.raises(Unavailable, match="no disk"):
        Disks(None, lambda: {"loop0": disk(1)}).open()

    def hidden() -> dict[str, dict[str, float]]:
        raise NotImplementedError("no /proc/diskstats")

    with pytest.raises(Unavailable, match="/proc/diskstats"):
        Disks(None, hidden).open()


def test_this_machine_has_the_fields() -> None:
    """What psutil gives on this machine is understood, for whatever disks it has."""
    disks = Disks(Disks.Config(include=("*",)))
    used = {name for name, one in disk_counters().items() if one["read_count"] + one["write_count"]}
    assert {name.split()[0] for name in collected(disks).get("disk.throughput", {})} == used

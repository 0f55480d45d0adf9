"""File systems."""

from collections.abc import Iterable, Iterator
from threading import Event
from types import SimpleNamespace
from typing import NamedTuple

import psutil
import pytest

from collectors import Unavailable
from collectors.filesystems import Filesystems, distinct, is_storage
from collectors.sampler import Sampler
from tests.collected import collected, readings


class Mounted(NamedTuple):
    device: str
    mountpoint: str
    fstype: str


class Space(NamedTuple):
    total: int = 100
    free: int = 60
    percent: float = 40.0


ROOT = Mounted("/dev/vda1", "/", "ext4")
NFS = Mounted("server:/export", "/mnt/share", "nfs4")


class Server:
    """File systems of which one may hang until it is released."""

    def __init__(self, *mounts: Mounted) -> None:
        self.mounts = mounts
        self.hanging = "/nowhere"
        self.released = Event()
        self.asked: list[str] = []

    def usage(self, path: str) -> Space:
        self.asked.append(path)
        if path == self.hanging:
            self.released.wait(30)
        return Space()

    def filesystems(self, *, patience: float = 5.0, **options: Iterable[str]) -> Filesystems:
        config = Filesystems.Config.model_validate(options)
        return Filesystems(config, lambda: self.mounts, self.usage, patience)


@pytest.fixture
def dead() -> Iterator[Server]:
    """A server whose network mount doesn't answer."""
    server = Server(ROOT, NFS)
    server.hanging = NFS.mountpoint
    yield server
    server.released.set()


def chosen(mounts: Iterable[Mounted], include: Iterable[str] = (), exclude: Iterable[str] = ()) -> set[str]:
    filesystems = Server(*mounts).filesystems(include=include, exclude=exclude)
    return set(collected(filesystems).get("filesystem.usage", {}))


def test_each_file_system_has_use_and_free_space() -> None:
    """Use is in per cent, free space in bytes, by mount point."""
    values = collected(Server(ROOT, NFS).filesystems())
    assert values == {
        "filesystem.usage": {"/": 40.0, "/mnt/share": 40.0},
        "filesystem.free": {"/": 60, "/mnt/share": 60},
    }


@pytest.mark.parametrize(
    ("device", "mountpoint", "fstype"),
    [
        ("/dev/sda2", "/home", "xfs"),
        ("/dev/mapper/vg-data", "/data", "ext4"),
        ("tank/home", "/tank/home", "zfs"),
        ("//nas/music", "/music", "cifs"),
        ("overlay", "/", "overlay"),
        ("C:\\", "C:\\", "NTFS"),
        ("user@host:/", "/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_storage_is_sampled(device: str, mountpoint: str, fstype: str) -> None:
    """Disks, network mounts, pools and a container's root hold data."""
    assert is_storage(Mounted(device, mountpoint, fstype))


@pytest.mark.parametrize(
    ("device", "mountpoint", "fstype"),
    [
        ("tmpfs", "/run", "tmpfs"),
        ("proc", "/proc", "proc"),
        ("/dev/loop3", "/snap/core/1", "squashfs"),
        ("/dev/sr0", "/media/cd", "iso9660"),
        ("/dev/vda1", "/etc/hosts", "ext4"),
        ("overlay", "/var/lib/docker/overlay2/1/merged", "overlay"),
        ("/dev/disk1s4", "/System/Volumes/VM", "apfs"),
        ("/dev/fuse", "/run/user/1000/doc", "fuse.portal"),
    ],
)
def test_what_holds_no_data_of_its_own_is_left_out(device: str, mountpoint: str, fstype: str) -> None:
    """Pseudo file systems, images and views of another mount are sampled only when they are included."""
    mount = Mounted(device, mountpoint, fstype)
    assert not is_storage(mount)
    assert chosen([ROOT, mount]) == {"/"}
    assert chosen([ROOT, mount], include=[mountpoint]) == {"/", mountpoint}


def test_a_device_that_is_mounted_twice_is_one_file_system() -> None:
    """Of several mounts of a device the one with the shortest path counts; names that say nothing are no device."""
    twice = [Mounted("/dev/sda1", "/srv/data/deep", "btrfs"), Mounted("/dev/sda1", "/srv", "btrfs")]
    nameless = [Mounted("none", "/a", "9p"), Mounted("none", "/b", "9p")]
    assert [mount.mountpoint for mount in distinct([*twice, *nameless])] == ["/a", "/b", "/srv"]


def test_a_mount_may_be_excluded() -> None:
    """`exclude` takes mount points away, by pattern."""
    assert chosen([ROOT, NFS], exclude=["/mnt/*"]) == {"/"}


def test_a_dead_network_mount_costs_only_itself(dead: Server) -> None:
    """A mount that doesn't answer is a gap, is not asked again while it hangs, and the others go on."""
    filesystems = dead.filesystems(patience=0.05)
    for _ in range(2):
        usage = collected(filesystems)["filesystem.usage"]
        assert usage["/"] == 40.0
        assert usage["/mnt/share"] != usage["/mnt/share"], "not a gap"
    assert dead.asked.count("/mnt/share") == 1


def test_a_mount_that_comes_back_is_sampled_again(dead: Server) -> None:
    """When the hanging question is answered, the next collect asks again."""
    filesystems = dead.filesystems(patience=0.05)
    collected(filesystems)
    dead.released.set()
    filesystems._waiting["/mnt/share"].join(5)
    assert collected(filesystems)["filesystem.usage"]["/mnt/share"] == 40.0


def test_a_mount_that_may_not_be_seen_is_a_gap() -> None:
    """An error of the system for one mount is a gap of that mount."""

    def usage(path: str) -> Space:
        raise PermissionError(path)

    values = collected(Filesystems(None, lambda: [ROOT], usage))
    assert values["filesystem.usage"]["/"] != values["filesystem.usage"]["/"], "not a gap"


def test_a_file_system_without_size_has_no_use() -> None:
    """A pseudo file system that was included has no share in use, rather than 0 per cent."""
    values = collected(Filesystems(None, lambda: [ROOT], lambda path: SimpleNamespace(total=0, free=0, percent=0.0)))
    assert values["filesystem.usage"]["/"] != values["filesystem.usage"]["/"], "not a gap"


def test_a_machine_without_file_systems_is_unavailable() -> None:
    """Where no mount is chosen the collector is unavailable."""
    with pytest.raises(Unavailable, match="no file system"):
        Server(Mounted("proc", "/proc", "proc")).filesystems().open()


def test_the_root_of_this_machine() -> None:
    """The root file system is there, as full as psutil says."""
    sampler = Sampler(Filesystems)
    sampler.open()
    values = readings(sampler.collect(1))
    sampler.close()
    assert values["filesystem.usage"]["/"] == pytest.approx(psutil.disk_usage("/").percent, abs=2)


def test_file_systems_have_a_process_of_their_own() -> None:
    """A mount may hang in the kernel, so this collector never runs in the server."""
    assert Filesystems.runs == "process"

"""File systems: how full they are. One that doesn't answer (a dead network mount) costs only itself."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Protocol

import psutil

from collectors import Collector, CollectorConfig, Gauge, Selection, Unavailable

PATIENCE = 2.0  # seconds for which a collect waits for its mounts

# Images that are always full by design.
_IMAGES = {"squashfs", "iso9660", "udf", "erofs", "cramfs"}
# Parts of a system that show the space of another mount, such as the files that a container gets from its host.
_INNER = ("/dev/", "/etc/", "/proc/", "/snap/", "/sys/", "/System/Volumes/", "/var/lib/docker/")
# Real storage whose source is not a device file.
_STORAGE = re.compile(
    r"nfs4?|cifs|smb.*|9p|afs|ceph|glusterfs|lustre|zfs|bcachefs|virtiofs|fuse\.(sshfs|rclone|s3fs).*"
)


class Mount(Protocol):
    """What psutil gives for a mount."""

    @property
    def device(self) -> str: ...
    @property
    def mountpoint(self) -> str: ...
    @property
    def fstype(self) -> str: ...


class Usage(Protocol):
    """What psutil gives for the space of a file system."""

    @property
    def total(self) -> int: ...
    @property
    def free(self) -> int: ...
    @property
    def percent(self) -> float: ...


def mounts() -> Sequence[Mount]:
    # psutil's own choice of "physical" ones leaves out network mounts, and a container's root, on Linux.
    return psutil.disk_partitions(all=sys.platform == "linux")


def is_storage(mount: Mount) -> bool:
    """Whether a mount holds data of its own, going by its type and source."""
    if mount.mountpoint == "/":
        return True
    if mount.fstype in _IMAGES or mount.mountpoint.startswith(_INNER):
        return False
    if _STORAGE.fullmatch(mount.fstype):
        return True
    return bool(re.match(r"/dev/(?!loop|ram|fuse)|[A-Za-z]:", mount.device))


def distinct(found: Iterable[Mount]) -> list[Mount]:
    """One mount of each source, that with the shortest path: the others show the same space again."""
    shortest: dict[str, Mount] = {}
    for mount in sorted(found, key=lambda mount: (len(mount.mountpoint), mount.mountpoint)):
        # Several network or fuse mounts may share a name that says nothing, such as "none".
        key = mount.device if "/" in mount.device or ":" in mount.device else mount.mountpoint
        shortest.setdefault(key, mount)
    return list(shortest.values())


class Filesystems(Collector):
    """How full each file system is."""

    every = 10

    class Config(Selection):
        """Pseudo file systems, images and second mounts of one device are left out unless included by mount point."""

    config: Config

    usage = Gauge(
        "filesystem.usage", unit="%", labels=["mount"], chart="top", limits=(0, 100), family="disks",
        title="File systems", order=60, help="Space in use of what is not reserved for root",
    )  # fmt: skip
    free = Gauge(
        "filesystem.free", unit="bytes", labels=["mount"], limits=(0, None), family="disks",
        title="Free space", order=70, help="Space that is left for files",
    )  # fmt: skip

    def __init__(
        self,
        config: CollectorConfig | None = None,
        find: Callable[[], Sequence[Mount]] = mounts,
        ask: Callable[[str], Usage] = psutil.disk_usage,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(config)
        self._find = find
        self._ask = ask
        self._patience = patience
        self._waiting: dict[str, Thread] = {}

    def open(self) -> None:
        if not self._chosen():
            raise Unavailable("no file system was found")

    def collect(self) -> None:
        paths = self._chosen()
        for path, usage in self._answers(paths).items():
            # A pseudo file system that was included may have no size.
            self.usage.set(usage.percent if usage and usage.total else None, mount=path)
            self.free.set(usage.free if usage else None, mount=path)

    def _chosen(self) -> list[str]:
        found = self._find()
        usual = {mount.mountpoint for mount in distinct(filter(is_storage, found))}
        names = dict.fromkeys(mount.mountpoint for mount in found)
        return [name for name in names if self.config.wants(name, name in usual)]

    def _answers(self, paths: Sequence[str]) -> dict[str, Usage | None]:
        """The space of each path, None for those that give an error or no answer in time.

        A thread that hangs in the kernel can't be stopped: it is left behind, and its path not asked again before it
        comes back.
        """
        answers: dict[str, Usage | None] = dict.fromkeys(paths)

        def ask(path: str) -> None:
            with suppress(OSError):  # unmounted meanwhile, or not permitted: a gap
                answers[path] = self._ask(path)

        waiting = {path: thread for path, thread in self._waiting.items() if thread.is_alive()}
        started = {path: Thread(target=ask, args=(path,), daemon=True) for path in paths if path not in waiting}
        for thread in started.values():
            thread.start()
        deadline = time.monotonic() + self._patience
        for thread in started.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        self._waiting = waiting | started
        return dict(answers)

"""Dashboards that are files of a folder: read when they change, never written, and the last good one stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dashboard.dashboards.document import MAX_SIZE, Dashboard
from dashboard.dashboards.notation import FORMS, form_of, parse
from dashboard.dashboards.refusal import Fault, Wrong

#: Files that are read, the first by name.
MOST = 500
#: Bytes of one: TOML and indented JSON take more than what they hold.
MAX_FILE = 4 * MAX_SIZE
#: ns for which a file that is wrong may be one that is being written.
FRESH = 1_500_000_000

Stamp = tuple[int, int, int]


class Filed(NamedTuple):
    """A dashboard of a file.

    Attributes:
        dashboard: what it holds.
        path: the file.
        t: when it was changed, ms since the epoch.
    """

    dashboard: Dashboard
    path: Path
    t: int


@dataclass(frozen=True)
class Look:
    """What there was at one look.

    Attributes:
        found: dashboards by slug.
        faults: what is wrong, by the name of the file; "" for the folder.
    """

    found: dict[str, Filed] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


class Files:
    """The files of a folder. Waits for a disk: call it in native threads, one call at a time.

    Args:
        folder: where they are.
        reserved: slugs that no file can take.
        now: the time, ns since the epoch.
    """

    def __init__(self, folder: Path, reserved: Collection[str] = (), now: Callable[[], int] = time.time_ns) -> None:
        self.folder = folder
        self._now = now
        self._reserved = frozenset(reserved)
        self._stamps: dict[Path, Stamp] = {}
        self._good: dict[Path, Filed] = {}
        self._faults: dict[Path, str] = {}

    def look(self) -> Look:
        """What there is now. Only files that have changed are read."""
        try:
            paths = files_of(self.folder)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):  # of a disk that is away, say: what was read stays
                return self._made(f"the folder {self.folder} can't be read: {error.strerror}")
            return self._made(f"there is no folder {self.folder}", gone=True)
        for path in {*self._stamps, *self._good, *self._faults} - set(paths):
            for known in (self._stamps, self._good, self._faults):
                known.pop(path, None)
        for path in paths[:MOST]:
            try:
                stamp = _stamp(path)
            except FileNotFoundError:  # gone at this very moment
                continue
            except OSError as error:  # a link that leads to itself, say
                self._stamps.pop(path, None)
                self._faults[path] = f"it can't be read: {error.strerror}"
                continue
            if self._stamps.get(path) != stamp:
                self._read(path, stamp)
        return self._made(f"{len(paths)} files, of which the first {MOST} are read" if len(paths) > MOST else "")

    def _read(self, path: Path, stamp: Stamp) -> None:
        self._faults.pop(path, None)
        try:
            dashboard = read_file(path)
            if dashboard.slug in self._reserved:
                raise Wrong([Fault("slug", f"{dashboard.slug!r} is Plotroom's own; take another")])
            self._good[path] = Filed(dashboard, path, stamp[0] // 1_000_000)
        except Wrong as error:
            if 0 <= self._now() - stamp[0] < FRESH:
                self._stamps.pop(path, None)  # look at it once more
                return
            self._faults[path] = str(error)
        self._stamps[path] = stamp

    def _made(self, trouble: str, gone: bool = False) -> Look:
        if gone:
            for known in (self._stamps, self._good, self._faults):
                known.clear()
        found: dict[str, Filed] = {}
        faults = {"": trouble} if trouble else {}
        for path in sorted(self._good):
            one = self._good[path]
            first = found.setdefault(one.dashboard.slug, one)
            if first is not one:
                faults[path.name] = f"slug: {one.dashboard.slug!r} is that of {first.path.name}, too; choose another"
        return Look(found, faults | {path.name: why for path, why in sorted(self._faults.items())})


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that can be dashboards, by name.

    Raises:
        OSError: it can't be read.
    """
    endings = {f".{form}" for form in FORMS}
    with os.scandir(folder) as entries:
        names = [one.name for one in entries if not one.name.startswith((".", "_")) and _may_be_file(one)]
    return [folder / name for name in sorted(names) if Path(name).suffix.lower() in endings]


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is one; of what can't be looked at, who reads it tells why."""
    try:
        return entry.is_file()
    except OSError:
        return True


def read_file(path: Path) -> Dashboard:
    """The dashboard of a file; without a slug of its own it is called as the file is.

    Raises:
        Wrong: it can't be read, or is none.
    """
    form = form_of(path)
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        raise Wrong([Fault("", f"it can't be read: {error.strerror}")]) from None
    if len(text) > MAX_FILE:
        raise Wrong([Fault("", f"it has more than {MAX_FILE} bytes")])
    return parse(text, form, path.stem.lower())


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino

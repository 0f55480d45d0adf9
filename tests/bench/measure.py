"""What processes cost: CPU over a stretch of time and memory at its end, summed over a family of processes."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.server import Server

Family = Callable[[], list[psutil.Process]]


@dataclass(frozen=True)
class Cost:
    """CPU in percent of one core; memory in bytes: resident (shared pages in every process), and proportional."""

    cpu: float
    rss: int
    pss: int
    processes: int

    def __str__(self) -> str:
        memory = f"{self.rss / 2**20:7.1f} MiB RSS {self.pss / 2**20:7.1f} MiB PSS"
        return f"{self.cpu:6.2f} % of a core {memory} in {self.processes} processes"


def cost(family: Family, seconds: float) -> Cost:
    """What the processes of `family` cost over the next `seconds`; those that end meanwhile count, too."""
    before = {one: used(one) for one in family()}
    began = time.monotonic()
    time.sleep(seconds)
    lasted = time.monotonic() - began
    # What a child used that has ended is in its parent's account; a new one began with nothing.
    after = {one: used(one) for one in family()}
    spent = sum(total - before.get(one, 0.0) for one, total in after.items())
    rss, pss = zip(*(memory(one) for one in after), strict=True) if after else ((0,), (0,))
    return Cost(100 * spent / lasted, sum(rss), sum(pss), len(after))


def used(process: psutil.Process) -> float:
    """Seconds of user and system time, of the process and of its children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def memory(process: psutil.Process) -> tuple[int, int]:
    """Resident and proportional set size in bytes; the second is 0 where the system has none."""
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0, 0
    return full.rss, getattr(full, "pss", 0)


def family_of(root: int) -> Family:
    """The process `root` and whatever it has started."""

    def members() -> list[psutil.Process]:
        try:
            process = psutil.Process(root)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    return members


@contextmanager
def plotroom(*arguments: str, config: str = "", files: dict[str, str] | None = None) -> Iterator[Server]:
    """A running Plotroom in a home of its own; `files` are written there first."""
    home = Path(tempfile.mkdtemp(prefix="plotroom-bench-"))
    try:
        for name, text in (files or {}).items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text, encoding="utf-8")
        server = Server(home, arguments, config=config, preloaded=False)
        try:
            server.start()
            yield server
        finally:
            problems = server.finish()
        if problems:
            raise SystemExit("\n".join(problems))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def percentile(values: list[float], share: float) -> float:
    """The smallest of `values` that `share` of them (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.999999) - 1))]


def parameters(arguments: argparse.Namespace) -> str:
    """The command's own parameters and the machine, for the line above the figures."""
    given = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in vars(arguments).items())
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return f"{given} | Python {platform.python_version()}, {psutil.cpu_count()} cores, load {load}"

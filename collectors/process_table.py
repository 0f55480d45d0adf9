"""The processes of this machine, read as cheaply as the platform allows."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol

import psutil

RUNNING, SLEEPING, BLOCKED, STOPPED, ZOMBIE = STATES = ("running", "sleeping", "blocked", "stopped", "zombie")

_LETTERS = {"R": RUNNING, "S": SLEEPING, "I": SLEEPING, "D": BLOCKED, "T": STOPPED, "t": STOPPED, "Z": ZOMBIE}
_PSUTIL = {
    psutil.STATUS_RUNNING: RUNNING, psutil.STATUS_DISK_SLEEP: BLOCKED, psutil.STATUS_STOPPED: STOPPED,
    psutil.STATUS_TRACING_STOP: STOPPED, psutil.STATUS_ZOMBIE: ZOMBIE,
}  # fmt: skip
_PF_KTHREAD = 0x0020_0000  # include/linux/sched.h

# Programs that are known by what they run, with their options that take a value.
_RUNTIME = re.compile(r"(python|pypy|node|ruby|perl|php|java|deno|bun)[\d.]*")
_WITH_VALUE = {"-cp", "-classpath", "--class-path", "-W", "-X", "-r", "--require", "-I"}


Identity = tuple[int, float]  # a number may come again, with another start


class Process(NamedTuple):
    """A process at one moment."""

    pid: int
    started: float  # seconds, of any clock
    command: str
    state: str  # one of STATES
    cpu: float  # seconds used since it started
    memory: int  # resident bytes
    threads: int
    kernel: bool = False

    @property
    def identity(self) -> Identity:
        return self.pid, self.started


class Transfer(NamedTuple):
    """Bytes that a process had read from and written to disks since it started."""

    read: int
    written: int


class ProcessTable(Protocol):
    """Where processes come from."""

    def processes(self) -> list[Process]: ...
    def arguments(self, pid: int) -> Sequence[str]:
        """Its command line; empty when it is gone, is the kernel's or is not ours to see."""

    def transfer(self, pid: int) -> Transfer | None:
        """None where it is gone or not ours to see."""


class LinuxTable:
    """Reads one file a process: /proc/<pid>/stat has all that a `Process` needs. See proc_pid_stat(5)."""

    def __init__(self, root: str = "/proc") -> None:
        self._root = root
        self._ticks: int = os.sysconf("SC_CLK_TCK")
        self._page: int = os.sysconf("SC_PAGE_SIZE")
        self._last: dict[str, tuple[bytes, Process]] = {}

    def processes(self) -> list[Process]:
        last, self._last = self._last, {}
        for entry in os.listdir(self._root):
            if entry.isdigit() and (stat := self._read(entry, "stat")):
                known = last.get(entry)
                # Most processes sleep: the same bytes need not be parsed again, which halves the time.
                self._last[entry] = known if known and known[0] == stat else (stat, self._process(int(entry), stat))
        return [process for _, process in self._last.values()]

    def arguments(self, pid: int) -> list[str]:
        line = self._read(pid, "cmdline").decode("utf-8", "replace")
        return [argument for argument in line.split("\0") if argument]

    def transfer(self, pid: int) -> Transfer | None:
        fields = dict(line.split(b": ") for line in self._read(pid, "io").splitlines())
        return Transfer(int(fields[b"read_bytes"]), int(fields[b"write_bytes"])) if fields else None

    def _process(self, pid: int, stat: bytes) -> Process:
        # The command stands in brackets and may itself have brackets, spaces and line ends.
        opening, closing = stat.index(b"("), stat.rindex(b")")
        field = stat[closing + 2 :].split()  # field[0] is number 3 of the manual
        return Process(
            pid=pid,
            started=int(field[19]) / self._ticks,
            command=stat[opening + 1 : closing].decode("utf-8", "replace"),
            state=_LETTERS.get(field[0].decode("ascii"), SLEEPING),
            cpu=(int(field[11]) + int(field[12])) / self._ticks,
            memory=int(field[21]) * self._page,
            threads=int(field[17]),
            kernel=bool(int(field[6]) & _PF_KTHREAD),
        )

    def _read(self, pid: int | str, name: str) -> bytes:
        try:
            # Two thirds of the time of open(), of which there are hundreds at every tick.
            handle = os.open(f"{self._root}/{pid}/{name}", os.O_RDONLY)
        except OSError:
            return b""
        try:
            return os.read(handle, 4096)
        except OSError:  # ESRCH: gone since it was opened
            return b""
        finally:
            os.close(handle)


class PsutilTable:
    """Reads processes through psutil, which keeps its objects between calls."""

    _ATTRIBUTES = ("pid", "create_time", "name", "status", "cpu_times", "memory_info", "num_threads")

    def processes(self) -> list[Process]:
        return [self._process(process.info) for process in psutil.process_iter(self._ATTRIBUTES)]

    def arguments(self, pid: int) -> list[str]:
        try:
            return psutil.Process(pid).cmdline()
        except psutil.Error:
            return []

    def transfer(self, pid: int) -> Transfer | None:
        try:
            counters = psutil.Process(pid).io_counters()
        except (psutil.Error, AttributeError):  # macOS has no io_counters
            return None
        return Transfer(counters.read_bytes, counters.write_bytes)

    @staticmethod
    def _process(info: Mapping[str, Any]) -> Process:  # Any: psutil's named tuples, or None for what is not ours to see
        times, memory = info["cpu_times"], info["memory_info"]
        return Process(
            pid=info["pid"],
            started=info["create_time"] or 0.0,
            command=info["name"] or str(info["pid"]),
            state=_PSUTIL.get(info["status"], SLEEPING),
            cpu=times.user + times.system if times else 0.0,
            memory=memory.rss if memory else 0,
            threads=info["num_threads"] or 0,
        )


def title(command: str, arguments: Sequence[str]) -> str:
    """What people call a process: `python3 -m http.server` is "python3 http.server", `kworker/0:1` is "kworker"."""
    program = PurePath(arguments[0]).name if arguments else ""
    if not program:
        return command.partition("/")[0]  # of the kernel
    if command.endswith("MainThread"):  # what Node calls itself
        command = program
    if _RUNTIME.fullmatch(command):
        return f"{command} {_script(arguments[1:])}".rstrip()
    # Linux cuts a command after 15 characters.
    return program if len(command) == 15 and program.startswith(command) else command


def _script(arguments: Sequence[str]) -> str:
    """The script, module or archive that a runtime was started with."""
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-c", "-e"):
            return ""
        if argument in ("-m", "-jar"):
            return PurePath(next(rest, "")).name
        if argument in _WITH_VALUE:
            next(rest, "")
        elif not argument.startswith("-"):
            return PurePath(argument).name
    return ""

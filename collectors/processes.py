"""Processes: how many there are, and which take most of the machine."""

from __future__ import annotations

import heapq
import os
import sys
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable

from pydantic import Field

from collectors import Collector, CollectorConfig, Gauge
from collectors.process_table import STATES, Identity, LinuxTable, Process, ProcessTable, PsutilTable, Transfer, title

Amounts = Iterable[tuple[str, float]]

NOTHING = Transfer(0, 0)
#: Decimals of a share: ticks of the kernel's clock, divided by a measured time, are no better known, and noise beyond
#: would take most of their place on the disk.
DECIMALS = 3


def process_table() -> ProcessTable:
    return LinuxTable() if sys.platform == "linux" else PsutilTable()


def largest(amounts: Amounts, count: int) -> list[tuple[str, float]]:
    """The `count` largest sums by name, largest first, without those that are nothing."""
    sums: dict[str, float] = {}
    for name, amount in amounts:
        sums[name] = sums.get(name, 0.0) + amount
    best = heapq.nlargest(count, sums.items(), key=lambda item: item[1])
    return [(name, amount) for name, amount in best if amount > 0]


class Names:
    """What processes are called; a command line is read once, and again when the process runs another program."""

    def __init__(self, table: ProcessTable) -> None:
        self._table = table
        self._known: dict[Identity, tuple[str, str]] = {}

    def of(self, processes: Iterable[Process]) -> dict[Identity, str]:
        known, self._known = self._known, {}
        for process in processes:
            entry = known.get(process.identity)
            if entry is None or entry[0] != process.command:
                arguments = () if process.kernel else self._table.arguments(process.pid)
                entry = (process.command, title(process.command, arguments))
            self._known[process.identity] = entry
        return {identity: name for identity, (_, name) in self._known.items()}


class Processes(Collector):
    """Processes by state, and those that use most processor, memory and disk, taken together by name.

    Who is among the first depends on the rates, so these are taken here and given as gauges.
    """

    every = 2

    class Config(CollectorConfig):
        n: int = Field(default=10, ge=1, le=100, description="how many processes each chart shows")
        disk: bool = Field(default=True, description="false leaves out what processes read and write")

    config: Config

    states = Gauge(
        "system.processes", unit="processes", labels=["state"], chart="stacked", limits=(0, None), family="system",
        title="Processes by state", order=10, help="Processes by what they are doing; blocked is waiting for a disk",
    )  # fmt: skip
    threads = Gauge(
        "system.threads", unit="threads", limits=(0, None), family="system", title="Threads", order=20,
        help="Threads of all processes",
    )  # fmt: skip
    cpu = Gauge(
        "process.cpu", unit="%", labels=["process"], chart="top", limits=(0, None), family="processes",
        title="Processes by CPU", order=10, help="Share of the time of all cores, by the name of the process",
    )  # fmt: skip
    memory = Gauge(
        "process.memory", unit="bytes", labels=["process"], chart="top", limits=(0, None), family="processes",
        title="Processes by memory", order=20,
        help="Resident memory by the name of the process; what several share is counted for each",
    )  # fmt: skip
    read = Gauge(
        "process.read", unit="bytes/s", labels=["process"], chart="top", limits=(0, None), family="processes",
        title="Processes by reading", order=30, help="What each reads from disks, where Plotroom may see it",
    )  # fmt: skip
    written = Gauge(
        "process.write", unit="bytes/s", labels=["process"], chart="top", limits=(0, None), family="processes",
        title="Processes by writing", order=40, help="What each writes to disks, where Plotroom may see it",
    )  # fmt: skip

    def __init__(
        self,
        config: CollectorConfig | None = None,
        table: Callable[[], ProcessTable] = process_table,
        clock: Callable[[], float] = time.monotonic,
        cores: int | None = None,
    ) -> None:
        super().__init__(config)
        self._make_table = table
        self._clock = clock
        self._cores = cores or os.cpu_count() or 1

    def open(self) -> None:
        self._table = self._make_table()
        self._names = Names(self._table)
        self._then: float | None = None
        self._cpu: dict[Identity, float] = {}
        self._transfers: dict[Identity, Transfer | None] = {}

    def collect(self) -> None:
        processes = self._table.processes()
        now = self._clock()
        names = self._names.of(processes)
        tally = Tally(process.state for process in processes)
        for state in STATES:
            self.states.set(tally[state], state=state)
        self.threads.set(sum(process.threads for process in processes))
        self._show(self.memory, ((names[process.identity], process.memory) for process in processes), 0)
        spent = self._spent(processes)
        moved = self._moved(spent) if self.config.disk else {}
        if self._then is not None and now > self._then:
            seconds = now - self._then
            share = 100 / seconds / self._cores
            self._show(self.cpu, ((names[one], amount * share) for one, amount in spent.items()), DECIMALS)
            self._show(self.read, ((names[one], amount.read / seconds) for one, amount in moved.items()), 0)
            self._show(self.written, ((names[one], amount.written / seconds) for one, amount in moved.items()), 0)
        self._then = now

    def _show(self, metric: Gauge, amounts: Amounts, decimals: int) -> None:
        for name, amount in largest(amounts, self.config.n):
            metric.set(round(amount, decimals), process=name)

    def _spent(self, processes: Iterable[Process]) -> dict[Identity, float]:
        """Seconds of processor since the last tick, of those that used any; what is new used it all since then."""
        last, self._cpu = self._cpu, {process.identity: process.cpu for process in processes}
        spent = ((identity, cpu - last.get(identity, 0.0)) for identity, cpu in self._cpu.items())
        return {identity: seconds for identity, seconds in spent if seconds > 0}

    def _moved(self, active: Iterable[Identity]) -> dict[Identity, Transfer]:
        """Bytes moved since the last tick by `active`: who moves data uses the processor, so nobody else is asked."""
        self._transfers = {one: total for one, total in self._transfers.items() if one in self._cpu}
        moved: dict[Identity, Transfer] = {}
        for identity in active:
            before = self._transfers.get(identity, NOTHING)
            if before is None:  # not ours to see, which doesn't change
                continue
            after = self._transfers[identity] = self._table.transfer(identity[0])
            if after is not None:
                moved[identity] = Transfer(after.read - before.read, after.written - before.written)
        return moved

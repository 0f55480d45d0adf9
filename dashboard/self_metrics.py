"""The dashboard as a collector of itself: is it on time, for how many, at what cost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil

from collectors import Collector, Counter, Gauge

FAMILY = "self"
PROBE_EVERY = 0.25  # seconds: four wake-ups a second cost less than 0.05% of a core
#: Decimals of durations in seconds: what a tenth of a millisecond is made of is noise, which the history would keep.
DECIMALS = 4


class HubLag:
    """How much later than asked a sleeping task is woken: what every other task waits, too.

    Args:
        sleep: the server's cooperative sleep, in seconds.
        monotonic: a clock in seconds that never steps.
    """

    def __init__(self, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._worst = 0.0
        self._stopped = threading.Event()

    def run(self) -> None:
        """Measure until `stop`; a task of its own."""
        while not self._stopped.is_set():
            asked = self._monotonic() + PROBE_EVERY
            self._sleep(PROBE_EVERY)
            self._worst = max(self._worst, self._monotonic() - asked)

    def stop(self) -> None:
        self._stopped.set()

    def take(self) -> float:
        """The largest lag since the last call, in seconds."""
        worst, self._worst = self._worst, 0.0
        return max(worst, 0.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What the history on the disk costs.

    Attributes:
        size: bytes of its files.
        values: running count of the values that were written.
        commit: seconds that the last second's writing took.
        damaged: running count of the chunks that could not be read.
    """

    size: int
    values: int
    commit: float
    damaged: int


@dataclass(frozen=True)
class Vitals:
    """Where the figures come from; `app.py` fills it in.

    Attributes:
        hub_lag: seconds, the largest since the last call.
        lateness: seconds by which the ticks since the last call were late.
        ticks: running counts by name: `late`, `skipped`, and `restarted` tasks.
        people: current counts by name: `clients`, `rooms`.
        messages_out: running count of frames handed to sockets.
        bytes_out: running count of their bytes.
        durations: seconds that each running collector's last collect took.
        workers: process ids of the collector processes.
        history: what the history on the disk costs, None when there is none.
    """

    hub_lag: Callable[[], float]
    lateness: Callable[[], list[float]]
    ticks: Callable[[], Mapping[str, int]]
    people: Callable[[], Mapping[str, int]]
    messages_out: Callable[[], int]
    bytes_out: Callable[[], int]
    durations: Callable[[], Mapping[str, float]]
    workers: Callable[[], list[int]]
    history: Callable[[], Cost | None]
    processes: dict[int, psutil.Process] = field(default_factory=dict)

    def usage(self) -> dict[str, tuple[float, int]]:
        """(CPU seconds, resident bytes) of the server and of all its collector processes together."""
        pids = self.workers()
        for gone in self.processes.keys() - {0, *pids}:
            del self.processes[gone]
        totals = {"server": self._of(0)}
        if pids:
            each = [self._of(pid) for pid in pids]
            totals["collectors"] = (sum(cpu for cpu, _ in each), sum(memory for _, memory in each))
        return totals

    def _of(self, pid: int) -> tuple[float, int]:
        try:
            process = self.processes.get(pid)
            if process is None:
                process = self.processes[pid] = psutil.Process(pid or None)
            with process.oneshot():
                cpu = process.cpu_times()
                return cpu.user + cpu.system, process.memory_info().rss
        except psutil.Error:  # it ended a moment ago
            self.processes.pop(pid, None)
            return 0.0, 0


def self_collector(vitals: Vitals) -> type[Collector]:
    """The collector class named `self`, bound to one running server."""

    class SelfCollector(Collector):
        """Plotroom's own health: hub lag, tick jitter, clients, traffic, memory."""

        name = "self"
        runs = "inline"

        lag = Gauge("self.hub_lag", unit="s", title="Hub lag", family=FAMILY, order=10,
                    help="How long a task that is ready waits for its turn, the worst of each second.")  # fmt: skip
        jitter = Gauge("self.tick_lateness", unit="s", title="Tick lateness", labels=["of"], family=FAMILY, order=20,
                       help="By how much samples were taken later than their tick.")  # fmt: skip
        ticks = Counter("self.ticks_missed", unit="ticks", title="Late and skipped ticks", labels=["kind"],
                        family=FAMILY, chart="bars", order=30)  # fmt: skip
        people = Gauge("self.clients", title="Clients and rooms", labels=["kind"], family=FAMILY, order=40)
        messages = Counter("self.messages_out", unit="messages", title="Messages out", family=FAMILY, order=50)
        traffic = Counter("self.bytes_out", unit="bytes", title="Bytes out", family=FAMILY, chart="area", order=60)
        cpu = Counter("self.cpu", unit="s", title="CPU of Plotroom", labels=["process"], family=FAMILY, chart="stacked",
                      scale=100, rate_unit="%", order=70, help="In percent of one core.")  # fmt: skip
        memory = Gauge("self.memory", unit="bytes", title="Memory of Plotroom", labels=["process"], family=FAMILY,
                       chart="stacked", order=80)  # fmt: skip
        durations = Gauge("self.collect_duration", unit="s", title="Collector durations", labels=["collector"],
                          family=FAMILY, order=90)  # fmt: skip
        size = Gauge("self.history_size", unit="bytes", title="History on the disk", family=FAMILY, chart="area",
                     order=100)  # fmt: skip
        values = Counter("self.history_values", unit="values", title="Values written", family=FAMILY, order=110)
        commit = Gauge("self.history_commit", unit="s", title="Writing of the last second", family=FAMILY, order=120,
                       help="How long it took to write what came in a second; native threads do it.")  # fmt: skip
        damaged = Counter("self.history_damaged", unit="chunks", title="Damaged chunks found", family=FAMILY,
                          chart="bars", order=130)  # fmt: skip

        def collect(self) -> None:
            self.lag.set(round(vitals.hub_lag(), DECIMALS))
            late = sorted(round(one, DECIMALS) for one in vitals.lateness())
            if late:
                self.jitter.set(late[len(late) // 2], of="median")
                self.jitter.set(late[-1], of="worst")
            for kind, count in vitals.ticks().items():
                self.ticks.set(count, kind=kind)
            for kind, count in vitals.people().items():
                self.people.set(count, kind=kind)
            self.messages.set(vitals.messages_out())
            self.traffic.set(vitals.bytes_out())
            for process, (seconds, resident) in vitals.usage().items():
                self.cpu.set(seconds, process=process)
                self.memory.set(resident, process=process)
            for name, seconds in vitals.durations().items():
                self.durations.set(round(seconds, DECIMALS), collector=name)
            cost = vitals.history()
            if cost is not None:
                self.size.set(cost.size)
                self.values.set(cost.values)
                self.commit.set(round(cost.commit, DECIMALS))
                self.damaged.set(cost.damaged)

    return SelfCollector

"""The processors: what they spend their time on, how many tasks want them, how often they switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import psutil

from collectors import Collector, CollectorConfig, Counter, Gauge, Unavailable

Times = Mapping[str, float]  # seconds since boot by mode, under psutil's names

MODES = ("user", "nice", "system", "iowait", "irq", "softirq", "steal", "guest")
_WAITING = frozenset({"iowait"})


def core_times() -> list[Times]:
    return [times._asdict() for times in psutil.cpu_times(percpu=True)]


def cpu_events() -> Mapping[str, float]:
    return psutil.cpu_stats()._asdict()


def by_mode(times: Times) -> dict[str, float]:
    """Seconds by mode, each second once: what guests use is part of `user` and `nice` in psutil's numbers."""
    seconds = {mode: times.get(mode, 0.0) for mode in MODES}
    seconds["user"] -= times.get("guest", 0.0)
    seconds["nice"] -= times.get("guest_nice", 0.0)
    seconds["guest"] += times.get("guest_nice", 0.0)
    return seconds


class Cpu(Collector):
    """Use of the processors by mode and by core, load, context switches and interrupts."""

    runs = "inline"

    modes = Counter(
        "system.cpu", unit="s", scale=100, rate_unit="%", labels=["mode"], chart="stacked", limits=(0, 100),
        family="cpu", title="CPU by mode", headline="sum", order=10,
        help="Share of the time of all cores, without idle",
    )  # fmt: skip
    cores = Counter(
        "system.cpu.core", unit="s", scale=100, rate_unit="%", labels=["core"], chart="heatmap", limits=(0, 100),
        family="cpu", title="CPU by core", order=30, help="Share of the time in which each core was busy",
    )  # fmt: skip
    load = Gauge(
        "system.load", unit="processes", labels=["period"], family="cpu", title="Load", limits=(0, None), order=20,
        help="Processes that run, want to run or wait for a disk, averaged over each period",
    )  # fmt: skip
    switches = Counter(
        "system.context_switches", unit="switches", family="system", title="Context switches", limits=(0, None),
        order=50, help="How often the cores went from one task to another",
    )  # fmt: skip
    interrupts = Counter(
        "system.interrupts", unit="interrupts", labels=["kind"], family="system", title="Interrupts", limits=(0, None),
        order=60, help="Interrupts by devices (hard) and the work that they left for later (soft)",
    )  # fmt: skip

    def __init__(
        self,
        config: CollectorConfig | None = None,
        times: Callable[[], Sequence[Times]] = core_times,
        events: Callable[[], Mapping[str, float]] = cpu_events,
        load: Callable[[], tuple[float, float, float]] = psutil.getloadavg,
    ) -> None:
        super().__init__(config)
        self._times = times
        self._events = events
        self._load = load
        self._held: dict[str, float] = {}

    def open(self) -> None:
        try:
            self._times()
        except (OSError, NotImplementedError) as error:
            raise Unavailable(f"the use of the processors can't be read: {error}") from error

    def collect(self) -> None:
        cores = [by_mode(times) for times in self._times()]
        for core, seconds in enumerate(cores):
            busy = sum(value for mode, value in seconds.items() if mode not in _WAITING)
            self.cores.set(busy, core=core)
        for mode in MODES:
            total = sum(seconds[mode] for seconds in cores) / len(cores)
            if total or mode in self._held:  # a mode that this machine doesn't know stays out of the legend
                self.modes.set(self._forward(mode, total), mode=mode)
        for period, value in zip(("1 min", "5 min", "15 min"), self._load(), strict=True):
            self.load.set(value, period=period)
        events = self._events()
        self.switches.set(events["ctx_switches"])
        self.interrupts.set(events["interrupts"], kind="hard")
        if events["soft_interrupts"]:
            self.interrupts.set(events["soft_interrupts"], kind="soft")

    def _forward(self, mode: str, seconds: float) -> float:
        """`seconds`, or the last value after a small step back, as Linux lets iowait take one: see proc_stat(5)."""
        held = self._held.get(mode, 0.0)
        if not 0 < held - seconds < 1:
            held = self._held[mode] = seconds
        return held

"""An invented machine at one moment: a plugin whose every sample is fixed, so that the page always looks the same.

Each source writes all of its past at once and then nothing more. Times end at `NOW`, which is when the server thinks
that it is started; see tests/looks/sitecustomize.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from collectors import Collector, Gauge, Misconfigured, Unavailable

#: 2026-01-15 10:30:00 UTC, in ms.
NOW = 1_768_473_000_000
SECONDS = 900
STEP = 2_000
TIMES = np.arange(NOW - SECONDS * 1000, NOW + 1, STEP, dtype=np.int64)
#: Seconds between two samples as they are declared: nobody waits for the next one.
RARELY = 3_600.0


def wave(mean: float, swing: float, period: float, phase: float = 0.0, rough: float = 0.15) -> np.ndarray:
    """A line that looks measured: a slow wave with quicker ones on it."""
    at = TIMES / 1000 - NOW / 1000
    slow = np.sin(2 * np.pi * at / period + phase)
    quick = np.sin(at / 3.1 + 7 * phase) * np.sin(at / 1.7 + phase) * np.cos(at / 11.3)
    return np.maximum(0.0, mean + swing * (slow + rough * 4 * quick))


def put(metric: Gauge, label: str, **lines: np.ndarray) -> None:
    """Write a line for each value of a label."""
    metric.write(TIMES, list(lines.values()), [{label: name} for name in lines])


class Invented(Collector):
    """Writes once, and stays."""

    every = RARELY

    def write(self) -> None:
        """Write all samples."""

    def stream(self) -> Iterator[None]:
        self.write()
        yield
        threading.Event().wait()


class Machine(Invented):
    """What every machine has."""

    modes = Gauge("machine.modes", unit="%", labels=["mode"], family="cpu", chart="stacked", limits=(0, 100),
                  title="CPU by mode", headline="sum", order=1)  # fmt: skip
    load = Gauge(
        "machine.load", labels=["period"], unit="processes", family="cpu", title="Load", limits=(0, None), order=2
    )
    cores = Gauge(
        "machine.cores", unit="%", labels=["core"], family="cpu", chart="heatmap", limits=(0, 100), title="CPU by core"
    )
    memory = Gauge("machine.memory", unit="bytes", labels=["use"], family="memory", chart="stacked", limits=(0, None),
                   title="Memory", headline="used")  # fmt: skip
    traffic = Gauge("machine.traffic", unit="bits/s", labels=["interface", "direction"], family="network",
                    title="Network", headline="sum")  # fmt: skip
    disks = Gauge("machine.disks", unit="bytes/s", labels=["direction"], family="disks", chart="area",
                  title="Disk throughput", limits=(0, None), headline="max")  # fmt: skip
    busy = Gauge(
        "machine.busy", unit="%", labels=["disk"], family="disks", chart="bars", limits=(0, 100), title="Disk busy"
    )
    top = Gauge("machine.top", unit="%", labels=["process"], family="processes", chart="top", title="Processes by CPU")

    def write(self) -> None:
        gib = 2.0**30
        put(self.modes, "mode", user=wave(24, 9, 420), system=wave(9, 3, 300, 1), iowait=wave(2, 1.5, 200, 2),
            steal=wave(0.4, 0.3, 90, 3))  # fmt: skip
        loads = (wave(1.8, 0.6, 500), wave(1.6, 0.3, 700, 1, 0.03), wave(1.4, 0.1, 900, 2, 0.01))
        put(self.load, "period", **dict(zip(("1 min", "5 min", "15 min"), loads, strict=True)))
        put(self.cores, "core", **{str(core): wave(30 + 6 * core, 25, 300 + 40 * core, core) for core in range(8)})
        put(self.memory, "use", used=gib * wave(11.2, 0.5, 800, 0, 0.02), cached=gib * wave(9.4, 0.3, 600, 2, 0.02),
            free=gib * wave(10.8, 0.4, 700, 4, 0.02))  # fmt: skip
        lines = [{"interface": name, "direction": way} for name in ("eth0", "wlan0") for way in ("in", "out")]
        traffic = [wave(18e6 / place, 9e6 / place, 180 + 60 * place, place) for place in range(1, 5)]
        self.traffic.write(TIMES, traffic, lines)
        put(self.disks, "direction", read=wave(42e6, 30e6, 350), write=wave(21e6, 18e6, 260, 2))
        put(self.busy, "disk", nvme0n1=wave(37, 22, 310))
        names = ("postgres", "chromium", "python3", "redis-server", "node", "systemd", "sshd", "containerd")
        put(
            self.top,
            "process",
            **{name: wave(48 / place, 5 / place, 300, place) for place, name in enumerate(names, 1)},
        )


LONG = "A title that is much longer than any panel of a dashboard is wide, as people write them"


class Odd(Invented):
    """Metrics that are not as one expects."""

    one = Gauge("odd.one", unit="°C", title="One sample", order=1)
    gaps = Gauge("odd.gaps", unit="V", title="With gaps", order=2)
    many = Gauge("odd.many", unit="messages", labels=["queue"], title="Fifty series", order=3)
    long = Gauge("odd.long", unit="requests/s", labels=["endpoint"], title=LONG, order=4)
    minus = Gauge("odd.minus", unit="°C", title="Below zero", order=5)
    nothing = Gauge("odd.nothing", title="Never a sample", order=6)

    def write(self) -> None:
        self.one.write(TIMES[-1:], [21.5])
        gaps = wave(12, 0.6, 300)
        gaps[80:130] = gaps[300:310] = np.nan
        self.gaps.write(TIMES, [gaps])
        put(self.many, "queue", **{f"queue-{at:02}": wave(10 + 3 * at, 8, 200 + 9 * at, at) for at in range(50)})
        endpoint = "/api/v1/customers/{customer}/invoices/{invoice}"
        put(self.long, "endpoint", **{endpoint: wave(120, 40, 300), "/": wave(60, 30, 200, 1)})
        self.minus.write(TIMES, [wave(8, 3, 400) - 12])


class Silent(Invented):
    """Has stopped two minutes ago without a word."""

    every = 1.0
    value = Gauge("odd.silent", unit="hPa", title="Silent", order=7)

    def write(self) -> None:
        self.value.write(TIMES[:-60], [wave(1013, 2, 500, 0, 0.02)[:-60]])


class Pump(Collector):
    """Fails."""

    every = 2.0
    flow = Gauge("odd.flow", unit="m/s", title="Failing", order=8)

    def collect(self) -> None:
        raise OSError("the pump does not answer on port 502")


class Scale(Collector):
    """Is configured wrong."""

    every = 2.0
    weight = Gauge("odd.weight", unit="g", title="Misconfigured", order=9)

    def open(self) -> None:
        raise Misconfigured("device", "there is no /dev/ttyUSB7")


class Buoy(Collector):
    """Is away."""

    every = 2.0
    waves = Gauge("odd.waves", unit="m", title="Unavailable", order=10)

    def collect(self) -> None:
        raise Unavailable("the buoy is out of reach")

"""Sources for `--demo`: known shapes, on which one sees at once whether a chart is right."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

import numpy as np

from collectors import Collector, CollectorConfig, Counter, Gauge

Clock = Callable[[], float]

PERIOD = 20.0  # seconds of one wave
BINS = 48


class DemoWaves(Collector):
    """A sine and a square wave, ten times a second."""

    runs = "inline"
    enabled = False
    every = 0.1

    sine = Gauge(
        "demo.sine",
        unit="V",
        labels=["phase"],
        limits=(-1.2, 1.2),
        title="Sine",
        order=10,
        help="Three phases of a sine",
    )
    square = Gauge(
        "demo.square", unit="V", chart="area", limits=(-0.2, 1.2), title="Square wave", order=20,
        help="On for half of the period, then off",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, clock: Clock = time.time) -> None:
        super().__init__(config)
        self._clock = clock

    def collect(self) -> None:
        turn = self._clock() / PERIOD % 1
        for phase in range(3):
            self.sine.set(math.sin(2 * math.pi * (turn - phase / 3)), phase=f"{phase * 120}°")
        self.square.set(turn < 0.5)


class DemoBursts(Collector):
    """A queue that fills in bursts, and the counter of what went through it."""

    runs = "inline"
    enabled = False

    depth = Gauge(
        "demo.bursts", unit="messages", labels=["queue"], chart="stacked", limits=(0, None), title="Bursts", order=30,
        help="Queues that fill now and then, and are worked off",
    )  # fmt: skip
    done = Counter(
        "demo.done", unit="messages", labels=["queue"], chart="bars", limits=(0, None), title="Worked off", order=40,
        help="What was taken from the queues",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, chance: random.Random | None = None) -> None:
        super().__init__(config)
        self._chance = chance or random.Random()

    def open(self) -> None:
        self._depths = {"orders": 0, "mails": 0}
        self._totals = dict.fromkeys(self._depths, 0)

    def collect(self) -> None:
        for queue, depth in self._depths.items():
            arrived = self._chance.randint(200, 900) if self._chance.random() < 0.08 else self._chance.randint(0, 20)
            taken = min(depth + arrived, 60)
            self._depths[queue] += arrived - taken
            self._totals[queue] += taken
            self.depth.set(self._depths[queue], queue=queue)
            self.done.set(self._totals[queue], queue=queue)


class DemoGaps(Collector):
    """A source that is silent for a quarter of the time."""

    runs = "inline"
    enabled = False

    value = Gauge(
        "demo.gaps", unit="°C", limits=(15, 25), title="Gaps", order=50, help="A thermometer with a loose contact"
    )

    def __init__(self, config: CollectorConfig | None = None, clock: Clock = time.time) -> None:
        super().__init__(config)
        self._clock = clock

    def collect(self) -> None:
        turn = self._clock() / PERIOD % 1
        self.value.set(None if turn > 0.75 else 20 + 3 * math.sin(self._clock() / 7))


class DemoSpectrum(Collector):
    """An array a tick, drawn as a heat map."""

    runs = "inline"
    enabled = False
    every = 0.5

    power = Gauge(
        "demo.spectrum", unit="dB", labels=["band"], chart="heatmap", limits=(-60, 0), title="Spectrum", order=60,
        help="Two tones that wander over noise",
    )  # fmt: skip

    def __init__(
        self, config: CollectorConfig | None = None, clock: Clock = time.time, noise: np.random.Generator | None = None
    ) -> None:
        super().__init__(config)
        self._clock = clock
        self._noise = noise or np.random.default_rng()

    def collect(self) -> None:
        now = self._clock()
        bands = np.arange(BINS)
        power = self._noise.normal(-52, 2, BINS)
        for speed, level in ((23.0, -4.0), (41.0, -12.0)):
            tone = BINS * (0.5 + 0.4 * math.sin(2 * math.pi * now / speed))
            power = np.maximum(power, level - 3 * (bands - tone) ** 2)
        self.power.set_result(power.clip(-60, 0))

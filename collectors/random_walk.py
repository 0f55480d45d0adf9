"""A random walk: the collector to copy when you write your own."""

import random

from pydantic import Field

from collectors import Collector, CollectorConfig, Gauge


class RandomWalk(Collector):
    """Walkers that take one step a tick, up or down."""

    every = 0.5
    enabled = False  # leave this line out, and yours starts by itself
    runs = "inline"  # and this one, and it has a process of its own, where it may block or crash

    class Config(CollectorConfig):
        walkers: int = Field(default=3, ge=1, le=100, description="how many walk")
        step: float = Field(default=1.0, gt=0, description="the longest step")

    config: Config
    position = Gauge("demo.random_walk", unit="m", labels=["walker"], title="Random walk", help="Where each walker is")

    def open(self) -> None:
        """Connect to the source; raise `Unavailable` when it isn't there."""
        self.positions = [0.0] * self.config.walkers

    def collect(self) -> None:
        """Set every metric once."""
        for walker in range(self.config.walkers):
            self.positions[walker] += random.uniform(-self.config.step, self.config.step)
            self.position.set(self.positions[walker], walker=walker + 1)

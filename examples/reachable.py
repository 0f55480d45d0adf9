"""How long it takes to reach some hosts: one line each, a gap while one can't be reached.

[collectors.reachable]
targets = ["127.0.0.1:22", "192.0.2.7:443"]
"""

import socket
import time

from pydantic import Field

from collectors import Collector, CollectorConfig, Gauge


class Reachable(Collector):
    """Time to open a TCP connection."""

    every = 5

    class Config(CollectorConfig):
        targets: tuple[str, ...] = Field(default=("127.0.0.1:8420",), description="host:port, several")
        timeout: float = Field(default=1.0, gt=0, le=5, description="seconds after which a host counts as away")

    config: Config
    connect = Gauge("reachable.connect", unit="s", labels=["target"], title="Time to connect", limits=(0, None))

    def collect(self) -> None:
        for target in self.config.targets:
            self.connect.set(self._time(target), target=target)

    def _time(self, target: str) -> float | None:
        host, _, port = target.rpartition(":")
        started = time.perf_counter()
        try:
            with socket.create_connection((host, int(port)), self.config.timeout):
                return time.perf_counter() - started
        except OSError:
            return None

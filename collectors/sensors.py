"""What the machine feels: temperatures, fans and battery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import psutil

from collectors import Collector, CollectorConfig, Gauge, Unavailable

COLDEST, HOTTEST = -60.0, 250.0


class Sensor(Protocol):
    """What psutil gives for a thermometer or a fan."""

    @property
    def label(self) -> str: ...
    @property
    def current(self) -> float | None: ...


class Charge(Protocol):
    """What psutil gives for the battery."""

    @property
    def percent(self) -> float: ...


Sensors = Mapping[str, Sequence[Sensor]]


def no_battery() -> None:
    return None


# psutil has each function only where the platform has the sensors.
THERMOMETERS: Callable[[], Sensors] = getattr(psutil, "sensors_temperatures", dict)
FANS: Callable[[], Sensors] = getattr(psutil, "sensors_fans", dict)
BATTERY: Callable[[], Charge | None] = getattr(psutil, "sensors_battery", no_battery)


def named(sensors: Sensors) -> list[tuple[str, str, float | None]]:
    """(chip, sensor, value), with numbers where two sensors of a chip have one label or none."""
    rows = []
    for chip, members in sensors.items():
        count: dict[str, int] = {}
        for sensor in members:
            count[sensor.label] = number = count.get(sensor.label, 0) + 1
            label = sensor.label if number == 1 else f"{sensor.label} {number}".strip()
            rows.append((chip, label or str(number), sensor.current))
    return rows


class Temperatures(Collector):
    """The thermometers of processor, disks and board."""

    every = 5

    temperature = Gauge(
        "sensors.temperature", unit="°C", labels=["chip", "sensor"], family="system", title="Temperatures", order=10,
        help="What each thermometer of the machine shows",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, read: Callable[[], Sensors] = THERMOMETERS) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        if not self._read():
            raise Unavailable("this machine shows no temperatures")

    def collect(self) -> None:
        for chip, sensor, value in named(self._read()):
            # A socket without a thermometer reads as -127, -273 or 65,261.
            plausible = value is not None and COLDEST < value < HOTTEST
            self.temperature.set(value if plausible else None, chip=chip, sensor=sensor)


class Fans(Collector):
    """The fans."""

    every = 5

    speed = Gauge(
        "sensors.fan", unit="RPM", labels=["chip", "fan"], limits=(0, None), family="system", title="Fans", order=20,
        help="How fast each fan turns",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, read: Callable[[], Sensors] = FANS) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        if not self._read():
            raise Unavailable("this machine shows no fans")

    def collect(self) -> None:
        for chip, fan, value in named(self._read()):
            self.speed.set(value, chip=chip, fan=fan)


class Battery(Collector):
    """The battery."""

    every = 10

    charge = Gauge(
        "system.battery", unit="%", chart="area", limits=(0, 100), family="system", title="Battery", order=30,
        help="What is left in the battery",
    )  # fmt: skip

    def __init__(self, config: CollectorConfig | None = None, read: Callable[[], Charge | None] = BATTERY) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        self._present()

    def collect(self) -> None:
        self.charge.set(self._present().percent)

    def _present(self) -> Charge:
        charge = self._read()
        if charge is None:
            raise Unavailable("this machine has no battery")
        return charge

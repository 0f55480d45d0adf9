"""Temperatures, fans and battery."""

from contextlib import suppress
from typing import NamedTuple

import pytest

from collectors import Collector, Unavailable
from collectors.sampler import Sampler
from collectors.sensors import Battery, Fans, Temperatures, named, no_battery
from tests.collected import collected


class Reading(NamedTuple):
    label: str
    current: float | None


class Level(NamedTuple):
    percent: float


def test_sensors_are_told_by_chip_and_label() -> None:
    """A thermometer's series is its chip and its label."""
    temperatures = Temperatures(None, lambda: {"coretemp": [Reading("Core 0", 41.5), Reading("Core 1", 43.0)]})
    temperatures.open()
    assert collected(temperatures)["sensors.temperature"] == {"coretemp Core 0": 41.5, "coretemp Core 1": 43.0}


def test_sensors_without_a_label_of_their_own_are_numbered() -> None:
    """Two sensors with one label, or with none, are two series."""
    chips = {"nvme": [Reading("Composite", 30), Reading("Composite", 40)], "acpitz": [Reading("", 25), Reading("", 26)]}
    assert named(chips) == [
        ("nvme", "Composite", 30), ("nvme", "Composite 2", 40), ("acpitz", "1", 25), ("acpitz", "2", 26),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [-127.0, -273.15, 65_261.85, None])
def test_a_socket_without_a_thermometer_is_a_gap(value: float | None) -> None:
    """A temperature that can't be is a gap, so that it doesn't ruin the chart."""
    temperatures = Temperatures(None, lambda: {"it87": [Reading("temp3", value)]})
    (shown,) = collected(temperatures)["sensors.temperature"].values()
    assert shown != shown, "not a gap"


def test_fans_turn() -> None:
    """A fan's speed is passed on; one that stands still shows 0."""
    fans = Fans(None, lambda: {"thinkpad": [Reading("fan1", 2100), Reading("fan2", 0)]})
    fans.open()
    assert collected(fans)["sensors.fan"] == {"thinkpad fan1": 2100, "thinkpad fan2": 0}


def test_a_battery_has_a_charge() -> None:
    """The battery's charge is in per cent."""
    battery = Battery(None, lambda: Level(81.5))
    battery.open()
    assert collected(battery)["system.battery"] == {"": 81.5}


@pytest.mark.parametrize(
    ("collector", "why"),
    [
        (Temperatures(None, dict), "no temperatures"),
        (Fans(None, dict), "no fans"),
        (Battery(None, no_battery), "no battery"),
    ],
)
def test_a_machine_without_sensors_is_unavailable(collector: Collector, why: str) -> None:
    """Where the machine, or psutil on it, has none, the collector is unavailable."""
    with pytest.raises(Unavailable, match=why):
        collector.open()


def test_a_battery_that_is_taken_out_is_unavailable() -> None:
    """A battery may leave while Plotroom runs."""
    with pytest.raises(Unavailable, match="no battery"):
        Battery(None, no_battery).collect()


@pytest.mark.parametrize("kind", [Temperatures, Fans, Battery])
def test_this_machine_has_them_or_not(kind: type[Collector]) -> None:
    """On the real machine the sensors are sampled or unavailable, nothing else."""
    sampler = Sampler(kind)
    with suppress(Unavailable):
        sampler.open()
        assert sampler.collect(1)
    sampler.close()

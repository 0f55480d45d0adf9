"""Pressure stall information."""

from pathlib import Path

import pytest

from collectors import Unavailable
from collectors.pressure import PRESSURE, Pressure, stalled
from collectors.sampler import Sampler
from tests.collected import collected, readings

TEXT = """\
some avg10=0.12 avg60=0.05 avg300=0.01 total=2500000
full avg10=0.00 avg60=0.00 avg300=0.00 total=1000000
"""


def test_totals_become_seconds() -> None:
    """The microseconds of /proc/pressure become seconds, by extent."""
    assert stalled(TEXT) == {"some": 2.5, "full": 1.0}


def test_each_resource_has_a_metric(tmp_path: Path) -> None:
    """Processor, memory and disks have a metric each; `full` of the processor, which the kernel leaves 0, is absent."""
    for name in ("cpu", "memory", "io"):
        (tmp_path / name).write_text(TEXT)
    pressure = Pressure(None, tmp_path)
    pressure.open()
    assert collected(pressure) == {
        "pressure.cpu": {"some": 2.5},
        "pressure.memory": {"some": 2.5, "full": 1.0},
        "pressure.io": {"some": 2.5, "full": 1.0},
    }


def test_a_kernel_without_it_is_unavailable(tmp_path: Path) -> None:
    """Where /proc has no such files the collector is unavailable."""
    with pytest.raises(Unavailable, match="pressure"):
        Pressure(None, tmp_path).open()


@pytest.mark.skipif(not PRESSURE.exists(), reason="this kernel has no pressure stall information")
def test_this_machine_only_ever_waits_longer() -> None:
    """The readings of this machine grow."""
    sampler = Sampler(Pressure)
    sampler.open()
    first, second = readings(sampler.collect(1)), readings(sampler.collect(2))
    for metric, parts in second.items():
        assert all(value >= first[metric][extent] for extent, value in parts.items())

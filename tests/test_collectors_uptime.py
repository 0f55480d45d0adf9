"""How long the machine has been up."""

import time

import psutil
import pytest

from collectors.uptime import Uptime, since_boot
from tests.collected import collected


def test_uptime_is_the_clocks() -> None:
    """The metric is what the clock of the machine's start says."""
    assert collected(Uptime(None, lambda: 4711.5)) == {"system.uptime": {"": 4711.5}}


def test_this_machine_started_when_psutil_says() -> None:
    """The clock agrees with the time at which the machine started."""
    assert since_boot() == pytest.approx(time.time() - psutil.boot_time(), abs=3)

"""The processors."""

import time
from collections.abc import Mapping

import psutil
import pytest

from collectors import Unavailable
from collectors.cpu import MODES, Cpu, by_mode
from collectors.sampler import Sampler
from tests.collected import collected, readings

EVENTS = {"ctx_switches": 900, "interrupts": 500, "soft_interrupts": 300, "syscalls": 0}


class Machine:
    """Two cores of Linux, whose times a test may change."""

    def __init__(self) -> None:
        self.cores = [
            {"user": 10.0, "nice": 0.0, "system": 4.0, "idle": 80.0, "iowait": 2.0, "guest": 3.0, "guest_nice": 0.0},
            {"user": 20.0, "nice": 0.0, "system": 6.0, "idle": 70.0, "iowait": 4.0, "guest": 0.0, "guest_nice": 0.0},
        ]
        self.events: Mapping[str, float] = EVENTS

    def cpu(self) -> Cpu:
        return Cpu(None, lambda: self.cores, lambda: self.events, lambda: (1.5, 1.0, 0.5))


def test_modes_are_averages_over_cores_without_idle() -> None:
    """Each mode is the mean of the cores' seconds, guests are told from user, and modes never used are absent."""
    values = collected(Machine().cpu())
    assert values["system.cpu"] == {"user": 13.5, "system": 5.0, "iowait": 3.0, "guest": 1.5}


def test_a_core_is_busy_with_everything_but_waiting() -> None:
    """A core's busy seconds leave out idle and iowait and count guests once."""
    assert collected(Machine().cpu())["system.cpu.core"] == {"0": 14.0, "1": 26.0}


def test_load_and_events_are_passed_on() -> None:
    """Load averages have their periods as labels; interrupts are split in hard and soft."""
    values = collected(Machine().cpu())
    assert values["system.load"] == {"1 min": 1.5, "5 min": 1.0, "15 min": 0.5}
    assert values["system.context_switches"] == {"": 900}
    assert values["system.interrupts"] == {"hard": 500, "soft": 300}


def test_a_platform_without_soft_interrupts_has_no_such_series() -> None:
    """Where psutil gives 0 for soft interrupts, as on macOS and Windows, there is no line of zeros."""
    machine = Machine()
    machine.events = {**EVENTS, "soft_interrupts": 0}
    assert collected(machine.cpu())["system.interrupts"] == {"hard": 500}


def test_a_small_step_back_of_iowait_is_held() -> None:
    """iowait that falls by a moment keeps its last reading; a fall of a second and more is a true reset."""
    machine = Machine()
    cpu = machine.cpu()
    assert collected(cpu)["system.cpu"]["iowait"] == 3.0
    machine.cores[0]["iowait"] = 1.9
    assert collected(cpu)["system.cpu"]["iowait"] == 3.0
    machine.cores[0]["iowait"] = 2.4
    assert collected(cpu)["system.cpu"]["iowait"] == 3.2
    machine.cores[0]["iowait"] = machine.cores[1]["iowait"] = 0.5
    assert collected(cpu)["system.cpu"]["iowait"] == 0.5


def test_a_mode_stays_once_it_was_used() -> None:
    """A mode that was seen goes on when its reading is back at zero."""
    machine = Machine()
    cpu = machine.cpu()
    collected(cpu)
    for core in machine.cores:
        core.update(dict.fromkeys(core, 0.0))
    assert collected(cpu)["system.cpu"] == {"user": 0, "system": 0, "iowait": 0, "guest": 0}


def test_the_modes_of_macos_are_enough() -> None:
    """A platform that knows four modes gives zeros for the others."""
    seconds = by_mode({"user": 3.0, "nice": 0.0, "system": 1.0, "idle": 9.0})
    assert seconds == {**dict.fromkeys(MODES, 0.0), "user": 3.0, "system": 1.0}


def test_a_machine_that_hides_its_times_is_unavailable() -> None:
    """Without /proc/stat the collector is unavailable, with the reason."""

    def hidden() -> list[dict[str, float]]:
        raise PermissionError("/proc/stat")

    with pytest.raises(Unavailable, match="/proc/stat"):
        Cpu(None, hidden).open()


def test_this_machine_is_never_more_than_busy() -> None:
    """The rates of this machine's modes are between 0 and 100 per cent in sum, and work shows in them."""
    sampler = Sampler(Cpu)
    sampler.open()
    began, before = time.monotonic(), readings(sampler.collect(1))
    while time.monotonic() - began < 0.3:
        pass  # be busy
    seconds, after = time.monotonic() - began, readings(sampler.collect(2))
    sampler.close()
    shares = {mode: (value - before["system.cpu"].get(mode, value)) / seconds * 100
              for mode, value in after["system.cpu"].items()}  # fmt: skip
    assert all(share >= 0 for share in shares.values())
    # The kernel counts in ticks of 10 ms, so that 0.3 s are known to within some per cent.
    assert 0 < sum(shares.values()) <= 110
    assert len(after["system.cpu.core"]) == psutil.cpu_count()

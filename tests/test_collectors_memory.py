"""Memory and swap space."""

import pytest

from collectors import Unavailable
from collectors.memory import Memory, Swap, main_memory
from collectors.sampler import Sampler
from tests.collected import collected, readings


def test_the_kinds_of_memory_add_up() -> None:
    """Used, cache and free are all there is; what could be given up counts as cache."""
    memory = Memory(None, lambda: {"total": 1000, "available": 700, "free": 200})
    assert collected(memory)["system.memory"] == {"used": 300, "cache": 500, "free": 200}


@pytest.mark.parametrize("available", [100, 5000])
def test_an_available_that_contradicts_itself_gives_no_negative_part(available: int) -> None:
    """In a container, `available` below `free` or above the total still gives parts that add up."""
    memory = Memory(None, lambda: {"total": 1000, "available": available, "free": 200})
    parts = collected(memory)["system.memory"]
    assert sum(parts.values()) == 1000
    assert min(parts.values()) >= 0


def test_this_machine_has_memory() -> None:
    """The parts of this machine's memory add up to what it has."""
    sampler = Sampler(Memory)
    sampler.open()
    parts = readings(sampler.collect(1))["system.memory"]
    assert sum(parts.values()) == main_memory()["total"]
    assert parts["used"] > 0


def test_swap_space_and_traffic() -> None:
    """Swap space is told as used and free; traffic stays the reading of a counter."""
    swap = Swap(None, lambda: {"total": 100, "used": 30, "free": 70, "sin": 4096, "sout": 8192})
    swap.open()
    values = collected(swap)
    assert values["system.swap"] == {"used": 30, "free": 70}
    assert values["system.swapping"] == {"in": 4096, "out": 8192}


def test_a_machine_without_swap_space_has_no_such_metric() -> None:
    """Without swap space the collector is unavailable, also when it is switched off while Plotroom runs."""
    reading = {"total": 100, "used": 0, "free": 100, "sin": 0, "sout": 0}
    swap = Swap(None, lambda: reading)
    swap.open()
    reading["total"] = 0
    for call in (swap.collect, swap.open):
        with pytest.raises(Unavailable, match="no swap space"):
            call()

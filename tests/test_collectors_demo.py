"""The example that one copies, and the sources of --demo."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from collectors import Collector, Misconfigured
from collectors.demo import BINS, PERIOD, DemoBursts, DemoGaps, DemoSpectrum, DemoWaves
from collectors.random_walk import RandomWalk
from collectors.sampler import Sampler, configure
from tests.collected import collected, readings

DEMO: list[type[Collector]] = [RandomWalk, DemoWaves, DemoBursts, DemoGaps, DemoSpectrum]


def opened(collector: Collector) -> Collector:
    collector.open()
    return collector


@pytest.mark.parametrize("kind", DEMO)
def test_invented_data_is_off_by_default(kind: type[Collector]) -> None:
    """Nothing invented is shown unless it is asked for."""
    assert not kind.enabled


def test_walkers_take_steps() -> None:
    """Each of the configured walkers moves by at most a step a tick."""
    sampler = Sampler(RandomWalk, [{"walkers": 4, "step": 0.5}])
    sampler.open()
    places = [readings(sampler.collect(tick))["demo.random_walk"] for tick in range(1, 20)]
    sampler.close()
    assert set(places[0]) == {"1", "2", "3", "4"}
    steps = [abs(after[walker] - before[walker]) for before, after in pairwise(places) for walker in after]
    assert 0 < max(steps) <= 0.5


@pytest.mark.parametrize(
    ("table", "field"), [({"walkers": 0}, "walkers"), ({"step": -1}, "step"), ({"steps": 1}, "steps")]
)
def test_its_options_are_checked(table: dict[str, object], field: str) -> None:
    """An option out of range, or misspelt, is named."""
    with pytest.raises(Misconfigured) as caught:
        configure(RandomWalk, table)
    assert caught.value.field == field


@pytest.mark.parametrize(("turn", "square"), [(0.0, 1), (0.25, 1), (0.5, 0), (0.75, 0)])
def test_waves_follow_the_clock(turn: float, square: int) -> None:
    """The sine and the square wave are functions of the time alone, so that they go on after a restart."""
    values = collected(DemoWaves(None, lambda: (1000 + turn) * PERIOD))
    assert values["demo.sine"]["0°"] == pytest.approx(math.sin(2 * math.pi * turn), abs=1e-6)
    assert sum(values["demo.sine"].values()) == pytest.approx(0, abs=1e-9)
    assert values["demo.square"] == {"": square}


def test_bursts_lose_nothing() -> None:
    """Queues fill in bursts and never below zero; what was worked off only grows."""
    bursts = opened(DemoBursts(None, random.Random(4)))
    seen = [collected(bursts) for _ in range(300)]
    depths = [values["demo.bursts"]["orders"] for values in seen]
    done = [values["demo.done"]["orders"] for values in seen]
    assert min(depths) == 0
    assert max(depths) > 200
    assert done == sorted(done)
    assert done[-1] > 1000


@pytest.mark.parametrize(("turn", "gap"), [(0.1, False), (0.7, False), (0.8, True), (0.99, True)])
def test_gaps_are_gaps(turn: float, gap: bool) -> None:
    """The last quarter of each period has no value."""
    (value,) = collected(DemoGaps(None, lambda: (7 + turn) * PERIOD))["demo.gaps"].values()
    assert math.isnan(value) is gap


def test_the_spectrum_is_an_array_with_two_tones() -> None:
    """Every band has a level within the limits, and two of them stand out."""
    spectrum = DemoSpectrum(None, lambda: 3.0, np.random.default_rng(1))
    bands = collected(spectrum)["demo.spectrum"]
    assert list(bands) == [str(band) for band in range(BINS)]
    assert all(-60 <= level <= 0 for level in bands.values())
    assert max(bands.values()) > -8

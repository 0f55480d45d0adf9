"""What a history is put through: the tests do each a few times, tests/bench/history_faults.py often.

Each raises an AssertionError when something is lost that must not be, or is there that never was.
"""

from __future__ import annotations

import random
import shutil
import time
from contextlib import suppress
from pathlib import Path

from collectors.metric import Metric
from dashboard.history.archive import Archive
from dashboard.history.database import StoreDamaged
from dashboard.history.expiry import Keep
from dashboard.history.store import History
from dashboard.settings import HistorySettings
from tests.crashes import SECOND, assert_goes_on, befall, declare, one_second, seconds_of
from tests.flood import NAMES, Flood
from tests.lasting import START, HandClock, Lasting
from tests.power import Power

FOREVER = Keep(full=10**12, fast=10**12, minute=10**12, hour=10**12, size=2**40)


def kill_in_a_flood(folder: Path, luck: random.Random, first: int, most: float = 0.7) -> tuple[int, float]:
    """Kill a process that writes 5,000 samples a second at a random moment; nothing that was written is lost.

    Returns:
        The last second that was written, and how long opening took.
    """
    flood = Flood(folder, first)
    time.sleep(luck.uniform(0, most))  # the moment is what this is about
    written = flood.kill()
    begun = time.perf_counter()
    here = Lasting(folder, HandClock(START + 10**9))
    declare(here, NAMES)
    took = time.perf_counter() - begun
    last = written[-1] if written else first - 1
    for name in luck.sample(NAMES, 3):
        [key] = here.history.keys(name)
        found = [one for one in seconds_of(here, key) if one >= first]
        # The second that was being written is there as a whole, or not at all.
        assert found in (list(range(first, last + 1)), list(range(first, last + 2))), (name, first, last, found[-3:])
    here.close()
    return max(last, first), took


def cut_the_power(folder: Path, luck: random.Random, images: int, seconds: int = 1400) -> int:
    """Write so many seconds, and look at what is left if the power is cut, at about so many moments.

    Returns:
        How many of those files were looked at.
    """
    names = ["m0.x", "m1.x"]
    power, now = Power(), HandClock()
    archive = Archive(folder / "data", FOREVER, lambda: now.now, connect=power.connect)
    history = History(HistorySettings(memory=60), now.clock(), archive=archive)
    for name in names:
        history.declare(Metric(name, labels=("name",)), 1.0)
    state = {"written": -1, "looked": 0}

    def look() -> None:
        state["looked"] += 1
        image = folder / "image"
        power.cut(image, luck)
        here = Lasting(image, now)
        assert here.keeper.archive is not None and here.keeper.archive.aside is None, here.told
        for name in names:
            found = [second for key in here.history.keys(name) for second in seconds_of(here, key)]
            assert set(found) >= set(range(state["written"] + 1)), (name, state, found[-3:])
        here.close()
        shutil.rmtree(image)

    # A second has three or four writes and syncs.
    power.during = lambda: look() if luck.random() < images / seconds / 4 else None
    for second in range(seconds):
        now.now = START + second * SECOND
        for name in names:
            history.append(one_second(name, second, 3))
        work = history.take_work()
        archive.commit(work.appends, work.seals + work.due)
        history.done(work)
        state["written"] = second
    power.during = lambda: None
    archive.close(clean=False)
    return state["looked"]


def mutate(before: Path, folder: Path, luck: random.Random) -> tuple[str, bool, int]:
    """Something befalls a copy of a history, which then opens, tells nothing wrong, and goes on.

    Returns:
        What it was; whether the file was set aside; and how many samples (times) are left.
    """
    shutil.copytree(before, folder)
    what = befall(folder, luck)
    here = Lasting(folder, HandClock(START + 1500 * SECOND))
    try:
        assert here.keeper.archive is not None, f"{what}: {here.told}"
        aside, left = here.keeper.archive.aside is not None, 0
        for name in here.history.stored():
            for key in here.history.keys(name):
                with suppress(StoreDamaged):  # of a part that can't be read; who writes next sees to it
                    left += len(seconds_of(here, key))
        assert_goes_on(here, 2000)
    finally:
        here.close()
        shutil.rmtree(folder)
    return what, aside, left

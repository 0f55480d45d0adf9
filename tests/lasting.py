"""A history that lasts, driven by hand: its memory, its keeper and its file, and a clock that a test sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.database import NAME
from dashboard.history.directory import Key
from dashboard.history.keeper import Keeper
from dashboard.history.kept import key_of
from dashboard.history.reading import Span
from dashboard.history.slice import Slice
from dashboard.history.store import History
from dashboard.history.tiers import Tier
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, Supervised, Tasks, run_here

START = 1_790_000_000_000
#: More points than there are samples in these tests: nothing is thinned.
POINTS = 10**9

Row = dict[str, float]
Rows = dict[int, Row]


class HandClock:
    """Tells the time that it was given, in ms since the epoch."""

    def __init__(self, now: int = START) -> None:
        self.now = now
        self.elapsed = 0.0

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.now / 1000, monotonic=lambda: self.elapsed)


def series(name: str) -> Series:
    return Series((("name", name),))


def batch(metric: str, rows: Rows) -> Batch:
    """The rows as a batch; what a row does not have is a gap."""
    names = sorted({name for row in rows.values() for name in row})
    times = sorted(rows)
    values = np.array([[rows[time].get(name, np.nan) for time in times] for name in names], dtype=np.float64)
    return Batch(metric, np.array(times, dtype=np.int64), tuple(map(series, names)), values.reshape(-1, len(times)))


def rows_of(found: Slice) -> Rows:
    """Times and, by name, the values that are none of a gap."""
    names = [one.name for one in found.series]
    assert len(set(found.times.tolist())) == len(found.times)
    assert (np.diff(found.times) > 0).all()
    return {
        time: {name: value for name, value in zip(names, column, strict=True) if value == value}
        for time, column in zip(found.times.tolist(), found.values.T.tolist(), strict=True)
    }


class Lasting:
    """One server's history.

    Args:
        folder: of the file.
        time: the clock.

    Attributes:
        told: levels and sentences, each once.
    """

    def __init__(self, folder: Path, time: HandClock | None = None, **settings: float) -> None:
        self.folder = folder
        self.time = time or HandClock()
        self.told: list[tuple[str, str]] = []
        self._settings = HistorySettings(**{"memory": 60, **settings})  # type: ignore[arg-type]  # pydantic checks them
        self._clock = self.time.clock()
        self.keeper = Keeper(folder, self._settings, self._clock)
        self.history = History(self._settings, self._clock, archive=self.keeper.archive)
        # What is started runs when the test says so.
        tasks = Tasks(_never, _nap, run_here, self._clock)
        self.keeper.start(self.history, tasks, lambda level, text: self.told.append((level, text)))

    def declare(self, metric: Metric, every: float = 1.0) -> Key:
        self.history.declare(metric, every)
        return key_of(metric)

    def publish(self, name: str, rows: Rows) -> int:
        """Append rows; the offset of the last one."""
        return self.history.append(batch(name, rows)).offset

    def keep(self) -> bool:
        """What is done every second."""
        return self.keeper.keep()

    def all_of(self, key: Key, start: int = 0, end: int = 2**50) -> Rows:
        """Everything at full resolution."""
        return rows_of(self.history.query(key, Span(start, end, Tier.FULL), POINTS).samples)

    def restart(self) -> Lasting:
        """Stopped in order, and started again."""
        self.keeper.stop()
        return Lasting(self.folder, self.time, **self._settings.model_dump())

    def killed(self) -> Lasting:
        """Killed, and started again: in a copy of the files as they are at this moment."""
        folder = self.folder.with_name(f"{self.folder.name}+")
        folder.mkdir()
        for tail in ("", "-wal"):
            if self.folder.joinpath(f"{NAME}{tail}").exists():
                shutil.copyfile(self.folder / f"{NAME}{tail}", folder / f"{NAME}{tail}")
        self.close()
        return Lasting(folder, self.time, **self._settings.model_dump())

    def close(self) -> None:
        """Let go of the files."""
        self.keeper.stop()


def _never(function: Callable[..., object], task: Supervised, *arguments: object) -> None:
    task.ended.set()


def _nap(seconds: float) -> None:
    raise AssertionError("nobody sleeps here")

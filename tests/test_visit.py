"""A look at a history that another process may be writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from collectors.metric import Series
from dashboard.history.archive import Archive
from dashboard.history.database import NAME
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.reading import Span, read
from dashboard.history.slice import Slice
from dashboard.history.tiers import Tier
from dashboard.history.visit import NoHistory, Visit
from dashboard.history.work import Append, Seal

KEY = Key("room.temperature", "°C", "gauge")
SERIES = (Series((("room", "attic"),)),)
DAY = 86_400_000
START = 1_700_000_000_000 - 1_700_000_000_000 % DAY
KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)


def archive(folder: Path) -> Archive:
    return Archive(folder, KEEP, lambda: START)


def samples(first: int, last: int) -> Slice:
    """One a second, from the `first`-th to before the `last`-th; each has its number as its value."""
    numbers = np.arange(first, last)
    return Slice(last, START + 1000 * numbers, SERIES, numbers[None].astype(float))


def append(part: Slice) -> Append:
    return Append(KEY, part.offset, part.times, part.series, part.values)


def test_what_is_not_packed_is_seen(tmp_path: Path) -> None:
    """While a server writes, all that it has committed is there, packed or not, at each resolution."""
    server = archive(tmp_path)
    server.commit([append(samples(0, 100))], [Seal(KEY, samples(0, 100), 100)])
    server.commit([append(samples(100, 190))], [])
    with Visit(tmp_path) as visit:
        found = read(visit, KEY, visit.waiting(KEY), Span(START, START + DAY, Tier.FULL))
        assert found.samples.values[0].tolist() == list(range(190))
        found = read(visit, KEY, visit.waiting(KEY), Span(START, START + DAY, Tier.MINUTE, "count"))
        assert found.samples.values[0].tolist() == [60, 60, 60, 10]
    server.close(clean=True)


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    """Looking at a history that nobody has open makes no file and changes none."""
    server = archive(tmp_path)
    server.commit([append(samples(0, 100))], [Seal(KEY, samples(0, 100), 100)])
    server.close(clean=True)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert list(before) == [NAME]
    with Visit(tmp_path) as visit:
        assert len(visit.samples(KEY, START, START + DAY).times) == 100
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


def test_a_look_at_nothing_makes_nothing(tmp_path: Path) -> None:
    """Where there is no history, that is said, with the folder that was looked at."""
    with pytest.raises(NoHistory, match=str(tmp_path)):
        Visit(tmp_path)
    assert list(tmp_path.iterdir()) == []

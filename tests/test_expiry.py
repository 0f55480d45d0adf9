"""How long what is kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.history.chunk_writer import ChunkWriter
from dashboard.history.damages import Damages
from dashboard.history.database import NAME, PAGE, Database
from dashboard.history.expiry import EVERY, GIVEN_BACK, SPARE, Expiry, Keep, used
from dashboard.history.stretch import Stretch
from dashboard.history.tiers import Tier

HOUR, DAY = 3_600_000, 86_400_000
START = 1_790_000_000_000 - 1_790_000_000_000 % DAY
KEEP = Keep(full=2 * DAY, fast=DAY // 4, minute=30 * DAY, hour=700 * DAY, size=2**30)
SLOW, FAST = 1, 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database(tmp_path / NAME)
    yield one
    one.close()


def fill(database: Database, metric: int, days: float, step: int, series: int = 1, noise: bool = False) -> None:
    """Samples from `START` on, in chunks."""
    chunks, random = ChunkWriter(Damages()), np.random.default_rng(1)
    times = START + np.arange(0, round(days * DAY), step, dtype=np.int64)
    with database.writing() as db:
        for low in range(0, len(times), 600):
            part = times[low : low + 600]
            values = random.random((series, len(part))) if noise else np.ones((series, len(part)))
            chunks.put(db, metric, Stretch(part, np.arange(series, dtype=np.uint32), values))


def unhurried(keep: Keep) -> Expiry:
    """One for which so much time passes between two looks that any clock may be right."""
    return Expiry(keep, itertools.count(0.0, 1e9).__next__)


def expire(database: Database, expiry: Expiry, now: int, steps: int = 50) -> None:
    """As a server does, once a second for a while."""
    for step in range(steps):
        with database.writing() as db:
            expiry.step(db, now + step * 1000)
        expiry.give_back(database.writer)


def oldest(database: Database, metric: int, tier: Tier) -> float | None:
    """Of the chunks that are left, in days, when the first ends."""
    query = "SELECT min(last) FROM chunk WHERE metric = ? AND tier = ?"
    with database.reading() as db:
        (last,) = db.execute(query, (metric, int(tier))).fetchone()
    return None if last is None else (last - START) / DAY


def test_each_tier_is_kept_for_its_own_time(database: Database) -> None:
    """Samples go after days, of fast metrics after hours, and sums of minutes and hours much later."""
    fill(database, SLOW, 5, 60_000)
    fill(database, FAST, 0.5, 500)
    now = START + 5 * DAY
    expire(database, unhurried(KEEP), now)
    full = oldest(database, SLOW, Tier.FULL)
    assert full is not None and 3 <= full < 3.5
    assert oldest(database, FAST, Tier.FULL) is None
    for metric in (SLOW, FAST):
        assert (oldest(database, metric, Tier.MINUTE) or 9) <= 0.5
        assert (oldest(database, metric, Tier.HOUR) or 9) <= 5
    expire(database, unhurried(KEEP), now + 40 * DAY)
    assert [oldest(database, SLOW, tier) is None for tier in Tier] == [True, True, False]
    expire(database, unhurried(KEEP), now + 800 * DAY)
    assert oldest(database, SLOW, Tier.HOUR) is None


def test_the_file_is_as_large_as_it_may_be(database: Database) -> None:
    """When all is too large the oldest goes, bit by bit, until it fits; the newest stays."""
    fill(database, SLOW, 2, 10_000, series=8, noise=True)
    with database.reading() as db:
        most = used(db) * 6 // 10
    expire(database, unhurried(replace(KEEP, size=most)), START + 2 * DAY)
    with database.reading() as db:
        assert most // 2 < used(db) <= most
        (newest,) = db.execute("SELECT max(last) FROM chunk WHERE tier = 0").fetchone()
    assert newest == START + 2 * DAY - 10_000
    first = oldest(database, SLOW, Tier.FULL)
    assert first is not None and 0.5 < first < 2


def test_space_is_given_back(database: Database) -> None:
    """The file gets smaller when much of it is not needed any more, without anybody compacting it."""
    fill(database, SLOW, 1, 1_000, series=16, noise=True)
    database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = database.path.stat().st_size
    expire(database, unhurried(KEEP), START + 20 * DAY, 100)
    database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    after = database.path.stat().st_size
    assert after < before
    assert after <= used(database.writer) + (SPARE + GIVEN_BACK) * PAGE
    assert database.writer.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_it_looks_once_in_a_while(database: Database) -> None:
    """Nothing is looked for again before its time, unless the clock was set back."""
    fill(database, SLOW, 1, 60_000)
    expiry = unhurried(KEEP)
    expire(database, expiry, START, 1)
    expire(database, expiry, START + 10 * DAY, 1)
    fill(database, SLOW, 1, 60_000)
    expire(database, expiry, START + 10 * DAY + 1, 1)  # something was due, so that there may be more
    assert oldest(database, SLOW, Tier.FULL) is None
    expire(database, expiry, START + 10 * DAY + 2, 1)
    fill(database, SLOW, 1, 60_000)
    expire(database, expiry, START + 10 * DAY + EVERY // 2, 1)
    assert oldest(database, SLOW, Tier.FULL) is not None
    expire(database, expiry, START + 9 * DAY, 1)
    assert oldest(database, SLOW, Tier.FULL) is None


def test_a_clock_that_leaps_ahead_deletes_nothing_at_once(database: Database) -> None:
    """When the clock leaps by years, what there is stays for an hour; when it was set back by then, for good."""
    fill(database, SLOW, 0.1, 60_000)
    moments = iter([0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 4000.0])
    expiry = Expiry(KEEP, lambda: next(moments))

    def left(now: int) -> int:
        with database.writing() as db:
            expiry.step(db, now)
            return int(db.execute("SELECT count(*) FROM chunk").fetchone()[0])

    whole = left(START)
    assert whole
    assert left(START + 9000 * DAY) == left(START + 9000 * DAY + 10_000) == whole
    assert left(START + 30_000) == left(START + 40_000) == whole
    assert left(START + 9000 * DAY) == whole
    assert left(START + 9000 * DAY + 3_950_000) < whole

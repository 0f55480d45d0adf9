"""Chunks of a metric in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.history.chunk_writer import BUCKETS, FULL, MOST_CELLS, ChunkWriter
from dashboard.history.chunks import Chunks
from dashboard.history.damages import Damages
from dashboard.history.database import MIGRATIONS, StoreDamaged
from dashboard.history.stretch import Stretch
from dashboard.history.tiers import ASPECTS, COUNT, LAST, MAX, MIN, SUM, Tier

MINUTE = 60_000
START = 1_790_000_000_000 - 1_790_000_000_000 % 3_600_000
METRIC = 3

Rows = dict[int, dict[int, float]]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(fresh()) as one:
        yield one


def fresh() -> sqlite3.Connection:
    """A database in memory with the tables of a history."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(MIGRATIONS[0])
    return db


def stretch(rows: Rows) -> Stretch:
    times = sorted(rows)
    places = sorted({place for row in rows.values() for place in row})
    values = [[rows[time].get(place, np.nan) for time in times] for place in places]
    numbers = np.array(places, dtype=np.uint32)
    return Stretch(np.array(times, dtype=np.int64), numbers, np.array(values).reshape(len(places), len(times)))


def rows_of(found: Stretch) -> Rows:
    """Times, and for each the values that are none of a gap."""
    return {
        time: {place: value for place, value in zip(found.places.tolist(), column, strict=True) if not np.isnan(value)}
        for time, column in zip(found.times.tolist(), found.values.T.tolist(), strict=True)
    }


@dataclass
class Model:
    """What the chunks have to hold, in a dict."""

    rows: Rows = field(default_factory=dict)

    def put(self, rows: Rows, start: int) -> None:
        """What is written later replaces what there is from `start` to its end."""
        self.rows = {time: row for time, row in self.rows.items() if not start <= time <= max(rows)} | rows

    def buckets(self, width: int) -> dict[int, dict[int, list[float]]]:
        """By the time at which it begins and by place: the values in it, in the order of time."""
        found: dict[int, dict[int, list[float]]] = {}
        for time, row in sorted(self.rows.items()):
            for place, value in row.items():
                found.setdefault(time - time % width, {}).setdefault(place, []).append(value)
        return found


def assert_as(chunks: Chunks, db: sqlite3.Connection, model: Model, places: list[int]) -> None:
    """Every tier is what the model says."""
    expected = {time: {p: v for p, v in row.items() if not np.isnan(v)} for time, row in model.rows.items()}
    assert rows_of(chunks.samples(db, METRIC, 0, 2**60)) == expected
    for tier in (Tier.MINUTE, Tier.HOUR):
        found = chunks.buckets(db, METRIC, tier, 0, 2**60, places)
        sums = Model(expected).buckets(tier.width)
        there = (found.cells[COUNT] > 0).any(axis=0)
        assert found.starts[there].tolist() == sorted(sums)
        for at, begin in zip(np.flatnonzero(there).tolist(), sorted(sums), strict=True):
            for row, place in enumerate(places):
                values = sums[begin].get(place, [])
                cells = found.cells[:, row, at]
                assert cells[COUNT] == len(values)
                if values:
                    assert (cells[MIN], cells[MAX], cells[LAST]) == (min(values), max(values), values[-1])
                    assert cells[SUM] == pytest.approx(sum(values), rel=1e-9, abs=1e-6)
                else:
                    assert np.isnan(cells[SUM:]).all()
    assert_apart(db)


def assert_apart(db: sqlite3.Connection) -> None:
    """No chunk of a tier reaches into the next one, and each says what is in it."""
    before: tuple[int, int] = (-1, 0)
    for tier, first, last, n in db.execute("SELECT tier, first, last, n FROM chunk ORDER BY tier, first"):
        assert first <= last and n >= 1
        if tier == before[0]:
            assert first > before[1]
        before = (tier, last)


def number(random: Random) -> float:
    """A value as metrics have them: whole, anything, or none."""
    return random.choice([float(random.randint(-1000, 1000)), random.uniform(-1e9, 1e9), float("nan")])


puts = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 5 * 60), st.integers(-40, 40), st.integers(-200 * 60, 200 * 60)),  # s from the end
        st.integers(1, 40),  # how many
        st.sampled_from([1, 7, 30, 61, 500]),  # seconds between
        st.sets(st.integers(0, 6), max_size=4),
        st.sampled_from([0, 0, 0, 5, 90, 4000]),  # what is replaced before the first, in seconds
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(steps=puts, random=st.integers(0, 2**32).map(Random))
def test_chunks_are_a_dict_in_which_the_later_write_replaces_a_span(
    steps: list[tuple[int, int, int, set[int], int]], random: Random
) -> None:
    """Whatever is put where, each tier is what a plain model holds and sums up, and no two chunks overlap."""
    chunks, model, end = ChunkWriter(Damages()), Model(), START
    with closing(fresh()) as db:
        for jump, count, step, places, more in steps:
            first = max(START - 10**9, end + jump * 1000)
            rows = {
                first + at * step * 1000: {place: number(random) for place in sorted(places)} for at in range(count)
            }
            chunks.put(db, METRIC, stretch(rows), first - more * 1000)
            model.put(rows, first - more * 1000)
            end = max(rows)
        assert_as(chunks, db, model, list(range(7)))


def minutes(first: int, count: int, value: float = 1.0) -> Rows:
    return {START + (first + at) * MINUTE: {0: value + at} for at in range(count)}


def test_what_comes_in_order_is_found_in_any_part(db: sqlite3.Connection) -> None:
    """A question gets the samples at its ends and between, whichever chunks they stand in, and no others."""
    chunks = ChunkWriter(Damages())
    for first in range(0, 3000, 500):
        chunks.put(db, METRIC, stretch(minutes(first, 500)))
    low, high = START + 499 * MINUTE, START + 2100 * MINUTE
    found = chunks.samples(db, METRIC, low, high)
    assert found.times.tolist() == list(range(low, high + 1, MINUTE))
    assert len(chunks.samples(db, METRIC, low + 1, low + MINUTE - 1).times) == 0
    assert chunks.first(db, METRIC, Tier.FULL) == START
    assert chunks.first(db, METRIC + 1, Tier.FULL) is None
    hours = chunks.buckets(db, METRIC, Tier.HOUR, START + 60 * MINUTE, START + 120 * MINUTE, [0])
    assert hours.starts.tolist() == [START + 60 * MINUTE, START + 120 * MINUTE]
    assert hours.values("count").tolist() == [[60, 60]]


def test_small_portions_grow_together(db: sqlite3.Connection) -> None:
    """What comes in small portions stands in chunks of a good size, not in as many as there were portions."""
    chunks = ChunkWriter(Damages())
    for first in range(0, 3000, 50):
        chunks.put(db, METRIC, stretch(minutes(first, 50)))
    sizes = [n for (n,) in db.execute("SELECT n FROM chunk WHERE tier = 0 ORDER BY first")]
    assert sum(sizes) == 3000
    assert all(FULL // 2 <= size <= FULL for size in sizes[:-1])
    sums = [n for (n,) in db.execute("SELECT n FROM chunk WHERE tier = 1 ORDER BY first")]
    assert all(size == BUCKETS for size in sums[:-1])


def test_what_is_packed_every_ten_minutes_stands_in_chunks_of_twenty(db: sqlite3.Connection) -> None:
    """Two stretches of ten minutes and a second make one chunk, the third begins another one."""
    chunks = ChunkWriter(Damages())
    for first in range(0, 4 * 601, 601):
        chunks.put(db, METRIC, stretch(minutes(first, 601)))
    assert db.execute("SELECT n FROM chunk WHERE tier = 0 ORDER BY first").fetchall() == [(1202,), (1202,)]


def test_a_wide_metric_has_short_chunks(db: sqlite3.Connection) -> None:
    """A chunk has so many values at most, however many series there are."""
    chunks = ChunkWriter(Damages())
    times = START + 1000 * np.arange(600, dtype=np.int64)
    chunks.put(db, METRIC, Stretch(times, np.arange(1000, dtype=np.uint32), np.ones((1000, 600))))
    sizes = db.execute("SELECT n * k FROM chunk WHERE tier = 0").fetchall()
    assert len(sizes) > 1
    assert all(size <= 1.5 * MOST_CELLS for (size,) in sizes)


def test_a_series_that_has_left_costs_nothing(db: sqlite3.Connection) -> None:
    """A chunk has only the series that have a value in it."""
    chunks = ChunkWriter(Damages())
    gone = {START + at * MINUTE: {0: 1.0, 1: np.nan} for at in range(400)}
    chunks.put(db, METRIC, stretch(gone))
    assert db.execute("SELECT k FROM chunk WHERE tier = 0").fetchall() == [(1,)]


def test_fast_metrics_are_marked(db: sqlite3.Connection) -> None:
    """Only the full resolution of what comes more than once a second is kept for a shorter time."""
    chunks = ChunkWriter(Damages())
    chunks.put(db, 1, stretch({START + at * 100: {0: 1.0} for at in range(400)}))
    chunks.put(db, 2, stretch({START + at * 1000: {0: 1.0} for at in range(400)}))
    assert db.execute("SELECT metric, tier FROM chunk WHERE fast").fetchall() == [(1, 0)]


@pytest.mark.parametrize("column", ["data", "first", "last", "n", "k", "fast", "sum", "tier", "metric"])
def test_a_chunk_that_was_changed_is_left_out(db: sqlite3.Connection, column: str) -> None:
    """A chunk of which anything is not what was written is told once and never shown; the others are."""
    damages = Damages()
    chunks = ChunkWriter(damages)
    for first in range(0, 3 * FULL, FULL):
        chunks.put(db, METRIC, stretch(minutes(first, FULL)))
    second = START + FULL * MINUTE
    change = "zeroblob(40)" if column == "data" else f"{column} + 1"
    db.execute(f"UPDATE chunk SET {column} = {change} WHERE tier = 0 AND first = ?", (second,))
    for _ in range(2):
        found = chunks.samples(db, METRIC, START, START + (3 * FULL - 1) * MINUTE)
        assert sorted(rows_of(found)) == sorted({**minutes(0, FULL), **minutes(2 * FULL, FULL)})
    assert damages.count == (0 if column in ("metric", "tier") else 1)


def test_words_where_numbers_have_to_be_are_damage(db: sqlite3.Connection) -> None:
    """A file in which a time or a count has become something else is said to be damaged, by whatever needs it."""
    chunks = ChunkWriter(Damages())
    chunks.put(db, METRIC, stretch(minutes(0, FULL)))
    db.execute("UPDATE chunk SET first = 'x' || first, last = 2.5, n = 'y'")
    with pytest.raises(StoreDamaged):
        chunks.first(db, METRIC, Tier.FULL)
    with pytest.raises(StoreDamaged):
        chunks.oldest(db)
    with pytest.raises(StoreDamaged):
        chunks.newest(db, METRIC, Tier.FULL)
    with pytest.raises(StoreDamaged):
        chunks.put(db, METRIC, stretch(minutes(FULL, 1)))
    assert chunks.stride(db, METRIC, Tier.FULL, START, 10) is None


def test_what_is_damaged_gives_way(db: sqlite3.Connection) -> None:
    """Samples can be written where a chunk stands that can't be read."""
    chunks = ChunkWriter(Damages())
    chunks.put(db, METRIC, stretch(minutes(0, 600)))
    db.execute("UPDATE chunk SET data = zeroblob(40)")
    chunks.put(db, METRIC, stretch(minutes(0, 600, 5.0)))
    assert rows_of(chunks.samples(db, METRIC, 0, 2**60)) == minutes(0, 600, 5.0)


def test_a_stretch_that_stands_twice_is_read_once(db: sqlite3.Connection) -> None:
    """A file that has lost some of its writes may have two chunks of the same time; no sample is told twice."""
    chunks, other = ChunkWriter(Damages()), fresh()
    chunks.put(db, METRIC, stretch(minutes(0, 600)))
    with closing(other):
        chunks.put(other, METRIC, stretch(minutes(300, 600)))
        twice = other.execute("SELECT metric, tier, first, last, n, k, fast, data, sum FROM chunk WHERE tier < 2")
        columns = "metric, tier, first, last, n, k, fast, data, sum"
        db.executemany(f"INSERT INTO chunk ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", twice.fetchall())
    found = chunks.samples(db, METRIC, 0, 2**60)
    assert found.times.tolist() == [START + at * MINUTE for at in range(900)]
    sums = chunks.buckets(db, METRIC, Tier.MINUTE, 0, 2**60, [0])
    assert (np.diff(sums.starts) > 0).all()


def test_only_what_is_wanted_is_unpacked(db: sqlite3.Connection) -> None:
    """Of many series those that are asked for are given, in the order of their places."""
    chunks = ChunkWriter(Damages())
    chunks.put(
        db, METRIC, stretch({START + at * MINUTE: {place: place + at / 8 for place in range(5)} for at in range(9)})
    )
    found = chunks.samples(db, METRIC, 0, 2**60, [3, 1])
    assert found.places.tolist() == [1, 3]
    sums = chunks.buckets(db, METRIC, Tier.MINUTE, 0, 2**60, [4, 9])
    assert sums.cells.shape == (len(ASPECTS), 2, 9)
    assert sums.cells[LAST, 0].tolist() == [4 + at / 8 for at in range(9)]
    assert sums.cells[COUNT, 1].tolist() == [0] * 9

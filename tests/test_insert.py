"""Samples put in among those that are there, and what that leaves of the sums."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.history.archive import Archive
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.insert import ordered
from dashboard.history.slice import Slice
from dashboard.history.tiers import COUNT, MAX, Tier
from dashboard.history.work import Seal

KEY = Key("room.temperature", "°C", "gauge")
ATTIC, CELLAR = Series((("room", "attic"),)), Series((("room", "cellar"),))
KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)
HOUR = 3_600_000
START = 1_700_000_000_000 - 1_700_000_000_000 % HOUR


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path, KEEP, lambda: START + 100 * HOUR)
    yield made
    made.close(clean=True)


def seconds(first: int, count: int, step: int = 1) -> Times:
    return START + 1000 * step * (np.arange(count, dtype=np.int64) + first)


def put(archive: Archive, times: Times, values: object, *series: Series) -> int:
    with archive.inserting() as insertion:
        insertion.put(KEY, times, series, np.atleast_2d(np.asarray(values, dtype=np.float64)))
    return insertion.changed


def counts(archive: Archive, tier: Tier) -> list[list[float]]:
    """Of each series, how many values each bucket has."""
    found: list[list[float]] = archive.buckets(KEY, tier, 0, 2**52)[1].cells[COUNT].tolist()
    return found


def test_other_series_stay(archive: Archive) -> None:
    """What is put in takes its own place, and leaves other series and other times as they were."""
    put(archive, seconds(0, 600), np.arange(600.0), ATTIC)
    put(archive, seconds(0, 30, step=10), np.full(30, 5.0), CELLAR)
    put(archive, seconds(100, 3), [7.0, np.nan, 9.0], ATTIC)
    found = archive.samples(KEY, 0, 2**52)
    assert found.series == (ATTIC, CELLAR)
    assert found.values[0, 98:104].tolist() == [98.0, 99.0, 7.0, 101.0, 9.0, 103.0]
    assert np.flatnonzero(~np.isnan(found.values[1])).tolist() == list(range(0, 300, 10))
    assert counts(archive, Tier.MINUTE) == [[60.0] * 10, [6.0] * 5 + [0.0] * 5]
    assert counts(archive, Tier.HOUR) == [[600.0], [30.0]]


def test_twice_is_once(archive: Archive) -> None:
    """Putting the same samples in again writes nothing."""
    values = np.where(np.arange(5000) % 9 == 0, np.nan, np.arange(5000.0))
    assert put(archive, seconds(0, 5000), values, ATTIC) > 0
    assert put(archive, seconds(0, 5000), values, ATTIC) == 0
    assert put(archive, seconds(1000, 500), values[1000:1500], ATTIC) == 0


def test_sums_outlive_what_they_were_made_of(archive: Archive) -> None:
    """Where full resolution has gone, sums stay: of other series, and of the same when they know more."""
    put(archive, seconds(0, 3600), np.ones((2, 3600)), ATTIC, CELLAR)
    with archive._database.writing() as db:
        db.execute("DELETE FROM chunk WHERE tier = 0")
    put(archive, seconds(600, 60), np.full(60, 2.0), ATTIC)
    put(archive, seconds(1200, 1), 3.0, ATTIC)
    series, minutes = archive.buckets(KEY, Tier.MINUTE, 0, 2**52)
    assert series == (ATTIC, CELLAR)
    assert minutes.cells[COUNT].tolist() == [[60.0] * 60] * 2
    assert minutes.cells[MAX, 0, [9, 10, 11, 20]].tolist() == [1.0, 2.0, 1.0, 1.0]
    assert counts(archive, Tier.HOUR) == [[3600.0]] * 2
    again = put(archive, seconds(600, 60), np.full(60, 2.0), ATTIC)
    assert again == 0 and counts(archive, Tier.HOUR) == [[3600.0]] * 2


def test_old_samples_count_once_however_often_they_come(archive: Archive) -> None:
    """The same samples, put in again after their full resolution has gone, are not summed up twice."""
    for _ in range(3):
        put(archive, seconds(0, 900), np.ones(900), ATTIC)
        with archive._database.writing() as db:
            db.execute("DELETE FROM chunk WHERE tier = 0")
    put(archive, seconds(4 * 3600, 10), np.ones(10), ATTIC)
    assert counts(archive, Tier.MINUTE) == [[60.0] * 15 + [10.0]]
    assert counts(archive, Tier.HOUR) == [[900.0, 10.0]]


def test_all_of_it_or_nothing(archive: Archive) -> None:
    """What fails in the middle leaves no sample, no series and no metric."""
    with suppress(RuntimeError), archive.inserting() as insertion:
        insertion.put(KEY, seconds(0, 600), (ATTIC,), np.ones((1, 600)))
        raise RuntimeError
    assert archive.names() == [] and archive.keys(KEY.name) == []
    assert put(archive, seconds(0, 2), [1.0, 2.0], CELLAR) == 1
    assert archive.samples(KEY, 0, 2**52).series == (CELLAR,)


def test_a_running_number_means_one_sample(archive: Archive) -> None:
    """A metric that was numbered goes on behind what was put in, and nobody resumes across it."""
    samples = Slice(600, seconds(0, 600), (ATTIC,), np.arange(600.0)[None])
    archive.commit([], [Seal(KEY, samples, 600)])
    assert archive.restore(KEY, 10**9)[1] == 600
    put(archive, seconds(590, 20), np.zeros(20), CELLAR)
    restored, whole = archive.restore(KEY, 10**9)
    assert (restored.offset, whole) == (620, 0)
    assert restored.times[-1] == seconds(609, 1)[0]


def test_many_values_are_put_in_a_piece_at_a_time(archive: Archive) -> None:
    """Few samples among very many are put in without reading all of these at once."""
    put(archive, seconds(0, 400_000), np.arange(400_000.0), ATTIC)
    assert put(archive, seconds(0, 40, step=10_000), np.full(40, -1.0), ATTIC) > 1
    found = archive.samples(KEY, 0, 2**52).values[0]
    assert np.flatnonzero(found == -1.0).tolist() == list(range(0, 400_000, 10_000))
    assert len(found) == 400_000


ELEMENTS = st.sampled_from([np.nan, 1.0, 2.0])


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.integers(1, 3).flatmap(lambda k: arrays.arrays(np.float64, (k, 30), elements=ELEMENTS)),
)
def test_the_later_value_wins(times: list[int], table: Values) -> None:
    """In any order, each time comes once, and has the last value that was given for it, unless that is a gap."""
    values = table[:, : len(times)]
    wanted: dict[int, list[float]] = {}
    for column, time in enumerate(times):
        kept = wanted.setdefault(time, [np.nan] * len(values))
        wanted[time] = [old if np.isnan(new) else new for old, new in zip(kept, values[:, column], strict=True)]
    found_times, found = ordered(np.array(times), values)
    assert found_times.tolist() == sorted(wanted)
    np.testing.assert_array_equal(found, np.array([wanted[time] for time in sorted(wanted)]).T)

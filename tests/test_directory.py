"""Metrics and series, by number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from collectors.metric import Series
from dashboard.history.database import MIGRATIONS
from dashboard.history.directory import Directory, Key

FIRST, SECOND = Key("a.b", "", "gauge"), Key("a.b", "s", "gauge")


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as one:
        one.executescript(MIGRATIONS[0])
        yield one


def series(*names: str) -> tuple[Series, ...]:
    return tuple(Series((("name", name),)) for name in names)


def loaded(db: sqlite3.Connection, bad: int = 0) -> Directory:
    directory = Directory()
    assert directory.load(db) == bad
    return directory


def test_what_was_put_down_is_loaded(db: sqlite3.Connection) -> None:
    """Metrics, their series and how far they are packed come back, whatever is in a label."""
    directory = Directory()
    known = directory.add(db, FIRST, 5)
    names = series("x", "ü 'quoted' \\ \U0001f600", "")
    directory.add_series(db, known, names)
    directory.place(db, known, 7, 1000, 3)
    again = loaded(db).by_key[FIRST]
    assert (again.id, again.born, tuple(again.series)) == (known.id, 5, names)
    assert (again.offset, again.newest, again.whole) == (7, 1000, 3)
    assert again.places_of(series("", "x")).tolist() == [2, 0]


def test_another_unit_is_another_metric(db: sqlite3.Connection) -> None:
    """Of several metrics of a name the one of now is last; each has series of its own."""
    directory = Directory()
    for born, key in enumerate((FIRST, SECOND)):
        directory.add_series(db, directory.add(db, key, born), series("x"))
    found = loaded(db)
    assert [one.key for one in found.named("a.b")] == [FIRST, SECOND]
    assert found.add(db, FIRST, 9).id == directory.by_key[FIRST].id


def test_a_row_that_was_changed_is_not_believed(db: sqlite3.Connection) -> None:
    """A metric, series or position of which anything is not what was written is left out, and counted."""
    directory = Directory()
    known = directory.add(db, FIRST, 5)
    directory.add_series(db, known, series("x", "y", "z"))
    directory.place(db, known, 7, 1000, 3)
    db.execute("UPDATE series SET labels = replace(labels, 'y', 'x') WHERE place = 1")
    db.execute("UPDATE position SET offset = 8")
    found = loaded(db, bad=2).by_key[FIRST]
    assert found.places == {series("x")[0]: 0, series("z")[0]: 2}
    assert (found.offset, found.newest, found.whole) == (0, 0, 0)
    db.execute("UPDATE metric SET unit = 's'")
    assert loaded(db, bad=1).by_key == {}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_place_of_a_lost_series_is_not_given_again(db: sqlite3.Connection, place: int) -> None:
    """What is stored of a series whose row is gone is never taken for that of another, the last one included."""
    directory = Directory()
    directory.add_series(db, directory.add(db, FIRST, 5), series("x", "y", "z"))
    db.execute("DELETE FROM series WHERE place = ?", (place,))
    found = loaded(db, bad=1)
    known = found.by_key[FIRST]
    found.add_series(db, known, series("new"))
    assert known.places[series("new")[0]] == 3
    lost = known.at(np.array([place, 3, 9], dtype=np.uint32))
    assert [one.labels[0] for one in lost] == [("lost", str(place)), ("name", "new"), ("lost", "9")]


def test_the_number_of_a_lost_metric_is_not_given_again(db: sqlite3.Connection) -> None:
    """What is stored of a metric whose row is gone, or can't be read, is never taken for that of another."""
    directory = Directory()
    for born, key in enumerate((FIRST, SECOND)):
        directory.add_series(db, directory.add(db, key, born), series("x"))
    db.execute("DELETE FROM metric WHERE id = 1")
    db.execute("UPDATE metric SET name = 'c' WHERE id = 2")
    # Nor does a number that no metric has had shift those that are to come.
    db.execute("INSERT INTO chunk VALUES (1, ?, 0, 0, 0, 1, 1, 0, x'', 0)", (2**60,))
    found = loaded(db, bad=1)
    assert found.add(db, FIRST, 9).id == 3

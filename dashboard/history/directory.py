"""Which metrics and series the database knows, by the numbers under which their samples stand in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import orjson

from collectors.metric import Series
from dashboard.history.database import checksum
from dashboard.history.stretch import Places


class Key(NamedTuple):
    """What makes a metric the same one: under another unit or kind, its values would mean something else."""

    name: str
    unit: str
    kind: str


@dataclass(slots=True)
class Known:
    """A metric in the database.

    Attributes:
        id: its number.
        key: what it is.
        born: ms since the epoch; of several of the same name, the last one is that of now.
        series: in the order of their places.
        places: the place of each that is known by its labels.
        offset: running number of the last sample that stands in a chunk; 0 when there is none.
        newest: its time.
        whole: how many samples up to it are numbered without a break.
        waiting: the first row of the journal that has samples of it that stand in no chunk; None when there is none.
    """

    id: int
    key: Key
    born: int
    series: list[Series] = field(default_factory=list)
    places: dict[Series, int] = field(default_factory=dict)
    offset: int = 0
    newest: int = 0
    whole: int = 0
    waiting: int | None = None
    _last: tuple[tuple[Series, ...], Places] | None = None
    _found: tuple[bytes, int, tuple[Series, ...]] | None = None

    def at(self, places: Places) -> tuple[Series, ...]:
        """The series at these places; the identical tuple as long as these are the same and known."""
        asked, count = places.tobytes(), len(self.series)
        found = self._found  # of several threads each takes and puts it as a whole
        if found is None or found[:2] != (asked, count):
            series = tuple(self.series[place] if place < count else _lost(place) for place in places.tolist())
            found = self._found = asked, count, series
        return found[2]

    def had(self, series: tuple[Series, ...]) -> bool:
        """Whether these are the very ones whose places were asked for last: nothing is hashed to know it."""
        return self._last is not None and self._last[0] is series

    def places_of(self, series: tuple[Series, ...]) -> Places:
        """The places of these series, each of which is known."""
        if self._last is None or (self._last[0] is not series and self._last[0] != series):
            self._last = series, np.array([self.places[one] for one in series], dtype=np.uint32)
        return self._last[1]


class Directory:
    """All metrics that the database knows. Changes are written at once, within the caller's transaction."""

    def __init__(self) -> None:
        self.by_key: dict[Key, Known] = {}
        self.by_id: dict[int, Known] = {}

    def load(self, db: sqlite3.Connection) -> int:
        """Read it anew; how many rows could not be read."""
        by_key: dict[Key, Known] = {}
        by_id: dict[int, Known] = {}
        bad = 0
        widths: dict[int, int] = {}
        query = "SELECT id, name, unit, kind, born, width, sum FROM metric"
        for number, name, unit, kind, born, width, kept in db.execute(query):
            if checksum(number, name, unit, kind, born, width) != kept:
                bad += 1
                continue
            known = Known(number, Key(name, unit, kind), born)
            widths[number] = width
            by_id[number] = known
            before = by_key.get(known.key)
            if before is None or before.born <= born:
                by_key[known.key] = known
        bad += _load_series(db, by_id, widths)
        for number, offset, newest, whole, kept in db.execute(
            "SELECT metric, offset, newest, whole, sum FROM position"
        ):
            one = by_id.get(number)
            if one is None or checksum(number, offset, newest, whole) != kept:
                bad += one is not None
                continue
            one.offset, one.newest, one.whole = offset, newest, whole
        self.by_key, self.by_id = by_key, by_id  # at once, for those who read meanwhile
        return bad

    def add(self, db: sqlite3.Connection, key: Key, now: int) -> Known:
        """The metric, which is put down if it was not."""
        known = self.by_key.get(key)
        if known is None:
            number = max(self.by_id, default=0) + 1
            while _in_use(db, number):
                number += 1
            known = Known(number, key, now)
            _write_metric(db, known)
            self.by_key[key] = self.by_id[number] = known
        return known

    def add_series(self, db: sqlite3.Connection, known: Known, series: Iterable[Series]) -> None:
        """These are series of the metric from now on."""
        fresh = [one for one in dict.fromkeys(series) if one not in known.places]
        for one in fresh:
            row = (known.id, len(known.series), orjson.dumps(one.labels).decode())
            db.execute("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)", (*row, checksum(*row)))
            known.places[one] = len(known.series)
            known.series.append(one)
        if fresh:
            _write_metric(db, known)

    def place(self, db: sqlite3.Connection, known: Known, offset: int, newest: int, whole: int) -> None:
        """So far its samples stand in chunks."""
        row = (known.id, offset, newest, whole)
        db.execute("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?, ?)", (*row, checksum(*row)))
        known.offset, known.newest, known.whole = offset, newest, whole

    def named(self, name: str) -> list[Known]:
        """The metrics of this name, the one of now last."""
        found = [one for one in list(self.by_id.values()) if one.key.name == name]
        return sorted(found, key=lambda one: (one.born, one.id))


def _write_metric(db: sqlite3.Connection, known: Known) -> None:
    """Put it down, with how many places of series are given: no row of them may be lost without that being seen."""
    row = (known.id, *known.key, known.born, len(known.series))
    db.execute("INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, checksum(*row)))


def _in_use(db: sqlite3.Connection, number: int) -> bool:
    """There are rows of a metric of that number, be it that they can't be read."""
    tables = {"metric": "id", "series": "metric", "position": "metric", "chunk": "metric"}
    return any(
        db.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", (number,)).fetchone()
        for table, column in tables.items()
    )


def _load_series(db: sqlite3.Connection, by_id: dict[int, Known], widths: dict[int, int]) -> int:
    bad = 0
    query = "SELECT metric, place, labels, sum FROM series ORDER BY metric, place"
    for number, place, labels, kept in db.execute(query):
        known = by_id.get(number)
        if known is None:
            continue
        if checksum(number, place, labels) != kept:
            continue
        # A place whose labels are lost keeps its number, or the ones after it would be taken for it.
        while len(known.series) < place:
            known.series.append(_lost(len(known.series)))
        series = Series(tuple((str(name), str(value)) for name, value in orjson.loads(labels)))
        known.series.append(series)
        known.places[series] = place
    for number, width in widths.items():
        known = by_id[number]
        known.series += [_lost(place) for place in range(len(known.series), width)]
        bad += len(known.series) - len(known.places)
    return bad


def _lost(place: int) -> Series:
    """Stands for a series whose labels could not be read."""
    return Series((("lost", str(place)),))

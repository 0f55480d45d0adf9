"""A damaged file of history: it is set aside by name, and what can be read of it goes into a new one."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from dashboard.history.database import Database, checksum

#: Spans of rows that are tried in one table: a damaged page hides a few rows, or, if it leads to others, very many.
MOST_TRIES = 4096

#: The database itself, and what SQLite has beside it.
_TAILS = ("", "-wal", "-shm")
#: Tables, their columns, the last of which is the checksum of the others.
_NUMBERED = {
    "metric": "id, name, unit, kind, born, width, sum",
    "position": "metric, offset, newest, whole, sum",
    "journal": "id, data, sum",
    "chunk": "id, metric, tier, first, last, n, k, fast, data, sum",
}
_NAMED = {"meta": "key, value, sum", "series": "metric, place, labels, sum"}


def set_aside(path: Path) -> tuple[Path, int]:
    """Rename a damaged file and begin a new one with all of its rows that are whole; the new name, and how many.

    Raises:
        OSError, StoreTrouble: that can't be done now.
    """
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{number}")
    draft, done = _draft(path), _done(path)
    for old in (draft, done):
        _remove(old)
    fresh = Database(draft)
    try:
        kept = _copy(path, fresh.writer) if path.exists() else 0
    finally:
        fresh.close()
    os.replace(draft, done)  # from here on it is whole, and `resume` goes on if we can't
    for tail in _TAILS:
        with suppress(FileNotFoundError):
            os.replace(f"{path}{tail}", f"{aside}{tail}")
    os.replace(done, path)
    return aside, kept


def resume(path: Path) -> None:
    """Put a salvaged file in its place, if a process has ended before it could do that.

    Raises:
        OSError: that can't be done now.
    """
    if not path.exists() and _done(path).exists():
        for tail in _TAILS[1:]:  # they belonged to the one that was set aside
            with suppress(FileNotFoundError):
                os.remove(f"{path}{tail}")
        os.replace(_done(path), path)


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.salvaging")


def _done(path: Path) -> Path:
    return path.with_name(f"{path.name}.salvaged")


def _remove(path: Path) -> None:
    for tail in _TAILS:
        with suppress(FileNotFoundError):
            os.remove(f"{path}{tail}")


def _copy(old: Path, new: sqlite3.Connection) -> int:
    kept = 0
    try:
        source = sqlite3.connect(f"{old.absolute().as_uri()}?mode=rw", uri=True)
    except sqlite3.Error:
        return 0
    source.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    with closing(source):
        new.execute("BEGIN IMMEDIATE")
        for table, columns in {**_NUMBERED, **_NAMED}.items():
            try:
                source.execute(f"SELECT {columns} FROM {table} LIMIT 0")
            except sqlite3.Error:  # there is nothing of it; to find that out row by row would take minutes
                continue
            rows = _numbered(source, table, columns) if table in _NUMBERED else _all(source, table, columns)
            marks = ", ".join("?" * len(columns.split(", ")))
            for row in rows:
                if _whole(table, row):
                    with suppress(sqlite3.IntegrityError, UnicodeError):  # such as one that is in there twice
                        kept += new.execute(f"INSERT INTO {table} VALUES ({marks})", row).rowcount
        new.execute("COMMIT")
    return kept


def _whole(table: str, row: tuple[object, ...]) -> bool:
    # Chunks and the journal are summed up without their own numbers.
    parts = row[1:-1] if table in ("chunk", "journal") else row[:-1]
    return checksum(*parts) == row[-1]


def _numbered(db: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """All rows that can be reached: of each span from its front and its back, then of what is between in halves."""
    name = columns.partition(",")[0]
    query = f"SELECT {columns} FROM {table} WHERE {name} > ? AND {name} < ? ORDER BY {name}"
    spans, tries = [(-(2**63), 2**63 - 1)], MOST_TRIES
    while spans and tries:
        low, high = spans.pop()
        tries -= 1
        try:
            for row in db.execute(query, (low, high)):
                yield row
                low = int(row[0])
            continue
        except sqlite3.Error:
            pass
        try:
            for row in db.execute(f"{query} DESC", (low, high)):
                yield row
                high = int(row[0])
        except sqlite3.Error:
            middle = (low + high) // 2
            if low < middle:
                spans += [(middle, high), (low, middle + 1)]


def _all(db: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """All rows from the front up to where that fails, and from the back."""
    key = "key" if table == "meta" else "metric, place"
    for order in (key, key.replace(",", " DESC,") + " DESC"):
        try:
            yield from db.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")
            return
        except sqlite3.Error:
            continue

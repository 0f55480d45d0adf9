"""The file of the history."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.history.database import (
    APPLICATION,
    NAME,
    PAGE,
    VERSION,
    Database,
    StoreDamaged,
    StoreTooNew,
    StoreTrouble,
    checksum,
    translated,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files but the shared memory, which holds nothing."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if not one.name.endswith("-shm")}


def make_newer(path: Path) -> None:
    Database(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")


def crash_newer(path: Path) -> None:
    """As a newer version leaves it that was killed: its version is in the log of writes alone."""
    Database(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
        left = {name: path.with_name(name).read_bytes() for name in (NAME, f"{NAME}-wal")}
    for name, data in left.items():
        path.with_name(name).write_bytes(data)


@pytest.mark.parametrize("make", [make_newer, crash_newer])
def test_a_newer_store_is_refused_and_not_touched(path: Path, make: Callable[[Path], None]) -> None:
    """What a later Plotroom has written is refused with both versions in the text, and stays as it was to the byte."""
    make(path)
    before = bytes_of(path.parent)
    for _ in range(2):
        with pytest.raises(StoreTooNew, match=f"version {VERSION + 1} of its tables, this one knows {VERSION}"):
            Database(path)
    assert bytes_of(path.parent) == before


@pytest.mark.parametrize("version", [0, 7])
def test_another_programs_database_is_not_taken_over(path: Path, version: int) -> None:
    """A database of something else is told as such, and nothing in it is changed."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"CREATE TABLE meta (id); PRAGMA user_version = {version};")
    before = bytes_of(path.parent)
    with pytest.raises(StoreDamaged, match="of another program"):
        Database(path)
    assert bytes_of(path.parent) == before


@pytest.mark.parametrize("data", [b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_told(path: Path, data: bytes) -> None:
    """A file of anything else is damaged, whatever it begins with."""
    path.write_bytes(data)
    with pytest.raises(StoreDamaged):
        Database(path)


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    """What can't be opened at all is a trouble, with a reason for people."""
    path.mkdir()
    with pytest.raises(StoreTrouble, match="can't be opened|directory"):
        Database(path)


def test_it_is_set_up_for_what_it_is_for(path: Path) -> None:
    """It has a log of writes, commits that are on the disk, large pages that can be given back, and our name on it."""
    database = Database(path)
    expected = {
        "journal_mode": "wal", "synchronous": 2, "page_size": PAGE, "auto_vacuum": 2, "user_version": VERSION,
        "application_id": APPLICATION,
    }  # fmt: skip
    found = {name: database.writer.execute(f"PRAGMA {name}").fetchone()[0] for name in expected}
    database.close()
    assert found == expected


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    """When what is in it fails, nothing of it is written, and the next one works."""
    database = Database(path)
    with pytest.raises(StoreTrouble, match="UNIQUE"), database.writing() as db:
        db.executemany("INSERT INTO meta VALUES (?, ?, ?)", [("a", "b", 1), ("a", "b", 1)])
    with database.reading() as db:
        assert db.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    with database.writing() as db:
        db.execute("INSERT INTO meta VALUES ('a', 'b', 1)")
    with database.reading() as db:
        assert db.execute("SELECT count(*) FROM meta").fetchone() == (1,)
    database.close()


def test_what_is_damaged_is_remembered(path: Path) -> None:
    """Whoever meets a part that can't be read leaves word for who can mend it."""
    database = Database(path)
    with pytest.raises(StoreDamaged), database.reading() as db:
        db.execute("SELECT * FROM no_such_table")
    assert database.damaged
    database.close()


def test_who_reads_sees_one_moment(path: Path) -> None:
    """What is committed while somebody reads comes with their next reading."""
    database = Database(path)
    with database.reading() as db:
        before = db.execute("SELECT count(*) FROM meta").fetchone()
        with database.writing() as writer:
            writer.execute("INSERT INTO meta VALUES ('a', 'b', 1)")
        assert db.execute("SELECT count(*) FROM meta").fetchone() == before == (0,)
    with database.reading() as db:
        assert db.execute("SELECT count(*) FROM meta").fetchone() == (1,)
    database.close()


def test_many_read_at_a_time(path: Path) -> None:
    """Threads that read at the same time have a connection each, none of which outlives the database."""
    database = Database(path)
    failed: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(100):
                with database.reading() as db:
                    db.execute("SELECT count(*) FROM chunk").fetchone()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    database.close()
    assert not failed
    assert not path.with_name(f"{NAME}-wal").exists()  # the last connection takes it away


def test_a_closed_one_reads_no_other_file(path: Path) -> None:
    """After it is closed nothing is read: another file may be in its place."""
    database = Database(path)
    database.close()
    with pytest.raises(StoreTrouble), database.reading():
        pass


@pytest.mark.parametrize("name", [NAME, f"{NAME}-wal"])
def test_what_was_deleted_is_not_there(path: Path, name: str) -> None:
    """It is noticed when either of its files is deleted, or another one is put in its place."""
    database = Database(path)
    with database.writing() as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('a', 'b', 1)")
    found = [database.there]
    os.replace(path.with_name(name), path.with_name("away"))
    found.append(database.there)
    path.with_name(name).write_bytes(b"")
    found.append(database.there)
    os.replace(path.with_name("away"), path.with_name(name))
    found.append(database.there)
    database.close()
    assert found == [True, False, False, True]


@pytest.mark.parametrize(("error", "sentence"), [
    (OSError(28, "No space left on device"), "No space left on device"),
    (sqlite3.OperationalError("disk I/O error"), None),
])  # fmt: skip
def test_errors_are_told_for_people(error: Exception, sentence: str | None) -> None:
    """Whatever the system or SQLite says becomes one of the store's own errors."""
    with pytest.raises(StoreTrouble if sentence else StoreDamaged, match=sentence), translated():
        raise error


def test_a_checksum_tells_what_stands_where() -> None:
    """The same in another place, or of another type, has another checksum."""
    assert checksum(1, "a", b"b") == checksum(1, "a", b"b")
    parts: list[tuple[object, ...]] = [
        (1, "a", b"b"), (1, "ab", b""), ("1", "a", b"b"), (1, "a", "b"), (2, "a", b"b"), (1, None, b"b"),
    ]  # fmt: skip
    assert len({checksum(*one) for one in parts}) == len(parts)

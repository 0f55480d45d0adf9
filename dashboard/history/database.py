"""The file of the history: one SQLite database, its tables, and what its errors mean.

Every row carries a checksum of itself and its key, so that what a disk has changed is noticed and never shown.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from dashboard.errors import CannotStart

NAME = "history.db"
#: "PLTR", so that `file` and we know what it is.
APPLICATION = 0x504C5452
#: Steps from each version of the tables to the next; the file's version is how many it has been through.
MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
    -- Another unit or kind is another metric of the same name: what was measured before stays as it was.
    CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
                         born INTEGER NOT NULL, width INTEGER NOT NULL, sum INTEGER NOT NULL);
    CREATE TABLE series (metric INTEGER NOT NULL, place INTEGER NOT NULL, labels TEXT NOT NULL, sum INTEGER NOT NULL,
                         PRIMARY KEY (metric, place)) WITHOUT ROWID;
    -- The last sample that is in a chunk: its number, its time, and how many before it are numbered without a break.
    CREATE TABLE position (metric INTEGER PRIMARY KEY, offset INTEGER NOT NULL, newest INTEGER NOT NULL,
                           whole INTEGER NOT NULL, sum INTEGER NOT NULL);
    -- Chunks of one metric and tier do not overlap. `first` and `last` are times, `n` how many there are of them.
    CREATE TABLE chunk (id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, tier INTEGER NOT NULL, first INTEGER NOT NULL,
                        last INTEGER NOT NULL, n INTEGER NOT NULL, k INTEGER NOT NULL, fast INTEGER NOT NULL,
                        data BLOB NOT NULL, sum INTEGER NOT NULL);
    CREATE UNIQUE INDEX chunk_by_time ON chunk (metric, tier, first);
    CREATE INDEX chunk_by_age ON chunk (tier, fast, last);
    CREATE TABLE journal (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL);
    """,
)
VERSION = len(MIGRATIONS)
#: Bytes. Of larger pages more is empty, and each second writes at least one.
PAGE = 4096

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_MISMATCH}
_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file can't be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_PERM: "it may not be written",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
}


class StoreTrouble(Exception):
    """The history can't be read or written now; later it may be. The text says why, for people."""


class StoreDamaged(Exception):
    """The file is not, or no longer, a history."""


class StoreTooNew(CannotStart):
    """The file is of a later version of Plotroom."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path} was written by a newer Plotroom (version {version} of its tables, this one knows {VERSION}); "
            "use that one, or another folder with --data-dir; the file was left alone"
        )


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's and the system's errors as `StoreTrouble` or `StoreDamaged`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        # A table that is missing or a text that is none is a file that somebody or something has changed.
        if code in _DAMAGE or (code == sqlite3.SQLITE_ERROR and isinstance(error, sqlite3.DatabaseError)):
            raise StoreDamaged(str(error)) from error
        raise StoreTrouble(_SENTENCES.get(code, str(error))) from error
    except OSError as error:
        raise StoreTrouble(error.strerror or str(error)) from error


def whole(found: object) -> int:
    """A column that holds whole numbers only, unless something has changed the file.

    Raises:
        StoreDamaged: this one does not.
    """
    if isinstance(found, int):
        return found
    raise StoreDamaged(f"{found!r} stands where a whole number has to be")


def checksum(*parts: object) -> int:
    """A checksum of a row; its last part may be bytes."""
    tail = parts[-1] if isinstance(parts[-1], bytes) else b""
    head = parts[:-1] if tail else parts
    return zlib.crc32(tail, zlib.crc32(repr(head).encode("utf-8", "surrogatepass")))


class Database:
    """One connection that writes, and as many that read as there are readers at a time.

    Args:
        path: the file; it is made when it is not there.
        connect: opens it.

    Attributes:
        damaged: something in it could not be read; it is to be set aside.

    Raises:
        StoreTooNew: a later version of Plotroom has written it; it is not touched.
        StoreTrouble: it can't be opened or made.
        StoreDamaged: it is something else.
    """

    def __init__(self, path: Path, connect: Callable[..., sqlite3.Connection] = sqlite3.connect) -> None:
        self.path = path
        self.damaged = False
        self._open = connect
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with translated():
            refuse_newer(path)
            self.writer = self._connect("rwc")
            try:
                _prepare(self.writer, path)
                self._identity = _identity(path)
                self._log_identity: tuple[int, int] | None = None
            except BaseException:
                self.writer.close()
                raise

    @property
    def there(self) -> bool:
        """Both files still are where they were: SQLite would go on writing to those that somebody has deleted."""
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            if self._log_identity is None and log.exists():
                self._log_identity = _identity(log)
            return _identity(self.path) == self._identity and (
                self._log_identity is None or _identity(log) == self._log_identity
            )
        except OSError:
            return False

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing."""
        with self._noted():
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                yield self.writer
                self.writer.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # some errors have rolled it back already
                    self.writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that reads, what it reads all at the same moment."""
        with self._noted():
            if self._closed:  # another file may be in its place
                raise StoreTrouble("it is being opened anew")
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect("ro")
            try:
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._put_by(connection)

    def _put_by(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self._close_idle()

    def _close_idle(self) -> None:
        with suppress(IndexError):  # two threads may be at it
            while True:
                self._idle.pop().close()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except StoreDamaged:
            self.damaged = True
            raise

    def close(self) -> None:
        self._closed = True
        self._close_idle()
        with suppress(sqlite3.Error):
            self.writer.close()

    def _connect(self, mode: str) -> sqlite3.Connection:
        # Each is used by one thread at a time, but not always by the same one.
        connection = self._open(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True, isolation_level=None, check_same_thread=False, timeout=2.0,
        )  # fmt: skip
        connection.execute("PRAGMA cache_size = -2048")
        return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the file up; these settings stay with it, or with the connection."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION and (application or version or tables):
        raise StoreDamaged("it is a database of another program")
    if version > VERSION:
        raise StoreTooNew(path, version)
    if version == 0:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    # A commit is on the disk when it returns: losing power costs what came since the last one, a second's samples.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {16 * 2**20}")
    for number in range(version, VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[number]}; PRAGMA application_id = {APPLICATION};"
            f"PRAGMA user_version = {number + 1}; COMMIT;"
        )


def refuse_newer(path: Path) -> None:
    """Look into the file's head, by the positions that SQLite's file format gives, without opening it as a database.

    Only when its last writer has crashed it is opened, to read: the log of writes may then have the version.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    if head[:16] != b"SQLite format 3\0" or len(head) < 100:
        return
    version, application = int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application == APPLICATION and version > VERSION:
        raise StoreTooNew(path, version)


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino

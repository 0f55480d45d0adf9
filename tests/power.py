"""Files whose power can be cut: what was written and not synced may be lost, in any part and order.

A VFS of SQLite notes every write and sync; `Power.cut` makes of that what a disk may hold at this moment.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


@dataclass
class Disk:
    """What a file holds for sure, and what was written to it since it was synced."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # place and bytes; None cuts it off there

    def sync(self) -> None:
        for place, data in self.pending:
            _apply(self.durable, place, data)
        self.pending.clear()

    def after_a_cut(self, luck: random.Random) -> bytes:
        """What it may hold: of what was not synced some sectors, whichever."""
        left = bytearray(self.durable)
        share = luck.choice([0.0, 0.5, 0.9, 1.0])
        for place, data in self.pending:
            if data is None:
                if luck.random() < share:
                    _apply(left, place, None)
                continue
            for at in range(0, len(data), SECTOR):
                if luck.random() < share:
                    _apply(left, place + at, data[at : at + SECTOR])
        return bytes(left)


def _apply(file: bytearray, place: int, data: bytes | None) -> None:
    if data is None:
        del file[place:]
        return
    if len(file) < place:
        file.extend(bytes(place - len(file)))
    file[place : place + len(data)] = data


class Power(apsw.VFS):
    """The VFS, and the disks under it by the names of their files.

    Attributes:
        disks: of all files, by their names.
        during: is called after each write and sync.
    """

    def __init__(self) -> None:
        self.disks: dict[str, Disk] = {}
        self.during: Callable[[], None] = lambda: None
        super().__init__("power", base="")

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # Any: apsw's own kinds of names
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.disks.pop(Path(filename).name, None)
        super().xDelete(filename, syncdir)

    def connect(self, address: str, **options: object) -> Any:  # Any: it stands in for a connection of sqlite3
        """In place of `sqlite3.connect`."""
        return Connection(apsw.Connection(address, vfs="power", flags=_FLAGS))

    def cut(self, folder: Path, luck: random.Random) -> None:
        """What is left of all files when the power is cut now."""
        folder.mkdir()
        for name, disk in self.disks.items():
            (folder / name).write_bytes(disk.after_a_cut(luck))


_FLAGS = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


class _File(apsw.VFSFile):
    def __init__(self, power: Power, name: Any, flags: list[int]) -> None:  # Any: apsw's own kinds of names
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._power = power
        self._disk = power.disks.setdefault(Path(path).name, Disk()) if path else Disk()

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._disk.pending.append((offset, bytes(data)))
        self._power.during()

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._disk.pending.append((newsize, None))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._disk.sync()
        self._power.during()


class Connection:
    """An apsw connection with as much of the ways of Python's own as the store uses."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        # Without shared memory, which apsw's files do not have, the log is used by one connection alone.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")

    def execute(self, sql: str, values: Any = ()) -> Cursor:  # Any: a sequence or a mapping
        return Cursor(self._connection, self._connection.execute(sql, values))

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:  # Any: whatever a column takes
        self._connection.executemany(sql, rows)

    def executescript(self, sql: str) -> None:
        for _ in self._connection.execute(sql):
            pass

    def close(self) -> None:
        self._connection.close()


class Cursor:
    def __init__(self, connection: apsw.Connection, cursor: apsw.Cursor) -> None:
        self._rows = cursor.fetchall()
        self.rowcount = connection.changes()

    def fetchone(self) -> tuple[Any, ...] | None:  # Any: whatever a column has
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:  # Any: whatever a column has
        return self._rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:  # Any: whatever a column has
        return iter(self._rows)

"""A database of what people make: SQLite in the data folder by default, or whatever SQLAlchemy has a driver for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from dashboard.errors import CannotStart

#: How often it is tried to make missing tables.
ATTEMPTS = 5


class Unusable(CannotStart):
    """The address of a database is wrong, or what it needs is not installed."""

    def __init__(self, setting: str, why: object) -> None:
        super().__init__(f"{setting}: {why}; write it as SQLAlchemy does, such as postgresql+psycopg://host/name")


class Database:
    """An open database.

    Args:
        url: SQLAlchemy's address of it.
        tables: made where they are missing.
        setting: the name of the setting that holds the address, for its error.
        synchronous: when SQLite waits for the disk: FULL loses nothing that was told to be saved even when the power
            fails; NORMAL may lose the last moments then, and nothing when only the process dies.

    Raises:
        Unusable: the address is wrong.
        SQLAlchemyError: the database can't be used now.
    """

    def __init__(
        self, url: str, tables: MetaData, setting: str, synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    ) -> None:
        self._engine = _engine(url, setting, synchronous)
        self._make(tables)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        with self._engine.begin() as connection:
            yield connection

    def _make(self, tables: MetaData) -> None:
        for left in reversed(range(ATTEMPTS)):
            try:
                return tables.create_all(self._engine)
            except OperationalError:  # somebody else may be making them at the same moment
                if not left:
                    raise
                time.sleep(0.01)

    def close(self) -> None:
        self._engine.dispose()


def check(url: str, setting: str) -> None:
    """Whether that is an address, of something that is installed; nothing is opened.

    Raises:
        Unusable: it is not.
    """
    _engine(url, setting, "NORMAL").dispose()


def _engine(url: str, setting: str, synchronous: str) -> Engine:
    # Native threads come and go: a pool would hand the connection of one to another, and keeps locks that tasks share.
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise Unusable(setting, error) from None
    if engine.dialect.name == "sqlite":
        pragmas = ("journal_mode = WAL", "foreign_keys = ON", f"synchronous = {synchronous}", "busy_timeout = 1000")

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: object) -> None:  # Any: of whichever driver
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine

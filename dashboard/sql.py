"""A database of what people make: SQLite in the data folder by default, or whatever SQLAlchemy has a driver for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from dashboard.errors import CannotStart

#: How often it is tried to make missing tables.
ATTEMPTS = 5
#: Seconds; without it PostgreSQL's library waits for a silent host for as long as the system does, which is minutes.
CONNECT_WITHIN = 5

#: The type of a number that clients may ask with: JavaScript counts to 2**53, an INTEGER of PostgreSQL to 2**31. SQLite
#: has one size of them, and numbers rows by itself where a column is called INTEGER and nothing else.
Number = BigInteger().with_variant(Integer, "sqlite")
_POSTGRESQL = {"psycopg", "psycopg2"}


class Unusable(CannotStart):
    """The address of a database is wrong, or what it needs is not installed."""

    def __init__(self, setting: str, why: object, remedy: str = "") -> None:
        remedy = remedy or "write it as SQLAlchemy does, such as postgresql+psycopg://host/name"
        super().__init__(f"{setting}: {why}; {remedy}")


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
            # Somebody else may be making them at the same moment, which each database says its own way.
            except DatabaseError:
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
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unusable(setting, error) from None
    except ImportError as error:
        why = f"the driver of that database can't be loaded ({str(error).splitlines()[0]})"
        raise Unusable(setting, why, "for PostgreSQL, `pip install 'plotroom[postgresql]'` installs it") from None
    if engine.dialect.driver in _POSTGRESQL:
        _prepare_postgresql(engine)
    if engine.dialect.name == "sqlite":
        pragmas = ("journal_mode = WAL", "foreign_keys = ON", f"synchronous = {synchronous}", "busy_timeout = 1000")

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: object) -> None:  # Any: of whichever driver
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def hurry(dialect: object, record: object, given: object, options: dict[str, Any]) -> None:  # Any: of the driver
        options.setdefault("connect_timeout", CONNECT_WITHIN)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def replace_nul(
        connection: object, cursor: object, statement: str, given: Any, context: object, many: bool
    ) -> tuple[str, Any]:  # Any: of the driver
        # Its texts can't have that character; what somebody says or asks with it is no failure of the database.
        return statement, [_without_nul(row) for row in given] if many else _without_nul(given)


def _without_nul(row: Mapping[str, object]) -> dict[str, object]:
    return {key: one.replace("\0", "\ufffd") if isinstance(one, str) else one for key, one in row.items()}

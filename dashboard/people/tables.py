"""The database of what people make: its tables, and the one connection to it.

SQLite in the data folder by default, or whatever SQLAlchemy has a driver for.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from dashboard.errors import CannotStart

metadata = MetaData()

#: The identity of all that is here, and the version of the tables.
about = Table("about", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("colour", Integer, nullable=False),
    Column("seen", Float, nullable=False, index=True),
)

rooms = Table(
    "rooms",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("offset", Integer, nullable=False),
    # Of a private room; a dashboard's has none.
    Column("title", String(160)),
)

members = Table(
    "members",
    metadata,
    Column("room", String(160), primary_key=True),
    Column("person", String(32), primary_key=True, index=True),
    ForeignKeyConstraint(["room"], ["rooms.name"], ondelete="CASCADE"),
)

messages = Table(
    "messages",
    metadata,
    Column("room", String(160), primary_key=True),
    # The number that it had at first; `offset` is that of its last change.
    Column("id", Integer, primary_key=True),
    Column("offset", Integer, nullable=False, index=True),
    Column("person", String(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("colour", Integer, nullable=False),
    Column("said", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("span_from", Float),
    Column("span_to", Float),
    Column("metric", String(160)),
    Column("pin", Float, index=True),
    Column("edited", Boolean, nullable=False, default=False),
    Column("deleted", Boolean, nullable=False, default=False),
    ForeignKeyConstraint(["room"], ["rooms.name"], ondelete="CASCADE"),
)

whispers = Table(
    "whispers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("to", String(32), nullable=False, index=True),
    Column("person", String(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("colour", Integer, nullable=False),
    Column("said", Float, nullable=False),
    Column("text", Text, nullable=False),
)


class Unusable(CannotStart):
    """The address of a database is wrong, or what it needs is not installed."""

    def __init__(self, why: object) -> None:
        super().__init__(f"people.database: {why}; write it as SQLAlchemy does, such as postgresql+psycopg://host/name")


class Tables:
    """An open database.

    Args:
        url: SQLAlchemy's address of it.

    Attributes:
        epoch: identity of what is in it: the numbers of messages count within that.

    Raises:
        Unusable: the address is wrong.
        SQLAlchemyError: the database can't be used now.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise Unusable(error) from None
        metadata.create_all(self._engine)
        with self.begin() as db:
            found = db.execute(select(about.c.value).where(about.c.key == "epoch")).scalar()
            self.epoch = found or secrets.token_hex(8)
            if not found:
                db.execute(insert(about).values(key="epoch", value=self.epoch))

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def _engine(url: str) -> Engine:
    # Native threads come and go: a pool would hand the connection of one to another, and keeps locks that tasks share.
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: object) -> None:  # Any: of whichever driver
            cursor = connection.cursor()
            for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = NORMAL", "busy_timeout = 1000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine

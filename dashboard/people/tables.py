"""The database of what people say: its tables, and the one connection to it."""

from __future__ import annotations

import secrets

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from dashboard.sql import Database, Number

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
    Column("offset", Number, nullable=False),
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
    Column("id", Number, primary_key=True),
    Column("offset", Number, nullable=False, index=True),
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
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("to", String(32), nullable=False, index=True),
    Column("person", String(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("colour", Integer, nullable=False),
    Column("said", Float, nullable=False),
    Column("text", Text, nullable=False),
)


class Tables(Database):
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
        super().__init__(url, metadata, "people.database")
        try:
            self.epoch = self._epoch()
        except IntegrityError:  # somebody else has begun it at the same moment
            self.epoch = self._epoch()

    def _epoch(self) -> str:
        with self.begin() as db:
            found: str | None = db.execute(select(about.c.value).where(about.c.key == "epoch")).scalar()
            epoch = found or secrets.token_hex(8)
            if not found:
                db.execute(insert(about).values(key="epoch", value=epoch))
            return epoch

"""What people have said in a room: numbered, so that who comes back gets exactly what they missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from dashboard.people.person import Person
from dashboard.people.tables import Tables, messages, rooms

#: Messages that a room keeps, and as many pinned ones beside them.
MOST = 500


class NoSuchMessage(LookupError):
    """There is no such message, or no longer."""

    def __init__(self) -> None:
        super().__init__("there is no such message in this room (any more)")


class NotYours(PermissionError):
    """Somebody else has written it."""

    def __init__(self) -> None:
        super().__init__("only who has written a message can change it")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as everybody in its room sees it.

    Attributes:
        id: its number within its room.
        offset: running number of its last change within its room; that of a new message is its id.
        room: where it was said.
        author: as they were called then.
        t: when, ms since the epoch.
        text: Markdown; empty when it was taken back.
        span: (from, to) in ms, the stretch of time that it speaks of.
        metric: the metric that it speaks of.
        pin: the moment on the charts, in ms, to which it is pinned.
        edited: it was changed.
        deleted: it was taken back.
    """

    id: int
    offset: int
    room: str
    author: Person
    t: float
    text: str
    span: tuple[float, float] | None = None
    metric: str | None = None
    pin: float | None = None
    edited: bool = False
    deleted: bool = False


class Recent(NamedTuple):
    """What somebody who comes into a room has to know.

    Attributes:
        offset: of the last change in the room.
        recovered: `messages` are all that has changed since the number that was asked with.
        messages: in the order of their numbers.
    """

    offset: int
    recovered: bool
    messages: list[Message]


class Messages:
    """The messages of all rooms. Waits for a disk: call it in native threads, one call at a time.

    Args:
        tables: the database.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def recent(self, room: str, since: int | None = None) -> Recent:
        """What has changed since a number, or, without one and when that is too much, all that the room keeps."""
        with self._tables.begin() as db:
            offset = _offset(db, room)
            query = select(messages).where(messages.c.room == room)
            if since is not None and since <= offset:
                later = db.execute(query.where(messages.c.offset > since).order_by(messages.c.id)).all()
                if len(later) < MOST:  # else some may have gone that have changed since
                    return Recent(offset, True, [_message(row) for row in later])
            kept = db.execute(query.where(~messages.c.deleted).order_by(messages.c.id)).all()
            return Recent(offset, False, [_message(row) for row in kept])

    def add(self, message: Message) -> Message:
        """Keep a new message; it gets its number, and the oldest of its room may go."""
        with self._tables.begin() as db:
            number = _next(db, message.room)
            new = replace(message, id=number, offset=number)
            db.execute(insert(messages).values(**_row(new)))
            for pinned in (messages.c.pin.is_(None), messages.c.pin.is_not(None)):
                of_room = (messages.c.room == new.room) & pinned
                last = select(messages.c.id).where(of_room).order_by(messages.c.id.desc()).offset(MOST).limit(1)
                oldest = db.execute(last).scalar()
                if oldest is not None:
                    db.execute(delete(messages).where(of_room & (messages.c.id <= oldest)))
            return new

    def edit(self, room: str, number: int, who: Person, text: str) -> Message:
        """Change one's own message; the empty text takes it back.

        Raises:
            NoSuchMessage: it is not there.
            NotYours: somebody else's.
        """
        with self._tables.begin() as db:
            this = (messages.c.room == room) & (messages.c.id == number)
            row = db.execute(select(messages).where(this)).one_or_none()
            if row is None or row.deleted:
                raise NoSuchMessage
            if row.person != who.id:
                raise NotYours
            changed = replace(_message(row), offset=_next(db, room), text=text, edited=True, deleted=not text)
            db.execute(update(messages).where(this).values(**_row(changed)))
            return changed


def _offset(db: Connection, room: str) -> int:
    return int(db.execute(select(func.coalesce(func.max(rooms.c.offset), 0)).where(rooms.c.name == room)).scalar_one())


def _next(db: Connection, room: str) -> int:
    number = _offset(db, room) + 1
    done = db.execute(update(rooms).where(rooms.c.name == room).values(offset=number))
    if not done.rowcount:
        db.execute(insert(rooms).values(name=room, offset=number))
    return number


def _row(message: Message) -> dict[str, Any]:  # Any: of the columns' types
    span: Sequence[float | None] = message.span or (None, None)
    return {
        "room": message.room, "id": message.id, "offset": message.offset, "person": message.author.id,
        "name": message.author.name, "colour": message.author.colour, "said": message.t, "text": message.text,
        "span_from": span[0], "span_to": span[1], "metric": message.metric, "pin": message.pin,
        "edited": message.edited, "deleted": message.deleted,
    }  # fmt: skip


def _message(row: Row[Any]) -> Message:  # Any: a row of whichever columns
    author = Person(row.person, row.name, row.colour)
    span = (row.span_from, row.span_to) if row.span_from is not None else None
    return Message(
        row.id, row.offset, row.room, author, row.said, row.text, span, row.metric, row.pin, row.edited, row.deleted
    )

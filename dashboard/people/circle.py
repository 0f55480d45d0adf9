"""What is kept of people: how they are called, what was whispered to them, and the private rooms that they are in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from dashboard.people.person import Person
from dashboard.people.tables import Tables, members, people, rooms, whispers

#: Whispers that are kept for a person, read or not.
MOST_WHISPERS = 200
#: Of these, those of one author.
MOST_OF_ONE = 50
#: Private rooms that a person can be in, and people in one.
MOST_ROOMS = 20
MOST_MEMBERS = 50
#: People that are remembered; who was away for longest is forgotten first.
MOST_PEOPLE = 10_000
PRIVATE = "private:"


class TooMany(ValueError):
    """A limit is reached; the text says which."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message for one person.

    Attributes:
        id: running number.
        author: who has whispered.
        to: id of whom it is for.
        t: when, ms since the epoch.
        text: Markdown.
    """

    id: int
    author: Person
    to: str
    t: float
    text: str


@dataclass(frozen=True, slots=True)
class PrivateRoom:
    """A room for those who were invited."""

    name: str
    title: str


class Circle:
    """Waits for a disk: call it in native threads, one call at a time.

    Args:
        tables: the database.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def known(self, person: Person, now: float) -> Person:
        """The person as they have called themselves last; from now on they are remembered."""
        with self._tables.begin() as db:
            row = db.execute(select(people).where(people.c.id == person.id)).one_or_none()
            if row is not None:
                db.execute(update(people).where(people.c.id == person.id).values(seen=now))
                return Person(person.id, row.name, row.colour)
            if db.execute(select(func.count()).select_from(people)).scalar_one() >= MOST_PEOPLE:
                longest = select(people.c.id).order_by(people.c.seen).limit(MOST_PEOPLE // 100)
                db.execute(delete(people).where(people.c.id.in_(longest)))
            db.execute(insert(people).values(id=person.id, name=person.name, colour=person.colour, seen=now))
            return person

    def rename(self, person: Person) -> None:
        with self._tables.begin() as db:
            db.execute(update(people).where(people.c.id == person.id).values(name=person.name, colour=person.colour))

    def person(self, number: str) -> Person | None:
        """Who has that id; None when nobody is remembered by it."""
        with self._tables.begin() as db:
            row = db.execute(select(people).where(people.c.id == number)).one_or_none()
            return None if row is None else Person(row.id, row.name, row.colour)

    # --- whispers

    def whisper(self, author: Person, to: str, text: str, now: float) -> Whisper:
        """Keep what is whispered to somebody, until they have it."""
        with self._tables.begin() as db:
            values = {"to": to, "person": author.id, "name": author.name, "colour": author.colour, "said": now}
            done = db.execute(insert(whispers).values(**values, text=text))
            mine = (whispers.c.to == to) & (whispers.c.person == author.id)
            # First those of who whispers most, or they would push out what others have said.
            for these, most in ((mine, MOST_OF_ONE), (whispers.c.to == to, MOST_WHISPERS)):
                last = select(whispers.c.id).where(these).order_by(whispers.c.id.desc())
                oldest = db.execute(last.offset(most).limit(1)).scalar()
                if oldest is not None:
                    db.execute(delete(whispers).where(these & (whispers.c.id <= oldest)))
            return Whisper(int(done.inserted_primary_key[0]), author, to, now, text)  # type: ignore[index]  # it has one

    def whispers(self, to: str, after: int) -> list[Whisper]:
        """What was whispered to somebody after the last that they have."""
        with self._tables.begin() as db:
            query = select(whispers).where((whispers.c.to == to) & (whispers.c.id > after)).order_by(whispers.c.id)
            rows = db.execute(query).all()
            return [
                Whisper(row.id, Person(row.person, row.name, row.colour), row.to, row.said, row.text) for row in rows
            ]

    # --- private rooms

    def open(self, owner: Person, title: str) -> PrivateRoom:
        """Make a private room with one person in it.

        Raises:
            TooMany: they are in as many as one can be.
        """
        room = PrivateRoom(f"{PRIVATE}{secrets.token_urlsafe(9)}", title)
        with self._tables.begin() as db:
            _check_rooms(db, owner.id)
            db.execute(insert(rooms).values(name=room.name, offset=0, title=title))
            db.execute(insert(members).values(room=room.name, person=owner.id))
        return room

    def invite(self, room: str, person: str) -> PrivateRoom:
        """Let somebody into a private room.

        Raises:
            TooMany: the room is full, or they are in as many as one can be.
        """
        with self._tables.begin() as db:
            inside = select(func.count()).select_from(members).where(members.c.room == room)
            if db.execute(inside).scalar_one() >= MOST_MEMBERS:
                raise TooMany(f"a private room has at most {MOST_MEMBERS} people")
            title = db.execute(select(rooms.c.title).where(rooms.c.name == room)).scalar_one()
            if not _is_member(db, room, person):
                _check_rooms(db, person)
                db.execute(insert(members).values(room=room, person=person))
            return PrivateRoom(room, title or "")

    def quit(self, room: str, person: str) -> None:
        """Somebody will not come back into a private room; one without anybody is gone, with all that was said."""
        with self._tables.begin() as db:
            db.execute(delete(members).where((members.c.room == room) & (members.c.person == person)))
            if db.execute(select(members.c.person).where(members.c.room == room).limit(1)).first() is None:
                db.execute(delete(rooms).where(rooms.c.name == room))

    def is_member(self, room: str, person: str) -> bool:
        with self._tables.begin() as db:
            return _is_member(db, room, person)

    def rooms_of(self, person: str) -> list[PrivateRoom]:
        """The private rooms that somebody is in."""
        with self._tables.begin() as db:
            query = select(rooms).join(members, members.c.room == rooms.c.name).where(members.c.person == person)
            return [PrivateRoom(row.name, row.title or "") for row in db.execute(query.order_by(rooms.c.name))]


def _is_member(db: Connection, room: str, person: str) -> bool:
    this = (members.c.room == room) & (members.c.person == person)
    return db.execute(select(members.c.room).where(this)).first() is not None


def _check_rooms(db: Connection, person: str) -> None:
    count = select(func.count()).select_from(members).where(members.c.person == person)
    if db.execute(count).scalar_one() >= MOST_ROOMS:
        raise TooMany(f"a person is in at most {MOST_ROOMS} private rooms; leave one with `quit` first")

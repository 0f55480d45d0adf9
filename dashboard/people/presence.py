"""Who is in which room, through how many connections, and whom they follow. Not locked; `Talk` sees to that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from heapq import nlargest

from dashboard.people.person import Person


@dataclass
class Guest:
    """One connection of a person.

    Attributes:
        person: whose it is.
        rooms: in which it is.
        follows: whom it follows, by room.
    """

    person: Person
    rooms: set[str] = field(default_factory=set)
    follows: dict[str, str] = field(default_factory=dict)


class Presence:
    """The people of all rooms. A person with several connections is in a room once."""

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}
        self._rooms: dict[str, dict[str, set[str]]] = {}  # connections by person by room
        self._views: dict[tuple[str, str], object] = {}

    def come(self, connection: str, person: Person) -> None:
        self._guests[connection] = Guest(person)

    def go(self, connection: str) -> list[tuple[str, Person]]:
        """A connection has ended; the rooms that its person has left by that."""
        guest = self._guests.get(connection)
        if guest is None:
            return []
        left = [(room, person) for room in sorted(guest.rooms) if (person := self.leave(connection, room))]
        del self._guests[connection]
        return left

    def guest(self, connection: str) -> Guest | None:
        return self._guests.get(connection)

    def enter(self, connection: str, room: str) -> bool:
        """Enter a room; whether its person was not there before."""
        guest = self._guests[connection]
        guest.rooms.add(room)
        connections = self._rooms.setdefault(room, {}).setdefault(guest.person.id, set())
        connections.add(connection)
        return len(connections) == 1

    def leave(self, connection: str, room: str) -> Person | None:
        """Leave a room; the person, if no other connection of theirs is there."""
        guest = self._guests[connection]
        if room not in guest.rooms:
            return None
        guest.rooms.remove(room)
        guest.follows.pop(room, None)
        present = self._rooms[room]
        connections = present[guest.person.id]
        connections.remove(connection)
        if connections:
            return None
        del present[guest.person.id]
        self._views.pop((room, guest.person.id), None)
        if not present:
            del self._rooms[room]
        return guest.person

    def people(self, room: str) -> list[Person]:
        """Who is there, in the order in which they came."""
        present = self._rooms.get(room, {})
        return [self._guests[next(iter(connections))].person for connections in present.values()]

    def counts(self, kind: str, most: int) -> dict[str, int]:
        """How many people there are in each room whose name begins so; in the fullest of them, when there are many."""
        found = {room: len(present) for room, present in self._rooms.items() if room.startswith(kind)}
        return found if len(found) <= most else dict(nlargest(most, found.items(), key=lambda one: one[1]))

    def connections(self, room: str, person: str) -> list[str]:
        """Those of a person that are in a room."""
        return sorted(self._rooms.get(room, {}).get(person, ()))

    def rename(self, person: Person) -> set[str]:
        """They are called so from now on, in all their connections; the rooms in which that is seen."""
        rooms: set[str] = set()
        for guest in self._guests.values():
            if guest.person.id == person.id:
                guest.person = replace(guest.person, name=person.name, colour=person.colour)
                rooms |= guest.rooms
        return rooms

    def find(self, person: str) -> Person | None:
        """Who has that id, if they are here."""
        return next((guest.person for guest in self._guests.values() if guest.person.id == person), None)

    def in_room(self, person: str, room: str) -> bool:
        return person in self._rooms.get(room, {})

    def show(self, connection: str, room: str, view: object) -> None:
        """What the person looks at, for who follows them later."""
        self._views[room, self._guests[connection].person.id] = view

    def view(self, room: str, person: str) -> object:
        """What a person has shown last; None when nothing."""
        return self._views.get((room, person))

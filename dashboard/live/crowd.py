"""How many people are at each dashboard, told to everybody before long when that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.live.talk_rooms import EVERYONE, TalkRooms
from dashboard.live.wire import Event
from dashboard.people.presence import Presence

if TYPE_CHECKING:
    from dashboard.tasks import Tasks

#: What rooms of dashboards are called.
DASHBOARD = "dashboard:"
#: Rooms that are told of at most, the fullest ones: any slug is a room.
MOST_CROWDS = 200
#: Seconds between two `crowd` events: who comes and goes in between is told together.
CROWD_EVERY = 1.0


class Crowd:
    """Used with the lock of the rooms held.

    Args:
        presence: who is where.
        rooms: in which everybody is told.
        tasks: how to run a task, and to wait.
    """

    def __init__(self, presence: Presence, rooms: TalkRooms, tasks: Tasks) -> None:
        self._presence = presence
        self._rooms = rooms
        self._tasks = tasks
        self._due = False

    def counts(self) -> dict[str, int]:
        """How many are in each room of a dashboard."""
        return self._presence.counts(DASHBOARD, MOST_CROWDS)

    def changed(self) -> None:
        """Tell everybody before long; a task does it, which ends by itself."""
        if not self._due:
            self._due = True
            self._tasks.supervise("people.crowd", self._tell)

    def _tell(self) -> None:
        self._tasks.sleep(CROWD_EVERY)
        with self._rooms.lock:
            self._due = False
            self._rooms.send(Event.CROWD, {"rooms": self.counts()}, EVERYONE)

"""The rooms of Socket.IO behind those of people: who is in one gets what is sent there."""

from __future__ import annotations

from dashboard.live import wire
from dashboard.live.fanout import Fanout, frame
from dashboard.live.wire import Event, Payload

#: Where all are who are connected.
EVERYONE = "everyone"


def own_room(person: str) -> str:
    """Where somebody is alone, with all their connections."""
    return f"person:{person}"


def followers(room: str, person: str) -> str:
    """Where those are who follow somebody in a room."""
    return f"follow:{room}|{person}"


class TalkRooms:
    """Rooms of the namespace `/rooms`.

    Args:
        fanout: of the server.

    Attributes:
        lock: the fan-out's; to be held where what is sent has to fit who is where.
    """

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self.lock = fanout.lock

    def has(self, sid: str) -> bool:
        """Whether somebody is still connected."""
        return self._fanout.eio_sid_from_sid(sid, wire.ROOMS) is not None

    def enter(self, sid: str, room: str) -> None:
        self._fanout.enter_room(sid, wire.ROOMS, room)

    def leave(self, sid: str, room: str) -> None:
        self._fanout.leave_room(sid, wire.ROOMS, room)

    def send(self, event: Event, payload: Payload, room: str, but: str | None = None) -> None:
        """To all who are in a room, but for one connection."""
        with self.lock:
            if self._fanout.occupied(room, wire.ROOMS):
                self._fanout.emit(event, payload, wire.ROOMS, room=room, skip_sid=but)

    def tell(self, event: Event, payload: Payload, sid: str) -> None:
        """To one connection."""
        self._fanout.tell(frame(event, payload, wire.ROOMS), sid, wire.ROOMS)

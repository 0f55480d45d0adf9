"""Who is in which rooms, and what is on its way there: clients in the same rooms share the bytes that they get."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from itertools import islice
from typing import Any

from dashboard.live.frame import Bundle, Frame
from dashboard.live.outbox import Outbox

#: Clients that are written to between two chances for other tasks.
STRIDE = 128
#: Groups that are looked at after a flush, whether they have become equal to others.
UNITE_AT_ONCE = 256

#: A namespace, and the name of a room in it.
Room = tuple[str, Any]


class Group:
    """Clients in the same rooms, and the frames that are due to them: a log in which each member has its place.

    Attributes:
        rooms: of each of its members.
        members: in the order of their coming; the values mean nothing.
        log: frames, oldest first, that not every member has been sent.
        start: number of the first frame in the log.
    """

    __slots__ = ("log", "members", "rooms", "shared", "start")

    def __init__(self, rooms: set[Room]) -> None:
        self.rooms = rooms
        self.members: dict[Member, None] = {}
        self.log: list[Frame] = []
        self.start = 0
        self.shared: frozenset[Room] | None = None  # under which others find it

    @property
    def end(self) -> int:
        return self.start + len(self.log)


class Member:
    """A client that is in rooms.

    Attributes:
        client: its name.
        seen: number of the first frame of its group's log that it has not been sent.
    """

    __slots__ = ("client", "group", "outbox", "seen")

    def __init__(self, client: str, outbox: Outbox, group: Group) -> None:
        self.client = client
        self.outbox = outbox
        self.group = group
        self.seen = group.end


class Audience:
    """Clients in rooms. A frame for a room waits for others until `flush`; what each client is due is then one write.

    A message to one client goes out at once, behind what was sent to its rooms before, so that everybody gets
    everything in the order in which it was sent.

    Args:
        lock: held by whoever calls; `flush` takes it itself, and lets go between slices.
        monotonic: a clock in seconds that never steps.
        stride: clients that are written to between two chances for other tasks.

    Attributes:
        messages_out: messages given to clients' outboxes so far.
        bytes_out: their bytes.
    """

    def __init__(
        self, lock: Any, monotonic: Callable[[], float] = time.monotonic, stride: int = STRIDE
    ) -> None:  # Any: an RLock
        self._lock = lock
        self._monotonic = monotonic
        self._stride = stride
        self._members: dict[str, Member] = {}
        self._groups: dict[Room, dict[Group, None]] = {}
        self._shared: dict[frozenset[Room], Group] = {}
        self._changed: dict[Group, None] = {}  # they may have become equal to others
        self._due: dict[Group, None] = {}
        self.messages_out = 0
        self.bytes_out = 0

    @property
    def due(self) -> bool:
        """Whether frames wait for `flush`."""
        return bool(self._due)

    def occupied(self, room: Room) -> bool:
        """Whether anybody is in the room."""
        return room in self._groups

    def clients(self, room: Room) -> list[str]:
        """Who is in a room."""
        return [member.client for group in self._groups.get(room, ()) for member in group.members]

    def rooms(self, client: str) -> list[Room]:
        """In which rooms a client is."""
        member = self._members.get(client)
        return list(member.group.rooms) if member is not None else []

    def enter(self, client: str, room: Room, outbox: Outbox) -> None:
        """A client gets what is sent to a room from now on."""
        member = self._members.get(client)
        if member is None:
            group = Group(set())
            member = self._members[client] = Member(client, outbox, group)
            group.members[member] = None
        if room not in member.group.rooms:
            group = self._alone(member)
            group.rooms.add(room)
            self._groups.setdefault(room, {})[group] = None

    def leave(self, client: str, room: Room) -> None:
        """A client gets no more of a room; what was sent to it before comes still."""
        member = self._members.get(client)
        if member is not None and room in member.group.rooms:
            group = self._alone(member)
            group.rooms.remove(room)
            self._unlist(group, room)

    def drop(self, client: str) -> None:
        """A client has gone."""
        member = self._members.pop(client, None)
        if member is not None:
            member.seen = member.group.end  # a flush that is under way leaves it out
            self._part(member)

    def send(self, room: Room, frame: Frame, without: Collection[str] = ()) -> None:
        """Send a frame to all in a room but some clients, at the next flush."""
        left_out = [member for one in without if (member := self._members.get(one)) and room in member.group.rooms]
        for member in left_out:
            self._settle(member)
        if frame.metric:
            frame.born = self._monotonic()
        for group in self._groups.get(room, ()):
            group.log.append(frame)
            self._due[group] = None
        for member in left_out:
            member.seen = member.group.end

    def tell(self, client: str, outbox: Outbox, frame: Frame) -> None:
        """Send a frame to one client, at once."""
        member = self._members.get(client)
        if member is not None:
            self._settle(member)
        self._push(outbox, Bundle((frame,)))

    def flush(self, pause: Callable[[], None]) -> None:
        """Write what is due, each client's frames at once.

        Args:
            pause: lets other tasks run; called without the lock, every `stride` clients.
        """
        with self._lock:
            due, self._due = self._due, {}
        written = 0
        for group in due:
            with self._lock:
                start, bundle, members = group.start, Bundle(tuple(group.log)), list(group.members)
            end = start + len(bundle.frames)
            for place in range(0, len(members), self._stride):
                some = members[place : place + self._stride]
                with self._lock:
                    self._write(group, some, bundle, start, end)
                written += len(some)
                if written >= self._stride:
                    written = 0
                    pause()
            with self._lock:
                del group.log[: max(0, end - group.start)]
                group.start = max(group.start, end)
        with self._lock:
            self._unite()

    def _write(self, group: Group, members: list[Member], bundle: Bundle, start: int, end: int) -> None:
        frames = bundle.frames
        for member in members:
            seen = member.seen
            if member.group is not group or seen >= end:  # it has left, or was told something meanwhile
                continue
            member.seen = end
            self._push(member.outbox, bundle if seen <= start else Bundle(frames[seen - start :]))

    def _push(self, outbox: Outbox, bundle: Bundle) -> None:
        if not outbox.closed:
            outbox.push(bundle)
            self.messages_out += len(bundle.frames)
            self.bytes_out += bundle.size

    def _settle(self, member: Member) -> None:
        """Bring one client up to date before it is told something else."""
        group = member.group
        if member.seen < group.end:
            frames = tuple(group.log[member.seen - group.start :])
            member.seen = group.end
            self._push(member.outbox, Bundle(frames))

    def _alone(self, member: Member) -> Group:
        """A group that this client has for itself, so that its rooms can change."""
        group = member.group
        if len(group.members) > 1:
            self._settle(member)
            del group.members[member]
            group = Group(set(group.rooms))
            group.members[member] = None
            member.group, member.seen = group, group.end
            for room in group.rooms:
                self._groups[room][group] = None
        elif group.shared is not None:
            del self._shared[group.shared]
            group.shared = None
        self._changed[group] = None
        return group

    def _unite(self) -> None:
        """Groups that have come to have the same rooms become one."""
        for group in list(islice(self._changed, UNITE_AT_ONCE)):
            del self._changed[group]
            if group.log:  # later
                self._changed[group] = None
                continue
            rooms = frozenset(group.rooms)
            other = self._shared.setdefault(rooms, group)
            if other is group:
                group.shared = rooms
                continue
            # Whatever waits in the other one was sent to the same rooms: its members had it from this one.
            for member in list(group.members):
                self._part(member)
                other.members[member] = None
                member.group, member.seen = other, other.end

    def _part(self, member: Member) -> None:
        """Take a client out of its group, which goes with its last member."""
        group = member.group
        del group.members[member]
        if group.members:
            return
        for room in group.rooms:
            self._unlist(group, room)
        if group.shared is not None:
            del self._shared[group.shared]
        self._changed.pop(group, None)
        self._due.pop(group, None)

    def _unlist(self, group: Group, room: Room) -> None:
        groups = self._groups[room]
        del groups[group]
        if not groups:
            del self._groups[room]

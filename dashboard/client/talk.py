"""A person in the rooms: who is there, what they say, and what one says oneself."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.client.errors import CannotConnect, Refused
from dashboard.client.inbox import Inbox
from dashboard.client.line import Line
from dashboard.live.wire import ROOMS, Code, Event

if TYPE_CHECKING:
    from dashboard.client.address import Address

#: Messages that wait for a loop; of one that is too slow the oldest are left out.
BACKLOG = 1000
#: Seconds for an answer.
ANSWER_WITHIN = 30.0
#: Seconds between two looks for a room to be asked for again.
LOOK_EVERY = 1.0
#: Seconds until a room is asked for again that the server had no time for: at random, and twice as long each time.
AGAIN, AGAIN_MOST = 1.0, 30.0
PASSING = (Code.RATE_LIMITED, Code.UNAVAILABLE)

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said.

    Attributes:
        room: where; "" when it was whispered to this person alone.
        sender: name of who has said it.
        sender_id: their id, to which one can whisper.
        text: Markdown, as it was written.
        time: ms since the epoch.
        raw: all that the server says of it, as docs/rooms.md tells.
    """

    room: str
    sender: str
    sender_id: str
    text: str
    time: int
    raw: Payload


@dataclass(slots=True)
class _Room:
    """How much of a room is known.

    Attributes:
        epoch: within which the numbers count; "" when nothing is known that they could be compared with.
        offset: the largest that is known.
        since: up to which nothing is missing.
        joining: numbers of what came by itself while one was to join: it may be in the answer, too.
        failures: in a row.
    """

    epoch: str = ""
    offset: int = 0
    since: int = 0
    joining: set[int] = field(default_factory=set)
    failures: int = 0


class Person:
    """Somebody in the rooms of a server, over one connection that comes back by itself.

    Args:
        address: of the server.
        secret: who one was before; "" for somebody new.
        whispers: number of the last whisper that one has; those after it come.
        line: what makes the connection.
    """

    def __init__(self, address: Address, secret: str = "", whispers: int = 0, line: Callable[..., Line] = Line) -> None:
        self.secret = secret
        self.whispers = whispers
        self.id = ""
        self._epoch = ""
        self._rooms: dict[str, _Room] = {}
        self._people: dict[str, dict[str, Payload]] = {}
        self._inbox = Inbox[Message](BACKLOG)
        self._there = self._inbox.there  # held whenever anything here changes
        self._due: dict[str, float] = {}  # rooms to be in again, and when to ask for them
        self._line = line(
            address, ROOMS, Event.WELCOME,
            heard=self._hear, lost=lambda: None, work=self._work, failed=self._inbox.fail, auth=self._auth,
        )  # fmt: skip
        self._line.start()

    def join(self, room: str, name: str = "") -> list[Message]:
        """Be in a room, `dashboard:SLUG` or the slug alone; what was said there so far."""
        room = _full(room)
        told: list[Message] = []

        def joined(answer: Payload) -> None:
            here = self._rooms[room]
            # What came by itself before the answer is in the loop over messages.
            new = [one for one in answer["messages"] if one["offset"] not in here.joining]
            told.extend(_message(one) for one in new if not one.get("deleted"))
            self._joined(room, answer)

        with self._there:
            # Before it is asked for: the server may tell of what is said there before it answers.
            new = room not in self._rooms
            here = self._rooms.setdefault(room, _Room())
            if room not in self._due:
                here.joining.clear()
        try:
            self._ask(Event.JOIN, {"room": room} | ({"name": name} if name else {}), joined)
        except BaseException:
            with self._there:
                if new:
                    self._rooms.pop(room, None)
                    self._due.pop(room, None)
            raise
        return told

    def people(self, room: str) -> list[Payload]:
        """Who is in a room now, each `{id, name, colour}`."""
        with self._there:
            return list(self._people.get(_full(room), {}).values())

    def say(self, room: str, text: str, **more: object) -> Message:
        """Say something in a room that one has joined."""
        about = {key: value for key, value in more.items() if value is not None}
        return _message(self._ask(Event.SAY, {"room": _full(room), "text": text, **about})["message"])

    def whisper(self, to: str, text: str) -> Message:
        """Say something to one person alone, by their id or by their name in a room that both are in."""
        with self._there:
            named = [one["id"] for room in self._people.values() for one in room.values() if one["name"] == to]
        found = set(named)
        if len(found) > 1:
            raise Refused("unknown_person", f"several people are called {to!r}; give the id of the one you mean")
        return _message(self._ask(Event.WHISPER, {"to": found.pop() if found else to, "text": text})["message"])

    def get(self, timeout: float | None = None) -> Message | None:
        """The next message of somebody else; None when there is none in so many seconds, or after the end."""
        return self._inbox.get(timeout)

    def __iter__(self) -> Iterator[Message]:
        while (message := self.get()) is not None:
            yield message

    def close(self) -> None:
        self._inbox.close()
        self._line.close()

    # --- what comes

    def _auth(self) -> Payload | None:
        return {"person": self.secret, "whispers": self.whispers} if self.secret else None

    def _hear(self, event: str, payload: Any) -> None:
        with self._there:
            if event == Event.WELCOME:
                self.id = payload["you"]["id"]
                self.secret = payload.get("secret") or self.secret
                self._begin(payload["epoch"])
            elif event == Event.MESSAGE:
                self._keep(payload["message"])
            elif event == Event.WHISPER:
                self.whispers = max(self.whispers, payload["message"]["id"])
                self._put(payload["message"])
            elif event == Event.PEOPLE:
                there = self._people.setdefault(payload["room"], {})
                for what in ("joined", "changed"):
                    if what in payload:
                        there[payload[what]["id"]] = payload[what]
                if "left" in payload:
                    there.pop(payload["left"]["id"], None)

    def _begin(self, epoch: str) -> None:
        """On a new connection: what was numbered by another database is no measure."""
        if self._epoch not in ("", epoch):
            self.whispers = 0
        self._epoch = epoch
        for name, room in self._rooms.items():
            if name not in self._due:
                room.since, room.failures = room.offset, 0
                room.joining.clear()
            self._rooms[name] = room if room.epoch == epoch else _Room()
        self._due = dict.fromkeys(self._rooms, 0.0)

    def _keep(self, message: Payload) -> None:
        """A message of a room; it may come both by itself and with the answer of a `join`."""
        room = self._rooms.get(message["room"])
        if room is not None and message["offset"] > room.offset:
            room.offset = message["offset"]
            room.joining.add(message["offset"])
            self._put(message)

    def _put(self, message: Payload) -> None:
        if not message.get("deleted") and message["from"]["id"] != self.id:
            self._inbox.put(_message(message))

    def _joined(self, room: str, answer: Payload) -> None:
        """What came by itself meanwhile may be newer than the answer."""
        self._rooms[room] = _Room(answer["epoch"], max([answer["offset"], *self._rooms[room].joining]))
        self._people[room] = {one["id"]: one for one in answer["people"]}
        self._due.pop(room, None)

    # --- what is asked

    def _work(self) -> float:
        """After a break: be in the rooms again, and hear what was said meanwhile."""
        now = time.monotonic()
        with self._there:
            for name, when in self._due.items():
                if when <= now:
                    self._due[name] = now + ANSWER_WITHIN
                    room = self._rooms[name]
                    since = {"since": room.since, "epoch": room.epoch} if room.epoch else {}
                    self._line.emit(Event.JOIN, {"room": name, **since}, self._rejoined(name))
            return min([LOOK_EVERY, *(max(0.0, when - now) for when in self._due.values())])

    def _rejoined(self, name: str) -> Callable[[Any], None]:
        """What to do with the answer: tell what was missed, or try again later when that may help."""

        def answered(answer: Any) -> None:
            with self._there:
                room = self._rooms.get(name)
                if room is None:
                    return
                if not answer["ok"]:
                    self._put_off(name, room, answer["error"]["code"])
                    return
                if answer["epoch"] == room.epoch:
                    # Also of an answer that is all the room keeps: too much was missed, but this is what is left of it.
                    for one in sorted(answer["messages"], key=lambda one: int(one["offset"])):
                        if one["offset"] > room.since and one["offset"] not in room.joining:
                            self._put(one)
                self._joined(name, answer)

        return answered

    def _put_off(self, name: str, room: _Room, code: str) -> None:
        if code not in PASSING:
            self._due.pop(name, None)
            return
        self._due[name] = time.monotonic() + random.uniform(0.5, 1) * min(AGAIN_MOST, AGAIN * 2**room.failures)
        room.failures += 1

    def _ask(self, event: str, payload: Payload, then: Callable[[Payload], None] = lambda answer: None) -> Payload:
        """The answer to a request; `then` is done with a good one before anything that comes after it is heard."""
        answers: list[Payload] = []
        there = threading.Event()
        late = False

        def answered(answer: Payload) -> None:
            with self._there:
                if answer["ok"] and not late:
                    then(answer)
                answers.append(answer)
            there.set()

        if not self._line.live or not self._line.emit(event, payload, answered) or not there.wait(ANSWER_WITHIN):
            with self._there:
                late = True
            if not answers:
                raise CannotConnect("there is no connection to the server at the moment; it is made again by itself")
        [answer] = answers
        if not answer["ok"]:
            raise Refused(answer["error"]["code"], answer["error"]["message"])
        return answer


def _full(room: str) -> str:
    return room if ":" in room else f"dashboard:{room}"


def _message(raw: Payload) -> Message:
    return Message(raw.get("room", ""), raw["from"]["name"], raw["from"]["id"], raw["text"], raw["t"], raw)

"""A person in the rooms: who is there, what they say, and what one says oneself."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.client.errors import CannotConnect, Refused
from dashboard.client.line import Line
from dashboard.live.wire import ROOMS, Event

if TYPE_CHECKING:
    from dashboard.client.address import Address

#: Messages that wait for a loop; of one that is too slow the oldest are left out.
BACKLOG = 1000
#: Seconds for an answer.
ANSWER_WITHIN = 30.0
LOOK_EVERY = 1.0

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


class Person:
    """Somebody in the rooms of a server, over one connection that comes back by itself.

    Args:
        address: of the server.
        secret: who one was before; "" for somebody new.
    """

    def __init__(self, address: Address, secret: str = "") -> None:
        self.secret = secret
        self.id = ""
        self._rooms: dict[str, Payload] = {}  # what `join` has last said of each
        self._people: dict[str, dict[str, Payload]] = {}
        self._heard: deque[Message] = deque(maxlen=BACKLOG)
        self._there = threading.Condition(threading.RLock())
        self._whisper = 0
        self._due: list[str] = []
        self._failure: Exception | None = None
        self._closed = False
        self._line = Line(
            address, ROOMS, Event.WELCOME,
            heard=self._hear, lost=lambda: None, work=self._work, failed=self._fail, auth=self._auth,
        )  # fmt: skip
        self._line.start()

    def join(self, room: str, name: str = "") -> list[Message]:
        """Be in a room, `dashboard:SLUG` or the slug alone; what was said there so far."""
        room = _full(room)
        answer = self._ask(Event.JOIN, {"room": room} | ({"name": name} if name else {}))
        with self._there:
            self._joined(room, answer)
            return [_message(one) for one in answer["messages"] if not one.get("deleted")]

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
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._there:
            while not self._heard:
                left = LOOK_EVERY if deadline is None else deadline - time.monotonic()
                if self._closed or left <= 0:
                    return None
                if self._failure is not None:
                    raise self._failure
                self._there.wait(min(LOOK_EVERY, left))
            return self._heard.popleft()

    def __iter__(self) -> Iterator[Message]:
        while (message := self.get()) is not None:
            yield message

    def close(self) -> None:
        with self._there:
            self._closed = True
            self._there.notify_all()
        self._line.close()

    # --- what comes

    def _auth(self) -> Payload | None:
        return {"person": self.secret, "whispers": self._whisper} if self.secret else None

    def _hear(self, event: str, payload: Any) -> None:
        with self._there:
            if event == Event.WELCOME:
                self.id = payload["you"]["id"]
                self.secret = payload.get("secret") or self.secret
                self._due = list(self._rooms)
            elif event == Event.MESSAGE:
                self._keep(payload["message"])
            elif event == Event.WHISPER:
                self._whisper = max(self._whisper, payload["message"]["id"])
                self._put(payload["message"])
            elif event == Event.PEOPLE:
                there = self._people.setdefault(payload["room"], {})
                for what in ("joined", "changed"):
                    if what in payload:
                        there[payload[what]["id"]] = payload[what]
                if "left" in payload:
                    there.pop(payload["left"]["id"], None)

    def _keep(self, message: Payload) -> None:
        """A message of a room; it may come both by itself and with the answer of a `join`."""
        state = self._rooms.get(message["room"])
        if state is not None and message["offset"] > state["offset"]:
            state["offset"] = message["offset"]
            self._put(message)

    def _put(self, message: Payload) -> None:
        if not message.get("deleted") and message["from"]["id"] != self.id:
            self._heard.append(_message(message))
            self._there.notify_all()

    def _joined(self, room: str, answer: Payload) -> None:
        self._rooms[room] = {"offset": answer["offset"], "epoch": answer["epoch"]}
        self._people[room] = {one["id"]: one for one in answer["people"]}

    def _fail(self, error: Exception) -> None:
        with self._there:
            self._failure = error
            self._there.notify_all()

    # --- what is asked

    def _work(self) -> float:
        """After a break: be in the rooms again, and hear what was said meanwhile."""
        with self._there:
            due, self._due = self._due, []
            for room in due:
                since = {"since": self._rooms[room]["offset"], "epoch": self._rooms[room]["epoch"]}
                self._line.emit(Event.JOIN, {"room": room, **since}, self._rejoined(room))
        return LOOK_EVERY

    def _rejoined(self, room: str) -> Callable[[Any], None]:
        def answered(answer: Any) -> None:
            if not answer["ok"]:
                return
            with self._there:
                missed: Sequence[Payload] = answer["messages"] if answer["recovered"] else ()
                for message in sorted(missed, key=lambda one: int(one["offset"])):
                    self._keep(message)
                self._joined(room, answer)

        return answered

    def _ask(self, event: str, payload: Payload) -> Payload:
        answers: list[Payload] = []
        there = threading.Event()

        def answered(answer: Payload) -> None:
            answers.append(answer)
            there.set()

        if not self._line.live or not self._line.emit(event, payload, answered) or not there.wait(ANSWER_WITHIN):
            raise CannotConnect("there is no connection to the server at the moment; it is made again by itself")
        [answer] = answers
        if not answer["ok"]:
            raise Refused(answer["error"]["code"], answer["error"]["message"])
        return answer


def _full(room: str) -> str:
    return room if ":" in room else f"dashboard:{room}"


def _message(raw: Payload) -> Message:
    return Message(raw.get("room", ""), raw["from"]["name"], raw["from"]["id"], raw["text"], raw["t"], raw)

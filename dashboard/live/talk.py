"""People in rooms: who comes and goes, what they say, and whom they follow, told to whom it concerns."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from dashboard.live.budget import Budget
from dashboard.live.crowd import DASHBOARD, Crowd
from dashboard.live.refused import Refused
from dashboard.live.talk_database import TalkDatabase
from dashboard.live.talk_payloads import (
    MAX_TITLE,
    EditRequest,
    FollowRequest,
    InviteRequest,
    JoinRequest,
    LeaveRequest,
    MeRequest,
    OpenRequest,
    QuitRequest,
    SayRequest,
    ViewRequest,
    WhisperRequest,
)
from dashboard.live.talk_rooms import EVERYONE, TalkRooms, followers, own_room
from dashboard.live.talk_shapes import of_message, of_person, of_private, of_whisper
from dashboard.live.wire import Code, Event, Payload
from dashboard.people.circle import PRIVATE, Circle, PrivateRoom, Whisper
from dashboard.people.messages import Message, Messages, Recent
from dashboard.people.person import SECRET, BadName, Person, clean_name, stranger
from dashboard.people.presence import Guest, Presence

if TYPE_CHECKING:
    from dashboard.settings import PeopleSettings
    from dashboard.tasks import Tasks

#: Rooms that one connection may be in.
MOST_ROOMS = 20


class Talk:
    """What people do, one request after the other.

    What changes who is where, and what is told of it, is one step under the fan-out's lock. What waits for the disk is
    done outside of it, in a native thread, one thing at a time.

    Args:
        socketio: made by `dashboard.live.server.make_socketio`.
        circle: what is kept of people.
        messages: what was said.
        epoch: within which the numbers of messages count.
        tasks: how to leave for a native thread, and the time.
        settings: limits.
    """

    def __init__(
        self, socketio: Any, circle: Circle, messages: Messages, epoch: str, tasks: Tasks, settings: PeopleSettings
    ) -> None:  # Any: Flask-SocketIO ships no types
        self._rooms = TalkRooms(socketio.server.manager)
        self._lock = self._rooms.lock
        self._database = TalkDatabase(tasks)
        self._circle = circle
        self._messages = messages
        self._epoch = epoch
        self._tasks = tasks
        self._settings = settings
        self._presence = Presence()
        self._crowd = Crowd(self._presence, self._rooms, tasks)
        self._budgets: dict[str, tuple[Budget, Budget]] = {}

    def here(self, slug: str) -> int:
        """How many look at a dashboard."""
        with self._lock:
            return len(self._presence.people(f"{DASHBOARD}{slug}"))

    # --- coming and going

    def connect(self, sid: str, secret: object, whispers: object) -> None:
        """Somebody has come: they are told who they are, and what was whispered while they were away.

        Args:
            sid: their connection.
            secret: by which they are known; a new one is made for who has none.
            whispers: number of the last whisper that they have.
        """
        known = isinstance(secret, str) and SECRET.fullmatch(secret) is not None
        own = str(secret) if known else secrets.token_urlsafe(24)
        after = whispers if isinstance(whispers, int) and 0 <= whispers < 2**53 else 0
        person, waiting, private = stranger(own), [], []
        try:
            person = self._database.ask(self._circle.known, person, self._now())
            waiting = self._database.ask(self._circle.whispers, person.id, after)
            private = self._database.ask(self._circle.rooms_of, person.id)
        except Refused:  # they are let in all the same; it was logged, and what they ask is answered by it
            pass
        welcome: Payload = {
            "you": of_person(person),
            "epoch": self._epoch,
            "rooms": [of_private(one) for one in private],
        }
        with self._lock:
            welcome["crowd"] = self._crowd.counts()
            if not self._rooms.has(sid):  # it has gone already
                return
            self._presence.come(sid, person)
            monotonic = self._tasks.clock.monotonic
            speech = Budget(self._settings.messages / 60, self._settings.burst, monotonic)
            self._budgets[sid] = (speech, Budget(self._settings.views, self._settings.views, monotonic))
            for room in (EVERYONE, own_room(person.id)):
                self._rooms.enter(sid, room)
            self._rooms.tell(Event.WELCOME, welcome | ({} if known else {"secret": own}), sid)
            for whisper in waiting:
                self._rooms.tell(Event.WHISPER, {"message": of_whisper(whisper)}, sid)

    def disconnect(self, sid: str) -> None:
        """Somebody has gone. Socket.IO takes them out of its rooms itself."""
        with self._lock:
            self._budgets.pop(sid, None)
            for room, person in self._presence.go(sid):
                self._rooms.send(Event.PEOPLE, {"room": room, "left": of_person(person)}, room)
                self._crowd.changed()

    def join(self, sid: str, request: JoinRequest) -> Payload:
        guest = self._guest(sid)
        room = request.room
        if room.startswith(PRIVATE) and not self._database.ask(self._circle.is_member, room, guest.person.id):
            raise Refused(Code.FORBIDDEN, "that is a private room; somebody in it has to invite you")
        if request.name is not None:
            self._rename(sid, guest, request.name, None)
        with self._lock:
            guest = self._guest(sid)
            if room not in guest.rooms and len(guest.rooms) >= MOST_ROOMS:
                raise Refused(Code.TOO_MANY_ROOMS, f"one may be in {MOST_ROOMS} rooms; leave others")
            new = self._presence.enter(sid, room)
            self._rooms.enter(sid, room)
            if new:
                self._rooms.send(Event.PEOPLE, {"room": room, "joined": of_person(guest.person)}, room, but=sid)
                self._crowd.changed()
            people = [of_person(one) for one in self._presence.people(room)]
        # Read when one is in the room: what is said meanwhile comes by itself, and may be in both.
        since = request.since if request.epoch == self._epoch else None
        recent: Recent = self._database.ask(self._messages.recent, room, since)
        return {
            "ok": True,
            "epoch": self._epoch,
            "offset": recent.offset,
            "recovered": recent.recovered,
            "you": of_person(guest.person),
            "people": people,
            "messages": [of_message(one) for one in recent.messages],
        }

    def leave(self, sid: str, request: LeaveRequest | QuitRequest) -> Payload:
        with self._lock:
            guest = self._guest(sid)
            if request.room in guest.rooms:
                self._follow(sid, guest, request.room, None)
                left = self._presence.leave(sid, request.room)
                self._rooms.leave(sid, request.room)
                if left:
                    self._rooms.send(Event.PEOPLE, {"room": request.room, "left": of_person(left)}, request.room)
                    self._crowd.changed()
        return {"ok": True}

    def me(self, sid: str, request: MeRequest) -> Payload:
        return {"ok": True, "you": of_person(self._rename(sid, self._guest(sid), request.name, request.colour))}

    # --- saying

    def say(self, sid: str, request: SayRequest) -> Payload:
        guest = self._inside(sid, request.room)
        self._speak(sid)
        about = (request.span, request.metric, request.pin)
        new = Message(0, 0, request.room, guest.person, self._now(), request.text, *about)
        said: Message = self._database.ask(self._messages.add, new)
        message = of_message(said)
        self._rooms.send(Event.MESSAGE, {"message": message}, request.room, but=sid)
        return {"ok": True, "message": message}

    def edit(self, sid: str, request: EditRequest) -> Payload:
        guest = self._inside(sid, request.room)
        self._speak(sid)
        changed: Message = self._database.ask(
            self._messages.edit, request.room, request.id, guest.person, request.text.strip()
        )
        message = of_message(changed)
        self._rooms.send(Event.MESSAGE, {"message": message}, request.room, but=sid)
        return {"ok": True, "message": message}

    def whisper(self, sid: str, request: WhisperRequest) -> Payload:
        guest = self._guest(sid)
        self._known(request.to)
        self._speak(sid)
        kept: Whisper = self._database.ask(self._circle.whisper, guest.person, request.to, request.text, self._now())
        message = of_whisper(kept)
        self._rooms.send(Event.WHISPER, {"message": message}, own_room(request.to), but=sid)
        return {"ok": True, "message": message}

    # --- private rooms

    def open(self, sid: str, request: OpenRequest) -> Payload:
        guest = self._guest(sid)
        try:
            title = clean_name(request.title, MAX_TITLE)
        except BadName as error:
            raise Refused(Code.BAD_REQUEST, f"title: {error}") from None
        for person in request.people:
            self._known(person)
        self._speak(sid)
        room: PrivateRoom = self._database.ask(self._circle.open, guest.person, title)
        uninvited = []
        for person in request.people:
            try:
                self._invite(guest, room.name, person)
            except Refused:  # they are in as many rooms as one can be
                uninvited.append(person)
        return {"ok": True, "room": of_private(room)} | ({"uninvited": uninvited} if uninvited else {})

    def invite(self, sid: str, request: InviteRequest) -> Payload:
        guest = self._guest(sid)
        self._member(guest, request.room)
        self._known(request.person)
        self._speak(sid)
        self._invite(guest, request.room, request.person)
        return {"ok": True}

    def quit(self, sid: str, request: QuitRequest) -> Payload:
        guest = self._guest(sid)
        self._member(guest, request.room)
        self._database.ask(self._circle.quit, request.room, guest.person.id)
        for each in self._presence.connections(request.room, guest.person.id):  # in all their windows
            self.leave(each, request)
        return {"ok": True}

    # --- following

    def view(self, sid: str, request: ViewRequest) -> Payload:
        view = request.view.model_dump(exclude_unset=True)
        with self._lock:
            guest = self._inside(sid, request.room)
            if not self._budgets[sid][1].take():
                raise Refused(Code.RATE_LIMITED, f"at most {self._settings.views:g} views a second")
            self._presence.show(sid, request.room, view)
            payload: Payload = {"room": request.room, "from": guest.person.id, "view": view}
            self._rooms.send(Event.VIEW, payload, followers(request.room, guest.person.id))
        return {"ok": True}

    def follow(self, sid: str, request: FollowRequest) -> Payload:
        with self._lock:
            guest = self._inside(sid, request.room)
            person = request.person
            if person == guest.person.id:
                raise Refused(Code.BAD_REQUEST, "person: that is you; follow somebody else")
            if person is not None and not self._presence.in_room(person, request.room):
                raise Refused(Code.UNKNOWN_PERSON, "they are not in this room (any more)")
            self._follow(sid, guest, request.room, person)
            view = self._presence.view(request.room, person) if person else None
            if person is not None and view is not None:
                self._rooms.tell(Event.VIEW, {"room": request.room, "from": person, "view": view}, sid)
        return {"ok": True}

    # --- to everybody

    def notice(self, payload: Payload) -> None:
        """Tell everybody something."""
        self._rooms.send(Event.NOTICE, payload, EVERYONE)

    # --- what these have in common

    def _now(self) -> float:
        return float(int(self._tasks.clock.wall() * 1000))

    def _guest(self, sid: str) -> Guest:
        guest = self._presence.guest(sid)
        if guest is None:
            raise Refused(Code.FORBIDDEN, "the connection has ended")
        return guest

    def _inside(self, sid: str, room: str) -> Guest:
        guest = self._guest(sid)
        if room not in guest.rooms:
            raise Refused(Code.FORBIDDEN, f"you are not in {room!r}; join it first")
        return guest

    def _member(self, guest: Guest, room: str) -> None:
        if not room.startswith(PRIVATE) or not self._database.ask(self._circle.is_member, room, guest.person.id):
            raise Refused(Code.FORBIDDEN, "that is not a private room that you are in")

    def _known(self, person: str) -> None:
        if self._presence.find(person) is None and self._database.ask(self._circle.person, person) is None:
            raise Refused(Code.UNKNOWN_PERSON, "nobody has that id")

    def _speak(self, sid: str) -> None:
        budget = self._budgets.get(sid)
        if budget is None or not budget[0].take():
            limit = f"at most {self._settings.messages} messages a minute"
            raise Refused(Code.RATE_LIMITED, f"{limit}; wait a few seconds")

    def _rename(self, sid: str, guest: Guest, name: str | None, colour: int | None) -> Person:
        before = guest.person
        try:
            called = before.name if name is None else clean_name(name)
        except BadName as error:
            raise Refused(Code.BAD_REQUEST, f"name: {error}") from None
        person = Person(before.id, called, before.colour if colour is None else colour)
        if person == before:
            return person
        self._speak(sid)
        self._database.ask(self._circle.rename, person)
        with self._lock:
            for room in self._presence.rename(person):
                self._rooms.send(Event.PEOPLE, {"room": room, "changed": of_person(person)}, room)
        return person

    def _invite(self, guest: Guest, room: str, person: str) -> None:
        private: PrivateRoom = self._database.ask(self._circle.invite, room, person)
        payload: Payload = {"room": of_private(private), "from": of_person(guest.person)}
        self._rooms.send(Event.INVITED, payload, own_room(person))

    def _follow(self, sid: str, guest: Guest, room: str, person: str | None) -> None:
        before = guest.follows.pop(room, None)
        if before is not None:
            self._rooms.leave(sid, followers(room, before))
        if person is not None:
            guest.follows[room] = person
            self._rooms.enter(sid, followers(room, person))

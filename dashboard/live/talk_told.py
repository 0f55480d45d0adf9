"""What people in the namespace `/rooms` are told, as models; see `dashboard/live/told.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dashboard.live.talk_payloads import Moment, Span, View
from dashboard.live.told import Done, Told, maybe
from dashboard.people.person import COLOURS


class Person(Told):
    """Somebody who looks at a dashboard."""

    id: str = Field(description="stays the same for as long as they keep their secret")
    name: str
    colour: int = Field(ge=0, lt=COLOURS, description="index into the palette of the charts")


class PrivateRoom(Told):
    """A room for those who were invited."""

    room: str = Field(description="its name")
    title: str


class Message(Told):
    """What somebody has said in a room."""

    id: int = Field(description="its number within the room")
    offset: int = Field(description="number of its last change within the room")
    room: str
    author: Person = Field(alias="from", description="as they were called then")
    t: Moment = Field(description="when, ms since the epoch")
    text: str = Field(description="Markdown; empty when it was taken back")
    span: Span = maybe("from when to when it speaks of, ms")
    metric: str = maybe("the metric that it speaks of")
    pin: Moment = maybe("the moment on the charts that it is pinned to, ms")
    edited: Literal[True] = maybe("it was changed")
    deleted: Literal[True] = maybe("it was taken back")


class Whisper(Told):
    """A message for one person alone."""

    id: int = Field(description="running number")
    author: Person = Field(alias="from", description="who has whispered")
    to: str = Field(description="id of whom it is for")
    t: Moment = Field(description="when, ms since the epoch")
    text: str = Field(description="Markdown")


class Welcome(Told):
    """Right after somebody has connected: who they are."""

    you: Person
    epoch: str = Field(description="within which the numbers of messages count")
    rooms: list[PrivateRoom] = Field(description="private rooms that they are in")
    crowd: dict[str, int] = Field(description="how many people there are in the room of each dashboard that has any")
    secret: str = maybe("by which they are known the next time; told once")


class Presence(Told):
    """Somebody came into a room, left it, or is called otherwise: one of the three."""

    room: str
    joined: Person = maybe("who has come")
    left: Person = maybe("who has gone")
    changed: Person = maybe("who is called otherwise")


class Crowd(Told):
    """How many people look at which dashboard now."""

    rooms: dict[str, int] = Field(description="by room; those without anybody are left out")


class Said(Told):
    """Somebody else has said something, or has changed or taken back what they said."""

    message: Message


class Whispered(Told):
    """Somebody has whispered something to you."""

    message: Whisper


class Invited(Told):
    """You may join a private room."""

    room: PrivateRoom
    by: Person = Field(alias="from", description="who invites")


class Shown(Told):
    """Whom you follow looks elsewhere."""

    room: str
    person: str = Field(alias="from", description="id of who shows it")
    view: View


class JoinAnswer(Done):
    """Who is in a room, and what was said there."""

    epoch: str = Field(description="within which offsets count")
    offset: int = Field(description="of the newest message")
    recovered: bool = Field(description="the messages are exactly those after `since`; else replace what you had")
    you: Person
    people: list[Person]
    messages: list[Message]


class MeAnswer(Done):
    """How you are called now."""

    you: Person


class SaidAnswer(Done):
    """The message as the others get it."""

    message: Message


class WhisperedAnswer(Done):
    """The message as that person gets it."""

    message: Whisper


class OpenAnswer(Done):
    """The private room that was made."""

    room: PrivateRoom
    uninvited: list[str] = maybe("ids of those who are in as many rooms as one can be")

"""People, and what they say, as the wire has them."""

from __future__ import annotations

from dashboard.live.wire import Payload
from dashboard.people.circle import PrivateRoom, Whisper
from dashboard.people.messages import Message
from dashboard.people.person import Person


def of_person(person: Person) -> Payload:
    return {"id": person.id, "name": person.name, "colour": person.colour}


def of_private(room: PrivateRoom) -> Payload:
    return {"room": room.name, "title": room.title}


def of_whisper(whisper: Whisper) -> Payload:
    author = of_person(whisper.author)
    return {"id": whisper.id, "from": author, "to": whisper.to, "t": whisper.t, "text": whisper.text}


def of_message(message: Message) -> Payload:
    """A message as the wire has it: what it does not have is left out."""
    extras = {
        "span": message.span, "metric": message.metric, "pin": message.pin,
        "edited": message.edited or None, "deleted": message.deleted or None,
    }  # fmt: skip
    return {
        "id": message.id, "offset": message.offset, "room": message.room, "from": of_person(message.author),
        "t": message.t, "text": message.text, **{key: value for key, value in extras.items() if value is not None},
    }  # fmt: skip

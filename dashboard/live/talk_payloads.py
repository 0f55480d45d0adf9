"""What people may ask in the namespace `/rooms`, checked before anything looks at it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from collectors.metric import MAX_NAME
from dashboard.live.payloads import Request
from dashboard.people.person import COLOURS, ID_LENGTH

#: Characters of a message, and of the title of a private room.
MAX_TEXT = 2000
MAX_TITLE = 60
#: The latest moment, in ms since the epoch: the end of the year 9999.
LATEST = 253_402_300_799_999
#: The longest span that one can speak of or look at: a hundred years.
LONGEST = 3_155_760_000_000

_ROOM = re.compile(r"dashboard:[a-z][a-z0-9_-]{0,119}|private:[A-Za-z0-9_-]{8,40}")
_PERSON = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")


def _check_room(value: str) -> str:
    if not _ROOM.fullmatch(value):
        raise ValueError('write it as "dashboard:SLUG", the slug as in the address of the page, or as the name of a '
                         "private room that you were told")  # fmt: skip
    return value


def _check_person(value: str) -> str:
    if not _PERSON.fullmatch(value):
        raise ValueError(f"the id of a person is {ID_LENGTH} hexadecimal digits, as `people` tells it")
    return value


def _pattern(check: re.Pattern[str]) -> WithJsonSchema:
    """What the documents say of a text that is checked by one of these, whose errors are sentences."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{check.pattern})$"})


def _check_span(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= value[1] - value[0] <= LONGEST:
        raise ValueError("its start is after its end, or a hundred years before it")
    return value


RoomName = Annotated[str, AfterValidator(_check_room), _pattern(_ROOM)]
PersonId = Annotated[str, AfterValidator(_check_person), _pattern(_PERSON)]
Moment = Annotated[float, Field(ge=0, le=LATEST)]
#: JSON has lists, and no tuples.
Span = Annotated[tuple[Moment, Moment], Field(strict=False), AfterValidator(_check_span)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, strict=True)]


class RoomRequest(Request):
    """A request that is about one room."""

    room: RoomName = Field(description='"dashboard:SLUG", or a private room that one was invited to')


class JoinRequest(RoomRequest):
    """`join`: be in a room, and get what was said there."""

    name: str | None = Field(None, max_length=200, description="how one wants to be called from now on")
    since: int | None = Field(None, ge=0, le=2**53, description="offset of the last message that the client has")
    epoch: str | None = Field(None, max_length=100, description="to which `since` belongs")


class LeaveRequest(RoomRequest):
    """`leave`: be in a room no more."""


class SayRequest(RoomRequest):
    """`say`: a message to everybody in a room."""

    text: Said = Field(description="Markdown")
    span: Span | None = Field(None, description="from when to when it speaks of, ms")
    metric: str | None = Field(None, min_length=1, max_length=MAX_NAME, description="the metric that it speaks of")
    pin: Moment | None = Field(None, description="the moment on the charts that it is pinned to, ms")


class EditRequest(RoomRequest):
    """`edit`: change one's own message, or take it back."""

    id: int = Field(ge=1, le=2**53, description="of the message")
    text: str = Field(max_length=MAX_TEXT, description="the new text; an empty one takes it back")


class WhisperRequest(Request):
    """`whisper`: a message that one person alone gets, when they are there or when they are back."""

    to: PersonId = Field(description="id of the person")
    text: Said = Field(description="Markdown")


class MeRequest(Request):
    """`me`: be called otherwise, or have another colour, in all rooms."""

    name: str | None = Field(None, max_length=200)
    colour: int | None = Field(None, ge=0, lt=COLOURS, description="index into the palette of the charts")


class Pointer(Request):
    """A place on a chart that somebody shows."""

    metric: str = Field(min_length=1, max_length=MAX_NAME)
    t: Moment
    y: float = Field(ge=0, le=1, description="from the bottom of the plot to its top")


class View(Request):
    """What somebody looks at."""

    window: float | None = Field(None, gt=0, le=3_155_760_000, description="seconds up to now")
    span: Span | None = Field(None, description="or from when to when, ms")
    metric: str | None = Field(None, min_length=1, max_length=MAX_NAME, description="the chart that is zoomed, or all")
    crosshair: Moment | None = Field(None, description="the moment below the mouse, ms")
    pointer: Pointer | None = None
    slug: str | None = Field(None, pattern=r"^[a-z][a-z0-9_-]{0,119}$", description="the dashboard they went to")
    paused: Moment | None = Field(None, description="since when the page stands still, ms")


class ViewRequest(RoomRequest):
    """`view`: show those who follow what one looks at."""

    view: View


class FollowRequest(RoomRequest):
    """`follow`: get somebody's `view`, or nobody's any more."""

    person: PersonId | None = Field(description="id of the person, null for nobody")


class OpenRequest(Request):
    """`open`: make a private room."""

    title: str = Field(min_length=1, max_length=MAX_TITLE)
    people: list[PersonId] = Field([], max_length=20, description="ids of those who are invited")


class InviteRequest(RoomRequest):
    """`invite`: let somebody into a private room that one is in."""

    person: PersonId


class QuitRequest(RoomRequest):
    """`quit`: leave a private room for good."""

"""A request on its way: checked, answered, and refused by name when it must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import flask

from dashboard.live import wire
from dashboard.live.payloads import BadRequest, Request, parse
from dashboard.live.refused import Refused
from dashboard.live.wire import Code, Payload

Asked = TypeVar("Asked", bound=Request)


def answer(model: type[Asked], arguments: tuple[object, ...], respond: Callable[[str, Asked], Payload]) -> Payload:
    """The answer to an event with these arguments.

    Args:
        model: what they have to be.
        arguments: as they came.
        respond: makes the answer, for whom (see `sid`) and of what they ask.
    """
    try:
        return respond(sid(), parse(model, arguments))
    except BadRequest as error:
        return wire.refusal(Code.BAD_REQUEST, str(error))
    except Refused as refused:
        return wire.refusal(refused.code, str(refused))


def sid() -> str:
    """Who asks, by Socket.IO's name for them."""
    return cast(str, flask.request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO puts it there

"""Names and shapes of what travels between server and browser.

static/js/wire.js is its twin, docs/wire.md explains it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import orjson

from collectors.metric import Series
from collectors.sample import Times, Values

NAMESPACE = "/metrics"
ROOMS = "/rooms"
AGENTS = "/agents"

#: A message of so many values carries them as one binary attachment, below that as JSON.
BINARY_FROM = 64


class Event(StrEnum):
    """Names of events, both ways."""

    HELLO = "hello"
    CATALOG = "catalog"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SAMPLES = "samples"
    SERIES = "series"
    TOP = "top"
    LAGGED = "lagged"
    NOTICE = "notice"
    DASHBOARDS = "dashboards"
    # of people
    WELCOME = "welcome"
    JOIN = "join"
    LEAVE = "leave"
    PEOPLE = "people"
    CROWD = "crowd"
    ME = "me"
    SAY = "say"
    EDIT = "edit"
    MESSAGE = "message"
    WHISPER = "whisper"
    OPEN = "open"
    INVITE = "invite"
    INVITED = "invited"
    QUIT = "quit"
    VIEW = "view"
    FOLLOW = "follow"
    # of agents
    REGISTER = "register"
    CLOCK = "clock"
    DECLARE = "declare"
    STATE = "state"
    RETIRE = "retire"
    KEEP = "keep"
    PUSH = "push"


class Code(StrEnum):
    """Why a request was refused."""

    BAD_REQUEST = "bad_request"
    UNKNOWN_METRIC = "unknown_metric"
    TOO_MANY_ROOMS = "too_many_rooms"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_MESSAGE = "unknown_message"
    UNAVAILABLE = "unavailable"


#: JSON of any shape; what is in it is said by docs/wire.md.
Payload = dict[str, Any]


class Json:
    """The JSON module given to Socket.IO: NaN and infinity become null, numpy's arrays and scalars what they hold."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> Any:  # Any: whatever was sent
        return orjson.loads(text)


def _plain(value: object) -> object:
    """What orjson does not take by itself: arrays that are not C-contiguous, rarer numpy types, and objects as text."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def room(metric: str) -> str:
    """The room of those who watch a metric."""
    return f"metric:{metric}"


def labels(series: Iterable[Series]) -> list[Payload]:
    """Series as the wire has them."""
    return [{"labels": one.as_dict()} for one in series]


def error(code: Code, message: str) -> Payload:
    return {"code": code.value, "message": message}


def refusal(code: Code, message: str) -> Payload:
    """The answer to a request that is refused as a whole."""
    return {"ok": False, "error": error(code, message)}


def samples(metric: str, offset: int, times: Times, values: Values) -> Payload:
    """The payload of `samples`.

    Args:
        metric: its name.
        offset: running number of the last of the samples.
        times: int64[n], ms since the epoch.
        values: float64[k, n], NaN is a gap.
    """
    head: Payload = {"m": metric, "o": offset}
    return head | attach([(head, times, values)])


def attach(parts: Sequence[tuple[Payload, Times, Values]]) -> Payload:
    """Put samples into their messages: `t` and `v` as JSON, or `n` and `at` and, to be merged into the whole, `b`."""
    if sum(values.size for _, _, values in parts) < BINARY_FROM:
        for head, times, values in parts:
            head |= {"t": times, "v": values}
        return {}
    at, pieces = 0, []
    for head, times, values in parts:
        head |= {"n": len(times), "at": at}
        piece = times.astype("<f8").tobytes() + values.astype("<f8", copy=False).tobytes()
        pieces.append(piece)
        at += len(piece)
    return {"b": b"".join(pieces)}
